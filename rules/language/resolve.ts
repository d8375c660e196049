/** From syntax to terms of one device: names looked up, types and units checked, constants folded. */
import { resolveCall } from "./calls.ts";
import { fault, laterLet, needsNumber, needsTruth, textHere, typeName, unlike } from "./faults.ts";
import { constantOf, isConstant, type Term, type ValueType } from "./graph.ts";
import { notFound } from "./not-found.ts";
import { lookUp } from "./relations.ts";
import { ANY, isZero, PLAIN_NUMBER, type Scope, SPAN, TRUTH } from "./scope.ts";
import type { Binary, Syntax } from "./syntax.ts";
import type { Fault } from "./token.ts";
import { addTemperatures, combine, comparable, convertUnit, PLAIN, parseUnit, type Unit } from "./units.ts";

export interface Resolver {
  readonly scope: Scope;
  readonly faults: Fault[];
  resolve(tree: Syntax): Term;
  /** Like `resolve`; complains and goes on with "unknown" when the type is not the one wanted. */
  truth(tree: Syntax): Term;
  number(tree: Syntax): Term;
  /** Complains at `at`; the result fits everywhere, so that one mistake gives one message. */
  fail(fault: Fault): Term;
  /** Brings two numbers to one unit; complains at `at` when they do not measure the same. */
  alike(a: Term, b: Term, at: Syntax): readonly [Term, Term, Unit] | undefined;
  toUnit(term: Term, unit: Unit): Term;
}

export const unitOf = (term: Term): Unit => (term.type.kind === "number" ? term.type.unit : PLAIN);

