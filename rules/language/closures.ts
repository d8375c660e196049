/** Terms as closures over a column of values: no code generation, no object per evaluation. NaN is unknown. */
import { comparison } from "./comparisons.ts";
import { constantOf, isConstant, type Term } from "./graph.ts";
import { computed, sumOf } from "./in-place.ts";
import { and, choose, closedCount, countAtLeast, not, or, pairOf, vote } from "./kleene.ts";

export type Read = () => number;

/**
 * Where closures read: slot s stands at `values[base + s]`. Devices of one shape share their closures; whoever runs one says
 * first for which device.
 */
export interface Frame {
  readonly values: Float64Array;
  base: number;
}

const isUnknown = Number.isNaN;

/** Both operands stand in slots: no call at all. */
function ofSlots(operator: "&&" | "||", frame: Frame, a: number, b: number): Read {
  const { values } = frame;
  return operator === "&&"
    ? () => and(values[frame.base + a] as number, values[frame.base + b] as number)
    : () => or(values[frame.base + a] as number, values[frame.base + b] as number);
}

/** One operand stands in a slot and is asked first: it decides without a call about as often as not. */
function withSlot(operator: "&&" | "||", frame: Frame, slot: number, other: Read): Read {
  const { values } = frame;
  return operator === "&&"
    ? () => {
        const x = values[frame.base + slot] as number;
        return x === 0 ? 0 : and(x, other());
      }
    : () => {
        const x = values[frame.base + slot] as number;
        return x === 1 ? 1 : or(x, other());
      };
}

/** Votes in slots are counted without a call, the others are asked. */
function votes(k: number, frame: Frame, slots: Int32Array, others: readonly Read[]): Read {
  const { values } = frame;
  return () => {
    let yes = 0;
    let unknown = 0;
    for (let i = 0; i < slots.length; i += 1) {
      const ballot = values[frame.base + (slots[i] as number)] as number;
      if (ballot === 1) yes += 1;
      else if (isUnknown(ballot)) unknown += 1;
    }
    for (let i = 0; i < others.length; i += 1) {
      const ballot = (others[i] as Read)();
      if (ballot === 1) yes += 1;
      else if (isUnknown(ballot)) unknown += 1;
    }
    return vote(k, yes, unknown);
  };
}

const total =
  (parts: readonly Read[]): Read =>
  () => {
    let sum = 0;
    for (let i = 0; i < parts.length; i += 1) sum += (parts[i] as Read)();
    return sum;
  };

const spread =
  (parts: readonly Read[]): Read =>
  () => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < parts.length; i += 1) {
      const x = (parts[i] as Read)();
      if (isUnknown(x)) return x;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    return high - low;
  };

/**
 * Compiles a pure term. `slotOf` tells where in the frame the value of a term stands that is kept there; terms without a slot
 * are computed in place. The term itself is always computed.
 */
export function compile(term: Term, frame: Frame, slotOf: (term: Term) => number | undefined): Read {
  const { values } = frame;
  const placeOf = (child: Term): number | undefined => (isConstant(child) ? undefined : slotOf(child));
  const read = (child: Term): Read => {
    const slot = placeOf(child);
    if (slot === undefined) return compile(child, frame, slotOf);
    return () => values[frame.base + slot] as number;
  };
  const { operator, numbers } = term;
  if (operator === "constant") {
    const value = constantOf(term);
    return () => value;
  }
  const [first, second, third] = term.args;
  const compared = comparison(term, frame, slotOf, read);
  if (compared) return compared;
  const [x, y] = [first && placeOf(first), second && placeOf(second)];
  if ((operator === "&&" || operator === "||") && first && second) {
    if (x !== undefined && y !== undefined) return ofSlots(operator, frame, x, y);
    if (x !== undefined) return withSlot(operator, frame, x, read(second));
    // Both are pure, and three-valued and/or are symmetric: the order does not matter.
    if (y !== undefined) return withSlot(operator, frame, y, read(first));
  }
  const sum = sumOf(term, slotOf);
  if (sum) {
    const { kind, a, b, c } = sum;
    return () => computed(values, frame.base, kind, a, b, c);
  }
  if (operator === "!" && x !== undefined) return () => not(values[frame.base + x] as number);
  const nothing: Read = () => Number.NaN;
  const a = first ? read(first) : nothing;
  const b = second ? read(second) : nothing;
  const c = third ? read(third) : nothing;
  switch (operator) {
    case "&&":
      return () => {
        const x = a();
        return x === 0 ? 0 : and(x, b());
      };
    case "||":
      return () => {
        const x = a();
        return x === 1 ? 1 : or(x, b());
      };
    case "!":
      return () => not(a());
    case "?:":
      return () => choose(a(), b(), c());
    case "+":
      return () => a() + b();
    case "-":
      return () => a() - b();
    case "*":
      return () => a() * b();
    case "/":
      return () => {
        const divisor = b();
        return divisor === 0 ? Number.NaN : a() / divisor;
      };
    case "%":
      return () => {
        const divisor = b();
        return divisor === 0 ? Number.NaN : a() % divisor;
      };
    case "minus":
      return () => -a();
    case "abs":
      return () => Math.abs(a());
    case "least":
      return () => Math.min(a(), b());
    case "greatest":
      return () => Math.max(a(), b());
    case "default":
      return () => {
        const x = a();
        return isUnknown(x) ? b() : x;
      };
    case "unknown":
      return () => (isUnknown(a()) ? 1 : 0);
    case "vote":
      return votes(
        numbers[0] ?? 1,
        frame,
        Int32Array.from(term.args.flatMap((one) => placeOf(one) ?? [])),
        term.args.filter((one) => placeOf(one) === undefined).map(read),
      );
    case "pair":
      return () => pairOf(a(), b());
    case "sum":
    case "tally":
      return total(term.args.map(read));
    case "spread":
      return spread(term.args.map(read));
    case "count":
      return () => closedCount(a());
    case "count>=": {
      const least = numbers[0] ?? 0;
      return () => countAtLeast(a(), least);
    }
    case "scale": {
      const [factor = 1, divisor = 1, offset = 0] = numbers;
      return () => (a() * factor) / divisor + offset;
    }
    default:
      throw new Error(`The term ${operator} remembers or reads and has no closure.`);
  }
}
