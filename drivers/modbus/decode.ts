/** Registers to values: pure, one function per kind of result. What cannot be decoded is NaN, never a guess. */
import type { ModbusAddress } from "./address.ts";

const bits = new DataView(new ArrayBuffer(8));
const utf8 = new TextDecoder("utf-8");

/**
 * The number of a register point; `words[at]` is the register at `address.register`.
 * NaN when a BCD nibble is above 9, or when a 64-bit integer is beyond ±(2^53 − 1) and a double could not hold it exactly.
 */
export function decodeNumber(address: ModbusAddress, words: Uint16Array, at: number): number {
  const { order, width } = address;
  switch (address.type) {
    case "u16":
      return word(words, at, 0, 1, order);
    case "i16":
      return signed16(word(words, at, 0, 1, order));
    case "u8hi":
      return word(words, at, 0, 1, order) >>> 8;
    case "u8lo":
      return word(words, at, 0, 1, order) & 0xff;
    case "bit":
      return (word(words, at, 0, 1, order) >>> (address.bit ?? 0)) & 1;
    case "bcd16":
      return bcd(word(words, at, 0, 1, order), 0);
    case "bcd32":
      return bcd(word(words, at, 1, 2, order), bcd(word(words, at, 0, 2, order), 0));
    case "u32":
      return double(words, at, 0, width, order);
    case "i32":
      return double(words, at, 0, width, order) | 0;
    case "u64":
      return exact(double(words, at, 0, width, order) * 2 ** 32 + double(words, at, 2, width, order));
    case "i64":
      return exact((double(words, at, 0, width, order) | 0) * 2 ** 32 + double(words, at, 2, width, order));
    case "f32":
      bits.setUint32(0, double(words, at, 0, width, order));
      return bits.getFloat32(0);
    case "f64":
      bits.setUint32(0, double(words, at, 0, width, order));
      bits.setUint32(4, double(words, at, 2, width, order));
      return bits.getFloat64(0);
    case "str":
      return Number.NaN;
  }
}

/** The text of a `str<n>` point: two characters per register, up to the first NUL, without spaces at the end. */
export function decodeText(address: ModbusAddress, words: Uint16Array, at: number): string {
  const length = address.length ?? 0;
  const bytes = new Uint8Array(address.width * 2);
  for (let i = 0; i < address.width; i += 1) {
    const both = word(words, at, i, address.width, address.order);
    bytes[2 * i] = both >>> 8;
    bytes[2 * i + 1] = both & 0xff;
  }
  const end = bytes.subarray(0, length).indexOf(0);
  return utf8.decode(bytes.subarray(0, end < 0 ? length : end)).trimEnd();
}

/** Coil or discrete input `index` places after the first one of the reply; the lowest bit of a byte comes first. */
export const decodeBit = (bytes: Uint8Array, index: number): number => ((bytes[index >>> 3] ?? 0) >>> (index & 7)) & 1;

/** The `i`-th most significant register of a value of `width` registers. */
function word(words: Uint16Array, at: number, i: number, width: number, order: ModbusAddress["order"]): number {
  const reversed = width > 1 && (order === "CDAB" || order === "DCBA");
  const raw = words[at + (reversed ? width - 1 - i : i)] ?? 0;
  return order === "BADC" || order === "DCBA" ? ((raw & 0xff) << 8) | (raw >>> 8) : raw;
}

const double = (words: Uint16Array, at: number, i: number, width: number, order: ModbusAddress["order"]): number =>
  word(words, at, i, width, order) * 0x1_0000 + word(words, at, i + 1, width, order);

const signed16 = (value: number): number => (value << 16) >> 16;

const exact = (value: number): number => (Number.isSafeInteger(value) ? value : Number.NaN);

/** Four decimal digits appended to `above`. */
function bcd(value: number, above: number): number {
  let result = above;
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    result = result * 10 + digit;
  }
  return result;
}
