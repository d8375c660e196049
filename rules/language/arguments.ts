/** What the rows of the function tables are made of: how a function is written, and how its arguments are read. */
import { badSpan, needsSpan, needsText } from "./faults.ts";
import { constantOf, isConstant, type Term, type ValueType } from "./graph.ts";
import { type Resolver, unitOf } from "./resolve.ts";
import type { Syntax } from "./syntax.ts";
import { MILLISECOND } from "./units.ts";

export type Call = Syntax & { readonly kind: "call" };
export type Build = (r: Resolver, call: Call, args: readonly Syntax[]) => Term;

export interface FunctionRow {
  /** How it is written, for messages. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly build: Build;
}

export const define = (usage: string, least: number, most: number, build: Build): FunctionRow => ({
  usage,
  least,
  most,
  build,
});

const LONGEST = 31 * 86_400_000;
export const isTime = (term: Term): boolean => unitOf(term).dimension === MILLISECOND.dimension;

/** A fixed span in ms; NaN after a complaint or when it rests on a fact that the device does not tell. */
export function span(r: Resolver, tree: Syntax | undefined, name: string): number {
  if (!tree) return Number.NaN;
  const term = r.resolve(tree);
  if (term.type.kind === "any") return Number.NaN;
  if (!isConstant(term) || term.type.kind !== "number" || !isTime(term)) {
    r.fail(needsSpan(tree, name));
    return Number.NaN;
  }
  const value = constantOf(r.toUnit(term, MILLISECOND));
  if (Number.isNaN(value)) return value;
  if (!(value > 0 && value <= LONGEST)) {
    r.fail(badSpan(tree));
    return Number.NaN;
  }
  return value;
}

/** A text between quotes; `undefined` after a complaint. */
export function quoted(r: Resolver, tree: Syntax, call: Call, example: string): string | undefined {
  if (tree.kind === "text") return tree.value;
  r.fail(needsText(tree, call.name, example));
  return undefined;
}

export const unknown = (r: Resolver, type: ValueType): Term => r.scope.graph.constant(Number.NaN, type);
export const arg = (args: readonly Syntax[], at: number): Syntax => args[at] as Syntax;
