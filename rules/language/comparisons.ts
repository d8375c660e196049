/** Comparisons as closures. With an unknown on either side a comparison is unknown. */
import type { Frame, Read } from "./closures.ts";
import { constantOf, isConstant, type Operator, type Term } from "./graph.ts";
import { computed, type InPlace, inPlace } from "./in-place.ts";

const isUnknown = Number.isNaN;

type Compare = "==" | "!=" | "<" | "<=" | ">" | ">=";
const COMPARE: Readonly<Record<Compare, (a: Read, b: Read) => Read>> = {
  "==": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x === y ? 1 : 0;
  },
  "!=": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x !== y ? 1 : 0;
  },
  "<": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x < y ? 1 : 0;
  },
  "<=": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x <= y ? 1 : 0;
  },
  ">": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x > y ? 1 : 0;
  },
  ">=": (a, b) => () => {
    const x = a();
    const y = b();
    return isUnknown(x) || isUnknown(y) ? Number.NaN : x >= y ? 1 : 0;
  },
};

/** A value against a limit is by far the most frequent question: one closure each, without a call inside. */
function againstLimit(operator: Compare, frame: Frame, slot: number, limit: number): Read {
  const { values } = frame;
  switch (operator) {
    case "==":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x === limit ? 1 : 0;
      };
    case "!=":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x !== limit ? 1 : 0;
      };
    case "<":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x < limit ? 1 : 0;
      };
    case "<=":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x <= limit ? 1 : 0;
      };
    case ">":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x > limit ? 1 : 0;
      };
    case ">=":
      return () => {
        const x = values[frame.base + slot] as number;
        return isUnknown(x) ? Number.NaN : x >= limit ? 1 : 0;
      };
  }
}

const ORDER: readonly Compare[] = ["<", "<=", ">", ">=", "==", "!="];

/** Two numbers computed in place: one call for the whole comparison. */
function compareInPlace(operator: Compare, frame: Frame, left: InPlace, right: InPlace): Read {
  const { values } = frame;
  const which = ORDER.indexOf(operator);
  const { kind: k, a, b, c } = left;
  const { kind: l, a: d, b: e, c: f } = right;
  return () => {
    const { base } = frame;
    const x = computed(values, base, k, a, b, c);
    const y = computed(values, base, l, d, e, f);
    if (isUnknown(x) || isUnknown(y)) return Number.NaN;
    switch (which) {
      case 0:
        return x < y ? 1 : 0;
      case 1:
        return x <= y ? 1 : 0;
      case 2:
        return x > y ? 1 : 0;
      case 3:
        return x >= y ? 1 : 0;
      case 4:
        return x === y ? 1 : 0;
      default:
        return x !== y ? 1 : 0;
    }
  };
}
const isCompare = (operator: Operator): operator is Compare => operator in COMPARE;

/** `undefined` when the term is no comparison. `read` gives what stands on its sides. */
export function comparison(
  { operator, args: [first, second] }: Term,
  frame: Frame,
  slotOf: (term: Term) => number | undefined,
  read: (term: Term) => Read,
): Read | undefined {
  if (!isCompare(operator) || !first || !second) return undefined;
  const slot = slotOf(first);
  if (slot !== undefined && isConstant(second) && !isConstant(first)) {
    const limit = constantOf(second);
    return Number.isNaN(limit) ? () => Number.NaN : againstLimit(operator, frame, slot, limit);
  }
  const [left, right] = [inPlace(first, slotOf), inPlace(second, slotOf)];
  if (left && right) return compareInPlace(operator, frame, left, right);
  return COMPARE[operator](read(first), read(second));
}
