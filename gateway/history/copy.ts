/** A consistent copy of `history.db` while it is written: read in one breath over a connection of its own, so that no batch waits. */
import { chmodSync, closeSync, linkSync, openSync, rmSync, statfsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import type { Text } from "#model/text";
import { HISTORY_VERSION } from "./file.ts";

/** Why there is no copy, or why one is not taken. */
export class HistoryCopyTrouble extends Error {
  readonly because: Text;
  constructor(because: Text, cause?: unknown) {
    super(because.en, { cause });
    this.because = because;
  }
}

/** A copy that meets the end of a log file is begun again; that many times in a row have another cause. */
const TRIES = 20;
/** All pages at once: in pieces, each batch that is written meanwhile would begin it anew. */
const ALL_AT_ONCE = 2 ** 31 - 1;

/**
 * Writes `file` as one plain SQLite file with nothing beside it. Leaves `reserve` bytes free on the disk of `file`. Rejects
 * with a HistoryCopyTrouble when there is no room, and with the system's error otherwise; then `file` does not exist.
 */
export async function copyHistory(folder: string, file: string, reserve: number): Promise<void> {
  const source = join(folder, "history.db");
  const room = roomFor(source, file, reserve);
  if (!room.isEnough) throw new HistoryCopyTrouble(noRoom(file, room));
  await copyDatabase(source, file);
}

/** As copyHistory, of any file of SQLite and without a look at the room. Holds up the loop of its thread nowhere. */
export async function copyDatabase(source: string, file: string): Promise<void> {
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  const reading = new DatabaseSync(source, { readOnly: true, timeout: 1_000 });
  try {
    closeSync(openSync(partial, "ax", 0o600));
    await copyPages(reading, partial);
    const copy = new DatabaseSync(partial);
    try {
      // What follows flushes all of it, beside the loop.
      copy.exec("PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE");
    } finally {
      copy.close();
    }
    await flush(partial);
    // link, unlike rename, never replaces a file that came into being meanwhile.
    linkSync(partial, file);
  } finally {
    reading.close();
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${partial}${suffix}`, { force: true });
  }
}

async function copyPages(from: DatabaseSync, partial: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await backup(from, partial, { rate: ALL_AT_ONCE });
      return;
    } catch (error) {
      const { errcode } = error as { errcode?: number };
      // 0 and 5 (busy): it met a commit.
      if ((errcode !== 0 && errcode !== 5) || tries === TRIES) throw error;
    }
  }
}

async function flush(file: string): Promise<void> {
  chmodSync(file, 0o600);
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a copy of `source` needs on the disk of `file` with the reserve left free, and what there is, in words. */
export function roomFor(source: string, file: string, reserve: number) {
  const size = statSync(source).size;
  const { bavail, bsize } = statfsSync(dirname(file));
  const [needs, has] = [size + reserve, bavail * bsize].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
  return { isEnough: bavail * bsize - size >= reserve, needs, has };
}

function noRoom(file: string, { needs, has }: ReturnType<typeof roomFor>): Text {
  return {
    zh: `${dirname(file)} 所在磁盘空间不足以放下历史的副本（需要 ${needs}，剩余 ${has}，含 history 的 reserve）。请清理磁盘，或加 --without-history 只备份告警、工单和日志。`,
    en: `The disk of ${dirname(file)} has no room for a copy of the history (${needs} needed with reserve of history, ${has} free). Make room, or back up alarms, tickets and journal alone with --without-history.`,
  };
}

/** Reads all of a copy. Throws a HistoryCopyTrouble when it is none of ours, newer, or torn. */
export function checkHistoryCopy(file: string): void {
  try {
    const copy = new DatabaseSync(file, { readOnly: true, limits: { attach: 0 } });
    try {
      const { user_version: version } = copy.prepare("PRAGMA user_version").get() as { user_version: number };
      if (version > HISTORY_VERSION) throw new HistoryCopyTrouble(newer(file));
      const { tables } = copy
        .prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name IN ('block', 'tail', 'series')")
        .get() as { tables: number };
      const { quick_check: verdict } = copy.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
      if (tables !== 3 || verdict !== "ok") throw new HistoryCopyTrouble(torn(file));
    } finally {
      copy.close();
    }
  } catch (error) {
    throw error instanceof HistoryCopyTrouble ? error : new HistoryCopyTrouble(torn(file), error);
  }
}

const newer = (file: string): Text => ({
  zh: `${file} 由更新版本的 Gatehouse 写入，本版本不能恢复。请用新版本恢复，或加 --without-history。`,
  en: `${file} was written by a newer Gatehouse and cannot be restored by this one. Use the newer version, or --without-history.`,
});
const torn = (file: string): Text => ({
  zh: `${file} 不完整，或不是 Gatehouse 的历史备份，未恢复。请换用另一份备份，或加 --without-history。`,
  en: `${file} is torn, or no history of Gatehouse, and was not restored. Use another backup, or --without-history.`,
});
