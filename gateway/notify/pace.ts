/** How many posts a channel takes: a bucket that fills again by itself, with its last tokens kept for what is grave. */
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
  /** Before this reading nothing is given out, however many tokens there are. */
  readonly opensAt: number;
}

/** Full at first. A channel without a pace has a bucket that never empties. */
export function createBucket(pace: Pace | undefined): Bucket {
  if (!pace) return { take: () => true, opensAt: 0 };
  let tokens = pace.count;
  let filledAt: number | undefined;
  let opensAt = 0;
  return {
    get opensAt() {
      return opensAt;
    },
    take(severity, at) {
      if (at < opensAt) return false;
      tokens = Math.min(pace.count, tokens + ((at - (filledAt ?? at)) * pace.count) / pace.within);
      filledAt = at;
      const grave = severity === "S1" || severity === "S2";
      if (tokens < 1 + (grave ? 0 : pace.kept)) return false;
      tokens -= 1;
      opensAt = at + (pace.gap ?? 0);
      return true;
    },
  };
}
