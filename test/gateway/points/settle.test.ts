/** Raw numbers become values with a quality, or no value with a reason. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD, type Reason, reasons, UNCERTAIN } from "#model/quality";
import { instant, type Moment, milliseconds } from "#model/time";
import { confirm, markBad, settle, settleText } from "../../../gateway/points/settle.ts";
import { createPointTable, type PointTable } from "../../../gateway/points/table.ts";
import { point } from "./points.ts";

const at = (second: number): Moment => ({
  now: instant(1_800_000_000_000 + second * 1_000),
  mono: milliseconds(second * 1_000),
});

/** Settles one raw number into row 0 and answers what the row says and whether it was reported. */
function feed(table: PointTable, raw: number, second = 0) {
  const changed = new Int32Array(1);
  const count = settle(table, Int32Array.of(0), Float64Array.of(raw), 1, at(second), changed);
  return [count === 1, ...row(table, 0)];
}
const row = (table: PointTable, handle: number): [number, "good" | "bad", Reason] => [
  table.value[handle] as number,
  table.quality[handle] === GOOD ? "good" : "bad",
  reasons[table.reason[handle] as number] as Reason,
];
const tableOf = (more: Parameters<typeof point>[1] = {}) => createPointTable([point("x", more)]);

describe("a fresh table", () => {
  test("has no value anywhere, because nothing was read since the start", () => {
    const table = createPointTable([point("a"), point("b", { type: "bool" })]);
    expect(table.count).toBe(2);
    expect([row(table, 0), row(table, 1)]).toEqual([
      [Number.NaN, "bad", "restart"],
      [Number.NaN, "bad", "restart"],
    ]);
    expect([...table.receivedAt]).toEqual([0, 0]);
  });
});

