/**
 * `history.db` as an open file. Its rows are blocks of many samples; the key of a block is the point's number and the
 * second of its first sample, so that one point's past lies together and needs no index.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Of the form of the file; a newer one is left alone. */
export const HISTORY_VERSION = 1;

const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT;
-- One row per point. sealed: newest row of tail that stands in blocks already; rolled: aggregates exist up to here (ms).
CREATE TABLE series (id INTEGER PRIMARY KEY, point TEXT NOT NULL UNIQUE, sealed INTEGER NOT NULL DEFAULT 0,
  rolled INTEGER NOT NULL DEFAULT 0) STRICT;
-- id: series * 2^32 + second of the first sample. body: block.ts.
CREATE TABLE block (id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
  body BLOB NOT NULL) STRICT;
-- id: series * 2^32 + second at which the row begins. body: cells.ts.
CREATE TABLE minute (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE hour (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
-- What is not in blocks yet, as it came.
CREATE TABLE tail (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
PRAGMA user_version = ${HISTORY_VERSION};`;

/** Blocks of one point lie between `keyOf(series, 0)` and `keyOf(series + 1, 0)`. */
export const keyOf = (series: number, ms: number): number =>
  series * 4_294_967_296 + Math.max(0, Math.min(4_294_967_295, Math.floor(ms / 1_000)));

export class HistoryNotOurs extends Error {}

export interface HistoryFile extends Disposable {
  readonly connection: DatabaseSync;
  prepare(sql: string): StatementSync;
  /** All of `work`, or nothing of it. */
  transaction(work: () => void): void;
  /** Bytes in use, without what was freed inside. */
  used(): number;
}

/**
 * Opens `<folder>/history.db`, new when there is none. A file that is no database at all is put aside as
 * `history.db.broken` and a new one is begun: samples must never keep a house from starting. Throws HistoryNotOurs for a
 * file of a newer version, and SQLite's errors when the disk fails.
 */
export function openHistoryFile(folder: string, putAside: () => void = () => {}): HistoryFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "history.db");
  try {
    return open(path);
  } catch (error) {
    const broken = (error as { errcode?: number }).errcode;
    if (broken !== 26 && broken !== 11) throw error;
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.broken${suffix}`);
    }
    putAside();
    return open(path);
  }
}

function open(path: string): HistoryFile {
  closeSync(openSync(path, "a", 0o600));
  const connection = new DatabaseSync(path, { defensive: true, limits: { attach: 0 }, timeout: 1_000 });
  try {
    // Rows are whole blocks: large pages waste less of themselves.
    connection.exec("PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL");
    // NORMAL may lose the last second in a power cut, never the file.
    connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF");
    const { user_version: version } = connection.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > HISTORY_VERSION) throw new HistoryNotOurs(`version ${version}`);
    if (version === 0) connection.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
  } catch (error) {
    connection.close();
    throw error;
  }
  return wrap(connection);
}

/** For looking at a history beside the gateway that writes it. `undefined` when there is none. */
export function readHistoryFile(folder: string): HistoryFile | undefined {
  const path = join(folder, "history.db");
  if (!existsSync(path)) return undefined;
  return wrap(new DatabaseSync(path, { readOnly: true, timeout: 1_000 }));
}

function wrap(connection: DatabaseSync): HistoryFile {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const pragma = (name: string): number => Object.values(prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
  return {
    connection,
    prepare,
    transaction(work) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        work();
        connection.exec("COMMIT");
      } catch (error) {
        // A full disk makes SQLite roll back by itself.
        if (connection.isTransaction) connection.exec("ROLLBACK");
        throw error;
      }
    },
    used: () => (pragma("page_count") - pragma("freelist_count")) * pragma("page_size"),
    [Symbol.dispose]: () => connection.close(),
  };
}
