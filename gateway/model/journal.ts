/** The journal: append-only, one row per thing that happened, each row's hash covering the one before. */
import type { Alarm } from "./alarm.ts";
import type { Paper } from "./paper.ts";
import type { Ticket } from "./ticket.ts";
import type { Instant } from "./time.ts";

export type JournalData = Readonly<Record<string, string | number | boolean | null | readonly string[] | object>>;

/** What `decide` writes; the door adds the sequence number, the store the hash. */
export interface JournalEntry {
  /** When it happened; differs from `at` for back-entries and for what was noticed late. */
  readonly occurredAt: Instant;
  readonly at: Instant;
  /** `alarm:<id>`, `ticket:<no>`, `device:<id>`, `paper:<id>`, `site`, `account:<id>`. */
  readonly about: string;
  /** e.g. `activated`, `acknowledged`, `ticket-opened`, `step-done`, `clock-breached`, `signed-in`. */
  readonly event: string;
  readonly actor: string;
  readonly data: JournalData;
  /** The row as it stands afterwards, on the last entry about it in a plan: replaying these gives the state tables. */
  readonly after?: { readonly alarm?: Alarm; readonly ticket?: Ticket; readonly paper?: Paper };
}

export interface JournalRow extends JournalEntry {
  readonly seq: number;
  /** SHA-256, hex, of the previous row's hash, the seq, and this row's canonical JSON. */
  readonly hash: string;
}
