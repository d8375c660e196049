/** Point addresses as people write them, and which of them contradict each other. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress, ModbusAddress, orders } from "../../../drivers/modbus/address.ts";
import { overlaps } from "../../../drivers/modbus/overlaps.ts";

const parse = (text: string) => ModbusAddress.parse(text);

describe("addresses", () => {
  test.each([
    ["holding:12", { table: "holding", register: 12, width: 1, type: "u16", order: "ABCD" }],
    ["input:4", { table: "input", register: 4, width: 1, type: "u16", order: "ABCD" }],
    ["coil:7", { table: "coil", register: 7, width: 1, type: "bit", order: "ABCD" }],
    ["discrete:3", { table: "discrete", register: 3, width: 1, type: "bit", order: "ABCD" }],
    ["holding:12.3", { table: "holding", register: 12, width: 1, type: "bit", order: "ABCD", bit: 3 }],
    ["holding:20:u32", { table: "holding", register: 20, width: 2, type: "u32", order: "ABCD" }],
    ["holding:20:f32:CDAB", { table: "holding", register: 20, width: 2, type: "f32", order: "CDAB" }],
    ["input:0:i16:BADC", { table: "input", register: 0, width: 1, type: "i16", order: "BADC" }],
    ["holding:65535", { table: "holding", register: 65_535, width: 1, type: "u16", order: "ABCD" }],
    ["holding:65532:f64:DCBA", { table: "holding", register: 65_532, width: 4, type: "f64", order: "DCBA" }],
    ["holding:40:str5", { table: "holding", register: 40, width: 3, type: "str", order: "ABCD", length: 5 }],
  ])("%s is read as it is meant", (text, address) => {
    expect(parse(text)).toEqual(address);
  });

  test("a complaint names the address and says in both languages what would be right", () => {
    const issue = ModbusAddress.safeParse("40002").error?.issues[0];
    expect(issue).toMatchObject({ code: "custom", message: expect.stringContaining("40002 in a manual is holding:1") });
    expect(issue).toMatchObject({ params: { text: { zh: expect.stringContaining("holding:1"), en: issue?.message } } });
  });

  test("any text is either refused with a sentence or means the same when written out again", () => {
    const scrap = fc.constantFrom(
      "holding",
      "coil",
      "input",
      ":",
      ".",
      "12",
      "3",
      "65535",
      "f32",
      "str9",
      "u8hi",
      "CDAB",
      "x",
      "",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(scrap, { maxLength: 8 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = ModbusAddress.safeParse(text);
        if (!result.success) return result.error.issues.every((issue) => issue.message.length > 10);
        expect(parse(formatAddress(result.data))).toEqual(result.data);
        return result.data.register + result.data.width <= 65_536;
      }),
      { numRuns: 2_000 },
    );
  });

  test("every combination of table, type and order that is accepted survives being written out", () => {
    const types = ["u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "u8hi", "u8lo", "bcd16", "bcd32", "str7"];
    let accepted = 0;
    for (const type of types) {
      for (const order of orders) {
        const result = ModbusAddress.safeParse(`holding:9:${type}:${order}`);
        if (!result.success) continue;
        accepted += 1;
        expect(parse(formatAddress(result.data))).toEqual(result.data);
      }
    }
    // Seven types of several registers take four orders; u16, i16, bcd16 and str two; half registers one.
    expect(accepted).toBe(7 * 4 + 4 * 2 + 2);
  });
});

describe("overlaps", () => {
  const pairs = (...texts: string[]) => overlaps(texts.map(parse)).map(({ a, b }) => [a, b]);

  test.each([
    ["the same address twice", ["holding:1:f32", "holding:1:f32"]],
    ["neighbours", ["holding:1:f32", "holding:3:f32", "holding:0"]],
    ["the same number in another table", ["holding:1:f32", "input:2"]],
    ["bits of a register that is also read whole", ["holding:5", "holding:5.0", "holding:5.15"]],
    ["both halves of a register", ["holding:5:u8hi", "holding:5:u8lo", "holding:5.1", "holding:5:u16"]],
    ["bits of a double word of flags", ["holding:5:u32", "holding:6.1"]],
    ["coils", ["coil:1", "coil:1", "coil:2"]],
  ])("%s is fine", (_, texts) => {
    expect(pairs(...texts)).toEqual([]);
  });

  test.each([
    ["values that share a register", ["holding:1:f32", "holding:2"], [[0, 1]]],
    ["two types for the same registers", ["holding:1:i32", "holding:1:f32"], [[0, 1]]],
    ["two orders for the same registers", ["holding:1:f32", "holding:1:f32:CDAB"], [[0, 1]]],
    ["a bit inside a float", ["holding:2.3", "holding:1:f32"], [[0, 1]]],
    ["a register signed and unsigned", ["holding:1", "holding:1:i16"], [[0, 1]]],
    ["a text over a number", ["holding:4", "holding:0:str10"], [[0, 1]]],
    [
      "a shifted table",
      ["holding:0:u32", "holding:1:u32", "holding:2:u32"],
      [
        [0, 1],
        [1, 2],
      ],
    ],
  ])("%s contradict each other", (_, texts, expected) => {
    expect(pairs(...texts)).toEqual(expected);
  });

  test("the sentence names both addresses", () => {
    const [first] = overlaps([parse("holding:1:f32"), parse("holding:2")]);
    expect(first?.what.en).toContain("holding:1:f32 and holding:2");
    expect(first?.what.zh).toContain("holding:1:f32");
  });

  test("a thousand points at one place are answered at once, with no more pairs than a person can read", () => {
    const many = Array.from({ length: 1_000 }, (_, i) => parse(`holding:${i % 2}:${i % 3 ? "f32" : "u32"}`));
    expect(overlaps(many)).toHaveLength(100);
  });
});
