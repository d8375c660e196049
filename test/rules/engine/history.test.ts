/** The step function that windows look at: exact while changes are few, within a bucket of the truth when they are many. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHistory } from "../../../rules/engine/history.ts";

const SPAN = 60_000;

interface Change {
  readonly after: number;
  readonly value: number | null;
}

function naive(changes: readonly Change[], now: number) {
  let [good, sum] = [0, 0];
  let time = 0;
  changes.forEach(({ after, value }, at) => {
    time += after;
    const end = at + 1 < changes.length ? time + (changes[at + 1] as Change).after : now;
    const length = Math.min(end, now) - Math.max(time, now - SPAN);
    if (value === null || length < 0 || (length === 0 && at + 1 < changes.length)) return;
    good += length;
    sum += value * length;
  });
  return { good, sum };
}

const values = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -8, max: 8 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

function fill(changes: readonly Change[]) {
  const history = createHistory(SPAN);
  let time = 0;
  for (const { after, value } of changes) {
    time += after;
    history.drop(time - SPAN);
    history.push(value ?? Number.NaN, time);
  }
  return { history, time };
}

describe("a history", () => {
  test("is exact with few changes", () => {
    const changes = fc.array(fc.record({ after: fc.integer({ min: 1, max: 9_000 }), value: values }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(changes, fc.nat(20_000), (list, later) => {
        const { history, time } = fill(list);
        history.measure(time + later - SPAN, time + later, time + later);
        expect(history.seen).toEqual(naive(list, time + later));
      }),
    );
  });

  test("stays within a bucket of the truth with many", () => {
    const changes = fc.array(fc.record({ after: fc.integer({ min: 1, max: 300 }), value: values }), {
      minLength: 600,
      maxLength: 900,
    });
    fc.assert(
      fc.property(changes, (list) => {
        const { history, time } = fill(list);
        history.measure(time - SPAN, time, time);
        const truth = naive(list, time);
        const bucket = SPAN / 60;
        expect(Math.abs(history.seen.good - truth.good)).toBeLessThanOrEqual(bucket);
        expect(Math.abs(history.seen.sum - truth.sum)).toBeLessThanOrEqual(2 * 8 * bucket);
      }),
      { numRuns: 60 },
    );
  });

  test("saved and loaded at another time it says the same", () => {
    const changes = fc.array(fc.record({ after: fc.integer({ min: 1, max: 900 }), value: values }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(changes, fc.integer({ min: -1_000_000, max: 1_000_000 }), (list, shift) => {
        const { history, time } = fill(list);
        const copy = createHistory(SPAN);
        expect(copy.load(history.save(time), time + shift)).toBe(true);
        history.measure(time - SPAN, time, time);
        copy.measure(time + shift - SPAN, time + shift, time + shift);
        expect(copy.seen).toEqual(history.seen);
      }),
    );
  });

  test("two values at one instant: the last one stands", () => {
    const history = createHistory(SPAN);
    history.push(1, 0);
    history.push(9, 100);
    history.push(2, 100);
    history.measure(0, 200, 200);
    expect(history.seen).toEqual({ good: 200, sum: 300 });
  });
});
