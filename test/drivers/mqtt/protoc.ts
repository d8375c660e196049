/** Sparkplug messages written and read by Google's own protobuf compiler, so that nobody here marks their own work. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { needs } from "../../support/needs.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
export const protocFound = needs(
  "protoc",
  "apt-get install protobuf-compiler",
  spawnSync("protoc", ["--version"]).error === undefined,
);

function run(way: string, input: string | Uint8Array): Buffer {
  const done = spawnSync("protoc", [`--${way}=Payload`, "-I", FOLDER, "sparkplug.proto"], { input, cwd: FOLDER });
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return done.stdout;
}

/** From protobuf's text format. */
export const encoded = (text: string): Buffer => run("encode", text);
export const decoded = (bytes: Uint8Array): string => run("decode", bytes).toString();
