/** The way back of a rule with a deadband: its limits moved by the band, so that it ends only when the value has come that far. */
import type { Graph, Operator, Term, ValueType } from "./graph.ts";
import type { PureOperator } from "./kleene.ts";
import { unitOf } from "./resolve.ts";
import { comparable, convertUnit, type Unit } from "./units.ts";

type Limit = "<" | "<=" | ">" | ">=";
const isLimit = (operator: Operator): operator is Limit => ["<", "<=", ">", ">="].includes(operator);
/** What passes the question on to its arguments. */
const THROUGH: ReadonlySet<Operator> = new Set<Operator>(["&&", "||", "?:", "vote"]);

/** A distance on the scale of the unit: temperatures lie apart by K. */
const distance = (unit: Unit): Unit => (unit.offset === 0 ? unit : { ...unit, code: "K", offset: 0, difference: true });

export interface Widened {
  readonly term: Term;
  /** How many limits the band moved; those of other quantities stay. */
  readonly moved: number;
}

/**
 * `v > 85` with a band of 5 stays true while `v > 80`, so it ends at exactly 80; `v < 10` while `v < 15`. Under `!` the
 * limits move the other way. What lies inside windows and edges stays as it is.
 */
export function widen(graph: Graph, when: Term, band: number, unit: Unit): Widened {
  let moved = 0;
  const known = new Map<string, Term>();

  function shift(side: Term, by: 1 | -1): Term | undefined {
    const own = unitOf(side);
    const apart = distance(own);
    if (side.type.kind !== "number" || !comparable(apart, unit)) return undefined;
    const type: ValueType = side.type;
    return graph.apply(by === 1 ? "+" : "-", [side, graph.constant(convertUnit(band, unit, apart), type)], type);
  }

  function limit(term: Term, operator: Limit, on: boolean): Term {
    const [a, b] = term.args;
    const above = operator.startsWith(">");
    const limitAt = b && shift(b, above === on ? -1 : 1);
    if (!a || !limitAt) return term;
    moved += 1;
    const strict = above ? ">" : "<";
    return graph.apply(on ? strict : (`${strict}=` as const), [a, limitAt], term.type);
  }

  function visit(term: Term, on: boolean): Term {
    const key = `${term.id} ${on}`;
    const before = known.get(key);
    if (before) return before;
    const made = fresh(term, on);
    known.set(key, made);
    return made;
  }

  function fresh(term: Term, on: boolean): Term {
    const { operator, args, type, numbers } = term;
    if (isLimit(operator)) return limit(term, operator, on);
    if (operator === "!") return graph.apply("!", [visit(args[0] as Term, !on)], type);
    if (!THROUGH.has(operator) || type.kind === "number") return term;
    // The condition of a choice is no limit that the value comes back over.
    const inside = args.map((arg, at) => (operator === "?:" && at === 0 ? arg : visit(arg, on)));
    return graph.apply(operator as PureOperator, inside, type, numbers);
  }

  return { term: visit(when, true), moved };
}
