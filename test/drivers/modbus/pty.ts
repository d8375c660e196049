/** Real pseudo-terminals by socat: a pair, or one whose other end is a TCP peer. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "../../support/needs.ts";

export const havePty = needs("socat", "apt-get install socat", spawnSync("socat", ["-V"]).status === 0);

export interface Pty extends AsyncDisposable {
  readonly path: string;
  /** The other end, when it is a terminal too. */
  readonly other: string;
  /** How often this process has the path open. */
  opened(): number;
  /** As when the adapter is pulled out. */
  vanish(): Promise<void>;
}

/** `peer` is a TCP port of this machine; without it the other end is a terminal. */
export async function openPty(peer?: number): Promise<Pty> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-pty-"));
  const path = join(folder, "here");
  const other = join(folder, "there");
  const end = peer === undefined ? `PTY,link=${other},raw,echo=0` : `TCP:127.0.0.1:${peer},nodelay`;
  const socat = spawn("socat", ["-d", "-d", `PTY,link=${path},raw,echo=0`, end], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = "";
  socat.stderr.on("data", (text: Buffer) => {
    said += text.toString();
    if (said.includes("starting data transfer loop")) resolve();
  });
  socat.once("exit", () => reject(new Error(`socat did not start: ${said}`)));
  await promise;
  const device = realpathSync(path);
  const vanish = async () => {
    if (socat.exitCode === null && socat.signalCode === null) {
      socat.kill();
      await once(socat, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  return { path, other, opened: () => opens(device), vanish, [Symbol.asyncDispose]: vanish };
}

function opens(device: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === device;
    } catch {
      return false;
    }
  }).length;
}
