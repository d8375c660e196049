/**
 * Numbers that need no call of their own: a slot, a constant, or a sum, difference or product of two of these. A number that a
 * closure returns is put into a box first; one that is computed where it is used is not.
 */
import { constantOf, isConstant, type Operator, type Term } from "./graph.ts";

const SLOT = 0;
const SUM = 1;
const DIFFERENCE = 2;
const PRODUCT = 3;
const CONSTANT = 4;
const SUM_WITH = 5;
const DIFFERENCE_WITH = 6;
const PRODUCT_WITH = 7;

/** `a` and `b` are slots, `c` is a constant; 0 where the kind needs none. */
export interface InPlace {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const OF_SLOTS: Readonly<Partial<Record<Operator, number>>> = { "+": SUM, "-": DIFFERENCE, "*": PRODUCT };
const WITH_CONSTANT: Readonly<Partial<Record<Operator, number>>> = {
  "+": SUM_WITH,
  "-": DIFFERENCE_WITH,
  "*": PRODUCT_WITH,
};

/** `undefined` when the term is none of these. */
export function inPlace(term: Term, slotOf: (term: Term) => number | undefined): InPlace | undefined {
  if (isConstant(term)) return { kind: CONSTANT, a: 0, b: 0, c: constantOf(term) };
  const own = slotOf(term);
  if (own !== undefined) return { kind: SLOT, a: own, b: 0, c: 0 };
  return sumOf(term, slotOf);
}

/** The term itself is computed, also where it has a slot: only what it is made of is read. */
export function sumOf({ operator, args }: Term, slotOf: (term: Term) => number | undefined): InPlace | undefined {
  const [first, second] = args;
  if (!first || !second) return undefined;
  const [a, b] = [isConstant(first) ? undefined : slotOf(first), isConstant(second) ? undefined : slotOf(second)];
  const ofSlots = OF_SLOTS[operator];
  if (a !== undefined && b !== undefined) return ofSlots === undefined ? undefined : { kind: ofSlots, a, b, c: 0 };
  const slot = a ?? b;
  // Sums and products may be turned round, differences not.
  const withConstant = operator === "-" && a === undefined ? undefined : WITH_CONSTANT[operator];
  const constant = a === undefined ? first : second;
  if (withConstant === undefined || slot === undefined || !isConstant(constant)) return undefined;
  return { kind: withConstant, a: slot, b: 0, c: constantOf(constant) };
}

/** Small, so that it is computed where it is called. Unknown makes the whole unknown, as in any arithmetic. */
export function computed(values: Float64Array, base: number, kind: number, a: number, b: number, c: number): number {
  if (kind === CONSTANT) return c;
  const x = values[base + a] as number;
  switch (kind) {
    case SLOT:
      return x;
    case SUM:
      return x + (values[base + b] as number);
    case DIFFERENCE:
      return x - (values[base + b] as number);
    case PRODUCT:
      return x * (values[base + b] as number);
    case SUM_WITH:
      return x + c;
    case DIFFERENCE_WITH:
      return x - c;
    default:
      return x * c;
  }
}
