/** How far the gateway's clock stands from this page's monotonic clock: the median of the last five heartbeats. */

const KEPT = 5;

export interface ServerOffset {
  /** Takes the gateway's instant as it was heard at the monotonic reading `heardAt`, both in milliseconds. */
  hear(serverNow: number, heardAt: number): void;
  /** The gateway's time at the monotonic reading; `undefined` before the first heartbeat. */
  at(monotonic: number): number | undefined;
  /** After a lost connection (or a night asleep) the old samples say nothing any more. */
  forget(): void;
}

export function createServerOffset(): ServerOffset {
  let samples: number[] = [];
  let offset: number | undefined;
  let stale = false;
  return {
    hear(serverNow, heardAt) {
      if (!Number.isFinite(serverNow)) return;
      samples = stale ? [serverNow - heardAt] : [...samples, serverNow - heardAt].slice(-KEPT);
      stale = false;
      const sorted = samples.toSorted((a, b) => a - b);
      offset = sorted[Math.floor((sorted.length - 1) / 2)];
    },
    at: (reading) => (offset === undefined ? undefined : reading + offset),
    forget() {
      stale = true;
    },
  };
}
