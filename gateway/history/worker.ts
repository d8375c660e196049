/** The thread that holds `history.db`: writes what it is handed, answers questions, keeps house in between. */
import { statfsSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { Text } from "#model/text";
import { type Archive, openArchive } from "./archive.ts";
import { copyHistory, HistoryCopyTrouble } from "./copy.ts";
import { HistoryNotOurs } from "./file.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./messages.ts";
import { trendColumns } from "./trend.ts";

type Add = Extract<ToWorker, { do: "add" }>;
type Read = Extract<ToWorker, { do: "read" }>;

/** Samples that wait for a disk: about 40 MB. Then the oldest are let go. */
const WAITING_MOST = 2_000_000;
const RETRY_AFTER = 5_000;
/** Damaged rows that are told apart. */
const BROKEN_MOST = 65_536;
/** The room on the disk is looked at this often. */
const LOOK_EVERY = 5_000;

const input = workerData as WorkerInput;
const port = parentPort!;
const say = (message: FromWorker) => port.postMessage(message);

let archive: Archive | undefined;
const waiting: Add[] = [];
let waitingCount = 0;
let trouble: string | undefined;
let tryAgainAt = Number.NEGATIVE_INFINITY;
let lookAt = Number.NEGATIVE_INFINITY;
let now = 0;
let mono = 0;
let isFirst = true;
/** Rows that could not be read, and how many of them were told. Each look at the same place meets the same row again. */
const broken = new Set<string>();
let brokenTold = 0;

function tell(because: Text | undefined): void {
  if (trouble === because?.en) return;
  trouble = because?.en;
  say(because ? { say: "state", because } : { say: "state" });
}

function open(): Archive {
  archive ??= openArchive({
    ...input,
    isStart: isFirst,
    tellBroken(row) {
      if (broken.has(row) || broken.size === BROKEN_MOST) return;
      broken.add(row);
      // Said at the first, and then less and less often.
      if (Math.log2(broken.size) % 1 !== 0) return;
      say({ say: "broken", more: broken.size - brokenTold, because: brokenRows(broken.size) });
      brokenTold = broken.size;
    },
    tellPutAside: () => say({ say: "broken", more: 1, because: putAside(input.folder) }),
  });
  isFirst = false;
  return archive;
}

/** Samples go first when room is short: the rest belongs to alarms and tickets. */
function checkRoom(): void {
  if (mono < lookAt) return;
  lookAt = mono + LOOK_EVERY;
  const { bavail, bsize } = statfsSync(input.folder);
  if (bavail * bsize < input.reserve) {
    lookAt = Number.NEGATIVE_INFINITY;
    throw new NoRoom();
  }
}

class NoRoom extends Error {}

function write(message: Add): void {
  waiting.push(message);
  waitingCount += message.batch.count;
  now = message.now;
  mono = message.mono;
  let stored = 0;
  let dropped = 0;
  if (mono >= tryAgainAt) {
    try {
      const file = open();
      checkRoom();
      for (let first = waiting[0]; first; first = waiting[0]) {
        file.add(first.batch, first.now);
        stored += first.batch.count;
        waitingCount -= first.batch.count;
        waiting.shift();
      }
      tell(undefined);
    } catch (error) {
      pause(error);
    }
  }
  while (waitingCount > WAITING_MOST && waiting[0]) {
    dropped += waiting[0].batch.count;
    waitingCount -= waiting[0].batch.count;
    waiting.shift();
  }
  say({ say: "added", stored, dropped });
  schedule();
}

function pause(error: unknown): void {
  tell(sentence(error));
  tryAgainAt = mono + RETRY_AFTER;
  if ((error as { errcode?: number }).errcode === 13 || error instanceof NoRoom) return;
  // After any other error only a fresh look at the file is to be trusted; what it held in memory stands in the tail.
  try {
    archive?.[Symbol.dispose]();
  } catch {
    // The first error is the one that is told.
  }
  archive = undefined;
}

let isScheduled = false;
/** Housekeeping one piece at a time, so that questions and batches are never kept waiting for long. */
function schedule(): void {
  if (isScheduled || !archive || trouble !== undefined) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    try {
      if (archive?.keepHouse(now, mono)) schedule();
    } catch (error) {
      pause(error);
    }
  });
}

function read({ id, handle, from, to, buckets, now: present }: Read): void {
  try {
    const trend = trendColumns(open().read(handle, from, to, buckets, present), present);
    say({ say: "trend", id, trend });
  } catch (error) {
    say({ say: "failed", id, because: error instanceof Error ? error.message : String(error) });
  }
}

/** Beside what is written meanwhile: its own connection, and the pages are read in the pool of the process. */
async function copy(id: number, file: string): Promise<void> {
  try {
    open();
    await copyHistory(input.folder, file, input.reserve);
    say({ say: "copied", id });
  } catch (error) {
    const because = error instanceof HistoryCopyTrouble ? error.because : notCopied(error);
    say({ say: "not-copied", id, because });
  }
}

port.on("message", (message: ToWorker) => {
  switch (message.do) {
    case "add":
      return write(message);
    case "read":
      return read(message);
    case "copy":
      return void copy(message.id, message.file);
    case "close":
      try {
        archive?.[Symbol.dispose]();
      } finally {
        port.close();
      }
  }
});

function sentence(error: unknown): Text {
  const { folder } = input;
  const code = (error as { errcode?: number }).errcode;
  if (error instanceof NoRoom) {
    return {
      zh: `数据目录 ${folder} 所在磁盘的剩余空间不足，历史记录已暂停，把空间留给告警和工单。请清理磁盘；有空间后自动恢复。`,
      en: `The disk of the data folder ${folder} is nearly full: the history has stopped and leaves the room to alarms and tickets. Make room; it goes on by itself.`,
    };
  }
  if (error instanceof HistoryNotOurs) {
    return {
      zh: `${folder} 中的 history.db 由更新版本的 Gatehouse 写入，未被改动；现在不记录历史。请启动新版本，或把该文件移走。`,
      en: `history.db in ${folder} was written by a newer Gatehouse and is left as it is; no history is kept now. Start the newer version, or move the file away.`,
    };
  }
  if (code === 13) {
    return {
      zh: `数据目录 ${folder} 所在磁盘已满，历史记录已暂停。请清理磁盘；有空间后自动恢复。`,
      en: `The disk of the data folder ${folder} is full: the history has stopped. Make room; it goes on by itself.`,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return {
    zh: `${folder} 中的 history.db 无法写入（${detail}），历史记录已暂停。请检查磁盘和目录权限；会自动重试。`,
    en: `history.db in ${folder} cannot be written (${detail}): the history has stopped. Check the disk and the rights of the folder; it tries again by itself.`,
  };
}

const brokenRows = (count: number): Text => ({
  zh: `history.db 中有 ${count} 处数据损坏，已跳过（趋势图上显示为空缺）。若持续增加，请检查磁盘。`,
  en: `${count} broken rows of history.db were met and skipped (they show as gaps in trends). Check the disk if the number grows.`,
});

const notCopied = (error: unknown): Text => {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    zh: `history.db 未能备份（${detail}）。请检查磁盘，或加 --without-history 只备份告警、工单和日志。`,
    en: `history.db could not be copied (${detail}). Check the disk, or back up alarms, tickets and journal alone with --without-history.`,
  };
};

const putAside = (folder: string): Text => ({
  zh: `${folder} 中的 history.db 已损坏，已改名为 history.db.broken，并新建了历史文件。告警和工单不受影响。`,
  en: `history.db in ${folder} was damaged; it is now history.db.broken and a new one was begun. Alarms and tickets are not affected.`,
});
