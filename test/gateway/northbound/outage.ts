/** A target that is away while the gateway is killed twice: what was said to be safe, and what InfluxDB has in the end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createDataFolder } from "../../support/data-folder.ts";
import { startInfluxd } from "./influxd.ts";
import { START } from "./stand.ts";

const PROGRAM = fileURLToPath(new URL("feed-north.ts", import.meta.url));

export interface Outage {
  /** Samples that were said to be on the disk, and those that InfluxDB has. */
  readonly said: number;
  readonly arrived: number;
  /** Points whose count or sum is not what it must be. */
  readonly wrong: readonly string[];
  readonly alarmsSaid: readonly string[];
  /** Rule → how often its activation stands in InfluxDB. */
  readonly alarmsArrived: ReadonlyMap<string, number>;
  /** Real seconds: filling the queue, and emptying it; bytes of the queue at its fullest. */
  readonly filled: number;
  readonly emptied: number;
  readonly bytes: number;
}

/** `points` samples a simulated second, `seconds` of them, with a kill -9 after a third and after two thirds. */
export async function suffer(points: number, seconds: number): Promise<Outage> {
  using folder = createDataFolder();
  const influxd = await startInfluxd(join(folder.path, "influx"));
  await using _stopped = influxd;
  await influxd.kill();
  const alarmsSaid: string[] = [];
  let safe = -1;
  const began = performance.now();

  async function run(until: number | undefined): Promise<ChildProcess> {
    const args = [PROGRAM, folder.path, influxd.url, String(points), String(safe + 1), String(seconds - 1)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, what = ""] = line.split(" ");
      if (word === "stored") safe = Number(what);
      if (word === "alarm") alarmsSaid.push(what);
      // In the middle of whatever it does now.
      if (until !== undefined && safe >= until) child.kill("SIGKILL");
      if (word === "done") {
        filledAt = performance.now();
        bytes = sizeOf(folder.path);
        await influxd.start();
      }
    }
    await ended;
    return child;
  }

  let filledAt = began;
  let bytes = 0;
  await run(Math.floor(seconds / 3));
  await run(Math.floor((2 * seconds) / 3));
  const last = await run(undefined);
  if (last.exitCode !== 0) throw new Error(`the last process ended with ${last.exitCode}`);
  const emptied = (performance.now() - filledAt) / 1_000;

  const rows = await influxd.ask<{ point: string; count: number; sum: number }>(
    `SELECT count(value), sum(value) FROM point WHERE time >= ${START}ms GROUP BY point`,
  );
  const wrong: string[] = [];
  let arrived = 0;
  for (const { point, count, sum } of rows) {
    const i = Number(point.slice(1));
    arrived += count;
    if (count !== seconds || sum !== points * ((seconds * (seconds - 1)) / 2) + i * seconds) wrong.push(point);
  }
  const alarms = await influxd.ask<{ rule: string; count: number }>(
    "SELECT count(state) FROM alarm WHERE event = 'activated' GROUP BY rule",
  );
  return {
    said: (safe + 1) * points,
    arrived,
    wrong,
    alarmsSaid,
    alarmsArrived: new Map(alarms.map(({ rule, count }) => [rule, count])),
    filled: (filledAt - began) / 1_000,
    emptied,
    bytes,
  };
}

const sizeOf = (folder: string): number =>
  ["", "-wal"].reduce((sum, suffix) => sum + statSync(join(folder, "north", `influx.db${suffix}`)).size, 0);
