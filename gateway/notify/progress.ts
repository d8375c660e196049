/** Handing progress to the door: in batches under load, the newest state of each message only. */
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Door } from "../door.ts";

export interface ProgressWriter {
  write(message: Message, journal?: readonly JournalEntry[]): void;
  /** Lets go what waits for a batch, if the store has gone away under that batch. */
  push(): void;
  /** Resolves when nothing is on its way to the door any more. */
  idle(): Promise<void>;
}

/** One turn of the event loop. */
const turn = () => new Promise<void>((next) => setImmediate(next));

const waits = (message: Message): boolean => message.state === "pending" || message.state === "sending";

/**
 * What comes within one turn of the loop is one batch, and while the store is there a batch waits for the one before it:
 * ten thousand deliveries are a handful of transactions. While the store is away nothing waits: what happens is adopted by
 * the door and written later.
 */
export function createProgressWriter(door: Door): ProgressWriter {
  const rows = new Map<string, Message>();
  let journal: JournalEntry[] = [];
  let scheduled = false;
  const going = new Set<Promise<unknown>>();

  function flush(): void {
    scheduled = false;
    if (going.size > 0 && door.stored()) return;
    // A message that was cancelled meanwhile is gone from the outbox: its progress must not bring it back.
    const messages = [...rows.values()].filter((message) => !waits(message) || door.house.outbox.has(message.key));
    const entries = journal;
    rows.clear();
    journal = [];
    if (messages.length === 0 && entries.length === 0) return;
    const taken = door.take({ type: "record", rows: { messages, journal: entries } }).then(() => {
      going.delete(taken);
      if (rows.size > 0) flush();
    });
    going.add(taken);
  }

  return {
    write(message, entries = []) {
      rows.set(message.key, message);
      journal.push(...entries);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    push() {
      if (rows.size > 0 && !scheduled) flush();
    },
    async idle() {
      while (going.size > 0 || scheduled) await (scheduled ? turn() : Promise.race(going));
    },
  };
}
