/** Whatever stands in an expression: never an exception, always a problem with a place inside the text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRules } from "../../../rules/language/check.ts";
import { parse } from "../../../rules/language/syntax.ts";
import { deviceOf, pointsOf, rule } from "../support/rule-bench.ts";

const points = pointsOf("pump", { flow: "m3/h", p1_run: "bool", outlet_pressure: "MPa" });
const pump = deviceOf("pump", [0, 1, 2]);

function placed(text: string): void {
  const { problems, applies } = checkRules([rule({ when: text, because: text === "" ? "x" : text })], [pump], points);
  expect(applies).toHaveLength(1);
  const lines = text.split("\n");
  for (const { line, column, what, todo } of problems) {
    expect(what.zh && what.en && todo.zh && todo.en).toBeTruthy();
    if (column === 1 && what.en.includes("placeholder")) continue;
    const row = lines[line - 10];
    expect(row).toBeDefined();
    const start = line === 10 ? 9 : 1;
    expect(column).toBeGreaterThanOrEqual(start);
    expect(column).toBeLessThanOrEqual((row?.length ?? 0) + start);
  }
}

const words = fc.constantFrom(
  "flow",
  "p1_run",
  "avg",
  "held",
  "(",
  ")",
  ",",
  "&&",
  "||",
  "!",
  "-",
  "5 m3/h",
  "30s",
  "1",
  "?",
  ":",
  ">",
  "==",
  "*",
  "/",
  "%",
  "constructor",
  "__proto__",
  "toString",
  "has",
  "min",
  "count",
  "rising",
  "true",
  "\n",
  "{x}",
  "。",
);

test("strings of any kind", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), placed), { numRuns: 400 });
});

test("words of the language in any order", () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 14 }), (list) => placed(list.join(" "))),
    { numRuns: 1_500 },
  );
});

test("a name of Object.prototype is just an unknown name", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"]) {
    expect(checkRules([rule({ when: name })], [pump], points).problems[0]?.what.en).toContain("Unknown name");
    expect(checkRules([rule({ when: `${name}(flow)` })], [pump], points).problems[0]?.what.en).toContain(
      "Unknown function",
    );
  }
});

test("printing what was parsed with all parentheses gives the same tree", () => {
  const strip = (tree: unknown): unknown =>
    JSON.parse(JSON.stringify(tree, (key, value) => (["start", "end", "nameEnd"].includes(key) ? undefined : value)));
  const number = fc.integer({ min: 0, max: 99 }).map(String);
  const { node } = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(number, fc.constantFrom("flow", "p1_run", "true", "30s", "5 bar")),
      fc
        .tuple(tie("node"), fc.constantFrom("||", "&&", "==", "<", "+", "-", "*", "/"), tie("node"))
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      tie("node").map((a) => `(!${a})`),
      fc.tuple(tie("node"), tie("node"), tie("node")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `max(${a}, ${b})`),
    ),
  }));
  fc.assert(
    fc.property(node, (text) => {
      const tree = parse(text);
      expect("fault" in tree).toBe(false);
      expect(strip(parse(`  ( ${text} ) `))).toEqual(strip(tree));
    }),
  );
});

test("precedence is that of CEL", () => {
  const same = (a: string, b: string) => {
    const strip = (text: string) =>
      JSON.stringify(parse(text), (key, value) => (["start", "end", "nameEnd"].includes(key) ? undefined : value));
    expect(strip(a)).toBe(strip(b));
  };
  same("a || b && c", "a || (b && c)");
  same("a && b == c", "a && (b == c)");
  same("a + b * c < d - e", "(a + (b * c)) < (d - e)");
  same("a - b - c", "(a - b) - c");
  same("!a && b", "(!a) && b");
  same("-a * b", "(-a) * b");
  same("a ? b : c ? d : e", "a ? b : (c ? d : e)");
  same("a || b ? c : d", "(a || b) ? c : d");
  same("a or b and not c", "a || (b && !c)");
  same("7 % 3", "(7) % 3");
});
