/**
 * held, within, rising, falling and changed, side by side in one column: half of all that remembers are these, each a few
 * numbers, and an object of its own for each would leave the cache before it is looked at again.
 */
import type { Operator } from "../language/graph.ts";
import { type LateInput, LONGEST_GAP, NEVER, type Saved, type StepTime } from "./machine.ts";

/** Numbers per node: one cache line. */
const STRIDE = 8;
/** Its input in `values`. */
const INPUT = 0;
const SPAN = 1;
/** `within`: 1 when the span itself is inside; a pulse: the value to which its input turns, or `ANY`. */
const WHICH = 2;
/** When it wants to run again without news. */
const WAKE = 3;
/** held: true time collected before the present run, and when that began. */
const ELAPSED = 4;
const SINCE = 5;
/** within: when the input was last seen true, and what it was at the last look. */
const AT = 4;
const BEFORE = 5;
/** A pulse: the value last known. */
const KNOWN = 4;
/** Since when the input is unknown. */
const UNKNOWN = 6;
const ANY = -1;
const NONE = Number.NaN;
const isNone = Number.isNaN;

export const CELL_OPERATORS = ["held", "within", "rising", "falling", "changed"] as const;
export type CellOperator = (typeof CELL_OPERATORS)[number];
export const isCellOperator = (operator: Operator): operator is CellOperator =>
  (CELL_OPERATORS as readonly string[]).includes(operator);

/** When it was last seen true (NaN: never), after a late sample: true later than known, or no longer until the one after it. */
export function lastTrue(known: number, { x, before, after, from, until }: LateInput): number {
  if (x === 1) return until <= known ? known : until;
  return x === 0 && before === 1 && after === 0 && known === until ? from : known;
}

export interface MomentCells {
  open(at: number, operator: CellOperator, input: number, numbers: readonly number[]): void;
  /** The node's value now; `wakeOf` then tells when it may change without news. */
  run(at: number): number;
  wakeOf(at: number): number;
  /** A late sample: `within` learns that its input was true. */
  insert(at: number, late: LateInput): void;
  save(at: number, mono: number): Saved;
  /** Takes back what `save` gave. */
  load(at: number, saved: Saved, mono: number): void;
}

const HELD = 0;
const WITHIN = 1;
const PULSE = 2;
const TURNS_TO: Readonly<Partial<Record<CellOperator, number>>> = { rising: 1, falling: 0, changed: ANY };

export function createMomentCells(count: number, values: Float64Array, time: StepTime): MomentCells {
  const cells = new Float64Array(count * STRIDE);
  const kinds = new Uint8Array(count);

  /** True once the input was true for the span without a break; unknown freezes, too long an unknown starts anew. */
  function held(o: number): number {
    const now = time.mono;
    const x = values[cells[o + INPUT] as number] as number;
    const since = cells[o + SINCE] as number;
    const unknown = cells[o + UNKNOWN] as number;
    cells[o + WAKE] = NEVER;
    if (isNone(x)) {
      if (!isNone(since)) cells[o + ELAPSED] = (cells[o + ELAPSED] as number) + now - since;
      cells[o + SINCE] = NONE;
      if (isNone(unknown)) cells[o + UNKNOWN] = now;
      return NONE;
    }
    const span = cells[o + SPAN] as number;
    if (!isNone(unknown) && now - unknown > Math.max(span, LONGEST_GAP)) cells[o + ELAPSED] = 0;
    cells[o + UNKNOWN] = NONE;
    if (x === 0) {
      cells[o + ELAPSED] = 0;
      cells[o + SINCE] = NONE;
      return 0;
    }
    const began = isNone(since) ? now : since;
    cells[o + SINCE] = began;
    const due = began + span - (cells[o + ELAPSED] as number);
    if (now >= due) return 1;
    cells[o + WAKE] = due;
    return 0;
  }

  /** `since(x) < span`, or `<=` when inclusive, turning exactly when the span is over. */
  function within(o: number): number {
    const now = time.mono;
    const x = values[cells[o + INPUT] as number] as number;
    if (x === 1 || cells[o + BEFORE] === 1) cells[o + AT] = now;
    cells[o + BEFORE] = x;
    cells[o + WAKE] = NEVER;
    if (isNone(x)) return NONE;
    const last = cells[o + AT] as number;
    // Never true: infinitely long ago.
    if (isNone(last)) return 0;
    const inclusive = cells[o + WHICH] as number;
    const until = last + (cells[o + SPAN] as number);
    const inside = now === last || (inclusive === 1 ? now <= until : now < until);
    if (inside && x === 0) cells[o + WAKE] = until + inclusive;
    return inside ? 1 : 0;
  }

  /** True only in the step in which the input turned between two known states; see `createTurns`. */
  function pulse(o: number): number {
    const x = values[cells[o + INPUT] as number] as number;
    const unknown = cells[o + UNKNOWN] as number;
    if (isNone(x)) {
      if (time.restarted) cells[o + KNOWN] = NONE;
      if (isNone(unknown)) cells[o + UNKNOWN] = time.mono;
      return NONE;
    }
    const before = !isNone(unknown) && time.mono - unknown > LONGEST_GAP ? NONE : (cells[o + KNOWN] as number);
    cells[o + KNOWN] = x;
    cells[o + UNKNOWN] = NONE;
    const to = cells[o + WHICH] as number;
    return !isNone(before) && before !== x && (to === ANY || x === to) ? 1 : 0;
  }

  return {
    open(at, operator, input, [span = 0, inclusive = 0]) {
      const o = at * STRIDE;
      kinds[at] = operator === "held" ? HELD : operator === "within" ? WITHIN : PULSE;
      cells[o + INPUT] = input;
      cells[o + SPAN] = span;
      cells[o + WHICH] = TURNS_TO[operator] ?? inclusive;
      cells[o + WAKE] = NEVER;
      cells[o + ELAPSED] = kinds[at] === HELD ? 0 : NONE;
      cells[o + SINCE] = NONE;
      cells[o + UNKNOWN] = NONE;
    },
    run(at) {
      const kind = kinds[at];
      return kind === HELD ? held(at * STRIDE) : kind === WITHIN ? within(at * STRIDE) : pulse(at * STRIDE);
    },
    wakeOf: (at) => cells[at * STRIDE + WAKE] as number,
    insert(at, late) {
      if (kinds[at] === WITHIN) cells[at * STRIDE + AT] = lastTrue(cells[at * STRIDE + AT] as number, late);
    },
    save(at, mono) {
      const o = at * STRIDE;
      const [a, b, unknown] = [cells[o + 4] as number, cells[o + 5] as number, (cells[o + UNKNOWN] as number) - mono];
      if (kinds[at] === HELD) return [a, b - mono, unknown];
      return kinds[at] === WITHIN ? [a - mono, b] : [a, unknown];
    },
    load(at, saved, mono) {
      const o = at * STRIDE;
      const [a = NONE, b = NONE, c = NONE] = saved;
      if (kinds[at] === HELD) {
        cells[o + ELAPSED] = isNone(a) ? 0 : a;
        cells[o + SINCE] = b + mono;
        cells[o + UNKNOWN] = c + mono;
      } else if (kinds[at] === WITHIN) {
        cells[o + AT] = a + mono;
        cells[o + BEFORE] = b;
      } else {
        cells[o + KNOWN] = a;
        cells[o + UNKNOWN] = b + mono;
      }
    },
  };
}
