/** How long points of a device are bad is summed, and written down now and then. */
import { expect, test } from "vitest";
import { BadTime } from "#model/bad-time";
import type { JournalEntry } from "#model/journal";
import { instant, type Moment, minutes, seconds } from "#model/time";
import { WRITE_EVERY, watchBadTime } from "../../../gateway/points/bad-time.ts";
import { markBad, settle } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { point } from "./points.ts";

const at = (second: number, wall = second): Moment => ({
  now: instant(1_000_000 + wall * 1_000),
  mono: seconds(second),
});

function building() {
  const table = createPointTable([
    point("a", { id: "pump.a" }),
    point("b", { id: "pump.b" }),
    point("c", { id: "lift.c", device: "lift" }),
    point("d", { id: "door.d", device: "door" }),
  ]);
  const rows: JournalEntry[] = [];
  const watch = watchBadTime(table, async (entry) => rows.push(entry));
  const good = (...handles: number[]) =>
    settle(table, Int32Array.from(handles), new Float64Array(handles.length), handles.length, at(0), new Int32Array(4));
  const bad = (...handles: number[]) =>
    markBad(table, Int32Array.from(handles), handles.length, "timeout", new Int32Array(4));
  good(0, 1, 2, 3);
  return { rows, watch, good, bad };
}
const told = (rows: readonly JournalEntry[]) => rows.map((row) => BadTime.parse(row.data));

test("any point bad counts for its device, all bad counts as silence, and each row begins anew", async () => {
  const { rows, watch, good, bad } = building();
  for (let second = 0; second <= 100; second += 1) {
    if (second === 10) bad(0);
    if (second === 30) bad(1, 2);
    if (second === 40) good(0, 1);
    watch.beat(at(second));
  }
  await watch.close(at(100));
  expect(told(rows)).toEqual([{ for: 100_000, devices: { pump: [30_000, 10_000], lift: [71_000, 71_000] } }]);
  for (let second = 101; second <= 110; second += 1) watch.beat(at(second));
  await watch.close(at(110));
  expect(told(rows)[1]).toEqual({ for: 10_000, devices: { lift: [10_000, 10_000] } });
});

test("a row every quarter of an hour while something is bad, and none while all is good", async () => {
  const { rows, watch, good, bad } = building();
  const beat = (from: number, to: number) => {
    for (let second = from; second <= to; second += 1) watch.beat(at(second));
  };
  const period = WRITE_EVERY / 1_000;
  beat(0, 2 * period);
  expect(rows).toEqual([]);
  bad(3);
  beat(2 * period + 1, 4 * period);
  good(3);
  beat(4 * period + 1, 6 * period);
  await watch.close(at(6 * period));
  expect(told(rows).map(({ devices }) => devices.door)).toEqual([
    [minutes(15), minutes(15)],
    [minutes(15), minutes(15)],
  ]);
});

test("time in which the process stood still was seen by nobody; a step of the wall clock is no time", async () => {
  const { rows, watch, bad } = building();
  bad(3);
  watch.beat(at(0));
  watch.beat(at(1));
  watch.beat(at(301));
  watch.beat(at(302, 302 - 3_600));
  await watch.close(at(302, 302 - 3_600));
  expect(told(rows)).toEqual([{ for: 2_000, devices: { door: [2_000, 2_000] } }]);
});
