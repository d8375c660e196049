/** A consistent copy while the house runs: made page by page, checked, and only then given its name. */
import { chmodSync, closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { backup as copyPages, DatabaseSync } from "node:sqlite";
import { StoreTrouble } from "../trouble.ts";
import type { Database } from "./database.ts";

/** Pages per step: 1 MiB, so that a commit waits a few milliseconds at most. */
const PAGES = 256;

/** Writes `file` as one plain SQLite file (no WAL beside it). Throws a StoreTrouble when a file of that name exists. */
export async function backup(database: Database, file: string): Promise<void> {
  if (existsSync(file)) throw exists(file);
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  try {
    closeSync(openSync(partial, "ax", 0o600));
    await copy(database, partial);
    check(partial);
    flush(partial);
    // link, unlike rename, never replaces a file that came into being meanwhile.
    linkSync(partial, file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw exists(file);
    throw error;
  } finally {
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${partial}${suffix}`, { force: true });
  }
}

/** A commit is over when this thread comes round again: that many collisions in a row have another cause. */
const TRIES = 1_000;

/**
 * When its first or last step meets a commit, node:sqlite gives up with the result code 0 ("not an error") instead of
 * waiting: such a copy is begun again.
 */
async function copy(database: Database, partial: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await copyPages(database.connection, partial, { rate: PAGES });
      return;
    } catch (error) {
      const collided = error instanceof Error && "errcode" in error && error.errcode === 0;
      if (!collided || tries === TRIES) throw error;
    }
  }
}

function check(file: string): void {
  const copy = new DatabaseSync(file);
  try {
    copy.exec("PRAGMA journal_mode = DELETE");
    const verdict = copy.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (verdict.quick_check !== "ok") throw new Error(`The backup ${file} is not sound: ${verdict.quick_check}`);
  } finally {
    copy.close();
  }
}

function flush(file: string): void {
  chmodSync(file, 0o600);
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const exists = (file: string) =>
  new StoreTrouble("exists", {
    zh: `备份文件 ${file} 已存在,不会覆盖。请换一个文件名,或先移走旧文件。`,
    en: `The backup file ${file} exists already and is not overwritten. Choose another name, or move the old file away.`,
  });
