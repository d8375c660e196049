/** Brings a file of an older version up to date: numbered SQL files, each in a transaction of its own. */
import { readdirSync, readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { statements } from "../statements.ts";
import { StoreTrouble } from "../trouble.ts";

const folderOfMigrations = new URL("../migrations/", import.meta.url);
const NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/**
 * Throws a StoreTrouble when the file was written by a newer version, or is no house.db at all. Only reads, so that such a file
 * is left exactly as it was found.
 */
export function refuseForeign(connection: DatabaseSync, folder: string): void {
  const tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
  if (tables.length === 0) return;
  if (!tables.some((table) => table.name === "migration")) throw foreign(folder);
  const newest = newestDone(connection);
  const known = readMigrations().length;
  if (newest > known) throw newer(folder, newest, known);
}

/** Applies what the file lacks. Throws SQLite's error when a migration fails, after rolling it back. */
export function migrate(connection: DatabaseSync): void {
  connection.exec("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
  const known = readMigrations();
  const newest = newestDone(connection);

  for (const { number, name } of known.slice(newest)) {
    const sql = readFileSync(new URL(name, folderOfMigrations), "utf8");
    connection.exec("BEGIN IMMEDIATE");
    try {
      connection.exec(sql);
      connection.prepare(statements.migrationDone).run({ $1: number, $2: name });
      connection.exec("COMMIT");
    } catch (error) {
      if (connection.isTransaction) connection.exec("ROLLBACK");
      throw error;
    }
  }
}

function newestDone(connection: DatabaseSync): number {
  const done = connection.prepare(statements.migrations).all() as { number: number }[];
  return done.at(-1)?.number ?? 0;
}

/** In order, without a gap: 0001, 0002, … */
function readMigrations(): { number: number; name: string }[] {
  const names = readdirSync(folderOfMigrations)
    .filter((name) => NAME.test(name))
    .sort();
  return names.map((name, i) => {
    const number = Number(NAME.exec(name)![1]);
    if (number !== i + 1) throw new Error(`Migration ${i + 1} is missing: found ${name} in its place.`);
    return { number, name };
  });
}

function newer(folder: string, found: number, known: number): StoreTrouble {
  return new StoreTrouble("not-ours", {
    zh: `${folder} 中的 house.db 由更新版本的 Gatehouse 写入(结构版本 ${found},本程序只认识到 ${known})。请启动新版本,或恢复升级前的备份。文件未被改动。`,
    en: `house.db in ${folder} was written by a newer Gatehouse (schema ${found}; this one knows up to ${known}). Start the newer version, or restore a backup made before the update. The file was not changed.`,
  });
}

function foreign(folder: string): StoreTrouble {
  return new StoreTrouble("not-ours", {
    zh: `${folder} 中的 house.db 不是 Gatehouse 的数据文件。请指定正确的数据目录。文件未被改动。`,
    en: `house.db in ${folder} is an SQLite file of another program. Name the right data folder. The file was not changed.`,
  });
}
