/** What is said on a broker, as mosquitto_sub hears it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Mosquitto } from "../drivers/mqtt/mosquitto.ts";
import { needs } from "../support/needs.ts";

export const haveSub = needs(
  "mosquitto_sub",
  "apt-get install mosquitto-clients",
  spawnSync("mosquitto_sub", ["--help"]).error === undefined,
);

export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
}

export interface Ear extends AsyncDisposable {
  readonly all: readonly Heard[];
  /** Resolves with the first message, heard before or after, that fits. */
  until(fits: (one: Heard) => boolean): Promise<Heard>;
}

/** mosquitto_sub, printing topic and payload as hex. */
export async function listen(broker: Mosquitto, filter: string): Promise<Ear> {
  // Something retained tells when the subscription stands.
  const marker = `ear/${filter.length}`;
  const host = await broker.client();
  await host.publishAsync(marker, "here", { retain: true, qos: 1 });
  const child: ChildProcess = spawn(
    "mosquitto_sub",
    ["-p", `${broker.port}`, "-t", filter, "-t", marker, "-F", "%t %x"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const all: Heard[] = [];
  const waiting = new Set<() => void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!child.stdout) throw new Error("no output");
  createInterface(child.stdout).on("line", (line) => {
    const found = /^(\S+\/\S+) ([0-9a-f]*)$/.exec(line);
    if (!found) return;
    if (found[1] === marker) {
      resolve();
      return;
    }
    all.push({ topic: found[1] ?? "", payload: Buffer.from(found[2] ?? "", "hex") });
    for (const look of [...waiting]) look();
  });
  await promise;
  return {
    all,
    until(fits) {
      const { promise: heard, resolve: tell } = Promise.withResolvers<Heard>();
      const look = () => {
        const one = all.find(fits);
        if (!one) return;
        waiting.delete(look);
        tell(one);
      };
      waiting.add(look);
      look();
      return heard;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
    },
  };
}
export const json = (one: Heard) => JSON.parse(one.payload.toString("utf8"));
