import { describe, expect, test } from "vitest";
import { createProblemList } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import type { YamlFile } from "../../../gateway/site/yaml-file.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string | Uint8Array): { file: YamlFile; told: readonly string[] } {
  const problems = createProblemList();
  const file = readYaml("f.yaml", typeof text === "string" ? bytes(text) : text, problems);
  return { file, told: problems.list().map(({ line, column, what }) => `${line}:${column} ${what.en}`) };
}

describe("good files", () => {
  test("values and their places are kept", () => {
    const { file, told } = read("a: 1\nb:\n  - { c: x, d: 'y z' }\n  - true\n");
    expect(told).toEqual([]);
    expect(file.value).toEqual({ a: 1, b: [{ c: "x", d: "y z" }, true] });
    expect(file.place(["b", 0, "d"])).toEqual({ file: "f.yaml", line: 3, column: 16 });
    expect(file.keyPlace(["b", 0, "d"])).toEqual({ file: "f.yaml", line: 3, column: 13 });
    expect(file.written(["b", 0, "d"])).toBe("'y z'");
  });

  test("the text of an expression begins behind its quote, or in the first line of its block", () => {
    const { file } = read('p: speed > 1\nq: "speed > 1"\nr: >\n  speed\n  > 1\n');
    expect(file.textPlace(["p"])).toMatchObject({ line: 1, column: 4 });
    expect(file.textPlace(["q"])).toMatchObject({ line: 2, column: 5 });
    expect(file.textPlace(["r"])).toMatchObject({ line: 4, column: 3 });
  });

  test("the place of something missing is the thing that lacks it, and of something empty its key", () => {
    const { file } = read("a:\n  b:\n  c: 1\n");
    expect(file.place(["a", "x"])).toMatchObject({ line: 2, column: 3 });
    expect(file.has(["a", "x"])).toBe(false);
    expect(file.place(["a", "b"])).toMatchObject({ line: 2, column: 3 });
  });

  test("words that older YAML read as numbers and truth stay text", () => {
    expect(read("a: no\nb: 08:00\nc: 1:30\nd: 2026-11-21\n").file.value).toEqual({
      a: "no",
      b: "08:00",
      c: "1:30",
      d: "2026-11-21",
    });
  });

  test("an empty file and one of comments hold nothing, without a problem", () => {
    expect(read("").file.value).toBeNull();
    expect(read("# nothing\n").told).toEqual([]);
  });

  test("a byte order mark is taken off", () => {
    expect(read("\uFEFFa: 1\n").file.value).toEqual({ a: 1 });
  });
});

describe("what is refused", () => {
  const refused: readonly (readonly [name: string, text: string, told: readonly string[]])[] = [
    [
      "an alias",
      "a: &x 1\nb: *x\n",
      ["1:7 YAML anchors and aliases (& *) are not allowed", "2:4 YAML anchors and aliases (& *) are not allowed"],
    ],
    ["a tag", "a: !!js/function 'x'\n", ["1:18 YAML tags (!) are not allowed"]],
    ["a directive", "%YAML 1.1\n---\na: no\n", ["1:1 YAML directives (%) are not allowed"]],
    ["a second document", "a: 1\n---\nb: 2\n", ["2:1 the file holds more than one document (---)"]],
    ["a key that comes twice", "a: 1\nb:\n  c: 1\n  c: 2\n", ["4:3 the key c is already given in line 3"]],
    ["a key twice in braces, once in quotes", 'a: { 1: x, "1": y }\n', ["1:12 the key 1 is already given in line 1"]],
    ["__proto__", "a:\n  __proto__: { admin: true }\n", ["2:3 the key __proto__ is not allowed"]],
    [
      "constructor and prototype",
      "constructor: 1\nprototype: 2\n",
      ["1:1 the key constructor is not allowed", "2:1 the key prototype is not allowed"],
    ],
    ["a key that is a list", "? [a]\n: 1\n", ["1:3 a key must be plain text"]],
    [
      "an integer that would lose digits",
      "a: 12345678901234567890\n",
      ["1:4 the integer is beyond 2^53 and would lose digits"],
    ],
    ["a leading zero that would vanish", "phone: 0138001\n", ["1:8 0138001 starts with 0 and would be read as 138001"]],
    ["infinity", "a: .inf\nb: .nan\n", ["1:4 .inf is not a usable number", "2:4 .nan is not a usable number"]],
    ["a tab as indentation", "a:\n\t- b\n", ["2:1 a tab is used as indentation"]],
    [
      "a quote that never ends, at the place where it opens",
      'a: 1\nb: "open\nc: 2\n',
      ["2:4 a colon, quote or bracket is missing"],
    ],
    ["two keys on a line", "a: b: c\n", ["1:4 two keys on one line, or an indentation that does not fit"]],
    ["a control character", "a: 1\nb: \u0007\n", ["2:4 this is not UTF-8 text, or holds a control character"]],
  ];
  test.each(refused)("%s", (_, text, expected) => {
    const { file, told } = read(text);
    expect(told).toEqual(expected);
    expect(file.value).toBeUndefined();
  });

  test("a reference inside braces without quotes, with the advice to quote it", () => {
    const problems = createProblemList();
    readYaml("f.yaml", bytes("a: { port: $" + "{PORT} }\n"), problems);
    expect(problems.list()[0]).toMatchObject({ line: 1, column: 13, todo: { en: 'Write it as "$' + '{NAME}".' } });
  });

  test("bytes that are no UTF-8", () => {
    expect(read(Uint8Array.from([0x61, 0x3a, 0x20, 0xff, 0xfe])).told).toEqual([
      "1:4 this is not UTF-8 text, or holds a control character",
    ]);
  });
});

describe("limits", () => {
  test("a file of more than 256 KiB is not parsed", () => {
    expect(read(`a: ${"x".repeat(262_144)}\n`).told).toEqual(["1:1 the file has 262148 bytes, more than 256 KiB"]);
  });

  test("32 levels are read, 33 are refused", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}\n`;
    expect(read(nested(32)).told).toEqual([]);
    expect(read(nested(33)).told).toEqual(["1:34 it is nested deeper than 32 levels"]);
  });

  test("2,000 keys of one map are read, 2,001 are refused", () => {
    const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join("");
    expect(read(keys(2_000)).told).toEqual([]);
    expect(read(keys(2_001)).told).toEqual(["2001:1 a map holds more than 2,000 keys"]);
  });

  test("more than 100,000 values are refused", () => {
    expect(read(`[${"1,".repeat(100_001)}]\n`).told).toEqual(["1:200000 the file holds more than 100,000 values"]);
  });

  test("what follows from one slip is not told again", () => {
    expect(read("- id: bo\n𐀀\n  name: { zh: A, en: B }\n  profile: x\n").told).toEqual([
      "2:1 this is not expected here",
    ]);
  });

  test("twenty problems of a torn file are enough", () => {
    expect(read("- !a x\n".repeat(1_000)).told).toHaveLength(20);
  });

  const hostile: readonly (readonly [name: string, text: string])[] = [
    ["brackets", "[".repeat(60_000)],
    ["braces", "{a: ".repeat(15_000)],
    ["dashes", "- ".repeat(30_000)],
    ["question marks", "? ".repeat(30_000)],
    ["quotes", '"'.repeat(60_000)],
    ["keys in one map", Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["keys in one pair of braces", `{${Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join(",")}}`],
    ["steps of indentation", Array.from({ length: 600 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ];
  test.each(hostile)(
    "a flood of %s is answered within seconds, with a problem",
    (_, text) => {
      expect(read(text).told.length).toBeGreaterThan(0);
    },
    15_000,
  );
});
