/** How far a device's clock is off, judged by the freshest of its messages. */
import type { Span } from "#model/time";

export interface DeviceClock {
  /** Takes the time told by a message that was sent just now, as far as anybody knows. */
  note(source: number, now: number): void;
  /** The instant in our own time. */
  corrected(source: number): number;
  /** Milliseconds by which the clock is slow (positive) or fast; 0 while it is within the limit. */
  off(): number;
}

/** Messages over which the clock is judged; then it is judged anew, so that a clock that was set is believed again. */
const LOOK_AT = 32;

/**
 * A message takes some time on its way, and one that waited in a queue takes long: the least difference between arrival
 * and told time is nearest to what the clock is off.
 */
export function createDeviceClock(limit: Span): DeviceClock {
  let settled: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  const best = () => Math.min(settled ?? Number.POSITIVE_INFINITY, least);
  const off = () => {
    const by = best();
    return Number.isFinite(by) && Math.abs(by) > limit ? by : 0;
  };
  return {
    note(source, now) {
      least = Math.min(least, now - source);
      count += 1;
      if (count < LOOK_AT) return;
      settled = least;
      least = Number.POSITIVE_INFINITY;
      count = 0;
    },
    corrected: (source) => source + off(),
    off,
  };
}
