/** Values that nobody confirms turn bad by themselves, by the monotonic clock. */
import { expect, test } from "vitest";
import { reasons } from "#model/quality";
import { instant, type Moment, milliseconds, seconds } from "#model/time";
import { markBad, settle, settleText } from "../../../gateway/points/settle.ts";
import { expire } from "../../../gateway/points/staleness.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { point } from "./points.ts";

const at = (second: number, wall = second): Moment => ({ now: instant(wall * 1_000), mono: seconds(second) });
const changed = new Int32Array(4);

test("a value turns stale one moment after its time, once, and the next sample makes it good again", () => {
  const table = createPointTable([point("a", { staleAfter: seconds(10) }), point("b", { staleAfter: seconds(60) })]);
  settle(table, Int32Array.of(0, 1), Float64Array.of(5, 6), 2, at(0), new Int32Array(2));
  expect(expire(table, seconds(10), changed)).toBe(0);
  expect(expire(table, milliseconds(10_001), changed)).toBe(1);
  expect([changed[0], table.value[0], reasons[table.reason[0] as number]]).toEqual([0, Number.NaN, "stale"]);
  expect(expire(table, seconds(11), changed)).toBe(0);
  expect(settle(table, Int32Array.of(0), Float64Array.of(5), 1, at(12), new Int32Array(1))).toBe(1);
  expect(table.value[0]).toBe(5);
});

test("the same value again and again stays fresh", () => {
  const table = createPointTable([point("a")]);
  for (let second = 0; second < 60; second += 9) {
    settle(table, Int32Array.of(0), Float64Array.of(5), 1, at(second), new Int32Array(1));
    expect(expire(table, seconds(second + 9), changed)).toBe(0);
  }
});

test("a step of the wall clock makes nothing stale and keeps nothing fresh", () => {
  const table = createPointTable([point("a"), point("b")]);
  settle(table, Int32Array.of(0), Float64Array.of(1), 1, at(0, 100_000), new Int32Array(1));
  settle(table, Int32Array.of(1), Float64Array.of(1), 1, at(0, 1), new Int32Array(1));
  expect(expire(table, seconds(9), changed)).toBe(0);
  expect(expire(table, seconds(11), changed)).toBe(2);
});

test("a row that is bad keeps its own reason", () => {
  const table = createPointTable([point("a"), point("b")]);
  settle(table, Int32Array.of(0), Float64Array.of(1), 1, at(0), new Int32Array(1));
  markBad(table, Int32Array.of(0), 1, "timeout", new Int32Array(1));
  expect(expire(table, seconds(1_000), changed)).toBe(0);
  expect([...table.reason].map((code) => reasons[code])).toEqual(["timeout", "restart"]);
});

test("a stale text is gone", () => {
  const table = createPointTable([point("floor", { type: "text" })]);
  settleText(table, 0, "B1", at(0));
  expect(expire(table, seconds(11), changed)).toBe(1);
  expect(table.text.size).toBe(0);
});
