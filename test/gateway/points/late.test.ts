/** Samples that come late, twice, or at one instant, where they enter: what the row says, and what is left for history. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GOOD, UNCERTAIN } from "#model/quality";
import { instant, type Moment, milliseconds } from "#model/time";
import { markBad, settle, settleText } from "../../../gateway/points/settle.ts";
import { createPointTable, type PointTable } from "../../../gateway/points/table.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { deviceOf, rule } from "../../rules/support/rule-bench.ts";
import { point } from "./points.ts";

const START = 1_800_000_000_000;
const at = (ms: number): Moment => ({ now: instant(START + ms), mono: milliseconds(ms) });
const tableOf = (more: Parameters<typeof point>[1] = {}) => createPointTable([point("x", more)]);

/** Receives one stamped number at `ms`; true when the row changed. */
function feed(table: PointTable, raw: number, ms: number, source: number, uncertain = 0): boolean {
  const told = { sourceAt: Float64Array.of(START + source), uncertain: Uint8Array.of(uncertain) };
  return settle(table, Int32Array.of(0), Float64Array.of(raw), 1, at(ms), new Int32Array(1), told) === 1;
}
const left = ({ late }: PointTable) =>
  Array.from({ length: late.count }, (_, i) => [(late.at[i] as number) - START, late.value[i]]);

describe("a late sample", () => {
  test("1 s older than the present one changes nothing in the row and is left for history at its own time (20)", () => {
    const table = tableOf({ scale: 0.1 });
    feed(table, 50, 10_000, 10_000);
    expect(feed(table, 99, 10_100, 9_000)).toBe(false);
    expect([table.value[0], table.sourceAt[0], table.quality[0]]).toEqual([5, START + 10_000, GOOD]);
    expect(left(table)).toEqual([[9_000, expect.closeTo(9.9, 9)]]);
  });

  test("keeps the row fresh: its source lives", () => {
    const table = tableOf();
    feed(table, 5, 10_000, 10_000);
    feed(table, 6, 11_500, 9_500);
    expect([table.receivedAt[0], table.receivedMono[0]]).toEqual([START + 11_500, 11_500]);
  });

  test("finds its place between its neighbours, measured back from the one after it", () => {
    const table = tableOf({ scale: 0.1 });
    // The device's clock is 3 s slow and the way here takes as long as it likes.
    feed(table, 10, 13_000, 10_000);
    feed(table, 20, 14_400, 11_000);
    feed(table, 99, 14_500, 10_400);
    feed(table, 98, 14_600, 10_700);
    expect(table.late.placed.map(({ from, until, before, after }) => [from, until, before, after])).toEqual([
      [13_800, 14_400, 1, 2],
      [14_100, 14_400, expect.closeTo(9.9, 9), 2],
    ]);
  });

  test("that came before already is counted once", () => {
    const table = tableOf();
    feed(table, 1, 10_000, 10_000);
    feed(table, 2, 11_000, 11_000);
    for (let n = 0; n < 3; n += 1) feed(table, 9, 11_100, 10_500);
    feed(table, 1, 11_200, 10_000);
    expect(left(table)).toEqual([[10_500, 9]]);
    expect(table.late.placed).toHaveLength(1);
  });

  test("from before a gap has no neighbours: history alone", () => {
    const table = tableOf();
    feed(table, 1, 10_000, 10_000);
    markBad(table, Int32Array.of(0), 1, "timeout", new Int32Array(1));
    feed(table, 2, 11_000, 11_000);
    feed(table, 9, 11_100, 10_500);
    expect([left(table), table.late.placed]).toEqual([[[10_500, 9]], []]);
  });

  test("the lateness of a point is its own, and 0 takes every sample as it comes", () => {
    const patient = tableOf({ lateness: milliseconds(10_000) });
    feed(patient, 5, 20_000, 20_000);
    expect([feed(patient, 6, 20_100, 10_000), left(patient)]).toEqual([false, [[10_000, 6]]]);
    expect([feed(patient, 7, 20_200, 9_999), patient.doubts.open.size]).toEqual([false, 1]);
    const hasty = tableOf({ lateness: milliseconds(0) });
    feed(hasty, 5, 20_000, 20_000);
    expect(feed(hasty, 6, 20_100, 19_999)).toBe(true);
  });

  test.each([
    ["no time", Number.NaN],
    ["1970", -START],
    ["an hour ahead", 3_600_000],
  ])("a stamp of %s tells no order", (_, source) => {
    const table = tableOf();
    feed(table, 5, 10_000, source);
    expect(feed(table, 6, 10_100, 9_900)).toBe(true);
    expect(feed(table, 7, 10_200, source)).toBe(true);
    expect(left(table)).toEqual([]);
  });

  test("that is no value leaves nothing for history", () => {
    const table = tableOf({ range: [0, 10] });
    feed(table, 5, 10_000, 10_000);
    for (const raw of [Number.NaN, Number.POSITIVE_INFINITY, 11]) expect(feed(table, raw, 10_100, 9_000)).toBe(false);
    expect([table.value[0], left(table)]).toEqual([5, []]);
  });

  test("an uncertain one stays uncertain, a text is as late as a number", () => {
    const table = tableOf();
    feed(table, 5, 10_000, 10_000);
    feed(table, 6, 10_100, 9_000, 1);
    expect(table.late.uncertain[0]).toBe(1);
    const words = tableOf({ type: "text" });
    settleText(words, 0, "new", at(10_000), { sourceAt: START + 10_000, uncertain: true });
    expect(settleText(words, 0, "old", at(10_100), { sourceAt: START + 9_000 })).toBe(false);
    expect([words.text.get(0), words.quality[0]]).toEqual(["new", UNCERTAIN]);
  });

  test("more than there is room for are counted as lost", () => {
    const table = tableOf();
    feed(table, 5, 10_000, 10_000);
    for (let n = 0; n < 1_500; n += 1) feed(table, n, 10_100, 9_000 + n / 2_000);
    expect([table.late.count, table.late.lost]).toEqual([1_024, 476]);
  });
});

