/** Three-valued logic: the full truth tables, for folded constants and for running values alike. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../rules/language/closures.ts";
import { createGraph, type Term } from "../../../rules/language/graph.ts";
import { PURE, type PureOperator } from "../../../rules/language/kleene.ts";
import { ANY } from "../../../rules/language/scope.ts";

const U = Number.NaN;
const T = 1;
const F = 0;

const TABLE: readonly (readonly [
  operator: PureOperator,
  args: readonly number[],
  result: number,
  numbers?: readonly number[],
])[] = [
  ["&&", [F, F], F],
  ["&&", [F, T], F],
  ["&&", [F, U], F],
  ["&&", [T, F], F],
  ["&&", [T, T], T],
  ["&&", [T, U], U],
  ["&&", [U, F], F],
  ["&&", [U, T], U],
  ["&&", [U, U], U],
  ["||", [F, F], F],
  ["||", [F, T], T],
  ["||", [F, U], U],
  ["||", [T, F], T],
  ["||", [T, T], T],
  ["||", [T, U], T],
  ["||", [U, F], U],
  ["||", [U, T], T],
  ["||", [U, U], U],
  ["!", [F], T],
  ["!", [T], F],
  ["!", [U], U],
  ["==", [U, U], U],
  ["==", [3, U], U],
  ["==", [3, 3], T],
  ["!=", [U, U], U],
  ["!=", [3, 4], T],
  ["<", [U, 1], U],
  ["<", [1, 2], T],
  ["<", [2, 2], F],
  ["<=", [2, 2], T],
  [">", [2, 2], F],
  [">=", [2, 2], T],
  [">=", [2, U], U],
  ["*", [U, 0], U],
  ["*", [0, U], U],
  ["+", [U, 1], U],
  ["-", [5, 2], 3],
  ["/", [1, 0], U],
  ["/", [6, 3], 2],
  ["%", [7, 4], 3],
  ["%", [7, 0], U],
  ["minus", [U], U],
  ["minus", [2], -2],
  ["abs", [-2], 2],
  ["abs", [U], U],
  ["least", [2, 3], 2],
  ["least", [2, U], U],
  ["greatest", [2, 3], 3],
  ["greatest", [U, 3], U],
  ["?:", [T, 5, U], 5],
  ["?:", [F, 5, U], U],
  ["?:", [U, 5, 5], 5],
  ["?:", [U, 5, 6], U],
  ["?:", [U, U, U], U],
  ["default", [U, 7], 7],
  ["default", [3, 7], 3],
  ["unknown", [U], T],
  ["unknown", [0], F],
  ["vote", [T, F, U], U, [2]],
  ["vote", [T, T, U], T, [2]],
  ["vote", [F, F, U], F, [2]],
  ["vote", [U, U, U], U, [2]],
  ["vote", [T, T, F], T, [2]],
  ["vote", [T, F, F], F, [2]],
  ["count", [3], 3],
  ["count", [-4], U],
  ["count>=", [3], T, [3]],
  ["count>=", [2], F, [3]],
  ["count>=", [-4], T, [3]],
  ["count>=", [-3], U, [3]],
  ["count>=", [U], U, [3]],
];

describe("three-valued operators", () => {
  for (const [operator, args, result, numbers = []] of TABLE)
    test(`${operator} of ${args.join()} is ${result}`, () => {
      expect(PURE[operator](args, numbers)).toBe(result);
      // The closure must agree, both with slots and with values computed in place.
      const graph = createGraph();
      const values = Float64Array.from(args);
      const inputs: Term[] = args.map((_, at) => graph.input("point", at, `p${at}`, ANY));
      const slots = new Map(inputs.map((term, at) => [term, at]));
      const term = { ...graph.apply(operator, inputs, ANY, numbers), operator, args: inputs, numbers };
      expect(compile(term, { values, base: 0 }, (t) => slots.get(t))()).toBe(result);
    });

  test("a constant side decides or drops out before anything runs", () => {
    const graph = createGraph();
    const x = graph.input("point", 0, "x", ANY);
    const [yes, no] = [graph.constant(1, ANY), graph.constant(0, ANY)];
    expect(graph.apply("&&", [x, no], ANY)).toBe(no);
    expect(graph.apply("&&", [yes, x], ANY)).toBe(x);
    expect(graph.apply("||", [yes, x], ANY)).toBe(yes);
    expect(graph.apply("||", [x, no], ANY)).toBe(x);
    expect(graph.apply("?:", [no, yes, x], ANY)).toBe(x);
    expect(graph.apply("!", [graph.apply("!", [x], ANY)], ANY)).toBe(x);
  });

  test("equal sub-expressions are one term", () => {
    const graph = createGraph();
    const x = graph.input("point", 0, "x", ANY);
    expect(graph.apply("avg", [x], ANY, [60_000])).toBe(graph.apply("avg", [x], ANY, [60_000]));
    expect(graph.apply("avg", [x], ANY, [60_000])).not.toBe(graph.apply("avg", [x], ANY, [30_000]));
  });
});
