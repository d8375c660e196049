/** What went wrong, in words and how often: the last dozen different sentences, and an exact count for each reason. */
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";

export interface FaultSeen {
  readonly reason: Reason;
  /** What happened and what to do, as the driver said it. */
  readonly because: Text;
  readonly count: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

export interface FaultList {
  note(reason: Reason, because: Text, at: Instant): void;
  /** Last seen first. */
  seen(): readonly FaultSeen[];
  counts(): ReadonlyMap<Reason, number>;
}

/** A sentence names its address, so a device that refuses a hundred points has a hundred of them. */
const KEPT = 12;

export function createFaultList(): FaultList {
  const seen = new Map<string, FaultSeen>();
  const counts = new Map<Reason, number>();
  return {
    note(reason, because, at) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      const key = `${reason} ${because.en}`;
      const before = seen.get(key);
      // Taken out and put back, so that the first key of the map is the one that was not seen for longest.
      seen.delete(key);
      seen.set(key, { reason, because, count: (before?.count ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at });
      if (seen.size <= KEPT) return;
      for (const oldest of seen.keys()) {
        seen.delete(oldest);
        return;
      }
    },
    seen: () => [...seen.values()].reverse(),
    counts: () => counts,
  };
}
