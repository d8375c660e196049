import fc from "fast-check";
import { expect, test } from "vitest";
import { gapsOf } from "../../../gateway/site/shift-gaps.ts";

const every = [1, 2, 3, 4, 5, 6, 7];
const shift = (from: number, to: number, days = every) => ({ team: "t", people: ["p"], days, from, to });
const DAY = 1_440;

test("two shifts of twelve hours leave no gap", () => {
  expect(gapsOf([shift(480, 1_200), shift(1_200, 480)])).toEqual([]);
});

test("equal times are a whole day", () => {
  expect(gapsOf([shift(540, 540)])).toEqual([]);
});

test("nobody at all is a gap of a week", () => {
  expect(gapsOf([])).toEqual([[0, 7 * DAY]]);
});

test("a missing Sunday runs from Saturday's end to Monday's beginning, across the end of the week", () => {
  expect(gapsOf([shift(0, 0, [1, 2, 3, 4, 5, 6])])).toEqual([[6 * DAY, 7 * DAY]]);
  expect(gapsOf([shift(480, 480, [1, 2, 3, 4, 5, 6])])).toEqual([[6 * DAY + 480, 7 * DAY + 480]]);
});

test("a night shift belongs to the day on which it begins", () => {
  expect(gapsOf([shift(1_200, 480, [7]), shift(480, 1_200, [1])])).toEqual([[1_200, 6 * DAY + 1_200]]);
});

test("gaps and shifts together fill the week exactly", () => {
  const anyShift = fc.record({
    from: fc.integer({ min: 0, max: DAY - 1 }),
    to: fc.integer({ min: 0, max: DAY - 1 }),
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(anyShift, { maxLength: 5 }), (list) => {
      const shifts = list.map(({ from, to, days }) => shift(from, to, days));
      const covered = (minute: number): boolean => {
        const day = Math.floor(minute / DAY) + 1;
        const before = day === 1 ? 7 : day - 1;
        const at = minute % DAY;
        return shifts.some(({ from, to, days }) =>
          from < to
            ? days.includes(day) && at >= from && at < to
            : (days.includes(day) && at >= from) || (days.includes(before) && at < to),
        );
      };
      const inGap = new Set<number>();
      for (const [from, to] of gapsOf(shifts))
        for (let minute = from; minute < to; minute += 1) inGap.add(minute % (7 * DAY));
      for (let minute = 0; minute < 7 * DAY; minute += 7) expect(inGap.has(minute)).toBe(!covered(minute));
    }),
    { numRuns: 20 },
  );
});
