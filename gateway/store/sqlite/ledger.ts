/** The open file together with the head of its journal: writes one plan at a time, and knows whether it was written already. */
import type { Message } from "#model/message";
import { extend, formatHead, genesis, type Head, link, parseHead } from "../chain.ts";
import { messageValues, type PlanRows } from "../rows.ts";
import { type Database, openDatabase } from "./database.ts";
import { HEAD_NOTE } from "./head-note.ts";

export interface Ledger extends Disposable {
  readonly database: Database;
  readonly head: Head;
  /**
   * One transaction. Throws SQLite's error when the disk fails, an Error when `firstSeq` does not follow the journal.
   * A plan that the file holds already (a commit that reported a failure and was written all the same) is not written twice.
   */
  commit(rows: PlanRows, firstSeq: number): void;
  note(name: string, text: string): void;
}

/**
 * Opens the ledger of a folder. `expected` is the head that an earlier opening in this process had reached: when the file
 * has lost rows since, the journal goes on behind the expected head, so that the gap stays visible for ever.
 */
export function openLedger(folder: string, expected: Head = genesis): Ledger & { readonly lost: number } {
  const database = openDatabase(folder);
  try {
    const found = readHead(database);
    let head = found.seq >= expected.seq ? found : expected;
    return {
      database,
      lost: head.seq - found.seq,
      get head() {
        return head;
      },
      commit(rows, firstSeq) {
        if (rows.journal.length > 0 && firstSeq !== head.seq + 1) {
          if (isWritten(database, rows, firstSeq, head)) return;
          throw new Error(`The journal goes on at ${head.seq + 1}, and the plan begins at ${firstSeq}.`);
        }
        let next = head;
        database.transaction(() => {
          next = write(database, rows, head);
          if (next.seq > head.seq) database.run("saveNote", [HEAD_NOTE, formatHead(next)]);
        });
        head = next;
      },
      note: (name, text) => database.run("saveNote", [name, text]),
      [Symbol.dispose]: () => database[Symbol.dispose](),
    };
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
}

/** The later of what the journal ends with and what the note says. */
export function readHead(database: Database): Head {
  const last = database.get("lastJournal");
  const journal: Head = last ? { seq: Number(last.seq), hash: String(last.hash) } : genesis;
  const noted = readNotedHead(database) ?? genesis;
  return noted.seq > journal.seq ? noted : journal;
}

export function readNotedHead(database: Database): Head | undefined {
  const row = database.get("noteOf", [HEAD_NOTE]);
  return row ? parseHead(String(row.text)) : undefined;
}

/** The head behind these rows. */
function write(database: Database, rows: PlanRows, head: Head): Head {
  for (const { ticket, step } of rows.cancel) {
    for (const row of database.all("waitingMessagesOf", [ticket])) {
      const message = JSON.parse(String(row.body)) as Message;
      if (step === undefined || message.step === step) {
        database.run("saveMessage", messageValues({ ...message, state: "cancelled" }));
      }
    }
  }
  for (const { statement, values } of rows.writes) database.run(statement, values);
  let { seq, hash } = head;
  for (const { columns, body } of rows.journal) {
    hash = link(hash, ++seq, body);
    database.run("appendJournal", [seq, ...columns, body, hash]);
  }
  return { seq, hash };
}

/** True when the plan's rows are the newest of the journal, hash for hash. */
function isWritten(database: Database, rows: PlanRows, firstSeq: number, head: Head): boolean {
  if (firstSeq + rows.journal.length - 1 !== head.seq) return false;
  const before = firstSeq === 1 ? { seq: 0, hash: genesis.hash } : database.get("journalRow", [firstSeq - 1]);
  if (!before) return false;
  const reached = extend(
    { seq: firstSeq - 1, hash: String(before.hash) },
    rows.journal.map((row) => row.body),
  );
  return reached.hash === head.hash;
}
