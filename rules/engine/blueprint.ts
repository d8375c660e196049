/**
 * What all devices of a shape have in common, as flat arrays over the nodes of one of them: how a node gets its value, who must
 * hear of it. It is small and used all the time, so it stays near the processor, however many devices there are.
 */
import { compile, type Frame, type Read } from "../language/closures.ts";
import { constantOf, isConstant, isInput, isMemory, type Operator, type Term } from "../language/graph.ts";
import { isPulse } from "./create-machine.ts";
import { isLimit, type Rows, rowsOf } from "./layout.ts";
import { isCellOperator } from "./moment-cells.ts";
import type { Shape } from "./shapes.ts";
import { isWindowOperator } from "./windows.ts";

/** How a node gets its value. The first six compare another node with a fixed limit. */
export const EQUAL = 0;
export const UNLIKE = 1;
export const BELOW = 2;
export const AT_MOST = 3;
export const ABOVE = 4;
export const AT_LEAST = 5;
export const LAST_COMPARE = AT_LEAST;
export const NOT = 6;
export const SIZE = 7;
/** All up to here look at one other node alone. */
export const LAST_DIRECT = SIZE;
export const CLOSURE = 8;
/** All up to here follow from other nodes alone. */
export const LAST_PURE = CLOSURE;
export const POINT = 9;
export const IS_BAD = 10;
export const FIXED = 11;
/** From here on nodes remember. */
export const MOMENT = 12;
export const FLAT = 13;
export const WINDOW = 14;
export const MACHINE = 15;

const COMPARE: Readonly<Partial<Record<Operator, number>>> = {
  "==": EQUAL,
  "!=": UNLIKE,
  "<": BELOW,
  "<=": AT_MOST,
  ">": ABOVE,
  ">=": AT_LEAST,
};

export interface Blueprint {
  readonly size: number;
  readonly kinds: Uint8Array;
  /** The node that a comparison, NOT, SIZE or anything that remembers reads; -1 where there is none. */
  readonly source: Int32Array;
  readonly limits: Float64Array;
  /** What a comparison with a limit answers when its source is unknown. */
  readonly unknowns: Float64Array;
  /** Which moment, flat, window or machine of the device it is. */
  readonly place: Int32Array;
  /** 1 for what is true only in the step in which it happened. */
  readonly pulse: Uint8Array;
  readonly reads: readonly (Read | undefined)[];
  /** Nodes that read a node; all of them stand behind it. */
  readonly readers: Rows;
  /** Rules of the shape, by position, whose verdict a node is. */
  readonly watchers: Rows;
  /** Nodes that read the point table. */
  readonly inputs: readonly number[];
  /** What nodes hold before anything ran. */
  readonly initial: Float64Array;
  readonly moments: number;
  readonly flats: number;
  readonly windows: number;
  readonly machines: number;
}

/** As `kleene.ts` has it, but for the answer to an unknown, which `default` may tell. */
export function compare(kind: number, x: number, limit: number): number {
  switch (kind) {
    case EQUAL:
      return x === limit ? 1 : 0;
    case UNLIKE:
      return x !== limit ? 1 : 0;
    case BELOW:
      return x < limit ? 1 : 0;
    case AT_MOST:
      return x <= limit ? 1 : 0;
    case ABOVE:
      return x > limit ? 1 : 0;
    default:
      return x >= limit ? 1 : 0;
  }
}

/** What a node says that looks at one other node alone, when that says `x`. */
export function direct({ unknowns, limits }: Blueprint, kind: number, n: number, x: number): number {
  if (kind <= LAST_COMPARE) return Number.isNaN(x) ? (unknowns[n] as number) : compare(kind, x, limits[n] as number);
  if (kind === SIZE) return Math.abs(x);
  return Number.isNaN(x) ? x : x === 0 ? 1 : 0;
}

/** The one node that a simple question is about, how it is asked, and what an unknown answers. */
interface Question {
  readonly kind: number;
  readonly source: number;
  readonly limit?: number;
  readonly unknown?: number;
}

