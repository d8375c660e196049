/** What lasts. One implementation today: `sqlite/`, in a worker thread so that a slow disk never stands on the loop. */
import type { Account, Session, Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { AlarmEvent } from "#model/alarm-event";
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

/** A walk through the journal or the tickets, page by page: each page is a question of its own, so commits go on between them. */
export interface WalkQuery {
  readonly from: Instant;
  /** Not included. */
  readonly to: Instant;
  readonly about?: string;
  /** What the page before answered. */
  readonly cursor?: Cursor;
}

/** Where the next page begins; opaque to who asks. */
export interface Cursor {
  readonly after: number;
  readonly until: number;
  readonly no?: string;
}

export interface Page<Row> {
  /** Oldest first. May be empty although more follow. */
  readonly rows: readonly Row[];
  /** Absent: this was the last page. */
  readonly cursor?: Cursor;
}

/** Rows that a page looks at: a few milliseconds of the worker's time. */
export const PAGE_ROWS = 500;

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
  /** Rows behind `seq` with `after`, the oldest first: for whoever follows the journal. 500 at most. */
  since(seq: number): Promise<readonly JournalRow[]>;
  /** As `journal`, oldest first and without an end. */
  journalPage(query: WalkQuery): Promise<Page<JournalRow>>;
  /** The same rows as facts about alarms, for figures. */
  alarmEvents(query: WalkQuery): Promise<Page<AlarmEvent>>;
  /** When the first row of the journal was written; undefined while it is empty. */
  journalBegins(): Promise<Instant | undefined>;
  /** The hash chain over all rows, and whether replaying `after` gives the state tables. */
  verify(): Promise<ChainVerdict>;
  ticket(no: string): Promise<Ticket | undefined>;
  /** Newest first. A merged ticket counts as closed. */
  tickets(state: "open" | "closed" | "all", limit: number): Promise<readonly Ticket[]>;
  /** By the instant of their opening, oldest first. */
  ticketPage(query: WalkQuery): Promise<Page<Ticket>>;
  paper(id: string): Promise<Paper | undefined>;
  /** Newest first. */
  papers(kind: Paper["kind"], limit: number): Promise<readonly Paper[]>;
  /** Messages about a ticket, oldest first. */
  messages(ticket: string): Promise<readonly Message[]>;
  /** A consistent copy while running. */
  backup(file: string): Promise<void>;
}
