/** What windows ask of the past of a value; `history.ts` keeps it. */
import type { LateInput, Saved } from "./machine.ts";

/** What the last `measure` found. */
export interface Seen {
  /** Time that was known, in ms, and the integral of the value over it. */
  good: number;
  sum: number;
}

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
  /** When the value began to be watched; NaN before the first push. */
  readonly since: number;
  /** True when one value filled all that is kept. */
  readonly constant: boolean;
  save(mono: number): Saved;
  load(saved: Saved, mono: number): boolean;
}
