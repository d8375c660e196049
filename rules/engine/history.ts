/** The past of one value by itself, for what looks at it in its own way: usual values. */
import type { LateInput, Saved } from "./machine.ts";
import { insertInto, measure, median, type Seen } from "./past-measures.ts";
import { createPasts, dropBefore, loadPast, openPast, push, savePast } from "./pasts.ts";

export interface History {
  /** From `at` on the value is `x` (NaN: unknown). */
  push(x: number, at: number): void;
  /** A late sample between its neighbours. */
  insert(late: LateInput): void;
  /** Forgets what ended before `before`. */
  drop(before: number): void;
  /** Looks at [from, to]; `now` is where the last value ends. The answer stands in `seen`. */
  measure(from: number, to: number, now: number): void;
  readonly seen: Readonly<Seen>;
  /** Median by time of the window just measured. */
  median(from: number, to: number, now: number): number;
  save(mono: number): Saved;
  load(saved: Saved, mono: number): boolean;
}

/** `span` is how far it must reach back, in ms. */
export function createHistory(span: number): History {
  const one = createPasts(1);
  openPast(one, 0, span);
  const seen: Seen = { good: Number.NaN, sum: Number.NaN };
  return {
    push: (x, at) => push(one, 0, x, at),
    insert: (late) => insertInto(one, 0, late),
    drop: (before) => dropBefore(one, 0, before),
    measure: (from, to, now) => measure(one, 0, from, to, now, seen),
    seen,
    median: (from, to, now) => median(one, 0, from, to, now),
    save: (mono) => savePast(one, 0, mono),
    load: (saved, mono) => loadPast(one, 0, saved, mono),
  };
}
