/** From the bytes of one message to the value of one point. Whatever comes in, the answer is a value or a sentence. */
import type { PointType } from "#model/points";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { parseInstant } from "#model/time";
import type { TimeFormat, TopicAddress } from "./address.ts";
import { formatPointer, lookUp, type Pointer } from "./pointer.ts";

export type Reading =
  | {
      readonly kind: "number";
      readonly raw: number;
      readonly sourceAt: number;
      readonly uncertain: boolean;
      /** The source says that it is history. */
      readonly past?: true;
    }
  | { readonly kind: "text"; readonly value: string; readonly sourceAt: number; readonly uncertain: boolean }
  | { readonly kind: "bad"; readonly reason: Reason; readonly because: Text };

/** A payload as its readers share it: read as JSON once, when the first of them asks. */
export interface Payload {
  readonly text: string | undefined;
  json(): { readonly value: unknown } | undefined;
}

/** Longest text value that is kept; a longer one is a payload in the wrong place. */
const LONGEST_TEXT = 1_024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function openPayload(bytes: Uint8Array): Payload {
  let text: string | undefined;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = undefined;
  }
  let json: { readonly value: unknown } | undefined | null = null;
  return {
    text,
    json() {
      if (json === null) json = text === undefined ? undefined : parseJson(text);
      return json;
    },
  };
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export interface Wanted {
  readonly address: TopicAddress;
  readonly type: PointType;
  readonly words?: Readonly<Record<string, number>>;
}

/** `undefined` when the message is of another kind than the point's. */
export function readPoint(payload: Payload, wanted: Wanted): Reading | undefined {
  const { address } = wanted;
  if (address.when && !isOfKind(payload, address.when.pointer, address.when.is)) return undefined;
  const found = valueAt(payload, address.pointer);
  if (found.kind === "bad") return found;
  const told = qualityOf(payload, address);
  if (told === "bad") return bad("not-available", markedBad);
  const sourceAt = address.time ? timeAt(payload, address.time.pointer, address.time.format) : Number.NaN;
  if (sourceAt === undefined) return bad("decode", noTime(formatPointer(address.time?.pointer ?? [])));
  const value = settle(found.value, wanted);
  if (value.kind === "bad") return value;
  return { ...value, sourceAt, uncertain: told === "uncertain" };
}

function isOfKind(payload: Payload, pointer: Pointer, is: string): boolean {
  const said = lookUp(payload.json()?.value, pointer);
  return said !== undefined && typeof said !== "object" && String(said) === is;
}

type Found = { readonly kind: "found"; readonly value: unknown } | Extract<Reading, { kind: "bad" }>;

function valueAt(payload: Payload, pointer: Pointer): Found {
  if (payload.text === undefined) return bad("decode", notText);
  if (pointer.length === 0) return { kind: "found", value: payload.text };
  const json = payload.json();
  if (!json) return bad("decode", notJson(payload.text));
  const value = lookUp(json.value, pointer);
  if (value === undefined) return bad("decode", nothingThere(formatPointer(pointer)));
  if (value === null) return bad("not-available", isNull(formatPointer(pointer)));
  return { kind: "found", value };
}

type Settled =
  | { readonly kind: "number"; readonly raw: number }
  | { readonly kind: "text"; readonly value: string }
  | Extract<Reading, { kind: "bad" }>;

function settle(value: unknown, { type, words, address }: Wanted): Settled {
  if (typeof value === "object") return bad("decode", notOneValue(formatPointer(address.pointer)));
  const said = String(value);
  if (type === "text") {
    return said.length <= LONGEST_TEXT ? { kind: "text", value: said } : bad("decode", tooLong(said.length));
  }
  const word = words && wordOf(words, said.trim());
  if (word !== undefined) return { kind: "number", raw: word };
  const raw = numberOf(value);
  if (raw === undefined) return bad("decode", notANumber(said, words));
  if (address.bit === undefined) return { kind: "number", raw };
  if (!Number.isInteger(raw) || raw < 0 || raw > 0xffff_ffff) return bad("decode", noBits(said));
  return { kind: "number", raw: (raw >>> address.bit) & 1 };
}

const wordOf = (words: Readonly<Record<string, number>>, said: string): number | undefined =>
  Object.hasOwn(words, said) ? words[said] : undefined;

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** JSON numbers and booleans, and decimal numbers as text, which many devices send. Nothing else is guessed. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  let number: number | undefined;
  if (typeof value === "number") number = value;
  else if (typeof value === "string") {
    const text = value.trim();
    if (text === "true") return 1;
    if (text === "false") return 0;
    if (text.length <= 64 && DECIMAL.test(text)) number = Number(text);
  }
  if (number === undefined || !Number.isFinite(number)) return undefined;
  // Beyond 2^53 neighbours fall together: such a number is no longer the one that was sent.
  return Number.isInteger(number) && Math.abs(number) > Number.MAX_SAFE_INTEGER ? undefined : number;
}

