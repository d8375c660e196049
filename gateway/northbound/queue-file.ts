/**
 * The file of one queue: opened, made when there is none, and mended when the disk has damaged it: what can still be read
 * of the damaged file goes into a new one, and the damaged one stays beside as `.broken`.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/** Of the form of the file; a newer one is left alone. */
export const QUEUE_VERSION = 1;
const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;
CREATE TABLE series (id INTEGER PRIMARY KEY, point TEXT NOT NULL UNIQUE) STRICT;
-- One row per change of an alarm or ticket; seq: its row in the journal.
CREATE TABLE urgent (id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, at REAL NOT NULL, body TEXT NOT NULL) STRICT;
-- One row per batch of samples; body: tail.ts of the historian; texts: what stands in rows of text points, by position.
CREATE TABLE sample (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL,
  texts TEXT) STRICT;
PRAGMA user_version = ${QUEUE_VERSION};`;

/** Tables and their columns, the key first, in the order in which a new file can take them. */
const TABLES = {
  meta: ["rowid", "name", "value"],
  series: ["id", "point"],
  urgent: ["id", "seq", "at", "body"],
  sample: ["id", "at", "count", "body", "texts"],
} as const;

export class QueueNotOurs extends Error {}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
export const isDamage = (error: unknown): boolean => {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && [11, 26].includes(errcode & 255);
};

export const queuePath = (folder: string, name: string): string => join(folder, `${name}.db`);

/** Statements are prepared once per text. */
export interface QueueFile extends Disposable {
  readonly connection: DatabaseSync;
  sql(text: string): StatementSync;
  transaction<T>(work: () => T): T;
}

/** Opens `<folder>/<name>.db`. Throws QueueNotOurs for a newer version, and SQLite's errors when the file or the disk is bad. */
export function openQueueFile(folder: string, name: string): QueueFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = queuePath(folder, name);
  closeSync(openSync(path, "a", 0o600));
  const connection = new DatabaseSync(path, { defensive: true, limits: { attach: 0 }, timeout: 1_000 });
  try {
    connection.exec("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    const { user_version: version } = connection.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > QUEUE_VERSION) throw new QueueNotOurs(`version ${version}`);
    if (version === 0) connection.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return wrap(connection);
}

function wrap(connection: DatabaseSync): QueueFile {
  const prepared = new Map<string, StatementSync>();
  return {
    connection,
    sql(text) {
      const statement = prepared.get(text) ?? connection.prepare(text);
      prepared.set(text, statement);
      return statement;
    },
    transaction(work) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        if (connection.isTransaction) connection.exec("ROLLBACK");
        throw error;
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** What was taken over from a damaged file. */
export interface Mended {
  readonly samples: number;
  readonly changes: number;
}

/** Puts the damaged file aside as `<name>.db.broken`, in place of one from before, and takes over what can be read of it. */
export function mendQueueFile(folder: string, name: string): Mended {
  const path = queuePath(folder, name);
  for (const suffix of ["", "-wal", "-shm"]) {
    rmSync(`${path}.broken${suffix}`, { force: true });
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.broken${suffix}`);
  }
  using to = openQueueFile(folder, name);
  try {
    using from = wrap(new DatabaseSync(`${path}.broken`, { readOnly: true, limits: { attach: 0 } }));
    to.transaction(() => {
      takeOver(from, to, "meta");
      const cursor = to.sql("SELECT value FROM meta WHERE name = 'cursor'").get();
      // With a gap the changes come from the journal, which has them all.
      if (cursor === undefined || !takeOver(from, to, "urgent")) {
        to.connection.exec("DELETE FROM urgent; DELETE FROM meta WHERE name = 'cursor'");
      }
      // Numbers without their names would be somebody else's values.
      if (takeOver(from, to, "series")) takeOver(from, to, "sample");
    });
  } catch {
    // Nothing of it can be read at all, or what it says does not fit: the new one begins empty.
  }
  const count = (text: string) => Object.values(to.sql(text).get() ?? {})[0] as number;
  return {
    samples: count("SELECT coalesce(sum(count), 0) FROM sample"),
    changes: count("SELECT count(*) FROM urgent"),
  };
}

/** From the first row up to where it is damaged, and from the last row back to there. True when all of it was read. */
function takeOver(from: QueueFile, to: QueueFile, table: keyof typeof TABLES): boolean {
  const [key, ...columns] = TABLES[table];
  const insert = to.sql(
    `INSERT OR IGNORE INTO ${table} (${[key, ...columns].join(", ")}) VALUES (?${", ?".repeat(columns.length)})`,
  );
  for (const order of ["ASC", "DESC"]) {
    try {
      for (const row of from
        .sql(`SELECT ${[key, ...columns].join(", ")} FROM ${table} ORDER BY ${key} ${order}`)
        .iterate()) {
        insert.run(...[key, ...columns].map((name) => row[name] as SQLInputValue));
      }
      return order === "ASC";
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return false;
}
