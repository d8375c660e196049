/**
 * A process that feeds the north second by second as fast as it can, and says on its output what is safe: `stored <second>`
 * once every sample up to it is on the disk, `alarm <rule>` once the change is committed. With the last second it says
 * `done` and lives on until nothing waits, then `empty`. Arguments: folder, url of InfluxDB, points, first and last second.
 */

import { GOOD } from "#model/quality";
import { seconds } from "#model/time";
import { influxTarget, point, START, startNorth } from "./stand.ts";

const [folder = "", url = "", many = "0", first = "0", last = "0"] = process.argv.slice(2);
const count = Number(many);
/** Seconds between two looks at what is safe. */
const BLOCK = 10;

const points = Array.from({ length: count }, (_, i) => point(`d${i % 100}`, `p${i}`));
const house = await startNorth(folder, { north: { influx: influxTarget(url) }, points });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const say = (line: string) => process.stdout.write(`${line}\n`);
const standing = () => house.north.standing()[0];

const changed = Int32Array.from(points, (_, i) => i);
await house.clock.advance(seconds(Number(first)));
for (let second = Number(first); second <= Number(last); second += 1) {
  const now = START + second * 1_000;
  for (let i = 0; i < count; i += 1) {
    house.table.value[i] = second * count + i;
    house.table.quality[i] = GOOD;
    house.table.reason[i] = 0;
    house.table.sourceAt[i] = now;
  }
  house.north.follow({ kind: "values", changed, count, at: { now: now as never, mono: house.clock.monotonic() } });
  await house.beat();
  if (second % BLOCK === 0 || second === Number(last)) {
    while ((standing()?.onTheWay ?? 1) > 0) await turn();
    say(`stored ${second}`);
    const rule = `r.p${process.pid}_${second}`;
    await house.raise(rule, "lift-1");
    say(`alarm ${rule}`);
  }
}
say("done");
while (!house.isEmpty()) {
  await house.beat();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
say("empty");
await house[Symbol.asyncDispose]();
