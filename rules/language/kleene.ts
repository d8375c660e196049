/** Three-valued arithmetic on doubles: NaN is unknown, 1 true, 0 false. One table of meanings for folding and for running. */

export const UNKNOWN = Number.NaN;
const isUnknown = Number.isNaN;

export const and = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : isUnknown(a) || isUnknown(b) ? UNKNOWN : 1;
export const or = (a: number, b: number): number =>
  a === 1 || b === 1 ? 1 : isUnknown(a) || isUnknown(b) ? UNKNOWN : 0;
export const not = (a: number): number => (isUnknown(a) ? UNKNOWN : a === 0 ? 1 : 0);
/** An unknown condition is decided when both branches agree. */
export const choose = (c: number, yes: number, no: number): number =>
  isUnknown(c) ? (yes === no ? yes : UNKNOWN) : c === 0 ? no : yes;

/** `k` of the votes: decided as soon as the unknown ones cannot change it. */
export function vote(k: number, yes: number, unknown: number): number {
  return yes >= k ? 1 : yes + unknown < k ? 0 : UNKNOWN;
}

/** A count whose window saw too little says so by a negative number: `-n - 1` is "at least n". */
export const openCount = (n: number): number => -n - 1;
export const closedCount = (encoded: number): number => (encoded < 0 ? UNKNOWN : encoded);
export const countAtLeast = (encoded: number, k: number): number =>
  isUnknown(encoded) ? UNKNOWN : encoded < 0 ? (-encoded - 1 >= k ? 1 : UNKNOWN) : encoded >= k ? 1 : 0;

/** Two truths in one number, `3 * first + second` with 2 for unknown: what remembers has one input. */
export const pairOf = (a: number, b: number): number => 3 * (isUnknown(a) ? 2 : a) + (isUnknown(b) ? 2 : b);
const half = (code: number): number => (code === 2 ? UNKNOWN : code);
export const firstOf = (pair: number): number => half(Math.floor(pair / 3));
export const secondOf = (pair: number): number => half(pair % 3);

type Fold = (args: readonly number[], numbers: readonly number[]) => number;
const both =
  (f: (a: number, b: number) => number): Fold =>
  ([a = UNKNOWN, b = UNKNOWN]) =>
    isUnknown(a) || isUnknown(b) ? UNKNOWN : f(a, b);

/** The pure operators: their value depends on their arguments alone. */
export const PURE = {
  "||": ([a = UNKNOWN, b = UNKNOWN]) => or(a, b),
  "&&": ([a = UNKNOWN, b = UNKNOWN]) => and(a, b),
  "!": ([a = UNKNOWN]) => not(a),
  "?:": ([c = UNKNOWN, yes = UNKNOWN, no = UNKNOWN]) => choose(c, yes, no),
  "==": both((a, b) => (a === b ? 1 : 0)),
  "!=": both((a, b) => (a !== b ? 1 : 0)),
  "<": both((a, b) => (a < b ? 1 : 0)),
  "<=": both((a, b) => (a <= b ? 1 : 0)),
  ">": both((a, b) => (a > b ? 1 : 0)),
  ">=": both((a, b) => (a >= b ? 1 : 0)),
  "+": both((a, b) => a + b),
  "-": both((a, b) => a - b),
  "*": both((a, b) => a * b),
  "/": both((a, b) => (b === 0 ? UNKNOWN : a / b)),
  "%": both((a, b) => (b === 0 ? UNKNOWN : a % b)),
  minus: ([a = UNKNOWN]) => -a,
  abs: ([a = UNKNOWN]) => Math.abs(a),
  least: both(Math.min),
  greatest: both(Math.max),
  default: ([a = UNKNOWN, b = UNKNOWN]) => (isUnknown(a) ? b : a),
  unknown: ([a = UNKNOWN]) => (isUnknown(a) ? 1 : 0),
  vote: (args, [k = 1]) => vote(k, args.filter((a) => a === 1).length, args.filter(isUnknown).length),
  pair: ([a = UNKNOWN, b = UNKNOWN]) => pairOf(a, b),
  /** Over any number of values; one unknown makes the whole unknown, as in any arithmetic. */
  sum: (args) => args.reduce((total, a) => total + a, 0),
  spread: (args) => (args.some(isUnknown) ? UNKNOWN : Math.max(...args) - Math.min(...args)),
  /** How many are true. */
  tally: (args) => args.reduce((total, a) => total + a, 0),
  count: ([a = UNKNOWN]) => closedCount(a),
  "count>=": ([a = UNKNOWN], [k = 0]) => countAtLeast(a, k),
  /** A linear change of unit. */
  scale: ([a = UNKNOWN], [factor = 1, divisor = 1, offset = 0]) => (a * factor) / divisor + offset,
} as const satisfies Readonly<Record<string, Fold>>;

export type PureOperator = keyof typeof PURE;
