/** The expressions of one device as a graph: constants folded, equal sub-expressions shared, each with a stable name. */
import { PURE, type PureOperator } from "./kleene.ts";
import type { Unit } from "./units.ts";

export type ValueType =
  | { readonly kind: "truth" }
  | { readonly kind: "number"; readonly unit: Unit }
  /** The type of a point that this device does not have and nobody describes: fits everywhere. */
  | { readonly kind: "any" };

/** What is read from the point table. */
export type InputOperator = "point" | "is_bad" | "stale";
/** What remembers. */
export type MemoryOperator =
  | "held"
  | "rate"
  | "avg"
  | "min"
  | "max"
  | "median"
  | "previous"
  | "since"
  | "within"
  | "rises"
  | "rising"
  | "falling"
  | "changed"
  | "flat"
  | "baseline"
  | "baseline_min"
  | "unanswered"
  | "unpreceded"
  | "in_calendar";
export type Operator = "constant" | PureOperator | InputOperator | MemoryOperator;

export interface Term {
  /** Position in the graph; arguments come before the terms that use them. */
  readonly id: number;
  readonly operator: Operator;
  readonly args: readonly Term[];
  /** Fixed numbers: spans in ms, thresholds, the value of a constant. */
  readonly numbers: readonly number[];
  readonly type: ValueType;
  /** Handle of the point for inputs, otherwise -1. */
  readonly handle: number;
  /** Stays the same over restarts and edits elsewhere; kept with the state of the term. */
  readonly hash: string;
}

const MEMORY: ReadonlySet<string> = new Set<MemoryOperator>([
  "held",
  "rate",
  "avg",
  "min",
  "max",
  "median",
  "previous",
  "since",
  "within",
  "rises",
  "rising",
  "falling",
  "changed",
  "flat",
  "baseline",
  "baseline_min",
  "unanswered",
  "unpreceded",
  "in_calendar",
]);
const INPUT: ReadonlySet<string> = new Set<InputOperator>(["point", "is_bad", "stale"]);

export const isMemory = (operator: Operator): operator is MemoryOperator => MEMORY.has(operator);
export const isInput = (operator: Operator): operator is InputOperator => INPUT.has(operator);
export const isConstant = (term: Term): boolean => term.operator === "constant";
export const constantOf = (term: Term): number => term.numbers[0] ?? Number.NaN;

/** Pure, and of this one point. */
export const isOf = (term: Term, point: Term): boolean =>
  term === point ||
  isConstant(term) ||
  (!isInput(term.operator) && !isMemory(term.operator) && term.args.every((argument) => isOf(argument, point)));

/** 53 bits after cyrb53: enough to tell the terms of one device apart. */
export function hashText(text: string): string {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ code, 2_654_435_761);
    h2 = Math.imul(h2 ^ code, 1_597_334_677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2_246_822_507) ^ Math.imul(h2 ^ (h2 >>> 13), 3_266_489_909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2_246_822_507) ^ Math.imul(h1 ^ (h1 >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & h2) + (h1 >>> 0)).toString(36);
}

export interface Graph {
  readonly terms: readonly Term[];
  constant(value: number, type: ValueType): Term;
  /** A point of this device, read as `operator`; `key` names it in the hash. */
  input(operator: InputOperator, handle: number, key: string, type: ValueType, numbers?: readonly number[]): Term;
  apply(
    operator: PureOperator | MemoryOperator,
    args: readonly Term[],
    type: ValueType,
    numbers?: readonly number[],
  ): Term;
}

export function createGraph(): Graph {
  const terms: Term[] = [];
  const known = new Map<string, Term>();

  function term(
    operator: Operator,
    args: readonly Term[],
    numbers: readonly number[],
    type: ValueType,
    handle: number,
    key: string,
  ): Term {
    const unit = operator === "constant" && type.kind === "number" ? type.unit.code : "";
    const identity = `${operator}|${args.map((a) => a.id).join()}|${numbers.join()}|${handle}|${key}|${unit}|${operator === "constant" ? type.kind : ""}`;
    const present = known.get(identity);
    if (present) return present;
    // What a baseline was told is no part of what it has learned: another figure must not make it forget its week.
    const own = operator === "baseline" ? [] : operator === "baseline_min" ? numbers.slice(0, 3) : numbers;
    const hash = hashText(`${operator}(${[...args.map((a) => a.hash), ...own, key].join()})`);
    const made: Term = { id: terms.length, operator, args, numbers, type, handle, hash };
    terms.push(made);
    known.set(identity, made);
    return made;
  }

  const constant = (value: number, type: ValueType): Term => term("constant", [], [value], type, -1, "");

  /** Kleene shortcuts: a constant side decides or drops out. */
  function shortcut(operator: PureOperator | MemoryOperator, args: readonly Term[]): Term | undefined {
    const [a, b, c] = args;
    if (operator === "&&" || operator === "||") {
      const decides = operator === "&&" ? 0 : 1;
      for (const [side, other] of [
        [a, b],
        [b, a],
      ] as const) {
        if (!side || !other || !isConstant(side)) continue;
        if (constantOf(side) === decides) return side;
        if (constantOf(side) === 1 - decides) return other;
      }
      if (a === b) return a;
    }
    if (operator === "?:" && a && isConstant(a) && !Number.isNaN(constantOf(a))) return constantOf(a) === 0 ? c : b;
    if (operator === "default" && a && isConstant(a)) return Number.isNaN(constantOf(a)) ? b : a;
    if (operator === "!" && a?.operator === "!") return a.args[0];
    return undefined;
  }

  return {
    terms,
    constant,
    input: (operator, handle, key, type, numbers = []) => term(operator, [], numbers, type, handle, key),
    apply(operator, args, type, numbers = []) {
      const short = shortcut(operator, args);
      if (short) return short;
      if (isMemory(operator)) {
        // What never is known can neither be remembered nor averaged.
        const first = args[0];
        if (first && isConstant(first) && Number.isNaN(constantOf(first))) return constant(Number.NaN, type);
      } else if (args.every(isConstant)) {
        return constant(PURE[operator](args.map(constantOf), numbers), type);
      }
      return term(operator, args, numbers, type, -1, "");
    },
  };
}