function questionOf(term: Term, slotOf: ReadonlyMap<Term, number>): Question | undefined {
  const { operator, args } = term;
  const [first, second] = args;
  const source = first && slotOf.get(first);
  if (operator === "!" && source !== undefined) return { kind: NOT, source };
  if (operator === "abs" && source !== undefined) return { kind: SIZE, source };
  const kind = COMPARE[operator];
  if (kind === undefined || !first || !second || !isLimit(term)) return undefined;
  const limit = constantOf(second);
  if (Number.isNaN(limit)) return undefined;
  if (source !== undefined) return { kind, source, limit };
  const [asked, instead] = first.args;
  const behind = first.operator === "default" && asked ? slotOf.get(asked) : undefined;
  if (behind === undefined || !instead || !isConstant(instead)) return undefined;
  const value = constantOf(instead);
  return { kind, source: behind, limit, unknown: Number.isNaN(value) ? value : compare(kind, value, limit) };
}

function kindOf(term: Term): number {
  if (isConstant(term)) return FIXED;
  if (term.operator === "point") return POINT;
  if (term.operator === "is_bad") return IS_BAD;
  if (isCellOperator(term.operator)) return MOMENT;
  if (isWindowOperator(term.operator)) return WINDOW;
  if (term.operator === "flat") return FLAT;
  return term.operator === "stale" || isMemory(term.operator) ? MACHINE : CLOSURE;
}

function watchersOf({ layout, rules }: Shape): Rows {
  return rowsOf(layout.nodes.length, (pair) => {
    rules.forEach(({ slots: { when, clear, levels, trouble } }, position) => {
      pair(when, position);
      if (clear >= 0) pair(clear, position);
      for (const { slot } of levels) pair(slot, position);
      if (trouble) {
        pair(trouble.blind, position);
        pair(trouble.lasting, position);
      }
    });
  });
}

/** `frame` is where its closures will read. */
export function drawBlueprint(shape: Shape, frame: Frame): Blueprint {
  const { nodes, slotOf } = shape.layout;
  const size = nodes.length;
  const kinds = new Uint8Array(size);
  const source = new Int32Array(size).fill(-1);
  const limits = new Float64Array(size);
  const unknowns = new Float64Array(size).fill(Number.NaN);
  const place = new Int32Array(size);
  const pulse = new Uint8Array(size);
  const reads: (Read | undefined)[] = new Array(size);
  const initial = new Float64Array(size).fill(Number.NaN);
  const counts = { [MOMENT]: 0, [FLAT]: 0, [WINDOW]: 0, [MACHINE]: 0 };
  nodes.forEach(({ term }, n) => {
    const kind = kindOf(term);
    const [first] = term.args;
    kinds[n] = kind;
    if (first) source[n] = slotOf.get(first) ?? -1;
    if (isPulse(term)) pulse[n] = 1;
    if (kind === FIXED) initial[n] = constantOf(term);
    if (kind === MOMENT || kind === FLAT || kind === WINDOW || kind === MACHINE) {
      place[n] = counts[kind];
      counts[kind] += 1;
    }
    if (kind !== CLOSURE) return;
    const question = questionOf(term, slotOf);
    if (!question) {
      reads[n] = compile(term, frame, (child) => slotOf.get(child));
      return;
    }
    kinds[n] = question.kind;
    source[n] = question.source;
    limits[n] = question.limit ?? 0;
    unknowns[n] = question.unknown ?? Number.NaN;
  });
  return {
    size,
    kinds,
    source,
    limits,
    unknowns,
    place,
    pulse,
    reads,
    readers: rowsOf(size, (pair) => {
      nodes.forEach(({ sources }, n) => {
        for (const one of sources) pair(one, n);
      });
    }),
    watchers: watchersOf(shape),
    inputs: nodes.flatMap(({ term }, n) => (isInput(term.operator) ? [n] : [])),
    initial,
    moments: counts[MOMENT],
    flats: counts[FLAT],
    windows: counts[WINDOW],
    machines: counts[MACHINE],
  };
}
