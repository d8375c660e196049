/** Polls per second that a device is owed, and that it got in the last minute. */
import type { PointDefinition } from "#model/points";
import type { Device } from "#model/site";
import type { Span } from "#model/time";

const WINDOW = 60;

export interface PollRate {
  /** One poll of each poll class within its period. */
  readonly wanted: number;
  /** `polls` may be a part: a poll class that takes three reads is a third done after each. */
  add(polls: number, mono: Span): void;
  /**
   * The source says that a share (0 … 1) of the points is as last reported. Since it would have told of a change, what is
   * owed for the time since it was last heard is as good as polled.
   */
  confirm(share: number, mono: Span): void;
  /** It was silent: the time until it is heard again counts for nothing. */
  silence(): void;
  achieved(mono: Span): number;
}

/** `started` is monotonic: in the first minute the rate is over the time since then. */
export function createPollRate(wanted: number, started: Span): PollRate {
  const buckets = new Float64Array(WINDOW);
  const second = (mono: number) => Math.floor(mono / 1_000);
  let newest = second(started);
  /** Empties the seconds that have passed without a sample. */
  function forward(mono: Span): void {
    const now = second(mono);
    for (let at = Math.max(newest + 1, now - WINDOW + 1); at <= now; at += 1) buckets[at % WINDOW] = 0;
    newest = Math.max(newest, now);
  }
  function put(polls: number, mono: Span): void {
    forward(mono);
    const place = newest % WINDOW;
    buckets[place] = (buckets[place] ?? 0) + polls;
  }
  let heard: Span | undefined;
  let sinceHeard = 0;
  return {
    wanted,
    add(polls, mono) {
      put(polls, mono);
      if (heard === undefined) heard = mono;
      else sinceHeard += polls;
    },
    confirm(share, mono) {
      const quiet = heard === undefined ? 0 : Math.min(mono - heard, WINDOW * 1_000);
      put(Math.max(0, (wanted * share * quiet) / 1_000 - sinceHeard), mono);
      heard = mono;
      sinceHeard = 0;
    },
    silence() {
      heard = undefined;
      sinceHeard = 0;
    },
    achieved(mono) {
      forward(mono);
      let sum = 0;
      for (const polls of buckets) sum += polls;
      return sum / Math.min(WINDOW, Math.max(1, (mono - started) / 1_000));
    },
  };
}

/** Polls per second of a device whose points are read in one poll per distinct period. */
export function pollsWanted(device: Device, points: readonly PointDefinition[]): number {
  const periods = new Set(device.points.map((handle) => points[handle]?.every ?? 0).filter((every) => every > 0));
  let sum = 0;
  for (const every of periods) sum += 1_000 / every;
  return sum;
}

/** By handle: which part of its poll class one sample of the point is. */
export function pollShares(devices: readonly Device[], points: readonly PointDefinition[]): Float64Array {
  const shares = new Float64Array(points.length);
  for (const device of devices) {
    const classes = Map.groupBy(device.points, (handle) => points[handle]?.every ?? 0);
    for (const members of classes.values()) {
      for (const handle of members) shares[handle] = 1 / members.length;
    }
  }
  return shares;
}