describe("twice, or at one instant", () => {
  test("the same sample again is no change, and an event in it is counted once (18)", () => {
    const table = tableOf();
    expect([feed(table, 5, 10_000, 10_000), feed(table, 5, 10_100, 10_000)]).toEqual([true, false]);
    expect(left(table)).toEqual([]);
  });

  test("another value of the same instant: the last one received stands (19)", () => {
    const table = tableOf();
    feed(table, 5, 10_000, 10_000);
    expect(feed(table, 6, 10_100, 10_000)).toBe(true);
    expect(table.value[0]).toBe(6);
  });
});

test("whatever order samples come in within the lateness, the row ends as in order, and nothing is said that order would not say", () => {
  const samples = fc.uniqueArray(fc.record({ source: fc.nat(1_990), raw: fc.integer({ min: 0, max: 9 }) }), {
    selector: ({ source }) => source,
    minLength: 1,
    maxLength: 12,
  });
  const shuffled = samples.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([list, order]) => {
      const sorted = [...list].sort((a, b) => a.source - b.source);
      const run = (arrivals: typeof list) => {
        const table = tableOf();
        const definitions = table.definitions;
        const high = rule({ when: "x > 5", on: "5s", kind: "water" });
        const device = deviceOf(definitions[0]?.device ?? "", [0]);
        const engine = createEngine({
          rules: [high],
          devices: [device],
          points: definitions,
          columns: table,
          zone: "UTC",
        });
        // All of them arrive within a moment, after the last one was measured; then time goes on.
        for (const { source, raw } of arrivals) {
          const isNews = feed(table, raw, 2_000, source);
          engine.step(Int32Array.of(0), Number(isNews), at(2_000));
        }
        const said = engine.step(new Int32Array(0), 0, at(10_000)).map((t) => `${t.to} ${t.because.en}`);
        return { value: table.value[0], source: table.sourceAt[0], said, kept: left(table).length };
      };
      const [inOrder, asCome] = [run(sorted), run(order)];
      expect({ ...asCome, kept: 0 }).toEqual({ ...inOrder, kept: 0 });
      expect(inOrder.kept).toBe(0);
      // Every sample is somewhere: it was the newest when it came, or it is left for history.
      let newest = -1;
      const late = order.filter(({ source }) => {
        const isLate = source < newest;
        newest = Math.max(newest, source);
        return isLate;
      });
      expect(asCome.kept).toBe(late.length);
    }),
    { numRuns: 1_000 },
  );
});