describe("settling", () => {
  test("scale and offset make the value, and the instants are those of the receipt", () => {
    const table = tableOf({ scale: 0.1, offset: -100 });
    expect(feed(table, 1_234, 5)).toEqual([true, expect.closeTo(23.4, 9), "good", "none"]);
    expect([table.sourceAt[0], table.receivedAt[0], table.receivedMono[0]]).toEqual([at(5).now, at(5).now, at(5).mono]);
  });

  test.each([
    [
      "a number that the device uses for not available",
      { notAvailable: [0xffff], scale: 0.1 },
      0xffff,
      "not-available",
    ],
    ["not available, although it would be in range", { notAvailable: [7], range: [0, 10] }, 7, "not-available"],
    ["NaN", {}, Number.NaN, "nan"],
    ["infinity", { range: [0, 10] }, Number.POSITIVE_INFINITY, "nan"],
    ["infinity after scaling", { scale: 1e300 }, 1e300, "nan"],
    ["above the range", { range: [0, 1.6], scale: 0.001 }, 1_601, "out-of-range"],
    ["below the range", { range: [-40, 85] }, -41, "out-of-range"],
    [
      "a code that the profile does not know",
      { type: "enum", values: { 1: { zh: "上", en: "up" } } },
      2,
      "unknown-code",
    ],
    ["half a code", { type: "enum", values: { 1: { zh: "上", en: "up" } } }, 1.5, "unknown-code"],
    ["NaN for a bool", { type: "bool" }, Number.NaN, "nan"],
    ["a number for a text", { type: "text" }, 1, "decode"],
  ] as const)("%s has no value", (_, more, raw, reason) => {
    const table = tableOf(more as never);
    expect(feed(table, raw)).toEqual([true, Number.NaN, "bad", reason]);
    expect(table.receivedAt[0]).toBe(at(0).now);
  });

  test.each([
    ["the ends of the range", { range: [0, 1.6] }, 1.6, 1.6],
    ["a known code", { type: "enum", values: { 3: { zh: "停", en: "stop" } } }, 3, 3],
    ["any code, when the profile names none", { type: "enum" }, 99, 99],
    ["a bool: 0", { type: "bool" }, 0, 0],
    ["a bool: 1", { type: "bool" }, 1, 1],
    ["a bool: anything else", { type: "bool" }, 0xff00, 1],
    ["a bool turned round: 0", { type: "bool", scale: -1, offset: 1 }, 0, 1],
    ["a bool turned round: 255", { type: "bool", scale: -1, offset: 1 }, 255, 0],
  ] as const)("%s is good", (_, more, raw, value) => {
    expect(feed(tableOf(more as never), raw)).toEqual([true, value, "good", "none"]);
  });

  test("the same value again is not a change, but it is a receipt", () => {
    const table = tableOf();
    expect(feed(table, 5, 1)[0]).toBe(true);
    expect(feed(table, 5, 2)[0]).toBe(false);
    expect(table.receivedMono[0]).toBe(2_000);
    expect(feed(table, 6, 3)[0]).toBe(true);
  });

  test("a step within the deadband is kept but not reported, and slow drift adds up until it is", () => {
    const table = tableOf({ deadband: 0.5 });
    expect(feed(table, 10)).toEqual([true, 10, "good", "none"]);
    expect(feed(table, 10.3)).toEqual([false, 10.3, "good", "none"]);
    expect(feed(table, 10.5)).toEqual([false, 10.5, "good", "none"]);
    expect(feed(table, 10.6)).toEqual([true, 10.6, "good", "none"]);
    expect(feed(table, 10.2)[0]).toBe(false);
  });

  test("the way into bad quality and out of it is always a change, deadband or not", () => {
    const table = tableOf({ deadband: 100, range: [0, 50] });
    expect(feed(table, 10)[0]).toBe(true);
    expect(feed(table, 60)).toEqual([true, Number.NaN, "bad", "out-of-range"]);
    expect(feed(table, 61)[0]).toBe(false);
    expect(feed(table, Number.NaN)).toEqual([true, Number.NaN, "bad", "nan"]);
    expect(feed(table, 10)).toEqual([true, 10, "good", "none"]);
  });

  test("only the handles that changed are answered, in the order of the batch", () => {
    const table = createPointTable([point("a"), point("b"), point("c")]);
    const changed = new Int32Array(3);
    const all = Int32Array.of(2, 0, 1);
    expect(settle(table, all, Float64Array.of(1, 2, 3), 3, at(0), changed)).toBe(3);
    expect([...changed]).toEqual([2, 0, 1]);
    expect(settle(table, all, Float64Array.of(1, 9, 3), 3, at(1), changed)).toBe(1);
    expect(changed[0]).toBe(0);
    expect([...table.value]).toEqual([9, 3, 1]);
  });

  test("a longer array than the count says is not looked at", () => {
    const table = createPointTable([point("a"), point("b")]);
    expect(settle(table, Int32Array.of(0, 1), Float64Array.of(1, 2), 1, at(0), new Int32Array(2))).toBe(1);
    expect(row(table, 1)[2]).toBe("restart");
  });

  test("whatever comes in, a row is either good with a finite value in range, or bad without any value", () => {
    const numbers = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0xffff, 0x7fff, 0x8000, -0));
    fc.assert(
      fc.property(fc.array(numbers), fc.double({ min: 0, max: 5, noNaN: true }), (raws, deadband) => {
        const table = tableOf({ deadband, scale: 0.1, range: [-10, 1_000], notAvailable: [0xffff] });
        for (const raw of raws) {
          feed(table, raw);
          const value = table.value[0] as number;
          if (table.quality[0] === GOOD) expect(value >= -10 && value <= 1_000).toBe(true);
          else expect([value, table.quality[0], table.reason[0] !== 0]).toEqual([Number.NaN, BAD, true]);
        }
      }),
    );
  });
});

describe("marking bad", () => {
  test("takes the value away, says why, keeps when it was last known, and counts each change once", () => {
    const table = createPointTable([point("a"), point("b"), point("c")]);
    const all = Int32Array.of(0, 1, 2);
    const changed = new Int32Array(3);
    settle(table, all, Float64Array.of(1, 2, Number.NaN), 3, at(4), changed);
    expect(markBad(table, all, 3, "no-link", changed)).toBe(3);
    expect(row(table, 0)).toEqual([Number.NaN, "bad", "no-link"]);
    expect(table.receivedAt[0]).toBe(at(4).now);
    expect(markBad(table, all, 3, "no-link", changed)).toBe(0);
    expect(markBad(table, all, 2, "timeout", changed)).toBe(2);
  });
});

