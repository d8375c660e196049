/** Walks through the file page by page, oldest first: for figures and exports, which may take long and hold nobody up. */
import type { AlarmEvent } from "#model/alarm-event";
import type { JournalEntry, JournalRow } from "#model/journal";
import type { Ticket } from "#model/ticket";
import { type Instant, instant } from "#model/time";
import { alarmEvent } from "../alarm-events.ts";
import { type Cursor, PAGE_ROWS, type Page, type WalkQuery } from "../store.ts";
import type { Database, Row } from "./database.ts";

/** Tickets carry their whole policy. */
const PAGE_TICKETS = 100;

/**
 * The numbers of the first and last row of the time span. Rows of the span that were written while the clock stood wrong
 * may lie outside them; a row's own time decides whether it belongs in.
 */
function begin(database: Database, { from, to }: WalkQuery): Cursor {
  const first = database.get("firstJournalSince", [from]);
  const last = database.get("lastJournalUntil", [to]);
  return { after: first ? Number(first.seq) - 1 : 0, until: first && last ? Number(last.seq) : 0 };
}

function pageOf<T>(
  database: Database,
  query: WalkQuery,
  read: (row: Row) => T | undefined,
  wanted: (about: string) => boolean,
): Page<T> {
  const { after, until } = query.cursor ?? begin(database, query);
  const found =
    query.about === undefined
      ? database.all("journalWithin", [after, until, PAGE_ROWS])
      : database.all("journalAboutAfter", [query.about, after, until, PAGE_ROWS]);
  const rows: T[] = [];
  for (const row of found) {
    // Before the body is read, which is what takes time.
    if (row.about !== undefined && !wanted(String(row.about))) continue;
    if (row.at !== undefined && (Number(row.at) < query.from || Number(row.at) >= query.to)) continue;
    const one = read(row);
    if (one !== undefined) rows.push(one);
  }
  const last = found.at(-1);
  return { rows, ...(last && found.length === PAGE_ROWS ? { cursor: { after: Number(last.seq), until } } : {}) };
}

export function journalPage(database: Database, query: WalkQuery): Page<JournalRow> {
  const read = (row: Row): JournalRow | undefined => {
    const { after: _, ...entry } = JSON.parse(String(row.body)) as JournalEntry;
    if (entry.at < query.from || entry.at >= query.to) return undefined;
    return { ...entry, seq: Number(row.seq), hash: String(row.hash) };
  };
  return pageOf(database, query, read, () => true);
}

export function alarmEvents(database: Database, query: WalkQuery): Page<AlarmEvent> {
  const read = (row: Row) => alarmEvent(JSON.parse(String(row.body)) as JournalEntry);
  return pageOf(database, query, read, (about) => about.startsWith("alarm:"));
}

export function journalBegins(database: Database): Instant | undefined {
  const first = database.get("firstJournalSince", [0]);
  return first ? instant(Number(first.at)) : undefined;
}

export function ticketPage(database: Database, { from, to, cursor }: WalkQuery): Page<Ticket> {
  const { after, no = "" } = cursor ?? { after: from - 1 };
  const found = database.all("ticketsAfter", [Math.trunc(from), Math.trunc(to), Math.trunc(after), no, PAGE_TICKETS]);
  const last = found.at(-1);
  return {
    rows: found.map((row) => JSON.parse(String(row.body)) as Ticket),
    ...(last && found.length === PAGE_TICKETS
      ? { cursor: { after: Number(last.opened_at), until: to, no: String(last.no) } }
      : {}),
  };
}