/** The words by which payloads tell quality, as OPC and this gateway's own northbound write them. */
function qualityOf(payload: Payload, { quality }: TopicAddress): "good" | "uncertain" | "bad" {
  if (!quality) return "good";
  const said = lookUp(payload.json()?.value, quality);
  if (said === undefined || said === null) return "uncertain";
  const text = String(said).toLowerCase();
  if (["good", "ok", "true", "192"].includes(text)) return "good";
  return ["uncertain", "64"].includes(text) ? "uncertain" : "bad";
}

const FACTOR = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 } as const;
/** Times outside 2000 … 2100 are a clock that was never set, or another unit. */
const EARLIEST = 946_684_800_000;
const LATEST = 4_102_444_800_000;

/** Milliseconds since 1970; `undefined` when there is none that could be a time. */
function timeAt(payload: Payload, pointer: Pointer, format: TimeFormat): number | undefined {
  const said = lookUp(payload.json()?.value, pointer);
  let at: number | undefined;
  if (format === "iso") at = typeof said === "string" ? parseInstant(said.trim()) : undefined;
  else if (typeof format === "object") {
    const local = typeof said === "string" ? said.trim().replace(" ", "T").replaceAll("/", "-") : "";
    at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?$/.test(local) ? parseInstant(local + format.offset) : undefined;
  } else {
    const count = numberOf(said);
    at = count === undefined || typeof said === "boolean" ? undefined : Math.round(count * FACTOR[format]);
  }
  return at !== undefined && at >= EARLIEST && at <= LATEST ? at : undefined;
}

const bad = (reason: Reason, because: Text): Extract<Reading, { kind: "bad" }> => ({ kind: "bad", reason, because });

const shown = (text: string): string => {
  const plain = text.replaceAll(/\p{Cc}+/gu, " ");
  return plain.length <= 40 ? plain : `${plain.slice(0, 40)}…`;
};

const markedBad: Text = { zh: "设备自己把该值标为无效。", en: "The device itself marks this value as bad." };
const notText: Text = {
  zh: "消息不是 UTF-8 文本。请检查设备的数据格式设置。",
  en: "The message is no UTF-8 text. Check the data format set at the device.",
};
const notJson = (text: string): Text => ({
  zh: `消息不是 JSON（“${shown(text)}”），而点的地址带有 # 路径。请检查主题或设备的数据格式。`,
  en: `The message is no JSON ("${shown(text)}"), but the point's address has a # pointer. Check the topic or the device's data format.`,
});
const nothingThere = (path: string): Text => ({
  zh: `消息里没有 ${path}。请用 mosquitto_sub 查看该主题的实际内容，改正点的地址。`,
  en: `The message has no ${path}. Look at the topic with mosquitto_sub and correct the address of the point.`,
});
const isNull = (path: string): Text => ({
  zh: `${path} 的值为 null，设备没有数据。`,
  en: `${path} is null: the device has no value.`,
});
const notOneValue = (path: string): Text => ({
  zh: `${path || "消息"} 是对象或列表，不是单个值。请把 # 路径写到具体的值。`,
  en: `${path || "The message"} is an object or a list, not one value. Let the # pointer lead to the value itself.`,
});
const tooLong = (length: number): Text => ({
  zh: `文本有 ${length} 个字符，超过 ${LONGEST_TEXT}。`,
  en: `The text has ${length} characters, more than ${LONGEST_TEXT}.`,
});
const notANumber = (said: string, words: Readonly<Record<string, number>> | undefined): Text => ({
  zh: `“${shown(said)}”不是可用的数字${words ? "，也不在点的 words 里" : "；如果设备发送的是词，请在点上写 words"}。`,
  en: `"${shown(said)}" is no usable number${words ? " and no word of the point" : "; if the device sends words, give the point its words"}.`,
});
const noBits = (said: string): Text => ({
  zh: `“${shown(said)}”不是 0 到 4294967295 的整数，取不出位。`,
  en: `"${shown(said)}" is no whole number from 0 to 4294967295, so it has no bits.`,
});
const noTime = (path: string): Text => ({
  zh: `${path} 不是可用的时间。请检查 time 选项的单位（s、ms、iso、+08:00）。`,
  en: `${path} is no usable time. Check the unit of the time option (s, ms, iso, +08:00).`,
});
