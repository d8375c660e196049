/**
 * Each window function against a slow reference that works its answer out from the whole past. `WINDOW_RUNS` is the number of
 * random series in all, spread over the functions: 100,000 unless told, also in CI; at most half a minute of CPU.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMachine } from "../../../rules/engine/create-machine.ts";
import { createFlats } from "../../../rules/engine/flats.ts";
import type { Machine, StepTime, Wiring } from "../../../rules/engine/machine.ts";
import { createMomentCells, isCellOperator } from "../../../rules/engine/moment-cells.ts";
import { createWindows, isWindowOperator } from "../../../rules/engine/windows.ts";
import type { MemoryOperator } from "../../../rules/language/graph.ts";
import { openCount } from "../../../rules/language/kleene.ts";

const U = Number.NaN;
const RUNS = Number(process.env.WINDOW_RUNS ?? 100_000);

/** From `at` on the value is `value`. Of two at one instant the last one stands. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** The past as pieces cut to the window that ends at `now`; the newest value is there even without time. */
function cut(past: readonly { at: number; value: number }[], span: number, now: number): Piece[] {
  return past.flatMap(({ at, value }, i) => {
    const [from, to] = [Math.max(at, now - span), past[i + 1]?.at ?? now];
    return to > from || (i === past.length - 1 && to === from) ? [{ from, to, value }] : [];
  });
}
const known = (pieces: readonly Piece[]): Piece[] => pieces.filter((piece) => !Number.isNaN(piece.value));
const timeOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { from, to }) => sum + to - from, 0);
const covered = (pieces: readonly Piece[], span: number): boolean => timeOf(known(pieces)) >= 0.8 * span - 1e-6;

interface Asked {
  readonly span: number;
  readonly pieces: readonly Piece[];
  readonly past: readonly { at: number; value: number }[];
  readonly now: number;
}
type Reference = (asked: Asked) => number;

const valuesOf = (pieces: readonly Piece[]): number[] => known(pieces).map(({ value }) => value);
const ifCovered =
  (answer: Reference): Reference =>
  (asked) =>
    covered(asked.pieces, asked.span) ? answer(asked) : U;

const rateBy =
  (moved: (values: readonly number[]) => number): Reference =>
  ({ span, pieces }) => {
    const list = known(pieces);
    const [first, last] = [list[0], list.at(-1)];
    if (!first || !last || last.to - first.from < span / 2) return U;
    return (moved(list.map(({ value }) => value)) * 1_000) / (last.to - first.from);
  };

function middle({ pieces }: Asked): number {
  const list = known(pieces).sort((a, b) => a.value - b.value);
  let sum = 0;
  for (const piece of list) {
    sum += piece.to - piece.from;
    if (sum * 2 >= timeOf(list)) return piece.value;
  }
  return U;
}

function rises({ span, pieces, past, now }: Asked): number {
  let count = 0;
  let before: { value: number; until: number } | undefined;
  past.forEach(({ at, value }, i) => {
    if (Number.isNaN(value)) return;
    const gap = before ? at - before.until : 0;
    if (before && gap <= 30_000 && before.value === 0 && value === 1 && at > now - span) count += 1;
    before = { value, until: past[i + 1]?.at ?? now };
  });
  const blind = known(pieces).length === 0 || timeOf(pieces) - timeOf(known(pieces)) > 0.2 * span + 1e-6;
  return blind ? openCount(count) : count;
}

