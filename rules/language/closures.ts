/** Terms as closures over a column of values: no code generation, no object per evaluation. NaN is unknown. */
import { constantOf, isConstant, type Operator, type Term } from "./graph.ts";
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

/** Sums and differences of slots, and their multiples: without a call. */
function arithmetic(operator: Operator, frame: Frame, a: number, b: number): Read | undefined {
  const { values } = frame;
  switch (operator) {
    case "+":
      return () => (values[frame.base + a] as number) + (values[frame.base + b] as number);
    case "-":
      return () => (values[frame.base + a] as number) - (values[frame.base + b] as number);
    case "*":
      return () => (values[frame.base + a] as number) * (values[frame.base + b] as number);
    default:
      return undefined;
  }
}

function arithmeticWith(operator: Operator, frame: Frame, slot: number, constant: number): Read | undefined {
  const { values } = frame;
  switch (operator) {
    case "+":
      return () => (values[frame.base + slot] as number) + constant;
    case "-":
      return () => (values[frame.base + slot] as number) - constant;
    case "*":
      return () => (values[frame.base + slot] as number) * constant;
    default:
      return undefined;
  }
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
  if (operator in COMPARE && first && second) {
    const compare = operator as Compare;
    const slot = slotOf(first);
    if (slot !== undefined && isConstant(second) && !isConstant(first)) {
      const limit = constantOf(second);
      return Number.isNaN(limit) ? () => Number.NaN : againstLimit(compare, frame, slot, limit);
    }
    return COMPARE[compare](read(first), read(second));
  }
  const [x, y] = [first && placeOf(first), second && placeOf(second)];
  if ((operator === "&&" || operator === "||") && first && second) {
    if (x !== undefined && y !== undefined) return ofSlots(operator, frame, x, y);
    if (x !== undefined) return withSlot(operator, frame, x, read(second));
    // Both are pure, and three-valued and/or are symmetric: the order does not matter.
    if (y !== undefined) return withSlot(operator, frame, y, read(first));
  }
  const short =
    x !== undefined && y !== undefined
      ? arithmetic(operator, frame, x, y)
      : x !== undefined && second && isConstant(second)
        ? arithmeticWith(operator, frame, x, constantOf(second))
        : undefined;
  if (short) return short;
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
