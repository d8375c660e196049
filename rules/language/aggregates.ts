/** Functions over several values: named one by one, or all devices of a selection such as `floor3.smoke`. */
import { arg, type Build, type Call, define, type FunctionRow, unknown } from "./arguments.ts";
import { badVote, emptySelection, needsConstant, oneSelection, oneValue, unlike } from "./faults.ts";
import { constantOf, isConstant, type Term, type ValueType } from "./graph.ts";
import { dottedIn, type Reference, readReference, select } from "./relations.ts";
import { type Resolver, unitOf } from "./resolve.ts";
import { ANY, PLAIN_NUMBER, TRUTH } from "./scope.ts";
import type { Syntax } from "./syntax.ts";

const ALWAYS: ReadonlySet<string> = new Set(["any", "all", "count_of", "sum", "spread", "vote"]);
const ALONE: ReadonlySet<string> = new Set(["min", "max", "avg"]);

/** Whether a call takes its arguments once for each device of a selection. */
const isAggregate = ({ name, args }: Call): boolean => ALWAYS.has(name) || (ALONE.has(name) && args.length === 1);

/**
 * The argument once for every device that its dotted names select, or just once when it has none. All dotted names of one
 * argument that begin alike mean the same device: `any(floor3.smoke && floor3.enabled)`.
 */
function elements(r: Resolver, tree: Syntax, read: (tree: Syntax) => Term): readonly Term[] {
  const { scope } = r;
  const references = new Map<string, Reference>();
  for (const name of dottedIn(tree, isAggregate)) {
    const reference = readReference(name);
    if (reference) references.set(name, reference);
  }
  const [first] = references.values();
  if (!first) return [read(tree)];
  const { prefix } = first;
  if ([...references.values()].some((other) => other.prefix !== prefix)) return [r.fail(oneSelection(tree))];
  // The model device stands for any: what is wrong with the names is found on it.
  if (scope.subject.device === undefined) return [read(tree)];
  const found = select(scope, [...references.values()]);
  if (found.length === 0) {
    for (const name of references.keys()) (scope.optional.has(name) ? scope.without : scope.lacks).add(name);
  }
  const outer = scope.bound.get(prefix);
  const terms = found.map((subject) => {
    scope.bound.set(prefix, subject);
    return read(tree);
  });
  if (outer) scope.bound.set(prefix, outer);
  else scope.bound.delete(prefix);
  return terms;
}

const truths = (r: Resolver, trees: readonly Syntax[]): Term[] =>
  trees.flatMap((tree) => elements(r, tree, (t) => r.truth(t)));

/** The values in one unit; `undefined` when they do not measure the same or there are none. */
function numbers(r: Resolver, call: Syntax, trees: readonly Syntax[]): readonly Term[] | undefined {
  const terms = trees.flatMap((tree) => elements(r, tree, (t) => r.number(t)));
  const first = terms.find((term) => term.type.kind === "number");
  if (!first) return terms.length > 0 ? terms : undefined;
  const alike: Term[] = [];
  for (const term of terms) {
    const pair = r.alike(first, term, call);
    if (!pair) return undefined;
    alike.push(r.toUnit(pair[1], unitOf(first)));
  }
  return alike;
}

/** `k` of the values are true; over no device at all nothing is known. */
const atLeast = (r: Resolver, k: number, votes: readonly Term[]): Term =>
  votes.length === 0 ? unknown(r, TRUTH) : r.scope.graph.apply("vote", votes, TRUTH, [k]);

const any: Build = (r, _call, args) => atLeast(r, 1, truths(r, args));
const all: Build = (r, _call, args) => {
  const votes = truths(r, args);
  return atLeast(r, votes.length, votes);
};

/** Whether an argument stands for as many values as a selection has devices. */
const selects = (tree: Syntax): boolean => !dottedIn(tree, isAggregate).next().done;

const vote: Build = (r, call, args) => {
  const k = r.number(arg(args, 0));
  const votes = truths(r, args.slice(1));
  if (!isConstant(k)) return r.fail(needsConstant(arg(args, 0), call.name));
  const wanted = constantOf(k);
  // How many devices a selection has is the site's affair; what is named one by one is known here.
  const of = args.slice(1).some(selects) ? undefined : votes.length;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > (of ?? wanted)) return r.fail(badVote(call, wanted, of));
  return atLeast(r, wanted, votes);
};

const countOf: Build = (r, _call, args) => {
  const votes = truths(r, args);
  return votes.length === 0 ? unknown(r, PLAIN_NUMBER) : r.scope.graph.apply("tally", votes, PLAIN_NUMBER);
};

const typeOf = (terms: readonly Term[]): ValueType => terms[0]?.type ?? ANY;

const sum: Build = (r, call, args) => {
  const terms = numbers(r, call, args);
  if (!terms) return unknown(r, ANY);
  const unit = unitOf(terms[0] as Term);
  // 20 °C and 25 °C are not 45 °C.
  if (unit.offset !== 0) return r.fail(unlike(call, unit, unit));
  return r.scope.graph.apply("sum", terms, typeOf(terms));
};

/** How far the values lie apart; a difference of temperatures is in K. */
const spread: Build = (r, call, args) => {
  const [only, ...more] = args;
  if (only && more.length === 0 && !selects(only)) return r.fail(oneValue(call, call.name));
  const terms = numbers(r, call, args);
  if (!terms) return unknown(r, ANY);
  const unit = unitOf(terms[0] as Term);
  const type: ValueType =
    unit.offset === 0 ? typeOf(terms) : { kind: "number", unit: { ...unit, code: "K", offset: 0, difference: true } };
  return r.scope.graph.apply("spread", terms, type);
};

/** `min(floor3.temp)`: the lowest, highest or mean value over the devices of a selection. */
export const overDevices =
  (which: "least" | "greatest" | "mean"): Build =>
  (r, call, args) => {
    const tree = arg(args, 0);
    if (!selects(tree)) return r.fail(emptySelection(tree, call.name));
    const terms = numbers(r, call, args);
    const [first, ...rest] = terms ?? [];
    if (!terms || !first) return unknown(r, ANY);
    const { graph } = r.scope;
    if (which !== "mean") return rest.reduce((a, b) => graph.apply(which, [a, b], first.type), first);
    const total = graph.apply("sum", terms, first.type);
    return graph.apply("/", [total, graph.constant(terms.length, PLAIN_NUMBER)], first.type);
  };

const MOST = 64;
export const aggregateFunctions: Readonly<Record<string, FunctionRow>> = {
  any: define("any(x, …) / any(floor3.smoke)", 1, MOST, any),
  all: define("all(x, …) / all(depends_on.mains_ok)", 1, MOST, all),
  vote: define("vote(k, a, b, …)", 2, MOST + 1, vote),
  count_of: define("count_of(x, …) / count_of(building.main_power)", 1, MOST, countOf),
  sum: define("sum(v, …) / sum(site.flow)", 1, MOST, sum),
  spread: define("spread(a, b, …) / spread(room.temperature)", 1, MOST, spread),
};
