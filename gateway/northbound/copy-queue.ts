/** A consistent copy of a queue while its thread goes on: what waited at the time of a backup is part of it. */
import { DatabaseSync } from "node:sqlite";
import type { Text } from "#model/text";
import { copyDatabase, roomFor } from "../history/copy.ts";
import { QUEUE_VERSION, queuePath } from "./queue-file.ts";

/** Every target that a site may have; its queue is `north/<name>.db` in the data folder. */
export const queueNames = ["influx", "mqtt", "webhook"] as const;

export class QueueCopyTrouble extends Error {
  readonly because: Text;
  constructor(because: Text, cause?: unknown) {
    super(because.en, { cause });
    this.because = because;
  }
}

/**
 * Writes `file` as one plain SQLite file, leaving `reserve` bytes free on its disk. `folder` is that of the queues. To be called
 * before the house itself is copied: the queue must not know of rows that the journal does not have. Rejects with a
 * QueueCopyTrouble when there is no room, and with the system's error otherwise; then `file` does not exist.
 */
export async function copyQueue(folder: string, name: string, file: string, reserve: number): Promise<void> {
  const source = queuePath(folder, name);
  const { isEnough, needs, has } = roomFor(source, file, reserve);
  if (!isEnough) throw new QueueCopyTrouble(noRoom(name, file, needs, has));
  await copyDatabase(source, file);
}

/** Reads all of a copy. Throws a QueueCopyTrouble when it is none of ours, newer, or torn. */
export function checkQueueCopy(file: string): void {
  try {
    using copy = new DatabaseSync(file, { readOnly: true, limits: { attach: 0 } });
    const { user_version: version } = copy.prepare("PRAGMA user_version").get() as { user_version: number };
    const { tables } = copy
      .prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name IN ('urgent', 'sample', 'series')")
      .get() as { tables: number };
    const { quick_check: verdict } = copy.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (version > QUEUE_VERSION || tables !== 3 || verdict !== "ok") throw new QueueCopyTrouble(unusable(file));
  } catch (error) {
    throw error instanceof QueueCopyTrouble ? error : new QueueCopyTrouble(unusable(file), error);
  }
}

const noRoom = (name: string, file: string, needs = "", has = ""): Text => ({
  zh: `${file} 所在磁盘空间不足以放下北向队列 ${name} 的副本（需要 ${needs}，剩余 ${has}，含 history 的 reserve）。请清理磁盘，或加 --without-north 不备份北向队列。`,
  en: `The disk of ${file} has no room for a copy of the queue to ${name} (${needs} needed with reserve of history, ${has} free). Make room, or leave the queues out with --without-north.`,
});
const unusable = (file: string): Text => ({
  zh: `${file} 不完整、版本更新，或不是 Gatehouse 的北向队列，未恢复。请换用另一份备份，或加 --without-north。`,
  en: `${file} is torn, newer, or no queue of Gatehouse, and was not restored. Use another backup, or --without-north.`,
});
