/** What lasts. One implementation today: `sqlite/`, in a worker thread so that a slow disk never stands on the loop. */
import type { Account, Session, Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Plan } from "#model/plan";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import { days, type Instant } from "#model/time";

/** Closed tickets stay at hand this long: a month covers every time for opening again that a policy may set. */
export const TICKETS_KEPT = days(31);

/** Everything the house needs in memory to go on where it was. */
export interface Kept {
  /** Alarms whose shown state is not normal, and the last row of all others (for their occurrence number). */
  readonly alarms: readonly Alarm[];
  /** Tickets that are not closed. */
  readonly tickets: readonly Ticket[];
  /** Tickets closed or merged within `TICKETS_KEPT`. */
  readonly lately: readonly Ticket[];
  /** Papers that are open or of the last `TICKETS_KEPT`. */
  readonly papers: readonly Paper[];
  /** Messages that are pending or were being sent. */
  readonly messages: readonly Message[];
  readonly accounts: readonly Account[];
  readonly sessions: readonly Session[];
  readonly tokens: readonly Token[];
  /** Commands of the last 24 h with what they were answered. */
  readonly commands: readonly StoredCommand[];
  readonly lastTicket: number;
  readonly lastSeq: number;
  /** Small named texts: `engine` snapshot, `clock` high-water mark. */
  readonly notes: ReadonlyMap<string, string>;
  /** The chain of the newest rows, checked while loading. The house runs on when it is broken, and says so. */
  readonly tail?: ChainVerdict;
}

export interface StoredCommand {
  readonly id: string;
  readonly actor: string;
  readonly at: Instant;
  /** JSON of the reply. */
  readonly reply: string;
}

/** `stored`: on disk. `away`: not within the deadline; the store keeps trying, in order, and `settled` tells when. */
export type Committed =
  | { readonly outcome: "stored" }
  | { readonly outcome: "away"; readonly settled: Promise<void>; readonly because?: Text };

export interface JournalQuery {
  readonly from?: Instant;
  readonly to?: Instant;
  readonly about?: string;
  /** The newest rows that fit: 500 when not told, 2,000 at most. */
  readonly limit?: number;
}

export interface ChainVerdict {
  readonly ok: boolean;
  readonly rows: number;
  /** First sequence number at which the chain, or the state it must give, does not fit. */
  readonly brokenAt?: number;
  readonly because?: string;
}

export interface Store extends AsyncDisposable {
  load(now: Instant): Promise<Kept>;
  /** One transaction. The plan's journal entries get `firstSeq`, `firstSeq + 1`, … */
  commit(plan: Plan, firstSeq: number, command?: StoredCommand): Promise<Committed>;
  note(name: string, text: string): Promise<void>;
  /** In the order of their seq, without `after`. */
  journal(query: JournalQuery): Promise<readonly JournalRow[]>;
  /** The hash chain over all rows, and whether replaying `after` gives the state tables. */
  verify(): Promise<ChainVerdict>;
  ticket(no: string): Promise<Ticket | undefined>;
  /** Newest first. A merged ticket counts as closed. */
  tickets(state: "open" | "closed" | "all", limit: number): Promise<readonly Ticket[]>;
  paper(id: string): Promise<Paper | undefined>;
  /** Newest first. */
  papers(kind: Paper["kind"], limit: number): Promise<readonly Paper[]>;
  /** Messages about a ticket, oldest first. */
  messages(ticket: string): Promise<readonly Message[]>;
  /** A consistent copy while running. */
  backup(file: string): Promise<void>;
}
