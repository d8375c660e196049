/** Whatever a server puts into a variant, the driver finds a number, a text, or a sentence, and never throws. */
import fc from "fast-check";
import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from "node-opcua";
import { describe, expect, test } from "vitest";
import { gradeOf, type Reading, readValue } from "../../../drivers/opcua/value.ts";

const reading = (more: Partial<Reading> = {}): Reading => ({ parts: [], type: "number", at: "nsu=urn:x;s=A", ...more });

describe("values of a server", () => {
  test("a matrix is read by row and column, and outside it there is nothing", () => {
    const matrix = new Variant({
      dataType: DataType.Double,
      arrayType: VariantArrayType.Matrix,
      dimensions: [2, 3],
      value: new Float64Array([1, 2, 3, 4, 5, 6]),
    });
    expect(readValue(matrix, reading({ parts: [{ index: 1 }, { index: 0 }] }))).toBe(4);
    expect(readValue(matrix, reading({ parts: [{ index: 1 }, { index: 3 }] }))).toMatchObject({ reason: "decode" });
    expect(readValue(matrix, reading({ parts: [{ index: 1 }] }))).toMatchObject({ reason: "decode" });
    expect(readValue(matrix, reading())).toMatchObject({ reason: "decode" });
  });

  test("an array of two 64-bit halves is no number, a 64-bit number is one, with its sign", () => {
    const pair = new Variant({
      dataType: DataType.UInt32,
      arrayType: VariantArrayType.Array,
      value: new Uint32Array([1, 2]),
    });
    expect(readValue(pair, reading())).toMatchObject({ reason: "decode" });
    const wide = (dataType: DataType, value: number[]) =>
      new Variant({ dataType, arrayType: VariantArrayType.Scalar, value });
    expect(readValue(wide(DataType.Int64, [0xffff_ffff, 0xffff_ffff]), reading())).toBe(-1);
    expect(readValue(wide(DataType.UInt64, [0, 5]), reading())).toBe(5);
  });

  test("no value is not zero, and neither is an empty word", () => {
    expect(readValue(undefined, reading())).toMatchObject({ reason: "not-available" });
    expect(readValue(new Variant({ dataType: DataType.Null }), reading())).toMatchObject({ reason: "not-available" });
    const word = (value: string) => new Variant({ dataType: DataType.String, value });
    expect(readValue(word(""), reading())).toMatchObject({ reason: "decode" });
    const never = new Variant({ dataType: DataType.DateTime });
    (never as { value: unknown }).value = new Date(Number.NaN);
    for (const type of ["number", "text"] as const)
      expect(readValue(never, reading({ type }))).toMatchObject({ reason: "decode" });
    expect(readValue(word("constructor"), reading({ words: { open: 1 } }))).toMatchObject({ reason: "unknown-code" });
    expect(readValue(word(" 4.5e1 "), reading())).toBe(45);
  });

  test("the grade of a value is that of its status, with or without info bits", () => {
    expect(gradeOf(new DataValue({}))).toBe("good");
    expect(gradeOf(new DataValue({ statusCode: StatusCodes.UncertainSensorNotAccurate }))).toBe("uncertain");
    expect(gradeOf(new DataValue({ statusCode: StatusCodes.BadNoCommunication }))).toBe("bad");
  });

  test("no variant whatever makes it throw or invents a type", () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom(null, undefined, new Date(Number.NaN), [1, 2], Buffer.from([1])),
    );
    const part = fc.oneof(
      fc.record({ index: fc.nat(9) }),
      fc.record({ field: fc.constantFrom("a", "__proto__", "length") }),
    );
    fc.assert(
      fc.property(
        anything,
        fc.integer({ min: 0, max: 25 }),
        fc.constantFrom(VariantArrayType.Scalar, VariantArrayType.Array, VariantArrayType.Matrix),
        fc.array(part, { maxLength: 3 }),
        fc.constantFrom("number" as const, "text" as const, "bool" as const, "enum" as const),
        (value, dataType, arrayType, parts, type) => {
          const variant = { dataType, arrayType, value, dimensions: [2, 2] } as unknown as Variant;
          const found = readValue(variant, reading({ parts, type }));
          if (typeof found === "object") expect(found.because.zh).not.toBe("");
          else expect(typeof found).toBe(type === "text" ? "string" : "number");
        },
      ),
    );
  });
});