/** `lets` are those that may be used: the ones that stand above. */
export function createResolver(scope: Scope, lets: ReadonlyMap<string, Term>): Resolver {
  const { graph } = scope;
  const faults: Fault[] = [];
  const unknown = graph.constant(Number.NaN, ANY);

  const fail = (complaint: Fault): Term => {
    faults.push(complaint);
    return unknown;
  };

  function toUnit(term: Term, unit: Unit): Term {
    const from = unitOf(term);
    if (term.type.kind !== "number" || (from.factor === unit.factor && from.offset === unit.offset)) return term;
    const type: ValueType = { kind: "number", unit };
    if (isConstant(term)) return graph.constant(convertUnit(constantOf(term), from, unit), type);
    const shift = from.difference || unit.difference ? 0 : (from.offset - unit.offset) / unit.factor;
    return graph.apply("scale", [term], type, [from.factor, unit.factor, shift]);
  }

  function alike(a: Term, b: Term, at: Syntax): readonly [Term, Term, Unit] | undefined {
    const [ua, ub] = [unitOf(a), unitOf(b)];
    if (a.type.kind === "any" || b.type.kind === "any") return [a, b, a.type.kind === "any" ? ub : ua];
    // Zero is zero in every unit.
    if (isZero(b) && ub.code === "") return [a, graph.constant(0, a.type), ua];
    if (isZero(a) && ua.code === "") return [graph.constant(0, b.type), b, ub];
    if (!comparable(ua, ub)) {
      fail(unlike(at, ua, ub));
      return undefined;
    }
    return isConstant(a) && !isConstant(b) ? [toUnit(a, ub), b, ub] : [a, toUnit(b, ua), ua];
  }

  function truth(tree: Syntax): Term {
    const term = resolve(tree);
    return term.type.kind === "number" ? fail(needsTruth(tree, term.type)) : term;
  }

  function number(tree: Syntax): Term {
    const term = resolve(tree);
    return term.type.kind === "truth" ? fail(needsNumber(tree, term.type)) : term;
  }

  function name(tree: Syntax & { kind: "name" }): Term {
    const ready = lets.get(tree.name);
    if (ready) return ready;
    if (scope.lets.has(tree.name)) return fail(laterLet(tree, tree.name));
    const looked = lookUp(scope, tree.name);
    return "term" in looked ? looked.term : fail(notFound(scope, tree, looked.trouble));
  }

  /** `count(…) >= k` and `count_of(…) >= k` are decided by what was seen; `since(x) < T` turns exactly when T is over. */
  function special(operator: Binary, a: Term, b: Term): Term | undefined {
    if (!isConstant(b) || Number.isNaN(constantOf(b))) return undefined;
    const k = constantOf(b);
    const inner = a.args[0];
    if (!inner) return undefined;
    const negate = (term: Term) => graph.apply("!", [term], TRUTH);
    if (a.operator === "count" || a.operator === "tally") {
      const atLeast = (n: number) =>
        a.operator === "tally" ? graph.apply("vote", a.args, TRUTH, [n]) : graph.apply("count>=", [inner], TRUTH, [n]);
      if (operator === ">=") return atLeast(Math.ceil(k));
      if (operator === ">") return atLeast(Math.floor(k) + 1);
      if (operator === "<") return negate(atLeast(Math.ceil(k)));
      if (operator === "<=") return negate(atLeast(Math.floor(k) + 1));
    }
    if (a.operator === "since") {
      const within = (inclusive: 0 | 1) => graph.apply("within", [inner], TRUTH, [k, inclusive]);
      if (operator === "<") return within(0);
      if (operator === "<=") return within(1);
      if (operator === ">") return negate(within(1));
      if (operator === ">=") return negate(within(0));
    }
    return undefined;
  }

  const MIRROR: Readonly<Partial<Record<Binary, Binary>>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

  /** Each term once: they are shared. */
  const nevers = new Map<Term, boolean>();
  function mayBeNever(term: Term): boolean {
    const found = nevers.get(term) ?? (term.operator === "since" || term.args.some(mayBeNever));
    nevers.set(term, found);
    return found;
  }

  function comparison(tree: Syntax & { kind: "binary" }): Term {
    const { operator } = tree;
    const [a, b] = [resolve(tree.left), resolve(tree.right)];
    if (operator === "==" || operator === "!=") {
      const truths = [a, b].filter((t) => t.type.kind === "truth").length;
      const numbers = [a, b].filter((t) => t.type.kind === "number").length;
      if (truths > 0 && numbers > 0) return fail(needsNumber(a.type.kind === "truth" ? tree.left : tree.right, TRUTH));
      if (truths > 0) return graph.apply(operator, [a, b], TRUTH);
    }
    if (a.type.kind === "truth") return fail(needsNumber(tree.left, a.type));
    if (b.type.kind === "truth") return fail(needsNumber(tree.right, b.type));
    const pair = alike(a, b, tree);
    if (!pair) return unknown;
    const [left, right] = pair;
    const mirrored = MIRROR[operator];
    // What never was is infinitely long ago; of two that never were nobody can say which was first, and ∞ − ∞ is unknown.
    if (mayBeNever(left) && mayBeNever(right)) {
      const apart = graph.apply("-", [left, right], left.type);
      return graph.apply(operator as "<", [apart, graph.constant(0, left.type)], TRUTH);
    }
    return (
      special(operator, left, right) ??
      (mirrored && special(mirrored, right, left)) ??
      graph.apply(operator as "<", [left, right], TRUTH)
    );
  }

  /** A percentage multiplies as the share it is. */
  const share = (term: Term): Term => (unitOf(term).dimension === "" ? toUnit(term, PLAIN) : term);

  function product(operator: "*" | "/", a: Term, b: Term): Term {
    const unit = combine(unitOf(a), unitOf(b), operator);
    if (unit.dimension === "" && unit.factor === 1) return graph.apply(operator, [a, b], PLAIN_NUMBER);
    const term = graph.apply(operator, [a, b], { kind: "number", unit });
    return unit.dimension === "" ? toUnit(term, PLAIN) : term;
  }

  function arithmetic(tree: Syntax & { kind: "binary" }): Term {
    const operator = tree.operator as "+" | "-" | "*" | "/" | "%";
    const [a, b] = [number(tree.left), number(tree.right)];
    if (a.type.kind === "any" || b.type.kind === "any") return graph.apply(operator, [a, b], ANY);
    if (operator === "*" || operator === "/") return product(operator, share(a), share(b));
    const [ua, ub] = [unitOf(a), unitOf(b)];
    if (operator !== "%" && (ua.offset !== 0 || ub.offset !== 0) && ua.dimension === ub.dimension) {
      const unit = addTemperatures(ua, ub, operator);
      if (!unit) return fail(unlike(tree, ua, ub));
      return graph.apply(operator, [a, b], { kind: "number", unit });
    }
    const pair = alike(a, b, tree);
    return pair ? graph.apply(operator, [pair[0], pair[1]], { kind: "number", unit: pair[2] }) : unknown;
  }

  function choice(tree: Syntax & { kind: "choice" }): Term {
    const condition = truth(tree.condition);
    const [yes, no] = [resolve(tree.yes), resolve(tree.no)];
    if (yes.type.kind === "number" && no.type.kind === "number") {
      const pair = alike(yes, no, tree);
      return pair ? graph.apply("?:", [condition, pair[0], pair[1]], { kind: "number", unit: pair[2] }) : unknown;
    }
    if (yes.type.kind !== "any" && no.type.kind !== "any" && yes.type.kind !== no.type.kind) {
      const [l, r] = [typeName(yes.type), typeName(no.type)];
      return fail(
        fault(
          tree,
          { zh: `两个分支类型不同：${l.zh} 与 ${r.zh}`, en: `The two branches differ: ${l.en} and ${r.en}.` },
          { zh: "两个分支须同为是/否或同为数值", en: "Make both branches yes/no or both numbers." },
        ),
      );
    }
    return graph.apply("?:", [condition, yes, no], yes.type.kind === "any" ? no.type : yes.type);
  }

  function resolve(tree: Syntax): Term {
    switch (tree.kind) {
      case "number":
        return graph.constant(tree.value, { kind: "number", unit: parseUnit(tree.unit) ?? PLAIN });
      case "span":
        return graph.constant(tree.value, SPAN);
      case "text":
        return fail(textHere(tree));
      case "truth":
        return graph.constant(tree.value ? 1 : 0, TRUTH);
      case "name":
        return name(tree);
      case "not":
        return graph.apply("!", [truth(tree.operand)], TRUTH);
      case "minus": {
        const operand = number(tree.operand);
        return graph.apply("minus", [operand], operand.type);
      }
      case "choice":
        return choice(tree);
      case "call":
        return resolveCall(resolver, tree);
      case "binary":
        if (tree.operator === "&&" || tree.operator === "||") {
          return graph.apply(tree.operator, [truth(tree.left), truth(tree.right)], TRUTH);
        }
        return "+-*/%".includes(tree.operator) ? arithmetic(tree) : comparison(tree);
    }
  }

  const resolver: Resolver = { scope, faults, resolve, truth, number, fail, alike, toUnit };
  return resolver;
}
