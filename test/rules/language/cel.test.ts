/**
 * The language against two CEL libraries, on what they have in common: `|| && ! == != < <= > >= + - *`, `?:`, parentheses,
 * doubles and bools, with variables that are not known. There an unknown variable is an error that `&&` and `||` absorb, which
 * is Kleene logic.
 *
 * Left out, because CEL has no such thing or means another: units and spans (CEL has none), numbers without a point (CEL's are
 * integers, and `n * 2` is an error there), `/` and `%` (CEL divides by zero, and has no `%` of doubles), a condition of `?:` that is
 * unknown (here equal branches decide; an error there), and of course every function.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pointsByKind, subjectOf } from "../../../rules/language/check.ts";
import { compile } from "../../../rules/language/closures.ts";
import { createGraph, type Term } from "../../../rules/language/graph.ts";
import { parseRule } from "../../../rules/language/parsed-rule.ts";
import { resolveRule } from "../../../rules/language/rule-on-device.ts";
import { deviceOf, pointsOf, rule } from "../support/rule-bench.ts";

/** What is known of the variables; those that are missing are unknown. */
type Known = Readonly<Record<string, number | boolean>>;
/** The value, or `undefined` when there is none. */
type Evaluate = (known: Known) => boolean | undefined;

const POINTS = { b0: "bool", b1: "bool", k0: "bool", n0: "", n1: "", n2: "" } as const;
const names = Object.keys(POINTS);
const points = pointsOf("d", POINTS);
const device = deviceOf(
  "d",
  names.map((_, at) => at),
);
const site = pointsByKind([device], points);

function ours(text: string): Evaluate {
  const { form, faults } = resolveRule(parseRule(rule({ when: text })), subjectOf(device, points), createGraph(), site);
  if (!form) throw new Error(`${text}: ${faults.map((one) => one.fault.what.en).join()}`);
  const values = new Float64Array(names.length);
  const slotOf = (term: Term) => (term.operator === "point" ? term.handle : undefined);
  const bare = slotOf(form.when);
  const read = bare === undefined ? compile(form.when, { values, base: 0 }, slotOf) : () => values[bare] ?? Number.NaN;
  return (known) => {
    names.forEach((name, at) => {
      values[at] = known[name] === undefined ? Number.NaN : Number(known[name]);
    });
    const value = read();
    return Number.isNaN(value) ? undefined : value === 1;
  };
}

/** Expressions, each with five sets of inputs. */
const RUNS = 2_000;
const types = { bool: "bool", "": "double" } as const;

const celJs = (await import("@marcbachmann/cel-js" as string)) as {
  Environment: new () => Environment;
};
interface Environment {
  registerVariable(name: string, type: string): Environment;
  parse(text: string): (known: Known) => unknown;
}
const environment = Object.entries(POINTS).reduce(
  (env, [name, type]) => env.registerVariable(name, types[type]),
  new celJs.Environment(),
);
function byCelJs(text: string): Evaluate {
  const run = environment.parse(text);
  return (known) => {
    try {
      return run(known) as boolean;
    } catch {
      return undefined;
    }
  };
}

const bufbuild = (await import("@bufbuild/cel" as string)) as {
  parse(text: string): unknown;
  plan(env: unknown, tree: unknown): (known: Known) => unknown;
  celEnv(): unknown;
  isCelError(value: unknown): boolean;
};
const plain = bufbuild.celEnv();
function byBufbuild(text: string): Evaluate {
  const run = bufbuild.plan(plain, bufbuild.parse(text));
  return (known) => {
    const value = run(known);
    return bufbuild.isCelError(value) ? undefined : (value as boolean);
  };
}

const limits = fc.constantFrom("0.0", "0.5", "1.0", "2.0", "4.0");
const { truth } = fc.letrec<{ truth: string; number: string }>((tie) => ({
  truth: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom("b0", "b1", "k0", "true", "false"),
    fc
      .tuple(tie("number"), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), tie("number"))
      .map((parts) => parts.join(" "))
      .map((text) => `(${text})`),
    fc.tuple(tie("truth"), fc.constantFrom("&&", "||"), tie("truth")).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    // Without parentheses, so that precedence is compared as well.
    fc
      .tuple(
        fc.constantFrom("b0", "!b1"),
        fc.constantFrom("&&", "||"),
        fc.constantFrom("b1", "n0 < n1 + 1.0"),
        fc.constantFrom("&&", "||"),
        fc.constantFrom("k0", "n1 * 2.0 - n0 >= n2"),
      )
      .map((parts) => `(${parts.join(" ")})`),
    tie("truth").map((a) => `!${a}`),
    fc.tuple(tie("truth"), fc.constantFrom("==", "!="), tie("truth")).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    fc.tuple(tie("truth"), tie("truth")).map(([a, b]) => `(k0 ? ${a} : ${b})`),
  ),
  number: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("n0", "n1", "n2"),
    limits,
    fc.tuple(tie("number"), fc.constantFrom("+", "-", "*"), tie("number")).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    tie("number").map((a) => `-${a}`),
    fc.tuple(tie("number"), tie("number")).map(([a, b]) => `(k0 ? ${a} : ${b})`),
  ),
}));

const bool = fc.option(fc.boolean(), { nil: undefined, freq: 3 });
const number = fc.option(fc.constantFrom(0, 0.5, 1, 2, 4, -1), { nil: undefined, freq: 3 });
const inputs = fc
  .record({ b0: bool, b1: bool, k0: fc.boolean(), n0: number, n1: number, n2: number })
  .map((all): Known => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Known);

test("random expressions give what two CEL libraries give, known or not", () => {
  let compared = 0;
  let unknown = 0;
  fc.assert(
    fc.property(truth, fc.array(inputs, { minLength: 5, maxLength: 5 }), (text, all) => {
      const [mine, one, two] = [ours(text), byCelJs(text), byBufbuild(text)];
      for (const known of all) {
        const value = mine(known);
        expect([text, known, one(known)]).toEqual([text, known, value]);
        expect([text, known, two(known)]).toEqual([text, known, value]);
        compared += 1;
        if (value === undefined) unknown += 1;
      }
    }),
    { numRuns: RUNS },
  );
  // Otherwise nothing was compared that matters.
  expect(compared).toBe(RUNS * 5);
  expect(unknown / compared).toBeGreaterThan(0.1);
  expect(unknown / compared).toBeLessThan(0.9);
});

test("what is left out is different indeed", () => {
  const half = { k0: true, n0: 1 };
  // An unknown condition with equal branches.
  expect(ours("b0 ? n0 > 0.0 : n0 > 0.0")(half)).toBe(true);
  expect(byBufbuild("b0 ? n0 > 0.0 : n0 > 0.0")(half)).toBeUndefined();
  // Division by zero is infinite there and unknown here.
  expect(ours("n0 / 0.0 > 1.0")(half)).toBeUndefined();
  expect(byBufbuild("n0 / 0.0 > 1.0")(half)).toBe(true);
});
