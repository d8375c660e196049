/** How many posts a channel takes: so many in any minute, the last of them kept for what is grave. */
import type { Severity } from "#model/severity";
import { minutes, type Span } from "#model/time";
import type { Pace } from "./channel.ts";

/** All vendors of group robots cut off at 20 a minute or more; a third is kept for S1 and S2 (response.md 2.8). */
export const robotPace = (perMinute: number): Pace => ({
  count: perMinute,
  within: minutes(1),
  kept: Math.round(perMinute / 3),
});

export interface Bucket {
  /** Takes one token for a message of this severity at this reading of the monotonic clock; false when it must wait. */
  take(severity: Severity, at: Span): boolean;
  /** The reading from which on there is a token for this severity. */
  freeAt(severity: Severity, at: Span): number;
}

const isGrave = (severity: Severity): boolean => severity === "S1" || severity === "S2";

/**
 * Every token comes back after the whole span, so that no minute holds more posts than the count: one that fills again drop by drop
 * lets twice as many through in the first minute, and the vendor shuts the robot out in the middle of the emergency. A channel
 * without a pace has a bucket that never empties.
 */
export function createBucket(pace: Pace | undefined): Bucket {
  if (!pace) return { take: () => true, freeAt: (_, at) => at };
  /** When the tokens that are out were taken, the oldest first. */
  let taken: number[] = [];
  let opensAt = 0;
  const freeAt = (severity: Severity, at: Span): number => {
    taken = taken.filter((one) => one > at - pace.within);
    const most = pace.count - (isGrave(severity) ? 0 : pace.kept);
    const blocking = taken.at(-most);
    return Math.max(at, opensAt, blocking === undefined ? 0 : blocking + pace.within);
  };
  return {
    freeAt,
    take(severity, at) {
      if (freeAt(severity, at) > at) return false;
      taken.push(at);
      opensAt = at + (pace.gap ?? 0);
      return true;
    },
  };
}
