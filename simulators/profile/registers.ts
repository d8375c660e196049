/** The addresses of a Modbus profile become the memory of a unit. Written from the contract's list of forms, beside the driver's. */
import type { UnitMemory } from "../wire/memory.ts";
import type { Profile, ProfilePoint } from "./profile.ts";

export type Table = "coil" | "discrete" | "holding" | "input";
const functionOf: Readonly<Record<Table, number>> = { coil: 1, discrete: 2, holding: 3, input: 4 };

export interface RegisterPlace {
  readonly table: Table;
  readonly at: number;
  /** `bit`: a coil, a discrete input or bit `bit` of a register. */
  readonly type: string;
  readonly order: string;
  readonly bit: number | undefined;
}

/** Registers of each type; a text takes one for two characters. */
const widths: Readonly<Record<string, number>> = {
  bit: 1,
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
};
const widthOf = (type: string): number => widths[type] ?? Math.ceil(Number(type.slice(3)) / 2);

const form = /^(coil|discrete|holding|input):(\d{1,5})(?:\.(\d{1,2}))?(?::(\w+))?(?::([A-D]{4}))?$/;

/** `holding:20:f32:CDAB` as data; undefined when it is no address of Modbus. */
export function parsePlace(text: string): RegisterPlace | undefined {
  const found = form.exec(text.trim());
  if (!found) return undefined;
  const [, table = "", at = "", bit, type, order = "ABCD"] = found;
  const bits = table === "coil" || table === "discrete" || bit !== undefined;
  const told = bits ? "bit" : (type ?? "u16");
  if (!(told in widths) && !/^str[1-9]\d{0,2}$/.test(told)) return undefined;
  if (Number(at) + widthOf(told) > 65_536 || Number(bit ?? 0) > 15) return undefined;
  return { table: table as Table, at: Number(at), type: told, order, bit: bit === undefined ? undefined : Number(bit) };
}

const bcd = (value: number, digits: number): Buffer =>
  Buffer.from(`${Math.abs(Math.round(value))}`.padStart(digits, "0").slice(-digits), "hex");
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, Math.round(value)));

/** The bytes of a raw number, most significant first. A number that the type cannot hold is its nearest. */
function bytesOf(type: string, raw: number | string): Buffer {
  const bytes = Buffer.alloc(2 * widthOf(type));
  if (type.startsWith("str")) {
    bytes.write(`${raw}`, "latin1");
    return bytes;
  }
  const number = Number(raw);
  switch (type) {
    case "i16":
      bytes.writeInt16BE(clamp(number, -32_768, 32_767));
      break;
    case "u32":
      bytes.writeUInt32BE(clamp(number, 0, 4_294_967_295));
      break;
    case "i32":
      bytes.writeInt32BE(clamp(number, -2_147_483_648, 2_147_483_647));
      break;
    case "f32":
      bytes.writeFloatBE(number);
      break;
    case "f64":
      bytes.writeDoubleBE(number);
      break;
    case "u64":
      bytes.writeBigUInt64BE(BigInt(clamp(number, 0, Number.MAX_SAFE_INTEGER)));
      break;
    case "i64":
      bytes.writeBigInt64BE(BigInt(clamp(number, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)));
      break;
    case "bcd16":
      return bcd(number, 4);
    case "bcd32":
      return bcd(number, 8);
    case "u8hi":
    case "u8lo":
      bytes.writeUInt16BE(clamp(number, 0, 255) << (type === "u8hi" ? 8 : 0));
      break;
    default:
      bytes.writeUInt16BE(clamp(number, 0, 65_535));
  }
  return bytes;
}

/** One word of a value; C and D first means that the registers stand the other way round, BA that the bytes do. */
export function wordOf(type: string, order: string, raw: number | string, index: number): number {
  const bytes = bytesOf(type, raw);
  const count = bytes.length / 2;
  const swapped = order === "CDAB" || order === "DCBA";
  const word = bytes.readUInt16BE(2 * (swapped ? count - 1 - index : index));
  return order === "BADC" || order === "DCBA" ? ((word & 0xff) << 8) | (word >>> 8) : word;
}

/** Before scale and offset: what the register holds. */
export const rawOf = (point: ProfilePoint, value: number | string): number | string =>
  typeof value === "string" ? value : (value - point.offset) / point.scale;

interface Parts {
  bits: { readonly bit: number; readonly value: () => number }[];
  bytes: (() => number)[];
  number?: () => number;
  flag?: () => number;
}

/** Points whose address is no Modbus address, by id. */
export const misplaced = (profile: Profile): readonly ProfilePoint[] =>
  profile.points.filter(({ at }) => parsePlace(at) === undefined);

/**
 * The memory of a unit with this profile. Where several points stand on one register, its bits and bytes say more than the
 * whole word, and a number says more than a flag that is "not zero".
 */
export function profileMemory(profile: Profile, read: (point: ProfilePoint) => number | string): UnitMemory {
  const tables = new Map<number, Map<number, Parts>>([1, 2, 3, 4].map((code) => [code, new Map()]));
  const partsAt = (code: number, at: number): Parts => {
    const table = tables.get(code) ?? new Map<number, Parts>();
    const parts = table.get(at) ?? { bits: [], bytes: [] };
    table.set(at, parts);
    return parts;
  };
  for (const point of profile.points) {
    const place = parsePlace(point.at);
    if (!place) continue;
    const raw = () => rawOf(point, read(point));
    const { type, order } = place;
    const code = functionOf[place.table];
    if (type === "bit")
      partsAt(code, place.at).bits.push({ bit: place.bit ?? 0, value: () => +(Math.round(Number(raw())) !== 0) });
    else if (type === "u8hi" || type === "u8lo")
      partsAt(code, place.at).bytes.push(() => wordOf(type, "ABCD", raw(), 0));
    else if (point.type === "bool") partsAt(code, place.at).flag ??= () => +(Number(raw()) !== 0);
    else
      for (let index = 0; index < widthOf(type); index += 1)
        partsAt(code, place.at + index).number ??= () => wordOf(type, order, raw(), index);
  }
  const word = (address: number, code = 3): number | undefined => {
    const parts = tables.get(code)?.get(address);
    if (!parts) return undefined;
    if (parts.bits.length + parts.bytes.length > 0)
      return (
        parts.bytes.reduce((sum, part) => sum | part(), 0) |
        parts.bits.reduce((sum, { bit, value }) => sum | (value() << bit), 0)
      );
    return parts.number?.() ?? parts.flag?.() ?? 0;
  };
  return {
    word,
    bit: (address, code = 1) => {
      const found = tables.get(code)?.get(address)?.bits[0];
      return found && found.value() === 1;
    },
  };
}
