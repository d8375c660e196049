/** What every remembering node has in common: it runs when its input changed or its time has come, and it can be saved. */
import type { FlatDesk } from "./flats.ts";

/** The time of the step that is running. One object per engine, so that no time is passed around or boxed. */
export interface StepTime {
  mono: number;
  now: number;
  /** True while a restored network looks at its inputs for the first time: what is unknown then was lost in the downtime. */
  restarted: boolean;
}

/** State as numbers; NaN stands for "none". Times in it are relative to the moment of saving. */
export type Saved = readonly number[];

export interface Machine {
  /** Takes the present input and time into account and writes the node's value. */
  run(): void;
  /** Monotonic time at which it wants to run again without news; Infinity when never. */
  wake: number;
  save(mono: number): Saved;
  /** Takes back what `save` gave. A text that is not understood leaves the machine as new. */
  load(saved: Saved, mono: number): void;
  /** A sample of the past came late. Machines without it take no notice; those with it are run after it. */
  insert?(late: LateInput): void;
}

/** What a late sample makes of an input: it was `x` from `from` until `until`, after `before` and before `after`. */
export interface LateInput {
  readonly x: number;
  readonly before: number;
  readonly after: number;
  /** Monotonic, `from` before `until`. */
  readonly from: number;
  readonly until: number;
  /** Rises, or pulses: whether one stood at `until`, and whether one belongs to `from` and to `until` now. */
  readonly turns: { readonly was: boolean; readonly first: boolean; readonly second: boolean };
}

/** Where a machine reads and writes: positions in `values`. */
export interface Wiring {
  readonly values: Float64Array;
  readonly time: StepTime;
  readonly slot: number;
  readonly input: number;
  /** For `flat`: where the network settles steps without it. */
  readonly desk?: FlatDesk | undefined;
}

export const NEVER = Number.POSITIVE_INFINITY;
/** An unknown longer than this, or than the span itself, breaks what was being timed (domain rule for `max_gap`). */
export const LONGEST_GAP = 30_000;
/** Share of a window that must be good (domain rule for `min_coverage`). */
export const COVERAGE = 0.8;
