import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "../../../gateway/net/read-json.ts";

const limits = { jsonDepth: 32, jsonKeys: 2_000, jsonNodes: 100_000 };
const read = (text: string) => readJson(text, limits);
const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("a body that is JSON", () => {
  test("reads as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(3), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        const known = read(text);
        // Numbers beyond 2^53 and keys of the prototype are refused on purpose.
        if (!known.ok) return /too large|not allowed/.test(known.what.en);
        expect(known.value).toEqual(JSON.parse(text));
        return true;
      }),
      { numRuns: 500 },
    );
  });

  test("a string of 250 KB takes no recursion and no time", () => {
    const text = JSON.stringify({ note: "困".repeat(80_000) });
    expect(read(text)).toMatchObject({ ok: true });
  });
});

describe("a body that is none", () => {
  test.each([
    ["", 1, 1],
    ["hello", 1, 1],
    ['{"a":1,}', 1, 8],
    ['{"a"', 1, 5],
    ["{'a':1}", 1, 2],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['["a\nb"]', 1, 2],
    ['{"a": 01}', 1, 8],
    ["[1 2]", 1, 4],
    ['{"a":"\\x"}', 1, 6],
    ["[NaN]", 1, 2],
    ["{}}", 1, 3],
  ])("%j stumbles at line %i column %i", (text, line, column) => {
    expect(read(text)).toMatchObject({ ok: false, line, column });
  });

  test("whatever the text, the answer agrees with JSON.parse and nothing is thrown", () => {
    const noise = fc.oneof(
      fc.string({ maxLength: 60, unit: "binary" }),
      fc.string({ maxLength: 40, unit: fc.constantFrom(...'{}[]":,\\truefalsnl0123.eE+- \n\tu') }),
      fc.json().chain((text) => fc.nat(text.length).map((cut) => text.slice(0, cut) + text.slice(cut + 1))),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const known = read(text);
        if (known.ok) return parses(text);
        return !parses(text) || /too large|not allowed/.test(known.what.en);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("limits", () => {
  test("32 levels are taken, 33 are not, and 100,000 do not overflow the stack", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(read(nested(32)).ok).toBe(true);
    expect(read(nested(33))).toMatchObject({ ok: false, line: 1, column: 33 });
    expect(read("[".repeat(100_000)).ok).toBe(false);
  });

  test("2,000 keys are taken, 2,001 are not", () => {
    const keys = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
    expect(read(keys(2_000)).ok).toBe(true);
    expect(read(keys(2_001)).ok).toBe(false);
  });

  test("100,000 values are taken, one more is not", () => {
    expect(readJson(JSON.stringify(Array(99).fill(0)), { ...limits, jsonNodes: 100 }).ok).toBe(true);
    expect(readJson(JSON.stringify(Array(100).fill(0)), { ...limits, jsonNodes: 100 }).ok).toBe(false);
  });

  test.each(["9007199254740993", "-9007199254740993", "1e400", "12345678901234567890"])(
    "the number %s is refused, since it would come out as another one",
    (number) => {
      expect(read(`{"a":${number}}`)).toMatchObject({ ok: false, what: { en: expect.stringContaining("too large") } });
    },
  );

  test.each(["__proto__", "constructor", "prototype", "\\u005f_proto__"])("the key %s is refused", (key) => {
    expect(read(`{"${key}":{"admin":true}}`)).toMatchObject({ ok: false });
  });
});
