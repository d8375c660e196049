/** Questions to the file: what the house needs at its start, and what screens ask for. */
import type { Account, Session, Token } from "#model/account";
import type { JournalEntry, JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Ticket } from "#model/ticket";
import { type Instant, instant } from "#model/time";
import { COMMAND_MEMORY } from "../rows.ts";
import type { StatementName, Value } from "../statements.ts";
import { type JournalQuery, TICKETS_KEPT } from "../store.ts";
import type { Database } from "./database.ts";
import { HEAD_NOTE } from "./head-note.ts";
import type { Ledger } from "./ledger.ts";
import type { LoadedRest, ManyRows, Portion } from "./loaded.ts";
import { checkTail } from "./verify.ts";

const JOURNAL_LIMIT = 500;
const LARGEST_LIMIT = 2_000;
/** Later than any instant that a calendar knows (ECMAScript's time range ends at 8.64e15). */
const FOREVER = 8.64e15;

function bodies<T>(database: Database, statement: StatementName, values: readonly Value[] = []): T[] {
  return database.all(statement, values).map((row) => JSON.parse(String(row.body)) as T);
}

/** Rows of one portion: some milliseconds of work on either side. */
const PORTION = 500;

/** All rows of a kind, a portion at a time. */
function handOver(
  database: Database,
  of: ManyRows,
  [statement, ...values]: readonly [StatementName, ...Value[]],
  hand: (portion: Portion) => void,
): void {
  let texts: string[] = [];
  const flush = () => {
    let end = 0;
    const ends = Uint32Array.from(texts, (text) => (end += text.length));
    hand({ of, text: texts.join(""), ends });
    texts = [];
  };
  for (const row of database.each(statement, values)) {
    texts.push(String(row.body));
    if (texts.length === PORTION) flush();
  }
  if (texts.length > 0) flush();
}

/** What the house needs at its start: the rows of which there may be thousands go to `hand`, everything else is answered. */
export function load(ledger: Ledger, now: Instant, hand: (portion: Portion) => void): LoadedRest {
  const { database } = ledger;
  handOver(database, "alarms", ["alarms"], hand);
  handOver(database, "tickets", ["openTickets"], hand);
  handOver(database, "lately", ["ticketsClosedSince", now - TICKETS_KEPT], hand);
  handOver(database, "messages", ["waitingMessages"], hand);
  const notes = database.all("notes").filter((row) => row.name !== HEAD_NOTE);
  return {
    papers: bodies<Paper>(database, "papersKept", [now - TICKETS_KEPT]),
    accounts: bodies<Account>(database, "accounts"),
    sessions: bodies<Session>(database, "sessions", [now]),
    tokens: bodies<Token>(database, "tokens"),
    commands: database.all("commands", [now - COMMAND_MEMORY]).map((row) => ({
      id: String(row.id),
      actor: String(row.actor),
      at: instant(Number(row.at)),
      reply: String(row.reply),
    })),
    lastTicket: Number(database.get("lastTicket")?.serial ?? 0),
    lastSeq: ledger.head.seq,
    notes: new Map(notes.map((row) => [String(row.name), String(row.text)])),
    tail: checkTail(database),
  };
}

/** The newest rows that fit, oldest of them first, without `after`. */
export function journal(database: Database, query: JournalQuery): JournalRow[] {
  const from = query.from ?? 0;
  const to = query.to ?? FOREVER;
  const limit = Math.min(LARGEST_LIMIT, Math.max(0, Math.trunc(query.limit ?? JOURNAL_LIMIT)));
  const rows =
    query.about === undefined
      ? database.all("journalBetween", [from, to, limit])
      : database.all("journalAbout", [query.about, from, to, limit]);
  return rows.reverse().map((row) => {
    const { after: _, ...entry } = JSON.parse(String(row.body)) as JournalEntry;
    return { ...entry, seq: Number(row.seq), hash: String(row.hash) };
  });
}

/** Rows behind `seq` as they were written, the oldest first. */
export function since(database: Database, seq: number): JournalRow[] {
  return database.all("journalAfter", [seq, JOURNAL_LIMIT]).map((row) => ({
    ...(JSON.parse(String(row.body)) as JournalEntry),
    seq: Number(row.seq),
    hash: String(row.hash),
  }));
}

export function ticket(database: Database, no: string): Ticket | undefined {
  return bodies<Ticket>(database, "ticketOf", [no])[0];
}

/** Newest first. */
export function tickets(database: Database, state: "open" | "closed" | "all", limit: number): Ticket[] {
  const most = Math.min(LARGEST_LIMIT, Math.max(0, Math.trunc(limit)));
  if (state === "all") return bodies(database, "newestTickets", [most]);
  return bodies(database, "newestTicketsBy", [state === "open" ? 1 : 0, most]);
}

export function paper(database: Database, id: string): Paper | undefined {
  return bodies<Paper>(database, "paperOf", [id])[0];
}

/** Newest first. */
export function papers(database: Database, kind: Paper["kind"], limit: number): Paper[] {
  return bodies(database, "papersOfKind", [kind, Math.min(LARGEST_LIMIT, Math.max(0, Math.trunc(limit)))]);
}

export function messages(database: Database, no: string): Message[] {
  return bodies(database, "messagesOf", [no]);
}
