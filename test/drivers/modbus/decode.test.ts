/** Registers to values, with the published test vector, at the edges, and there and back again. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModbusAddress, type Order, orders } from "../../../drivers/modbus/address.ts";
import { decodeBit, decodeNumber, decodeText } from "../../../drivers/modbus/decode.ts";

const decode = (at: string, ...words: number[]) => decodeNumber(ModbusAddress.parse(at), Uint16Array.from(words), 0);
const text = (at: string, ...words: number[]) => decodeText(ModbusAddress.parse(at), Uint16Array.from(words), 0);

/** Writes a value of `bytes` bytes, most significant first, into registers by the definition of each order. */
function store(bytes: Uint8Array, order: Order): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < bytes.length; i += 2) pairs.push([bytes[i] as number, bytes[i + 1] as number]);
  if (order === "CDAB" || order === "DCBA") pairs.reverse();
  return pairs.map(([a, b]) => (order === "BADC" || order === "DCBA" ? b * 256 + a : a * 256 + b));
}

const bytesOf = (size: number, write: (view: DataView) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return new Uint8Array(view.buffer);
};

describe("decoding", () => {
  test.each([
    ["ABCD", 0x42f6, 0xe979],
    ["CDAB", 0xe979, 0x42f6],
    ["BADC", 0xf642, 0x79e9],
    ["DCBA", 0x79e9, 0xf642],
  ])("123.456 is read in the order %s", (order, first, second) => {
    expect(decode(`holding:0:f32:${order}`, first, second)).toBe(Math.fround(123.456));
  });

  test.each([
    ["holding:0", [0xffff], 65_535],
    ["holding:0:i16", [0x8000], -32_768],
    ["holding:0:i16:BADC", [0xfeff], -2],
    ["holding:0:u8hi", [0x12ff], 0x12],
    ["holding:0:u8lo", [0x12ff], 0xff],
    ["holding:0.0", [0x0001], 1],
    ["holding:0.15", [0x8000], 1],
    ["holding:0.15", [0x7fff], 0],
    ["holding:0:bcd16", [0x1234], 1_234],
    ["holding:0:bcd16", [0x123a], Number.NaN],
    ["holding:0:bcd32", [0x1234, 0x5678], 12_345_678],
    ["holding:0:bcd32:CDAB", [0x5678, 0x1234], 12_345_678],
    ["holding:0:bcd32", [0xf234, 0x5678], Number.NaN],
    ["holding:0:bcd32", [0x1234, 0x567f], Number.NaN],
    ["holding:0:u32", [0xffff, 0xffff], 4_294_967_295],
    ["holding:0:i32", [0xffff, 0xfffe], -2],
    ["holding:0:u64", [0x001f, 0xffff, 0xffff, 0xffff], Number.MAX_SAFE_INTEGER],
    ["holding:0:u64", [0x0020, 0, 0, 0], Number.NaN],
    ["holding:0:u64", [0xffff, 0xffff, 0xffff, 0xffff], Number.NaN],
    ["holding:0:i64", [0xffff, 0xffff, 0xffff, 0xffff], -1],
    ["holding:0:i64", [0xffe0, 0, 0, 1], -Number.MAX_SAFE_INTEGER],
    ["holding:0:i64", [0xffe0, 0, 0, 0], Number.NaN],
    ["holding:0:i64", [0x8000, 0, 0, 0], Number.NaN],
    ["holding:0:f32", [0x7fc0, 0], Number.NaN],
    ["holding:0:f32", [0x7f80, 0], Number.POSITIVE_INFINITY],
    ["holding:0:f64", [0x3ff0, 0, 0, 0], 1],
  ])("%s over %j", (at, words, expected) => {
    expect(decode(at, ...words)).toBe(expected);
  });

  test("a text ends at the first NUL, loses spaces at its end, and may be swapped", () => {
    expect(text("holding:0:str6", 0x4231, 0x4620, 0x2000)).toBe("B1F");
    expect(text("holding:0:str6:BADC", 0x3142, 0x0046, 0x4141)).toBe("B1F");
    expect(text("holding:0:str3", 0x4231, 0x4632)).toBe("B1F");
    expect(text("holding:0:str6", 0xe4b8, 0x80e5, 0xb182)).toBe("一层");
    expect(text("holding:0:str2", 0)).toBe("");
    expect(text("holding:0:str2", 0xff41)).toBe("\ufffdA");
  });

  test("the lowest bit of the first byte is the first coil", () => {
    const bytes = Uint8Array.of(0b0000_0101, 0b0000_0010);
    expect([0, 1, 2, 8, 9, 15].map((index) => decodeBit(bytes, index))).toEqual([1, 0, 1, 0, 1, 0]);
  });

  test.each([
    ["f32", 4, (view: DataView, value: number) => view.setFloat32(0, value), fc.float({ noNaN: true })],
    ["f64", 8, (view: DataView, value: number) => view.setFloat64(0, value), fc.double({ noNaN: true })],
    ["u32", 4, (view: DataView, value: number) => view.setUint32(0, value), fc.nat(0xffff_ffff)],
    ["i32", 4, (view: DataView, value: number) => view.setInt32(0, value), fc.integer()],
    ["u64", 8, (view: DataView, value: number) => view.setBigUint64(0, BigInt(value)), fc.maxSafeNat()],
    ["i64", 8, (view: DataView, value: number) => view.setBigInt64(0, BigInt(value)), fc.maxSafeInteger()],
  ] as const)("every %s in every order comes back", (type, size, write, values) => {
    fc.assert(
      fc.property(values as fc.Arbitrary<number>, fc.constantFrom(...orders), (value, order) => {
        const words = store(
          bytesOf(size, (view) => write(view, value)),
          order,
        );
        expect(decode(`holding:0:${type}:${order}`, ...words)).toBe(value);
      }),
    );
  });

  test("every 64-bit pattern is either exact or not a number", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(...orders), (pattern, order) => {
        const words = store(
          bytesOf(8, (view) => view.setBigUint64(0, pattern)),
          order,
        );
        for (const [type, exact] of [
          ["u64", pattern],
          ["i64", BigInt.asIntN(64, pattern)],
        ] as const) {
          const value = decode(`holding:0:${type}:${order}`, ...words);
          if (Number.isNaN(value)) expect(exact > 2n ** 53n - 1n || exact < -(2n ** 53n) + 1n).toBe(true);
          else expect(BigInt(value)).toBe(exact);
        }
      }),
    );
  });

  test("digits in BCD come back, and anything else is not a number", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (pattern) => {
        const digits = pattern.toString(16).padStart(8, "0");
        const expected = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
        expect(decode("holding:0:bcd32", pattern >>> 16, pattern & 0xffff)).toBe(expected);
      }),
    );
  });
});
