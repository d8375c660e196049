/** Proof that nobody changed what was written: the hash chain, and the state tables that must follow from it. */
import { hash } from "node:crypto";
import { inOneLine } from "#model/in-one-line";
import type { JournalEntry } from "#model/journal";
import { canonicalJson } from "../canonical.ts";
import { genesis, type Head, link } from "../chain.ts";
import { alarmValues, journalColumns, paperValues, ticketValues } from "../rows.ts";
import type { StatementName, Value } from "../statements.ts";
import type { ChainVerdict } from "../store.ts";
import type { Database, Row } from "./database.ts";
import { isDamaged } from "./disk-trouble.ts";
import { readNotedHead } from "./ledger.ts";

/** Rows between two looks at the inbox: about 5 ms, so that a check of years never delays an alarm. */
const SLICE = 250;
/** Rows that a start looks at: a power cut spoils the end. A row may carry a whole ticket, and the start has a second. */
const TAIL = 2_000;

type Table = "alarm" | "ticket" | "paper";

interface Expected {
  readonly table: Table;
  readonly id: string;
  /** The journal row that set it last. */
  readonly seq: number;
  /** SHA-256 of the columns; the columns themselves would fill the memory after some years. */
  readonly digest: string;
}

type Bad = Pick<ChainVerdict, "brokenAt" | "because">;

/**
 * Walks the whole journal from the first row on, then compares every alarm and ticket with what the journal said last about it.
 * `rest` is awaited between slices: other work, commits included, goes on meanwhile. `database` is asked anew for each slice.
 */
export async function verify(database: () => Database, rest: () => Promise<void>): Promise<ChainVerdict> {
  const walk = createWalk(genesis);
  try {
    const bad = await findBad(walk, database, rest);
    return { ok: bad === undefined, rows: walk.head.seq, ...bad };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const because = { zh: "house.db 已损坏,无法继续读取", en: "house.db is damaged and cannot be read further" };
    return { ok: false, rows: walk.head.seq, brokenAt: walk.head.seq + 1, because: inOneLine(because) };
  }
}

async function findBad(walk: Walk, database: () => Database, rest: () => Promise<void>): Promise<Bad | undefined> {
  const expected = new Map<string, Expected>();
  const keep = (seq: number, entry: JournalEntry) => remember(expected, seq, entry);

  while (walk.follow(database(), keep)) await rest();

  // Rows may be added between slices: each slice first follows the journal, so that both sides are of one moment.
  let worst: { readonly seq: number; readonly bad: Bad } | undefined;
  const rows = expected.values();
  for (;;) {
    const file = database();
    while (walk.follow(file, keep));
    const broken = walk.bad ?? compareHead(file, walk.head);
    if (broken) return broken;
    for (let i = 0; i < SLICE; i++) {
      const row = rows.next().value;
      if (row === undefined) return worst?.bad ?? findExtra(file, expected);
      const bad = compareRow(file, row);
      if (bad && (!worst || row.seq < worst.seq)) worst = { seq: row.seq, bad };
    }
    await rest();
  }
}

/** The chain of the newest rows and the noted head: quick enough for every start. */
export function checkTail(database: Database): ChainVerdict {
  const last = Number(database.get("lastJournal")?.seq ?? 0);
  const from = Math.max(0, last - TAIL);
  const before = database.get("journalRow", [from]);
  const walk = createWalk(before ? { seq: from, hash: String(before.hash) } : genesis);
  while (walk.follow(database, () => {}));
  const bad = walk.bad ?? compareHead(database, walk.head);
  return { ok: bad === undefined, rows: walk.head.seq, ...bad };
}

interface Walk {
  readonly head: Head;
  readonly bad: Bad | undefined;
  /** Takes the next slice of rows; true when there may be more. Stops for good at the first row that does not fit. */
  follow(database: Database, keep: (seq: number, entry: JournalEntry) => void): boolean;
}

function createWalk(start: Head): Walk {
  let head = start;
  let bad: Bad | undefined;
  return {
    get head() {
      return head;
    },
    get bad() {
      return bad;
    },
    follow(database, keep) {
      if (bad) return false;
      const rows = database.all("journalAfter", [head.seq, SLICE]);
      for (const row of rows) {
        const seq = Number(row.seq);
        const entry = seq === head.seq + 1 ? readEntry(row, head.hash) : undefined;
        if (!entry) {
          bad = seq === head.seq + 1 ? changed(seq) : missing(head.seq + 1, seq - 1);
          return false;
        }
        head = { seq, hash: String(row.hash) };
        keep(seq, entry);
      }
      return rows.length === SLICE;
    },
  };
}

