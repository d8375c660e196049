import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BAD, GOOD, UNCERTAIN } from "#model/quality";
import {
  BLOCK_SAMPLES,
  BLOCK_SPAN,
  codeOf,
  decodeBlock,
  encodeBlock,
  type Samples,
  seal,
  unseal,
} from "../../../gateway/history/block.ts";
import { cut, inOrder, merged } from "../../../gateway/history/stretch.ts";
import { decodeTail, encodeTail } from "../../../gateway/history/tail.ts";

const START = 1_795_248_000_000;

const samplesOf = (rows: readonly (readonly [at: number, value: number, code: number])[]): Samples => ({
  count: rows.length,
  at: Float64Array.from(rows, ([at]) => at),
  value: Float64Array.from(rows, ([, value, code]) => ((code & 3) === BAD ? Number.NaN : value)),
  code: Uint8Array.from(rows, ([, , code]) => code),
});

const anyCode = fc
  .tuple(fc.constantFrom(GOOD, UNCERTAIN, BAD), fc.integer({ min: 0, max: 12 }))
  .map(([q, r]) => codeOf(q, r));
const anyValue = fc.oneof(
  fc.integer({ min: -70_000, max: 70_000 }).map((raw) => raw * 0.01),
  fc.integer({ min: -70_000, max: 70_000 }).map((raw) => raw / 1_000),
  fc.constantFrom(0, 1),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
);
const series = (value: fc.Arbitrary<number>) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), value, anyCode), { minLength: 1, maxLength: 300 })
    .map((rows) => {
      let at = START;
      return samplesOf(
        rows.map(([step, x, code]) => {
          at += step;
          return [at, x, code] as const;
        }),
      );
    });

describe("a block gives back what went in", () => {
  test.each([
    ["registers times 0.01", fc.integer({ min: 0, max: 65_535 }).map((raw) => raw * 0.01)],
    ["switches", fc.constantFrom(0, 1)],
    ["any number", anyValue],
  ])("%s, bit by bit", (_name, value) => {
    fc.assert(
      fc.property(series(value), (samples) => {
        expect(decodeBlock(encodeBlock(samples))).toEqual(samples);
      }),
      { numRuns: 300 },
    );
  });

  test("also when every sample is bad, and when times jump over a whole day", () => {
    const samples = samplesOf([
      [START, 1, codeOf(BAD, 2)],
      [START, 1, codeOf(BAD, 3)],
      [START + BLOCK_SPAN, 1, codeOf(BAD, 2)],
    ]);
    expect(decodeBlock(encodeBlock(samples))).toEqual(samples);
  });

  test("a register that is read once a second takes less than two bytes per sample", () => {
    let level = 40;
    const rows = Array.from({ length: BLOCK_SAMPLES }, (_, i) => {
      level += ((i * 7_919) % 3) - 1;
      return [START + i * 1_000 + ((i * 31) % 5), level * 0.01, 0] as const;
    });
    expect(encodeBlock(samplesOf(rows)).length / BLOCK_SAMPLES).toBeLessThan(2);
  });
});

describe("broken bytes are told from good ones and never throw", () => {
  test("one flipped bit anywhere", () => {
    const whole = encodeBlock(samplesOf(Array.from({ length: 50 }, (_, i) => [START + i * 1_000, i / 10, 0])));
    for (let at = 0; at < whole.length; at += 1) {
      const torn = whole.slice();
      torn[at] = (torn[at] as number) ^ 4;
      expect(decodeBlock(torn)).toBeUndefined();
    }
  });

  test("cut off anywhere, and garbage of any length", () => {
    const whole = encodeBlock(samplesOf(Array.from({ length: 50 }, (_, i) => [START + i * 1_000, i / 10, 0])));
    for (let end = 0; end < whole.length; end += 1) expect(decodeBlock(whole.slice(0, end))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBlock(bytes)).toBeUndefined();
        expect(decodeTail(bytes)).toBeUndefined();
      }),
    );
  });

  test("garbage under a right checksum", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const sealed = seal(bytes);
        expect(unseal(sealed)).toEqual(bytes);
        expect(() => [decodeBlock(sealed), decodeTail(sealed)]).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a batch of the tail gives back its columns", () => {
  const batch = {
    count: 3,
    series: Int32Array.of(7, 1, 7, 99),
    at: Float64Array.of(START, START + 1, START + 2, 0),
    value: Float64Array.of(0.37, Number.NaN, -5, 0),
    code: Uint8Array.of(0, codeOf(BAD, 3), 1, 0),
  };
  const back = decodeTail(encodeTail(batch));
  expect(back).toEqual({
    count: 3,
    series: batch.series.slice(0, 3),
    at: batch.at.slice(0, 3),
    value: batch.value.slice(0, 3),
    code: batch.code.slice(0, 3),
  });
});

test("late samples take their place, and those of one instant keep their order", () => {
  const late = samplesOf([
    [START + 2, 1, 0],
    [START, 2, 0],
    [START + 2, 3, 0],
    [START, 4, 0],
  ]);
  expect([...inOrder(late).value]).toEqual([2, 4, 1, 3]);
  expect([...merged([samplesOf([[START + 1, 9, 0]]), inOrder(late)]).value]).toEqual([2, 4, 9, 1, 3]);
});

test("a long stretch is cut into blocks that are neither too large nor too long", () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => [START + i * 20_000, i, 0] as const);
  const pieces = [...cut(samplesOf(rows))];
  expect(pieces.reduce((sum, piece) => sum + piece.count, 0)).toBe(10_000);
  for (const piece of pieces) {
    expect(piece.count).toBeLessThanOrEqual(BLOCK_SAMPLES);
    expect((piece.at[piece.count - 1] as number) - (piece.at[0] as number)).toBeLessThanOrEqual(BLOCK_SPAN);
  }
});
