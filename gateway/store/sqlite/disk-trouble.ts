/** What SQLite's error codes mean for the house: wait for the disk, or a bug. */
import type { Text } from "#model/text";
import { StoreTrouble } from "../trouble.ts";

/** Primary result codes of SQLite (sqlite3.h); the extended ones have them in their low byte. */
const code = {
  perm: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
} as const;

/** Errors of the world: the same plan may succeed later. All others are bugs. */
const passing: ReadonlySet<number> = new Set(Object.values(code));

/** 0 when the error is not SQLite's. */
function primaryCode(error: unknown): number {
  const value = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof value === "number" ? value & 0xff : 0;
}

export const isBusy = (error: unknown): boolean =>
  primaryCode(error) === code.busy || primaryCode(error) === code.locked;

export const isDamaged = (error: unknown): boolean =>
  primaryCode(error) === code.corrupt || primaryCode(error) === code.notADatabase;

/** True when the file is sound and only room is missing: no need to open it anew. */
export const isFull = (error: unknown): boolean => primaryCode(error) === code.full;

/** True when waiting may help: a full, failing, read-only or missing disk, or a lock. */
export function isPassing(error: unknown): boolean {
  if (error instanceof StoreTrouble) return error.kind === "away" || error.kind === "in-use";
  return passing.has(primaryCode(error));
}

/** The error as a sentence for people. Errors of the file system (no permission, no such folder) count as the disk's. */
export function diskTrouble(error: unknown, folder: string): StoreTrouble {
  if (error instanceof StoreTrouble) return error;
  return new StoreTrouble("away", sentence(error, folder), { cause: error });
}

function sentence(error: unknown, folder: string): Text {
  switch (primaryCode(error)) {
    case code.full:
      return {
        zh: `数据目录 ${folder} 所在磁盘已满,house.db 无法写入。请腾出空间;期间的告警和工单照常显示,有空间后自动补写。`,
        en: `The disk of the data folder ${folder} is full and house.db cannot be written. Make room; alarms and tickets are shown meanwhile and written as soon as there is.`,
      };
    case code.readOnly:
    case code.perm:
      return {
        zh: `数据目录 ${folder} 只读或无写权限,house.db 无法写入。请检查磁盘是否被重新挂载为只读以及目录权限。`,
        en: `The data folder ${folder} cannot be written (read-only, or no permission). Check whether the disk was remounted read-only, and the rights of the folder.`,
      };
    case code.corrupt:
    case code.notADatabase:
      return {
        zh: `数据目录 ${folder} 中的 house.db 已损坏。请停机后用最近的备份恢复,并检查磁盘。`,
        en: `house.db in the data folder ${folder} is damaged. Stop the gateway, restore the newest backup, and check the disk.`,
      };
    default: {
      const detail = error instanceof Error ? error.message : String(error);
      return {
        zh: `数据目录 ${folder} 的磁盘读写出错(${detail})。请检查磁盘、连接线和目录权限;网关会继续重试。`,
        en: `Reading or writing the data folder ${folder} failed (${detail}). Check the disk, its cabling, and the rights of the folder; the gateway keeps trying.`,
      };
    }
  }
}
