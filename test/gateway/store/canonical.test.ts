import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../../gateway/store/canonical.ts";

test("keys are sorted at every depth, and absent ones are left out", () => {
  expect(canonicalJson({ b: [{ z: 1, a: undefined, y: "中" }], a: null })).toBe('{"a":null,"b":[{"y":"中","z":1}]}');
});

test("the order in which keys were set makes no difference, and the text reads back as the same value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("rows of many shapes, and of more keys than any row has, are sorted like the first one", () => {
  const rows = Array.from({ length: 200 }, (_, n) =>
    Object.fromEntries(Array.from({ length: (n % 90) + 1 }, (_, k) => [`k${(k * 7 + n) % 97}`, k])),
  );
  for (const row of [...rows, ...rows]) {
    expect(canonicalJson(row)).toBe(
      JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))),
    );
  }
});

test.each([
  ["NaN", { clock: { dueAt: Number.NaN } }, "/clock/dueAt is NaN"],
  ["Infinity", [1, Number.POSITIVE_INFINITY], "/1 is Infinity"],
  ["a Map", { alarms: new Map() }, "/alarms is Map"],
  ["a Date", new Date(0), "The value is Date"],
  ["a bigint", { seq: 1n }, "/seq is bigint"],
  ["a hole in a list", [undefined], "/0 is undefined"],
])("%s has no JSON form, and the error names the place", (_, value, sentence) => {
  expect(() => canonicalJson(value)).toThrow(sentence);
});
