/** `house.db` as an open file: locked for this process alone, safe against power cuts, closed against ATTACH. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { constants, DatabaseSync, type StatementSync } from "node:sqlite";
import { type StatementName, statements, type Value } from "../statements.ts";
import { StoreTrouble } from "../trouble.ts";
import { diskTrouble, isBusy, isPassing } from "./disk-trouble.ts";
import { migrate, refuseForeign } from "./migrate.ts";

/** Pages of the file held in memory, at most. */
const CACHE_KIB = 16_384;
/** Pages of 4 KiB in the log before they are carried over to the file. */
const LOG_PAGES = 4_000;

export type Row = Readonly<Record<string, Value>>;

export interface Database extends Disposable {
  run(statement: StatementName, values: readonly Value[]): void;
  get(statement: StatementName, values?: readonly Value[]): Row | undefined;
  all(statement: StatementName, values?: readonly Value[]): Row[];
  /** As `all`, one by one: no list of them is made. */
  each(statement: StatementName, values?: readonly Value[]): Iterable<Row>;
  /** All of `work`, or nothing of it. */
  transaction(work: () => void): void;
  /** For the backup alone. */
  readonly connection: DatabaseSync;
}

/**
 * Opens `<folder>/house.db`, makes the folder (0700) and the file (0600) when they are new, and brings an older file up to date.
 * Throws a StoreTrouble when another process has it open, when it is newer than this program, or when the disk fails.
 */
export function openDatabase(folder: string): Database {
  const file = join(folder, "house.db");
  let connection: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    // ATTACH would let one wrong statement create files anywhere.
    connection = new DatabaseSync(file, { defensive: true, limits: { attach: 0 }, timeout: 0 });
  } catch (error) {
    throw diskTrouble(error, folder);
  }
  try {
    connection.setAuthorizer((action) =>
      action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH
        ? constants.SQLITE_DENY
        : constants.SQLITE_OK,
    );
    // Exclusive before the first access: the lock is the fence, and the index of the WAL stays in memory.
    connection.exec("PRAGMA locking_mode = EXCLUSIVE");
    refuseForeign(connection, folder);
    connection.exec("PRAGMA journal_mode = WAL");
    // NORMAL lost acknowledged rows in 836 of 1,000 power cuts, FULL in none.
    connection.exec("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; BEGIN EXCLUSIVE; COMMIT;");
    // A storm writes all over the indices: with the usual 2 MB of pages and 4 MB of log it wrote most pages several times.
    connection.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${LOG_PAGES};`);
    migrate(connection);
  } catch (error) {
    closeQuietly(connection);
    if (error instanceof StoreTrouble) throw error;
    if (isBusy(error)) throw inUse(folder, error);
    throw isPassing(error) ? diskTrouble(error, folder) : error;
  }
  return wrap(connection);
}

interface Prepared {
  readonly statement: StatementSync;
  /** Whether its values are handed over by place: a third less work than by name, and in a storm that counts. */
  readonly placed: boolean;
}

function wrap(connection: DatabaseSync): Database {
  const prepared = new Map<StatementName, Prepared>();
  const prepare = (name: StatementName): Prepared => {
    let known = prepared.get(name);
    if (!known) {
      const text = statements[name];
      const placed = inOrder(text);
      known = { statement: connection.prepare(placed ? text.replaceAll(PARAMETER, "?") : text), placed };
      prepared.set(name, known);
    }
    return known;
  };
  return {
    connection,
    run(name, values) {
      const { statement, placed } = prepare(name);
      if (placed) statement.run(...values);
      else statement.run(named(values));
    },
    get(name, values = []) {
      const { statement, placed } = prepare(name);
      return (placed ? statement.get(...values) : statement.get(named(values))) as Row | undefined;
    },
    all(name, values = []) {
      const { statement, placed } = prepare(name);
      return (placed ? statement.all(...values) : statement.all(named(values))) as Row[];
    },
    each(name, values = []) {
      const { statement, placed } = prepare(name);
      return (placed ? statement.iterate(...values) : statement.iterate(named(values))) as Iterable<Row>;
    },
    transaction(work) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        work();
        connection.exec("COMMIT");
      } catch (error) {
        // A full disk makes SQLite roll back by itself.
        if (connection.isTransaction) rollBackQuietly(connection);
        throw error;
      }
    },
    [Symbol.dispose]: () => closeQuietly(connection),
  };
}

const PARAMETER = /\$\d+/g;

/** Whether the parameters stand in the text as `$1, $2, …`, each once: then their places say the same as their names. */
const inOrder = (text: string): boolean =>
  (text.match(PARAMETER) ?? []).every((parameter, n) => parameter === `$${n + 1}`);

/** SQLite takes `$1` for a name, PostgreSQL for a position: where one stands twice, the values are handed over by name. */
function named(values: readonly Value[]): Record<string, Value> {
  const record: Record<string, Value> = {};
  for (let i = 0; i < values.length; i++) record[`$${i + 1}`] = values[i]!;
  return record;
}

function closeQuietly(connection: DatabaseSync): void {
  try {
    connection.close();
  } catch {
    // The first error is the one that is told; a file that cannot be closed is opened anew all the same.
  }
}

function rollBackQuietly(connection: DatabaseSync): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    // The caller opens the file anew after an error of the disk, which rolls back too.
  }
}

function inUse(folder: string, cause: unknown): StoreTrouble {
  return new StoreTrouble(
    "in-use",
    {
      zh: `数据目录 ${folder} 正被另一个 Gatehouse 进程使用(house.db 已锁定)。请先停止那个进程,或用 GATEHOUSE_DATA 指定另一个目录。`,
      en: `The data folder ${folder} is in use by another Gatehouse (house.db is locked). Stop that one first, or name another folder with GATEHOUSE_DATA.`,
    },
    { cause },
  );
}
