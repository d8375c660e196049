/** From what a server sends to the raw number or text of a point. */
import { DataType, type DataValue, Int64ToBigInt, UInt64ToBigInt, type Variant, VariantArrayType } from "node-opcua";
import type { PointType } from "#model/points";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import type { Part } from "./address.ts";

/** What is needed to read a point's value out of its node's. */
export interface Reading {
  readonly parts: readonly Part[];
  readonly type: PointType;
  readonly words?: Readonly<Record<string, number>>;
  /** Names of the codes, as the server's EnumStrings or EnumValues tell them. */
  readonly names?: ReadonlyMap<number, string>;
  /** The address as written, for messages. */
  readonly at: string;
}

export interface NoValue {
  readonly reason: Reason;
  readonly because: Text;
}

export type Grade = "good" | "uncertain" | "bad";

/** The two highest bits of a status code (OPC 10000-4, 7.39.1). */
export function gradeOf({ statusCode }: DataValue): Grade {
  const severity = (statusCode?.value ?? 0) >>> 30;
  return severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
}

/** `BadNoCommunication`, without the info bits. */
export const statusName = (status: { readonly name: string }): string => status.name.replace(/#.*$/, "");

/** A raw number, a text for a text point, or why there is neither. */
export function readValue(variant: Variant | undefined, reading: Reading): number | string | NoValue {
  if (!variant || variant.dataType === DataType.Null || variant.value === null || variant.value === undefined)
    return noValue("not-available", reading, noneZh, noneEn);
  const picked = pick(variant, reading.parts);
  if (picked === undefined) return noValue("decode", reading, noPartZh, noPartEn);
  const plain = plainOf(picked, variant.dataType);
  if (plain === undefined) return noValue("decode", reading, compoundZh, compoundEn);
  return reading.type === "text" ? textOf(plain, reading) : numberOf(plain, reading);
}

function pick(variant: Variant, parts: readonly Part[]): unknown {
  let value: unknown = variant.value;
  let rest = parts;
  if (variant.arrayType === VariantArrayType.Matrix) {
    const dimensions = variant.dimensions ?? [];
    let flat = 0;
    for (const [depth, size] of dimensions.entries()) {
      const part = parts[depth];
      if (!part || !("index" in part) || part.index >= size) return undefined;
      flat = flat * size + part.index;
    }
    value = (value as ArrayLike<unknown>)[flat];
    rest = parts.slice(dimensions.length);
  }
  for (const part of rest) {
    if (typeof value !== "object" || value === null) return undefined;
    value = "index" in part ? (value as ArrayLike<unknown>)[part.index] : fieldOf(value, part.field);
  }
  // An array is no value; only 64-bit numbers come as pairs.
  if (rest.length === 0 && variant.arrayType === VariantArrayType.Array) return undefined;
  return value;
}

/** The library writes the first letter of a field small, whatever the server's model says. */
function fieldOf(value: object, field: string): unknown {
  const own = (name: string) => (Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);
  return own(field) ?? own(field.charAt(0).toLowerCase() + field.slice(1));
}

type Plain = number | boolean | string | Date;

function plainOf(value: unknown, dataType: DataType): Plain | undefined {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "string":
      return value;
    case "bigint":
      return Number(value);
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  // A time beyond what dates can say is no time.
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value;
  if (Array.isArray(value)) return wideNumber(value, dataType);
  if (Buffer.isBuffer(value)) return value.toString("hex");
  const { text, name, value: inner } = value as { text?: unknown; name?: unknown; value?: unknown };
  if (typeof text === "string") return text;
  if (typeof name === "string") return name;
  // A variant within a structure or an array of variants.
  return inner === undefined || inner === value ? undefined : plainOf(inner, dataType);
}

/** 64-bit numbers come as `[high, low]`; beyond 2^53 the lowest digits are lost. */
function wideNumber(pair: readonly unknown[], dataType: DataType): number | undefined {
  const [high, low] = pair;
  if (pair.length !== 2 || typeof high !== "number" || typeof low !== "number") return undefined;
  return Number(dataType === DataType.Int64 ? Int64ToBigInt([high, low]) : UInt64ToBigInt([high, low]));
}

function textOf(plain: Plain, { names }: Reading): string {
  if (plain instanceof Date) return plain.toISOString();
  if (typeof plain === "number") return names?.get(plain) ?? String(plain);
  return String(plain);
}

function numberOf(plain: Plain, reading: Reading): number | NoValue {
  const { words, names } = reading;
  if (typeof plain === "boolean") return plain ? 1 : 0;
  if (plain instanceof Date) return plain.getTime();
  if (typeof plain === "number") {
    const name = words && names?.get(plain);
    return words && name !== undefined && Object.hasOwn(words, name) ? (words[name] as number) : plain;
  }
  if (words && Object.hasOwn(words, plain)) return words[plain] as number;
  if (/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(plain)) return Number(plain);
  return noValue(
    words ? "unknown-code" : "decode",
    reading,
    `收到文字“${plain.slice(0, 40)}”，words 里没有它。请补充 words，或把 type 改为 text`,
    `it says "${plain.slice(0, 40)}", which is not among its words. Add it to words, or make the point a text`,
  );
}

const noneZh = "服务器没有给出值。请检查数据源";
const noneEn = "the server gives no value. Check its source";
const noPartZh = "值里没有地址中 # 之后的部分，或数组缺少 #[序号]。请核对地址";
const noPartEn = "the value has no such part as stands behind # in the address, or it is an array and needs #[index]";
const compoundZh = "值是结构体。请在地址后写 #.字段名";
const compoundEn = "the value is a structure; write #.field behind the address";

const noValue = (reason: Reason, { at }: Reading, zh: string, en: string): NoValue => ({
  reason,
  because: { zh: `${at}：${zh}。`, en: `${at}: ${en}.` },
});
