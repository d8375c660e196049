/** How a sentence about a journal entry is made: readers of its data, and the usual forms. */
import type { JournalRow } from "#model/journal";
import type { ClockKind } from "#model/policy";
import { type Severity, severityName } from "#model/severity";
import type { Text } from "#model/text";
import { milliseconds, type Span } from "#model/time";
import { clockName } from "../../../rules/response/words.ts";

/** What a sentence may name: people by their id, roles of the policy. */
export interface Names {
  actor(id: string): string;
  role(id: string): Text;
  /** An alarm by its id, as people call it. */
  alarm(id: string): Text;
}

export type Line = (row: JournalRow, names: Names) => Text;

export const both = (zh: string, en: string): Text => ({ zh, en });

export const word = (row: JournalRow, key: string): string => {
  const value = row.data[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
export const flag = (row: JournalRow, key: string): boolean => row.data[key] === true;
export const words = (row: JournalRow, key: string): readonly string[] => {
  const value = row.data[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
};
export const textOf = (row: JournalRow, key: string): Text | undefined => {
  const value = row.data[key];
  if (typeof value !== "object" || value === null || !("zh" in value) || !("en" in value)) return undefined;
  return typeof value.zh === "string" && typeof value.en === "string" ? { zh: value.zh, en: value.en } : undefined;
};

/** A span as people say it: 45 s, 12 min, 1 h 05 min. */
export function spoken(span: Span): Text {
  const total = Math.round(Math.abs(span) / 1_000);
  if (total < 60) return both(`${total} 秒`, `${total} s`);
  const minutes = Math.round(total / 60);
  if (minutes < 60) return both(`${minutes} 分钟`, `${minutes} min`);
  const rest = String(minutes % 60).padStart(2, "0");
  return both(`${Math.floor(minutes / 60)} 小时 ${rest} 分`, `${Math.floor(minutes / 60)} h ${rest} min`);
}

/** How long something took, to the second, cut off as the screens do: 45 s, 7 min 35 s, 1 h 05 min. */
export function took(row: JournalRow): Text {
  const value = row.data.took;
  const total = Math.floor((typeof value === "number" ? value : 0) / 1_000);
  if (total < 60 || total >= 3_600) return spoken(milliseconds(total * 1_000));
  const [minutes, seconds] = [Math.floor(total / 60), total % 60];
  return both(`${minutes} 分 ${seconds} 秒`, `${minutes} min ${seconds} s`);
}

export const spanOf = (row: JournalRow, key: string): Text => {
  const value = row.data[key];
  return spoken(milliseconds(typeof value === "number" ? value : 0));
};

export const clockOf = (row: JournalRow): Text => {
  const kind = word(row, "clock");
  return textOf(row, "name") ?? clockName[kind as ClockKind] ?? both(kind, kind);
};
export const severityOf = (row: JournalRow, key: string): Text => {
  const level = word(row, key);
  return severityName[level as Severity] ?? both(level, level);
};

/** `: text` in each language's own punctuation, or nothing. */
export const tail = (words_: string): Text => (words_ ? both(`：${words_}`, `: ${words_}`) : both("", ""));
export const join = (zh: string, en: string, rest: Text): Text => both(`${zh}${rest.zh}`, `${en}${rest.en}`);

/** What an acknowledgement was said to be for, in brackets, or nothing. */
const judgement: Readonly<Record<string, Text>> = {
  real: both("属实", "real"),
  false: both("误报", "false alarm"),
  test: both("测试", "test"),
  maintenance: both("维保", "maintenance"),
};
export function judgementOf(row: JournalRow): Text {
  const said = word(row, "reason");
  const known = Object.hasOwn(judgement, said) ? judgement[said] : undefined;
  return known ? both(`（${known.zh}）`, ` (${known.en})`) : both("", "");
}

/** A sentence of the form "who did what: words that stand under `key`". */
export const who =
  (zh: string, en: string, key: string): Line =>
  (row, names) =>
    join(`${names.actor(row.actor)} ${zh}`, `${names.actor(row.actor)} ${en}`, tail(word(row, key)));
export const did = (zh: string, en: string): Line => who(zh, en, "note");

export const fixed =
  (zh: string, en: string): Line =>
  () =>
    both(zh, en);