describe("texts", () => {
  test("a text is a change when it differs, and is gone when the point turns bad", () => {
    const table = createPointTable([point("floor", { type: "text" })]);
    expect(settleText(table, 0, "B1", at(0))).toBe(true);
    expect(settleText(table, 0, "B1", at(1))).toBe(false);
    expect([table.text.get(0), ...row(table, 0)]).toEqual(["B1", Number.NaN, "good", "none"]);
    expect(settleText(table, 0, "1F", at(2))).toBe(true);
    markBad(table, Int32Array.of(0), 1, "timeout", new Int32Array(1));
    expect(table.text.has(0)).toBe(false);
    expect(settleText(table, 0, "1F", at(3))).toBe(true);
  });

  test("a text that its source is not sure of is uncertain, with its own time, and becoming sure is a change", () => {
    const table = createPointTable([point("floor", { type: "text" })]);
    expect(settleText(table, 0, "B1", at(9), { sourceAt: at(7).now, uncertain: true })).toBe(true);
    expect([table.text.get(0), table.quality[0], table.sourceAt[0]]).toEqual(["B1", UNCERTAIN, at(7).now]);
    expect(settleText(table, 0, "B1", at(10), { uncertain: true })).toBe(false);
    expect(settleText(table, 0, "B1", at(11), { sourceAt: 0 })).toBe(true);
    expect([table.text.get(0), ...row(table, 0), table.sourceAt[0]]).toEqual([
      "B1",
      Number.NaN,
      "good",
      "none",
      at(11).now,
    ]);
  });

  test("a text for a number is no value", () => {
    const table = tableOf();
    expect(settleText(table, 0, "12.5", at(0))).toBe(true);
    expect(row(table, 0)).toEqual([Number.NaN, "bad", "decode"]);
    expect(table.text.size).toBe(0);
  });
});

describe("a source that sends by itself", () => {
  const sent = (table: PointTable, raw: number, second: number, sourceAt: number, uncertain = 0) =>
    settle(table, Int32Array.of(0), Float64Array.of(raw), 1, at(second), new Int32Array(1), {
      sourceAt: Float64Array.of(sourceAt),
      uncertain: Uint8Array.of(uncertain),
    });

  test("its own time is kept beside the time of the receipt; none told is the receipt's", () => {
    const table = tableOf();
    sent(table, 4, 9, at(7).now);
    expect([table.sourceAt[0], table.receivedAt[0]]).toEqual([at(7).now, at(9).now]);
    sent(table, 4, 10, Number.NaN);
    expect(table.sourceAt[0]).toBe(at(10).now);
  });

  test("what it is not sure of is a value, but no good one, and becoming sure is a change", () => {
    const table = tableOf({ deadband: 5 });
    expect(sent(table, 4, 0, Number.NaN, 1)).toBe(1);
    expect([table.value[0], table.quality[0]]).toEqual([4, UNCERTAIN]);
    expect(sent(table, 4, 1, Number.NaN, 1)).toBe(0);
    expect(sent(table, 4, 2, Number.NaN, 0)).toBe(1);
    expect(table.quality[0]).toBe(GOOD);
  });

  test("a keep-alive makes what is known fresh again, and brings nothing back that was bad", () => {
    const table = createPointTable([point("a"), point("b")]);
    settle(table, Int32Array.of(0), Float64Array.of(4), 1, at(0), new Int32Array(1));
    confirm(table, Int32Array.of(0, 1), 2, at(60));
    expect([table.receivedMono[0], table.sourceAt[0]]).toEqual([at(60).mono, at(0).now]);
    expect(row(table, 1)).toEqual([Number.NaN, "bad", "restart"]);
    expect(table.receivedMono[1]).toBe(Number.NEGATIVE_INFINITY);
  });
});