/** The entry, if hash, body and columns of the row agree. */
function readEntry(row: Row, previous: string): JournalEntry | undefined {
  const body = String(row.body);
  if (link(previous, Number(row.seq), body) !== row.hash) return undefined;
  const entry = JSON.parse(body) as JournalEntry;
  const stored = canonicalJson([row.at, row.occurred_at, row.about, row.event, row.actor]);
  return canonicalJson(journalColumns(entry)) === stored ? entry : undefined;
}

function remember(expected: Map<string, Expected>, seq: number, { after }: JournalEntry): void {
  const set = (table: Table, id: string, values: Value[]) =>
    expected.set(`${table} ${id}`, { table, id, seq, digest: digest(values) });
  if (after?.alarm) set("alarm", after.alarm.id, alarmValues(after.alarm));
  if (after?.ticket) set("ticket", after.ticket.no, ticketValues(after.ticket));
  if (after?.paper) set("paper", after.paper.id, paperValues(after.paper));
}

const digest = (columns: readonly Value[]): string => hash("sha256", canonicalJson(columns));

const nameOf = {
  alarm: { zh: "告警", en: "alarm" },
  ticket: { zh: "工单", en: "ticket" },
  paper: { zh: "单据", en: "paper" },
} as const;

const columnsOf = { alarm: "alarmColumns", ticket: "ticketColumns", paper: "paperColumns" } as const;

function compareRow(database: Database, { table, id, seq, digest: right }: Expected): Bad | undefined {
  const row = database.get(columnsOf[table], [id]);
  if (row && digest(Object.values(row)) === right) return undefined;
  const name = nameOf[table];
  return {
    brokenAt: seq,
    because: inOneLine(
      row
        ? {
            zh: `${name.zh} ${id} 的现状与日志第 ${seq} 条不符`,
            en: `${name.en} ${id} is not as journal row ${seq} left it`,
          }
        : { zh: `日志第 ${seq} 条所述${name.zh} ${id} 已不存在`, en: `${name.en} ${id} of journal row ${seq} is gone` },
    ),
  };
}

/** A row of a state table that no journal row ever told of; it has no seq of its own. */
function findExtra(database: Database, expected: ReadonlyMap<string, Expected>): Bad | undefined {
  const tables: [table: Table, count: StatementName, ids: StatementName, column: string][] = [
    ["alarm", "countAlarms", "alarmIds", "id"],
    ["ticket", "countTickets", "ticketNumbers", "no"],
    ["paper", "countPapers", "paperIds", "id"],
  ];
  for (const [table, count, ids, column] of tables) {
    const told = [...expected.values()].filter((row) => row.table === table).length;
    if (Number(database.get(count)?.n) === told) continue;
    const extra = database.all(ids).find((row) => !expected.has(`${table} ${row[column]}`));
    const id = extra?.[column];
    const because = { zh: `${nameOf[table].zh} ${id} 没有任何日志来源`, en: `no journal row tells of ${table} ${id}` };
    return { because: inOneLine(because) };
  }
  return undefined;
}

function compareHead(database: Database, reached: Head): Bad | undefined {
  const noted = readNotedHead(database) ?? genesis;
  if (noted.seq > reached.seq) return missing(reached.seq + 1, noted.seq);
  if (noted.seq < reached.seq) {
    const because = {
      zh: `日志比登记的末尾(第 ${noted.seq} 条)更长`,
      en: `the journal is longer than its noted head, row ${noted.seq}`,
    };
    return { brokenAt: noted.seq + 1, because: inOneLine(because) };
  }
  return noted.hash === reached.hash ? undefined : changed(reached.seq);
}

function missing(first: number, last: number): Bad {
  const because = { zh: `日志第 ${first}–${last} 条缺失`, en: `journal rows ${first} to ${last} are missing` };
  return { brokenAt: first, because: inOneLine(because) };
}

function changed(seq: number): Bad {
  return { brokenAt: seq, because: inOneLine({ zh: `日志第 ${seq} 条被改动`, en: `journal row ${seq} was changed` }) };
}