interface Case {
  readonly operator: MemoryOperator;
  readonly more: readonly number[];
  readonly values: readonly number[];
  readonly reference: Reference;
  /** It moves with time and is looked at 60 times per span: the reference is asked when it looks. */
  readonly isLooked?: boolean;
  /** What it said holds until it wakes: the reference is asked in between, too. */
  readonly isHeld?: boolean;
  /** It counts happenings: two at one instant are two, so the series has none. */
  readonly isEvent?: boolean;
  /** Digits to which the answer must agree; without them it must be equal to the bit. */
  readonly digits?: number;
}
const NUMBERS = [0, 0.5, 1, 2, 4, -3];
const CASES: readonly Case[] = [
  {
    operator: "min",
    more: [],
    values: NUMBERS,
    isHeld: true,
    reference: ifCovered(({ pieces }) => Math.min(...valuesOf(pieces))),
  },
  {
    operator: "max",
    more: [],
    values: NUMBERS,
    isHeld: true,
    reference: ifCovered(({ pieces }) => Math.max(...valuesOf(pieces))),
  },
  {
    operator: "avg",
    more: [],
    values: NUMBERS,
    isLooked: true,
    digits: 9,
    reference: ifCovered(
      ({ pieces }) =>
        known(pieces).reduce((sum, { from, to, value }) => sum + value * (to - from), 0) / timeOf(known(pieces)),
    ),
  },
  { operator: "median", more: [0], values: NUMBERS, isLooked: true, reference: ifCovered(middle) },
  {
    operator: "rate",
    more: [0],
    values: NUMBERS,
    digits: 9,
    reference: rateBy((values) => (values.at(-1) ?? U) - (values[0] ?? U)),
  },
  {
    operator: "rate",
    more: [1],
    values: [0, 1, 3, 7, 9],
    digits: 9,
    reference: rateBy((values) => values.reduce((sum, x, i) => sum + Math.max(0, x - (values[i - 1] ?? x)), 0)),
  },
  {
    operator: "flat",
    more: [1],
    values: NUMBERS,
    isHeld: true,
    reference: ({ span, pieces, past, now }) => {
      const values = valuesOf(pieces);
      if (Math.max(...values) - Math.min(...values) > 1) return 0;
      return (past[0]?.at ?? now) <= now - span && covered(pieces, span) ? 1 : U;
    },
  },
  {
    operator: "previous",
    more: [],
    values: NUMBERS,
    isHeld: true,
    reference: ({ span, past, now }) => past.findLast(({ at }) => at <= now - span)?.value ?? U,
  },
  { operator: "rises", more: [], values: [0, 1], isEvent: true, reference: rises },
];

interface Hand {
  /** Feeds the present input as the network does: what is settled beside the machine need not reach it. */
  feed(): void;
  readonly machine: Machine;
  readonly values: Float64Array;
  readonly time: StepTime;
}

interface Cells {
  run(at: number): number;
  wakeOf(at: number): number;
  save(at: number, mono: number): readonly number[];
  load(at: number, saved: readonly number[], mono: number): void;
}

/** As the network runs those that stand side by side; the one under test stands beside another. */
function second(cells: Cells, values: Float64Array): Machine {
  const machine: Machine = {
    wake: cells.wakeOf(1),
    run() {
      values[1] = cells.run(1);
      machine.wake = cells.wakeOf(1);
    },
    save: (mono) => cells.save(1, mono),
    load: (saved, mono) => cells.load(1, saved, mono),
  };
  return machine;
}

function machineOf(operator: MemoryOperator, wiring: Wiring, numbers: readonly number[]): Machine {
  const { values, time, input, slot } = wiring;
  if (isWindowOperator(operator)) {
    const windows = createWindows(2, values, time);
    windows.open(0, operator, input, slot, numbers);
    windows.open(1, operator, input, slot, numbers);
    return second(windows, values);
  }
  if (!isCellOperator(operator)) return createMachine(operator, wiring, numbers, "UTC");
  const cells = createMomentCells(2, values, time);
  cells.open(0, operator, input, numbers);
  cells.open(1, operator, input, numbers);
  return second(cells, values);
}

function open({ operator, more }: Case, span: number): Hand {
  const values = new Float64Array([U, U]);
  const time: StepTime = { mono: 0, now: 0, restarted: false };
  const flats = createFlats(1);
  const wiring = { values, time, slot: 1, input: 0, desk: flats.desk(0) };
  const machine = machineOf(operator, wiring, [span, ...more]);
  return {
    machine,
    values,
    time,
    feed() {
      if (operator === "flat" && flats.settle(0, values[0] as number, time.mono))
        machine.wake = flats.dueOf(0, time.mono);
      else machine.run();
    },
  };
}

const series = ({ values, isEvent = false }: Case) =>
  fc.array(
    fc.record({
      after: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: Number(isEvent), max: 3_000 }) },
        { weight: 1, arbitrary: fc.constantFrom(9_000, 31_000) },
      ),
      // Missing: only time passes.
      value: fc.constantFrom(...values, ...values, U, undefined),
    }),
    { minLength: 1, maxLength: 24 },
  );

