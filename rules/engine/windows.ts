/**
 * avg and median of the last stretch of a value. Both move with time alone and never jump, neither at a sample: they are
 * looked at 60 times per span, and a sample in between is only written down. Each look sums anew, so nothing drifts. Windows
 * that began together look at different moments, otherwise hundreds of them would keep one step waiting. All of them stand
 * side by side beside their pasts (`pasts.ts`).
 */
import type { Operator } from "../language/graph.ts";
import { COVERAGE, type LateInput, NEVER, type Saved, type StepTime } from "./machine.ts";
import { insertInto, measure, median, type Seen } from "./past-measures.ts";
import {
  COUNT,
  createPasts,
  dropBefore,
  HEAD,
  loadPast,
  OPEN,
  OWN,
  openPast,
  push,
  REACH,
  SINCE,
  STRIDE,
  savePast,
  segmentsOf,
} from "./pasts.ts";

const SHORTEST_TICK = 100;
const LONGEST_TICK = 10_000;
/** 60 looks per window are enough, neither more than 10 a second nor fewer than 6 a minute. */
export const tickOf = (span: number): number => Math.min(LONGEST_TICK, Math.max(SHORTEST_TICK, Math.ceil(span / 60)));

/** Where in its tick a window looks, spread evenly over the nodes by the golden section. */
const phaseOf = (slot: number): number => (slot * 0.618_033_988_749_895) % 1;

/** Rounding must not decide whether 80 % are covered. */
const covered = (good: number, span: number): boolean => good >= COVERAGE * span - 1e-6;

/** When it looks again; NaN before the first look, `NEVER` once one value has filled all that is kept. */
const NEXT = OWN;
/** Where it reads and writes in `values`. */
const INPUT = OWN + 1;
const SLOT = OWN + 2;
/** How long the window is, and how long ago it ended. */
const SPAN = OWN + 3;
const AGO = OWN + 4;
const TICK = OWN + 5;
/** 1 for a median. */
const IS_MEDIAN = OWN + 6;

export const WINDOW_OPERATORS = ["avg", "median"] as const;
export type WindowOperator = (typeof WINDOW_OPERATORS)[number];
export const isWindowOperator = (operator: Operator): operator is WindowOperator =>
  (WINDOW_OPERATORS as readonly string[]).includes(operator);

export interface Windows {
  /** `numbers`: how long it is, and for a median how long ago it ended. */
  open(at: number, operator: WindowOperator, input: number, slot: number, numbers: readonly number[]): void;
  /** The node's value now; `wakeOf` then tells when it looks again. */
  run(at: number): number;
  wakeOf(at: number): number;
  insert(at: number, late: LateInput): void;
  save(at: number, mono: number): Saved;
  load(at: number, saved: Saved, mono: number): void;
}

export function createWindows(count: number, values: Float64Array, time: StepTime): Windows {
  const pasts = createPasts(count);
  const { cells } = pasts;
  const seen: Seen = { good: 0, sum: 0 };

  const isConstant = (o: number): boolean =>
    (cells[o + COUNT] as number) <= 1 && segmentsOf(pasts, o)[cells[o + HEAD] as number] === cells[o + OPEN];

  function look(o: number, now: number): number {
    const reach = cells[o + REACH] as number;
    const span = cells[o + SPAN] as number;
    const until = now - (cells[o + AGO] as number);
    const slot = cells[o + SLOT] as number;
    dropBefore(pasts, o, now - reach);
    measure(pasts, o, now - reach, until, now, seen);
    const { good, sum } = seen;
    const isKnown = covered(good, span);
    const answer = !isKnown
      ? Number.NaN
      : cells[o + IS_MEDIAN] === 1
        ? median(pasts, o, until - span, until, now)
        : sum / good;
    if (isConstant(o) && (cells[o + SINCE] as number) <= now - reach) {
      cells[o + NEXT] = NEVER;
      return answer;
    }
    const tick = cells[o + TICK] as number;
    const begins = Number.isNaN(cells[o + NEXT]) || (isKnown && Number.isNaN(values[slot]));
    // From its first look, and from the one at which it is filled, a window goes on in its own time.
    const next = now + (begins ? Math.ceil(tick * (1 - phaseOf(slot))) : tick);
    // When the window will be covered if the value stays known: that should not wait for the next look.
    const filled = isKnown ? NEVER : now + Math.ceil(COVERAGE * span - good);
    cells[o + NEXT] = Math.min(next, filled);
    return answer;
  }

  return {
    open(at, operator, input, slot, [span = 0, ago = 0]) {
      const o = at * STRIDE;
      openPast(pasts, o, span + ago);
      cells[o + NEXT] = Number.NaN;
      cells[o + INPUT] = input;
      cells[o + SLOT] = slot;
      cells[o + SPAN] = span;
      cells[o + AGO] = ago;
      cells[o + TICK] = tickOf(span + ago);
      cells[o + IS_MEDIAN] = operator === "median" ? 1 : 0;
    },
    run(at) {
      const o = at * STRIDE;
      const now = time.mono;
      push(pasts, o, values[cells[o + INPUT] as number] as number, now);
      const next = cells[o + NEXT] as number;
      // The answer has long been the one value, and only a change can move it.
      if (next === NEVER && !isConstant(o)) cells[o + NEXT] = now + (cells[o + TICK] as number);
      if (now < (cells[o + NEXT] as number)) return values[cells[o + SLOT] as number] as number;
      return look(o, now);
    },
    wakeOf: (at) => cells[at * STRIDE + NEXT] as number,
    insert: (at, late) => insertInto(pasts, at * STRIDE, late),
    save: (at, mono) => [(cells[at * STRIDE + NEXT] as number) - mono, ...savePast(pasts, at * STRIDE, mono)],
    load(at, [next = Number.NaN, ...saved], mono) {
      if (loadPast(pasts, at * STRIDE, saved, mono)) cells[at * STRIDE + NEXT] = next + mono;
    },
  };
}
