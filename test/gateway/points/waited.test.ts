/** Samples too old to be the present: a backlog goes to history and raises nothing, a clock that was set back hides nothing. */
import { describe, expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { instant, type Moment, milliseconds } from "#model/time";
import { settle, settleText } from "../../../gateway/points/settle.ts";
import { expire } from "../../../gateway/points/staleness.ts";
import { createPointTable, type PointTable } from "../../../gateway/points/table.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { deviceOf, rule } from "../../rules/support/rule-bench.ts";
import { point } from "./points.ts";

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const at = (ms: number): Moment => ({ now: instant(START + ms), mono: milliseconds(ms) });
const tableOf = (keys = ["x"], more: Parameters<typeof point>[1] = {}) =>
  createPointTable(keys.map((key) => point(key, { staleAfter: milliseconds(10 * MINUTE), ...more })));

/** Receives one number at `ms` that was sent at `source`, both in ms; true when the row changed. */
function feed(table: PointTable, raw: number, ms: number, source: number, handle = 0, sent = true): boolean {
  const told = { sourceAt: Float64Array.of(START + source), sent };
  return settle(table, Int32Array.of(handle), Float64Array.of(raw), 1, at(ms), new Int32Array(table.count), told) === 1;
}
const beat = (table: PointTable, ms: number): number[] => {
  const changed = new Int32Array(table.count);
  return [...changed.subarray(0, expire(table, milliseconds(ms), changed))];
};
const left = ({ late }: PointTable) =>
  Array.from({ length: late.count }, (_, i) => [(late.at[i] as number) - START, late.value[i]]);

describe("a backlog", () => {
  test("of ten minutes above the limit goes to history alone: no alarm (21)", () => {
    const table = tableOf();
    const device = deviceOf(table.definitions[0]?.device ?? "", [0]);
    const engine = createEngine({
      rules: [rule({ when: "x > 5", kind: "water" })],
      devices: [device],
      points: table.definitions,
      columns: table,
      zone: "UTC",
    });
    const said: string[] = [];
    const take = (raw: number, ms: number, source: number) => {
      const isNews = feed(table, raw, ms, source);
      for (const { to } of engine.step(Int32Array.of(0), Number(isNews), at(ms))) said.push(to);
      const changed = Int32Array.from(beat(table, ms));
      for (const { to } of engine.step(changed, changed.length, at(ms))) said.push(to);
    };
    take(1, 0, 0);
    // The line is dead for ten minutes; then the device sends what it stored, four a second, and goes on as before.
    for (let n = 1; n < 60; n += 1) take(9, 10 * MINUTE + n * 50, n * 10_000);
    for (let n = 0; n < 20; n += 1) take(2, 10 * MINUTE + 3_000 + n * 1_000, 10 * MINUTE + 3_000 + n * 1_000);
    expect(said).toEqual([]);
    expect(left(table)).toEqual(Array.from({ length: 59 }, (_, n) => [(n + 1) * 10_000, 9]));
    expect(table.value[0]).toBe(2);
  });

  test("older than what the row holds does not replace it, and leaves what is newer alone", () => {
    const table = tableOf();
    feed(table, 1, 10 * MINUTE, 10 * MINUTE);
    expect(feed(table, 9, 10 * MINUTE + 100, MINUTE)).toBe(false);
    feed(table, 2, 10 * MINUTE + 1_000, 10 * MINUTE + 1_000);
    expect(beat(table, 10 * MINUTE + 9_000)).toEqual([]);
    expect([table.value[0], left(table)]).toEqual([2, [[MINUTE, 9]]]);
  });

  test("a source that stamps with the instant of its last change may be as old as it likes", () => {
    const table = tableOf();
    feed(table, 1, 10 * MINUTE, MINUTE, 0, false);
    expect(feed(table, 2, 10 * MINUTE + 100, 2 * MINUTE, 0, false)).toBe(true);
    expect([table.value[0], left(table)]).toEqual([2, []]);
  });

  test("a point that wants every sample as it comes gets the old ones too", () => {
    const table = tableOf(["x"], { lateness: milliseconds(0) });
    feed(table, 1, 10 * MINUTE, 10 * MINUTE);
    expect(feed(table, 9, 10 * MINUTE + 100, 0)).toBe(true);
  });
});

describe("a clock", () => {
  test("that is an hour ahead and is set right hides nothing (22)", () => {
    const table = tableOf();
    expect(feed(table, 1, 10_000, 60 * MINUTE + 10_000)).toBe(true);
    expect(table.sourceAt[0]).toBe(START + 10_000);
    expect(feed(table, 2, 11_000, 11_000)).toBe(true);
  });

  test("that was set back runs on beside ours: within seconds its samples count, of every point", () => {
    const table = tableOf(["x", "y"]);
    const hour = 60 * MINUTE;
    for (const handle of [0, 1]) feed(table, 1, hour, hour, handle);
    const said = [0, 1, 2, 3].map((n) => feed(table, 2 + n, hour + 1_000 * (n + 1), 1_000 * (n + 1)));
    expect(said).toEqual([false, false, true, true]);
    expect(feed(table, 7, hour + 4_500, 4_500, 1)).toBe(true);
    expect([table.value[0], table.value[1], table.quality[0]]).toEqual([5, 7, GOOD]);
    // And stays right, also when a minute has gone without a word.
    expect(feed(table, 8, hour + 3 * MINUTE, 3 * MINUTE, 0)).toBe(true);
  });

  test("a single event under a clock that was set back is the present as soon as that is clear from the device's other points", () => {
    const table = tableOf(["button", "heartbeat"]);
    const hour = 60 * MINUTE;
    for (const handle of [0, 1]) feed(table, 0, hour, hour, handle);
    expect(feed(table, 1, hour + 1_000, 1_000)).toBe(false);
    for (const n of [2, 3, 4]) feed(table, n, hour + n * 1_000, n * 1_000, 1);
    expect(beat(table, hour + 4_100)).toEqual([0]);
    expect(table.value[0]).toBe(1);
  });

  test("the last word of a device that then is silent counts after five seconds", () => {
    const table = tableOf(["button"]);
    const hour = 60 * MINUTE;
    feed(table, 0, hour, hour);
    feed(table, 1, hour + 1_000, 1_000);
    expect(beat(table, hour + 5_900)).toEqual([]);
    expect(beat(table, hour + 6_100)).toEqual([0]);
    expect(table.value[0]).toBe(1);
  });
});

test("an old text waits like a number, and an old number that is no value leaves nothing", () => {
  const words = tableOf(["x"], { type: "text" });
  settleText(words, 0, "new", at(10 * MINUTE), { sourceAt: START + 10 * MINUTE, sent: true });
  expect(settleText(words, 0, "old", at(10 * MINUTE + 100), { sourceAt: START, sent: true })).toBe(false);
  expect(words.text.get(0)).toBe("new");
  expect(beat(words, 10 * MINUTE + 6_000)).toEqual([0]);
  const table = tableOf();
  feed(table, 1, 10 * MINUTE, 10 * MINUTE);
  for (const raw of [Number.NaN, Number.POSITIVE_INFINITY]) expect(feed(table, raw, 10 * MINUTE + 100, 0)).toBe(false);
  expect([left(table), beat(table, 10 * MINUTE + 9_000), table.value[0]]).toEqual([[], [], 1]);
});

test("what the source calls history goes to history, however young", () => {
  const table = tableOf();
  feed(table, 1, 10_000, 10_000);
  const told = { sourceAt: Float64Array.of(START + 10_500), past: Uint8Array.of(1) };
  expect(settle(table, Int32Array.of(0), Float64Array.of(9), 1, at(11_000), new Int32Array(1), told)).toBe(0);
  expect([table.value[0], left(table)]).toEqual([1, [[10_500, 9]]]);
});