describe.each(CASES.map((one) => [`${one.operator}(${one.more.join()})`, one] as const))("%s", (_, one) => {
  test("says what the whole past says, also after a restart in the middle", () => {
    fc.assert(
      fc.property(
        series(one),
        fc.constantFrom(2_000, 6_000, 10_000),
        fc.nat(24),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (list, span, cutAt, shift) => {
          let hand = open(one, span);
          const past: { at: number; value: number }[] = [];
          let now = 0;
          let moved = 0;
          let due = 0;
          const compare = (): void => {
            const answer = one.reference({ span, pieces: cut(past, span, now), past, now });
            const found = hand.values[1] as number;
            const equal =
              Object.is(found + 0, answer + 0) ||
              (one.digits !== undefined &&
                Math.abs(found - answer) <= 10 ** -one.digits * Math.max(1, Math.abs(answer)));
            if (!equal) expect({ now, value: found }).toEqual({ now, value: answer });
          };
          const run = (): void => {
            hand.time.mono = now + moved;
            hand.machine.run();
          };
          const wake = (): number => hand.machine.wake - moved;
          list.forEach(({ after, value }, k) => {
            due += after;
            // Every wake in between is a moment of its own.
            while (wake() < due || (value === undefined && one.isHeld && wake() <= due)) {
              now = Math.max(now, wake());
              run();
              compare();
              if (wake() <= now) throw new Error(`asks for ${now} again`);
            }
            now = due;
            if (value === undefined && one.isHeld && past.length > 0) {
              // Nobody asked it to look, and yet what it said last must still be true.
              compare();
            } else {
              const looks = !one.isLooked || wake() <= now;
              const x = value ?? past.at(-1)?.value ?? U;
              if (past.at(-1)?.at === now) past.pop();
              if (past.length === 0 || !Object.is(past.at(-1)?.value, x)) past.push({ at: now, value: x });
              hand.values[0] = x;
              hand.time.mono = now + moved;
              hand.feed();
              if (looks) compare();
            }
            if (k === cutAt) {
              const saved = hand.machine.save(now + moved);
              const rest = wake() - now;
              const [input, answer] = hand.values;
              hand = open(one, span);
              hand.values.set([input as number, answer as number]);
              moved = shift;
              hand.machine.load(saved, now + moved);
              hand.machine.wake = now + moved + rest;
            }
          });
        },
      ),
      { numRuns: Math.ceil(RUNS / CASES.length) },
    );
  }, 120_000);
});

describe("beyond what is kept apart", () => {
  const SPAN = 60_000;
  const BUCKET = SPAN / 60;
  /** Thousands of samples of a slope with noise, which is the worst for a queue of extremes. */
  const dense = fc.record({
    slope: fc.constantFrom(-1, 0, 1),
    noise: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 50, maxLength: 50 }),
    every: fc.integer({ min: 5, max: 30 }),
  });
  const play = (
    operator: MemoryOperator,
    { slope, noise, every }: { slope: number; noise: readonly number[]; every: number },
  ) => {
    const hand = open({ operator, more: [0], values: [], reference: () => U }, SPAN);
    const past: { at: number; value: number }[] = [];
    for (let n = 0; n < 8_000; n += 1) {
      const value = slope * n + (noise[n % noise.length] as number);
      hand.time.mono = n * every;
      hand.values[0] = value;
      hand.feed();
      past.push({ at: n * every, value });
    }
    return { found: hand.values[1] as number, past, now: hand.time.mono };
  };
  const between = (past: readonly { at: number; value: number }[], from: number, to: number): number[] =>
    past.filter(({ at }) => at >= from && at <= to).map(({ value }) => value);

  test.each(["max", "min"] as const)(
    "%s may keep an extreme for one bucket longer, and never loses one",
    (operator) => {
      fc.assert(
        fc.property(dense, (load) => {
          const { found, past, now } = play(operator, load);
          if (now < SPAN) return;
          const [inside, wider] = [between(past, now - SPAN, now), between(past, now - SPAN - 2 * BUCKET, now)];
          const sign = operator === "max" ? 1 : -1;
          const most = (list: readonly number[]) => Math.max(...list.map((x) => x * sign));
          expect(found * sign).toBeGreaterThanOrEqual(most(inside));
          expect(found * sign).toBeLessThanOrEqual(most(wider));
        }),
        { numRuns: 20 },
      );
    },
  );

  test("rate and previous take a value from within a bucket of the left edge", () => {
    fc.assert(
      fc.property(dense, (load) => {
        const { found, past, now } = play("previous", load);
        if (now < SPAN) return;
        expect(between(past, now - SPAN - 2 * BUCKET, now - SPAN + 2 * BUCKET)).toContain(found);
        const rate = play("rate", load).found;
        const first = (past.at(-1)?.value ?? U) - (rate * SPAN) / 1_000;
        const near = between(past, now - SPAN - 2 * BUCKET, now - SPAN + 2 * BUCKET);
        expect(first).toBeGreaterThanOrEqual(Math.min(...near) - 1e-6);
        expect(first).toBeLessThanOrEqual(Math.max(...near) + 1e-6);
      }),
      { numRuns: 20 },
    );
  });
});
