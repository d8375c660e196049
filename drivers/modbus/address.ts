/** Where a Modbus point is and how its registers become a value: `holding:20:f32:CDAB` as data. */
import * as z from "zod";
import type { Text } from "#model/text";
import { complain } from "./settings.ts";

/** The four tables of a Modbus device, with the function that reads each (Modbus application protocol 1.1b3, 6.1–6.4). */
export const readFunction = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type Table = keyof typeof readFunction;

export const isBitTable = (table: Table): boolean => table === "coil" || table === "discrete";

/** Registers taken by one value of each type; `str<n>` takes one for every two characters. */
const registersOf = {
  u16: 1,
  i16: 1,
  u8hi: 1,
  u8lo: 1,
  bcd16: 1,
  u32: 2,
  i32: 2,
  f32: 2,
  bcd32: 2,
  u64: 4,
  i64: 4,
  f64: 4,
} as const;
export type NumberType = keyof typeof registersOf;

/** A is the most significant byte. CDAB reverses the registers, BADC the two bytes of each register, DCBA both. */
export const orders = ["ABCD", "CDAB", "BADC", "DCBA"] as const;
export type Order = (typeof orders)[number];

export interface ModbusAddress {
  readonly table: Table;
  /** 0-based, as on the wire. */
  readonly register: number;
  /** Registers of the value; 1 for a coil or a discrete input. */
  readonly width: number;
  /** `bit`: a coil, a discrete input, or one bit of a register. */
  readonly type: NumberType | "bit" | "str";
  readonly order: Order;
  /** Set when `type` is `bit` and the table holds registers: 0 is the least significant bit. */
  readonly bit?: number;
  /** Set when `type` is `str`: characters. */
  readonly length?: number;
}

const LAST = 65_535;
/** Modbus 6.3: one read answers at most 125 registers, so a longer text could never be read whole. */
const LONGEST_TEXT = 250;

const typeNames = [...Object.keys(registersOf), "str<n>"].join(" ");

/** Parses `holding:12`, `input:4:i16`, `coil:7`, `holding:12.3`, `holding:20:f32:CDAB`, `holding:40:str16`. */
export const ModbusAddress = z.string().transform((text, context): ModbusAddress => {
  const found = parseAddress(text);
  return "zh" in found ? complain(context, found) : found;
});

function parseAddress(text: string): ModbusAddress | Text {
  const [tableText = "", place = "", typeText, orderText, ...more] = text.split(":");
  if (!Object.hasOwn(readFunction, tableText)) {
    return {
      zh: `地址“${text}”应以 holding:、input:、coil: 或 discrete: 开头，后接从 0 起算的编号；说明书中的 40002 写作 holding:1。`,
      en: `The address "${text}" must begin with holding:, input:, coil: or discrete:, then a number that counts from 0; 40002 in a manual is holding:1.`,
    };
  }
  const table = tableText as Table;
  const number = /^(\d{1,5})(?:\.(\d{1,2}))?$/.exec(place);
  const register = number ? Number(number[1]) : Number.NaN;
  const bit = number?.[2] === undefined ? undefined : Number(number[2]);
  if (!number || register > LAST || more.length > 0) {
    return {
      zh: `地址“${text}”不是 ${table}:<0 到 65535>[.位][:类型[:字节序]] 的形式。`,
      en: `The address "${text}" is not of the form ${table}:<0 to 65535>[.bit][:type[:order]].`,
    };
  }
  if (isBitTable(table)) {
    if (bit !== undefined || typeText !== undefined) {
      return {
        zh: `地址“${text}”：${table} 本身就是一位，不能再写位号、类型或字节序。`,
        en: `The address "${text}": a ${table} is one bit already and takes no bit number, type or order.`,
      };
    }
    return { table, register, width: 1, type: "bit", order: "ABCD" };
  }
  if (bit !== undefined) {
    if (bit > 15 || typeText !== undefined) {
      return {
        zh: `地址“${text}”：寄存器的位号为 0（最低位）到 15，其后不写类型。`,
        en: `The address "${text}": a bit of a register is 0 (lowest) to 15, and no type follows it.`,
      };
    }
    return { table, register, width: 1, type: "bit", order: "ABCD", bit };
  }
  return parseTyped(text, table, register, typeText ?? "u16", orderText);
}

function parseTyped(
  text: string,
  table: Table,
  register: number,
  typeText: string,
  orderText: string | undefined,
): ModbusAddress | Text {
  const length = /^str([1-9]\d{0,2})$/.exec(typeText)?.[1];
  const characters = length === undefined ? undefined : Number(length);
  if (characters === undefined && !Object.hasOwn(registersOf, typeText)) {
    return {
      zh: `地址“${text}”的类型“${typeText}”未知。可用：${typeNames}。`,
      en: `The type "${typeText}" of the address "${text}" is unknown. Known: ${typeNames}.`,
    };
  }
  if (characters !== undefined && characters > LONGEST_TEXT) {
    return {
      zh: `地址“${text}”：文本最多 ${LONGEST_TEXT} 个字符（一次最多读 125 个寄存器）。`,
      en: `The address "${text}": a text has at most ${LONGEST_TEXT} characters, since one read answers 125 registers.`,
    };
  }
  const type = characters === undefined ? (typeText as NumberType) : "str";
  const width = characters === undefined ? registersOf[typeText as NumberType] : Math.ceil(characters / 2);
  if (register + width - 1 > LAST) {
    return {
      zh: `地址“${text}”占 ${width} 个寄存器，超出最后一个寄存器 65535。`,
      en: `The address "${text}" takes ${width} registers and runs past the last one, 65535.`,
    };
  }
  const order = orderText ?? "ABCD";
  const allowed = ordersOf(type, width);
  if (!allowed.includes(order as Order)) {
    return {
      zh: `地址“${text}”的字节序“${order}”不可用。${typeText} 可用：${allowed.join(" ")}。`,
      en: `The order "${order}" of the address "${text}" cannot be used. Orders of ${typeText}: ${allowed.join(" ")}.`,
    };
  }
  const address = { table, register, width, type, order: order as Order } as const;
  return characters === undefined ? address : { ...address, length: characters };
}

/** Swapping registers means nothing for one register, nor for a text; half a register has no order at all. */
function ordersOf(type: NumberType | "str", width: number): readonly Order[] {
  if (type === "u8hi" || type === "u8lo") return ["ABCD"];
  return type === "str" || width === 1 ? ["ABCD", "BADC"] : orders;
}

/** The address as a person would write it, for messages. */
export function formatAddress(address: ModbusAddress): string {
  const place = `${address.table}:${address.register}`;
  if (address.type === "bit") return address.bit === undefined ? place : `${place}.${address.bit}`;
  const type = address.type === "str" ? `str${address.length ?? 0}` : address.type;
  const order = address.order === "ABCD" ? "" : `:${address.order}`;
  return type === "u16" && order === "" ? place : `${place}:${type}${order}`;
}
