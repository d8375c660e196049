/**
 * How often the condition of a rule ended before its delay was over (ISA-18.2 calls for it when delays are tuned): counted by the
 * engine, kept as a sum in the journal now and then, and read back for a report.
 */
import { CANCELLED_ABOUT, CANCELLED_EVENT, CancelledDelays } from "#model/cancelled-delays";
import type { JournalEntry } from "#model/journal";
import { type Moment, minutes } from "#model/time";
import type { Store } from "../store/store.ts";
import type { AlarmCount, Window } from "./figures.ts";

/** A row at most so often, none while nothing was cancelled. A power cut costs so much of the sum. */
export const WRITE_EVERY = minutes(15);

export interface CancelledWatch {
  /** Takes what the engine counted since it was last asked, and tells how many they were. */
  beat(at: Moment): number;
  /** Writes what was counted since the last row. */
  close(now: Moment): Promise<void>;
}

/** `take` tells of each alarm how many delays were cancelled since it was asked before. */
export function watchCancelled(
  take: () => ReadonlyMap<string, number>,
  record: (entry: JournalEntry) => Promise<unknown>,
): CancelledWatch {
  const counts = new Map<string, number>();
  let written: Moment["mono"] | undefined;

  function count(): number {
    let sum = 0;
    for (const [alarm, times] of take()) {
      counts.set(alarm, (counts.get(alarm) ?? 0) + times);
      sum += times;
    }
    return sum;
  }

  async function write({ now, mono }: Moment): Promise<void> {
    written = mono;
    if (counts.size === 0) return;
    const data: CancelledDelays = { alarms: Object.fromEntries(counts) };
    counts.clear();
    await record({
      at: now,
      occurredAt: now,
      about: CANCELLED_ABOUT,
      event: CANCELLED_EVENT,
      actor: "gatehouse",
      data,
    });
  }

  return {
    beat(at) {
      const sum = count();
      written ??= at.mono;
      if (at.mono - written >= WRITE_EVERY) void write(at);
      return sum;
    },
    async close(now) {
      count();
      await write(now);
    },
  };
}

/** The alarms of `at` whose delays were cancelled within the window, the most frequent first. Rows that are no such sum are left out. */
export async function cancelledDelays(
  store: Pick<Store, "journalPage">,
  { from, to }: Window,
  at: (alarm: string) => boolean,
): Promise<readonly AlarmCount[]> {
  const sums = new Map<string, number>();
  let cursor: Awaited<ReturnType<Store["journalPage"]>>["cursor"];
  do {
    const page = await store.journalPage({ from, to, about: CANCELLED_ABOUT, ...(cursor ? { cursor } : {}) });
    cursor = page.cursor;
    for (const row of page.rows) {
      const read = CancelledDelays.safeParse(row.data);
      if (!read.success) continue;
      for (const [alarm, times] of Object.entries(read.data.alarms))
        if (at(alarm)) sums.set(alarm, (sums.get(alarm) ?? 0) + times);
    }
  } while (cursor);
  return [...sums]
    .map(([alarm, count]) => ({ alarm, count }))
    .sort((a, b) => b.count - a.count || (a.alarm < b.alarm ? -1 : 1));
}
