/** How far the clock of a source is ahead of ours. Shown, never used: the age of a value is judged by its receipt. */
import { milliseconds, minutes, type Span } from "#model/time";
import type { Told } from "../../drivers/driver.ts";

const WINDOW = minutes(5);

export interface ClockSkew {
  /** A batch received at `now`; instants that the source did not tell are NaN. */
  note(told: Told | undefined, count: number, now: number, mono: Span): void;
  /** Positive: its clock is ahead. `undefined` while it tells no times. */
  read(): Span | undefined;
}

/**
 * The freshest stamp of the last minutes says it best: a source that stamps a value with the instant of its last change
 * sends old stamps too, and they say nothing about its clock.
 */
export function createClockSkew(): ClockSkew {
  let present = Number.NEGATIVE_INFINITY;
  let before = Number.NEGATIVE_INFINITY;
  let since = Number.NEGATIVE_INFINITY;
  return {
    note(told, count, now, mono) {
      const sourceAt = told?.sourceAt;
      if (!sourceAt) return;
      if (mono - since >= WINDOW) {
        before = present;
        present = Number.NEGATIVE_INFINITY;
        since = mono;
      }
      for (let i = 0; i < count; i += 1) {
        const ahead = (sourceAt[i] as number) - now;
        if (ahead > present) present = ahead;
      }
    },
    read() {
      const ahead = Math.max(present, before);
      return Number.isFinite(ahead) ? milliseconds(ahead) : undefined;
    },
  };
}
