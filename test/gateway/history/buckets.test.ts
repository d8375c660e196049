import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD, reasonCode, UNCERTAIN } from "#model/quality";
import { codeOf, type Samples } from "../../../gateway/history/block.ts";
import {
  type Buckets,
  boundsOf,
  createBuckets,
  fill,
  HOLD,
  qualityOfBucket,
} from "../../../gateway/history/buckets.ts";
import { decodeCells, encodeCells, HOURS, join, MINUTES } from "../../../gateway/history/cells.ts";

const START = 1_795_248_000_000;
const SILENT = codeOf(BAD, reasonCode("no-link"));
type Row = readonly [second: number, value: number, code?: number];

const samplesOf = (rows: readonly Row[]): Samples => ({
  count: rows.length,
  at: Float64Array.from(rows, ([second]) => START + second * 1_000),
  value: Float64Array.from(rows, ([, value, code = 0]) => ((code & 3) === BAD ? Number.NaN : value)),
  code: Uint8Array.from(rows, ([, , code = 0]) => code),
});

function bucketsOf(rows: readonly Row[], seconds: number, count: number, now = seconds): Buckets {
  const bounds = boundsOf(START, START + seconds * 1_000, count, 1);
  const buckets = createBuckets(bounds);
  const filler = fill(buckets, bounds, START);
  filler.take(samplesOf(rows));
  filler.close(START + now * 1_000);
  return buckets;
}

const row = (buckets: Buckets, i: number) => ({
  low: buckets.low[i],
  high: buckets.high[i],
  mean: (buckets.area[i] as number) / (buckets.known[i] as number),
  last: buckets.last[i],
  samples: buckets.samples[i],
});

describe("a value holds until the next one", () => {
  test("means are weighted by time, and a value that stands still fills buckets without samples", () => {
    const buckets = bucketsOf(
      [
        [0, 2],
        [9, 12],
        [12, 4],
      ],
      40,
      4,
    );
    expect(row(buckets, 0)).toEqual({ low: 2, high: 12, mean: (2 * 9 + 12) / 10, last: 12, samples: 2 });
    expect(row(buckets, 1)).toEqual({ low: 4, high: 12, mean: (12 * 2 + 4 * 8) / 10, last: 4, samples: 1 });
    expect(row(buckets, 3)).toEqual({ low: 4, high: 4, mean: 4, last: 4, samples: 0 });
  });

  test("what held before the range holds into it", () => {
    expect(row(bucketsOf([[-30, 7]], 10, 1), 0)).toEqual({ low: 7, high: 7, mean: 7, last: 7, samples: 0 });
  });

  test("a gap is not a line: bad quality and long silence leave buckets empty", () => {
    const buckets = bucketsOf(
      [
        [0, 5],
        [10, 0, SILENT],
        [20, 6],
      ],
      2_000,
      200,
    );
    expect(buckets.known[0]).toBe(10_000);
    expect(buckets.known[1]).toBe(0);
    expect(buckets.low[1]).toBeNaN();
    expect(buckets.last[2]).toBe(6);
    // Nobody wrote anything after second 20: the sample speaks for seven minutes and no longer.
    expect(buckets.known.reduce((sum, ms) => sum + ms, 0)).toBe(10_000 + HOLD);
    expect(buckets.known[199]).toBe(0);
  });

  test("nothing is known of the future", () => {
    const buckets = bucketsOf([[0, 5]], 100, 10, 25);
    expect([...buckets.known].map((ms) => ms / 1_000)).toEqual([10, 10, 5, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test("the quality of a bucket: good, partly known, of uncertain quality, unknown", () => {
  const buckets = bucketsOf(
    [
      [0, 1],
      [15, 0, SILENT],
      [30, 2, codeOf(UNCERTAIN, 0)],
      [40, 2, SILENT],
    ],
    50,
    5,
  );
  const at = (i: number) => qualityOfBucket(buckets, i, START + (i + 1) * 10_000);
  expect([0, 1, 2, 3, 4].map(at)).toEqual([GOOD, UNCERTAIN, BAD, UNCERTAIN, BAD]);
});

const anyRows = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 900 }),
      fc.integer({ min: -50, max: 50 }),
      fc.constantFrom(GOOD, GOOD, GOOD, UNCERTAIN, SILENT),
    ),
    { maxLength: 40 },
  )
  .map((rows) => {
    let second = -300;
    return rows.map(([step, value, code]) => {
      second += step;
      return [second, value, code] as const;
    });
  });

test("buckets agree with a slow look at every second", () => {
  fc.assert(
    fc.property(anyRows, fc.integer({ min: 1, max: 40 }), (rows, count) => {
      const width = 60;
      const buckets = bucketsOf(rows, width * count, count);
      for (let i = 0; i < count; i += 1) {
        const held: number[] = [];
        for (let second = i * width; second < (i + 1) * width; second += 1) {
          const sample = rows.filter(([at]) => at <= second).at(-1);
          if (!sample || (sample[2] & 3) === BAD || (second - sample[0]) * 1_000 >= HOLD) continue;
          held.push(sample[1]);
        }
        // Samples that another one of the same second replaced still count for lowest and highest.
        const inside = rows.filter(([at, , code]) => at >= i * width && at < (i + 1) * width && (code & 3) !== BAD);
        const all = [...held, ...inside.map(([, value]) => value)];
        expect(buckets.known[i]).toBe(held.length * 1_000);
        expect(buckets.samples[i]).toBe(inside.length);
        expect(buckets.area[i]).toBeCloseTo(held.reduce((sum, value) => sum + value, 0) * 1_000, 6);
        expect(buckets.low[i]).toBe(all.length > 0 ? Math.min(...all) : Number.NaN);
        expect(buckets.high[i]).toBe(all.length > 0 ? Math.max(...all) : Number.NaN);
      }
    }),
    { numRuns: 300 },
  );
});

test("cells of a day come back from their bytes, and hours made of minutes are hours made of samples", () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const minutes = bucketsOf(rows, 7_200, 120);
      const day = Math.floor(START / MINUTES.row) * MINUTES.row;
      const back = decodeCells(encodeCells(minutes, day, MINUTES), day, MINUTES);
      const bounds = boundsOf(START, START + 7_200_000, 2, HOURS.step);
      const coarse = createBuckets(bounds);
      const filler = fill(coarse, bounds, START);
      if (back) filler.cells(back, START, START + 7_200_000);
      const exact = bucketsOf(rows, 7_200, 2);
      for (const column of ["low", "high", "samples", "known", "good"] as const) {
        expect(coarse[column]).toEqual(exact[column]);
      }
      for (let i = 0; i < 2; i += 1) {
        const known = Math.max(1, exact.known[i] as number);
        expect((coarse.area[i] as number) / known).toBeCloseTo((exact.area[i] as number) / known, 4);
      }
    }),
    { numRuns: 200 },
  );
});

test("cells that are written again replace those of the same minute", () => {
  const before = bucketsOf([[0, 1]], 120, 2);
  const after = bucketsOf([[60, 9]], 120, 2);
  const whole = join(before, { ...after, ...{} });
  expect([...whole.at]).toEqual([START, START + 60_000]);
  expect(whole.last[1]).toBe(9);
});
