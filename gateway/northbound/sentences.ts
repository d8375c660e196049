/** What is said of the queues towards the north. */
import type { Text } from "#model/text";
import type { LetGo } from "./queue.ts";
import { type Mended, QueueNotOurs } from "./queue-file.ts";

const FULL = 13;

export const noRoom = (name: string, folder: string): Text => ({
  zh: `${folder} 所在磁盘的剩余空间不足，发往 ${name} 的采样暂不入队，把空间留给告警和工单。请清理磁盘；有空间后自动恢复。`,
  en: `The disk of ${folder} is nearly full: samples for ${name} are not queued and leave the room to alarms and tickets. Make room; it goes on by itself.`,
});

export function disk(error: unknown, name: string, folder: string): Text {
  if (error instanceof QueueNotOurs) {
    return {
      zh: `${folder} 中的 ${name}.db 由更新版本的 Gatehouse 写入，未被改动；现在不向 ${name} 发送。请启动新版本，或把该文件移走。`,
      en: `${name}.db in ${folder} was written by a newer Gatehouse and is left as it is; nothing goes to ${name} now. Start the newer version, or move the file away.`,
    };
  }
  if ((error as { errcode?: number }).errcode === FULL) {
    return {
      zh: `${folder} 所在磁盘已满，发往 ${name} 的数据无法入队。请清理磁盘；有空间后自动恢复，告警和工单届时从日志补发。`,
      en: `The disk of ${folder} is full: what is meant for ${name} cannot be queued. Make room; it goes on by itself, and alarms and tickets are taken from the journal then.`,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return {
    zh: `${folder} 中的 ${name}.db 读写出错（${detail}）。请检查磁盘和目录权限；会自动重试。`,
    en: `${name}.db in ${folder} cannot be read or written (${detail}). Check the disk and the rights of the folder; it is tried again.`,
  };
}

export const mended = (name: string, folder: string, { samples, changes }: Mended): Text => ({
  zh: `${folder} 中的 ${name}.db 已损坏，原文件改名为 ${name}.db.broken，能读出的 ${samples} 条采样和 ${changes} 条告警、工单变化已移入新队列，继续发送。其余采样请从本机历史导出；告警和工单从日志补齐。请检查磁盘。`,
  en: `${name}.db in ${folder} was damaged and is now ${name}.db.broken; the ${samples} samples and ${changes} changes of alarms and tickets that could be read are in a new queue and go on. Export the other samples from the history of this machine; alarms and tickets are taken from the journal. Check the disk.`,
});

export const brokenBatch = (name: string): Text => ({
  zh: `发往 ${name} 的队列中有一批采样损坏，已跳过，可从本机历史导出。若再次出现，请检查磁盘。`,
  en: `One batch of samples in the queue for ${name} was broken and is skipped; it can be exported from the history of this machine. Check the disk if it happens again.`,
});

export const brokenChange = (name: string): Text => ({
  zh: `发往 ${name} 的队列中有一条告警或工单变化损坏，已从日志重新取出，不会缺失。若再次出现，请检查磁盘。`,
  en: `One change of an alarm or ticket in the queue for ${name} was broken and is taken from the journal again; none is missing. Check the disk if it happens again.`,
});

const WHAT = {
  samples: { zh: "条采样", en: "samples" },
  alarms: { zh: "条告警和工单变化", en: "changes of alarms and tickets" },
} as const;

export const letGo = (name: string, { what, count }: LetGo, from: string, to: string): Text => ({
  zh: `${name} 长时间收不到数据，队列已到上限（north 的 cap 或 keep），丢弃最早的 ${count} ${WHAT[what].zh}（${from} 至 ${to}）。请尽快恢复 ${name}；本机历史不受影响。`,
  en: `${name} was away for too long and its queue has reached its limit (cap or keep of north): the oldest ${count} ${WHAT[what].en} (${from} to ${to}) were dropped. Bring ${name} back; the history on this machine is not affected.`,
});

export const again = (name: string): Text => ({
  zh: `${name} 已恢复接收，正在补发。`,
  en: `${name} takes data again; what waited is being sent.`,
});

export const died = (name: string, detail: string): Text => ({
  zh: `发往 ${name} 的程序出错（${detail}），一分钟后重新启动，已入队的数据不丢。请把日志发给开发者。`,
  en: `Sending to ${name} failed (${detail}) and starts again in a minute; what is queued is kept. Send the log to the developers.`,
});
