/** Questions that a person would not ask word by word: `since(x) < 2m` is "within the last 2 min", not "the time since is below". */
import type { Text } from "#model/text";
import type { Binary, Syntax } from "./syntax.ts";

/** A sentence with places `$1`, `$2` … and what stands there. */
export interface Idiom {
  readonly text: Text;
  readonly args: readonly Syntax[];
}

export interface Asked {
  /** Whether it is a fixed span of time. */
  isSpan(tree: Syntax | undefined): boolean;
  /** Whether it is a point whose numbers are codes. */
  isCode(tree: Syntax): boolean;
}

type Signs = Readonly<Partial<Record<Binary, Text>>>;

/** `since(x)` against a span. */
const SINCE: Signs = {
  "<": { zh: "最近 $2内曾出现$1", en: "$1 within the last $2" },
  ">=": { zh: "最近 $2内未出现$1", en: "no $1 within the last $2" },
};
/** `count(x, T)` against a number. */
const COUNT: Signs = {
  ">=": { zh: "$2内$1至少 $3 次", en: "$1 at least $3 times within $2" },
  ">": { zh: "$2内$1超过 $3 次", en: "$1 more than $3 times within $2" },
  "<": { zh: "$2内$1不足 $3 次", en: "$1 less than $3 times within $2" },
  "<=": { zh: "$2内$1不超过 $3 次", en: "$1 at most $3 times within $2" },
};
const IS_THERE: Text = { zh: "$1有读数", en: "$1 is known" };
const STANDS_STILL: Text = { zh: "$1在 $2内没有变化", en: "$1 does not change within $2" };

const isZero = (tree: Syntax | undefined): boolean => tree?.kind === "number" && tree.value === 0;

/** The idiom for this part of an expression; undefined where it is said word by word. */
export function idiomOf(tree: Syntax, asked: Asked): Idiom | undefined {
  if (tree.kind === "call") {
    const [value, span, most] = tree.args;
    return tree.name === "flat" && value && span && isZero(most)
      ? { text: STANDS_STILL, args: [value, span] }
      : undefined;
  }
  if (tree.kind !== "binary") return undefined;
  const { left, right, operator } = tree;
  // Every code is at least 0: that asks whether there is one.
  if (operator === ">=" && isZero(right) && asked.isCode(left)) return { text: IS_THERE, args: [left] };
  if (left.kind !== "call") return undefined;
  const [first, second] = left.args;
  if (left.name === "since" && first && asked.isSpan(right)) {
    const text = SINCE[operator];
    return text && { text, args: [first, right] };
  }
  if (left.name !== "count" || !first || !second) return undefined;
  const text = COUNT[operator];
  return text && { text, args: [first, second, right] };
}
