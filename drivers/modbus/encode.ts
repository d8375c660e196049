/** Values to registers: pure, the mirror of `decode.ts`. What does not fit is refused with words, never cut to size. */
import type { Text } from "#model/text";
import { formatAddress, type ModbusAddress, type NumberType } from "./address.ts";

/** Bytes as they stand in the request, high byte first; FF00 or 0000 for a coil. */
export function encode(address: ModbusAddress, value: number | string): Buffer | Text {
  if (address.table === "coil") return value === 1 || value === 0 ? Buffer.of(value * 0xff, 0) : wrong(address, value);
  if (address.type === "str") return typeof value === "string" ? encodeText(address, value) : wrong(address, value);
  if (typeof value !== "number") return wrong(address, value);
  const bytes = Buffer.alloc(address.width * 2);
  return put(address.type, bytes, value) ? reorder(address, bytes) : wrong(address, value);
}

/** Lowest and highest whole number of each type; beyond ±(2^53 − 1) a double is not exact. */
const limits: Readonly<Partial<Record<NumberType | "bit", readonly [number, number]>>> = {
  u16: [0, 0xffff],
  i16: [-0x8000, 0x7fff],
  bcd16: [0, 9_999],
  u32: [0, 0xffff_ffff],
  i32: [-0x8000_0000, 0x7fff_ffff],
  bcd32: [0, 99_999_999],
  u64: [0, Number.MAX_SAFE_INTEGER],
  i64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** False when the type cannot hold the value. */
function put(type: ModbusAddress["type"], bytes: Buffer, value: number): boolean {
  if (type === "f32") {
    const single = Math.fround(value);
    if (!Number.isFinite(value) || !Number.isFinite(single)) return false;
    bytes.writeFloatBE(single);
    return true;
  }
  if (type === "f64") {
    if (!Number.isFinite(value)) return false;
    bytes.writeDoubleBE(value);
    return true;
  }
  const range = type === "str" ? undefined : limits[type];
  if (!range || !Number.isInteger(value) || value < range[0] || value > range[1]) return false;
  if (type === "bcd16" || type === "bcd32") {
    bytes.write(String(value).padStart(bytes.length * 2, "0"), "hex");
  } else {
    const wide = BigInt.asUintN(bytes.length * 8, BigInt(value));
    bytes.write(wide.toString(16).padStart(bytes.length * 2, "0"), "hex");
  }
  return true;
}

function encodeText(address: ModbusAddress, text: string): Buffer | Text {
  const given = Buffer.from(text, "utf8");
  if (given.length > (address.length ?? 0) || text.includes("\0")) return wrong(address, text);
  const bytes = Buffer.alloc(address.width * 2);
  given.copy(bytes);
  return reorder(address, bytes);
}

/** From the order of the specification to that of the device. */
function reorder({ order, width }: ModbusAddress, bytes: Buffer): Buffer {
  const registers = Array.from({ length: width }, (_, i) => bytes.subarray(2 * i, 2 * i + 2));
  if (width > 1 && (order === "CDAB" || order === "DCBA")) registers.reverse();
  const ordered = Buffer.concat(registers);
  return order === "BADC" || order === "DCBA" ? ordered.swap16() : ordered;
}

const wrong = (address: ModbusAddress, value: number | string): Text => ({
  zh: `${formatAddress(address)} 存不下数值“${value}”，没有写入。请核对点的类型、倍率和允许范围。`,
  en: `${formatAddress(address)} cannot hold "${value}"; nothing was written. Check the type, scale and range of the point.`,
});
