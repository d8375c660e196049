/** The functions of the rule language: how many arguments, of which type, and which term they become. */
import { hourlyFlow } from "#model/learned";
import { aggregateFunctions, overDevices } from "./aggregates.ts";
import { arg, type Build, type Call, define, type FunctionRow, isTime, span, unknown } from "./arguments.ts";
import { fault, needsConstant, needsPoint, needsTruth } from "./faults.ts";
import { constantOf, isConstant, type MemoryOperator, type Term, type ValueType } from "./graph.ts";
import { nearest } from "./nearest.ts";
import { notFound } from "./not-found.ts";
import { isFitted, lookUp } from "./relations.ts";
import { type Resolver, unitOf } from "./resolve.ts";
import { isCounter, nameOf, PLAIN_NUMBER, SPAN, TRUTH } from "./scope.ts";
import { sequenceFunctions } from "./sequences.ts";
import type { Syntax } from "./syntax.ts";
import { toldFlow } from "./told-flow.ts";
import { perSecond } from "./units.ts";

/** A window over a number: `avg(v, T)` and its kin. */
function windowed(
  operator: MemoryOperator,
  extra: (r: Resolver, value: Term) => { type: ValueType; numbers: readonly number[] },
): Build {
  return (r, call, args) => {
    const value = r.number(arg(args, 0));
    const length = span(r, args[1], call.name);
    const { type, numbers } = extra(r, value);
    if (Number.isNaN(length)) return unknown(r, type);
    return r.scope.graph.apply(operator, [value], type, [length, ...numbers]);
  };
}

const same = (_: Resolver, value: Term) => ({ type: value.type, numbers: [] });

/** `min(a, b)` compares two numbers, `min(v, T)` looks back: a fixed span beside something that is no time is a window. */
function extreme(pointwise: "least" | "greatest", window: "min" | "max"): Build {
  return (r, call, args) => {
    if (args.length === 1) return overDevices(pointwise)(r, call, args);
    const [a, b] = [r.number(arg(args, 0)), r.number(arg(args, 1))];
    if (isConstant(b) && b.type.kind === "number" && isTime(b) && !isTime(a))
      return windowed(window, same)(r, call, args);
    const pair = r.alike(a, b, call);
    return pair
      ? r.scope.graph.apply(pointwise, [pair[0], pair[1]], { kind: "number", unit: pair[2] })
      : unknown(r, a.type);
  };
}

/** `rising(x)` and its kin over a yes/no. */
function overTruth(operator: MemoryOperator, type: ValueType): Build {
  return (r, _call, args) => r.scope.graph.apply(operator, [r.truth(arg(args, 0))], type);
}

function pointOf(r: Resolver, tree: Syntax, name: string): Term {
  const term = r.resolve(tree);
  if (term.operator === "point" || isConstant(term)) return term;
  return r.fail(needsPoint(tree, name));
}

const has: Build = (r, call, args) => {
  const tree = arg(args, 0);
  if (tree.kind !== "name") return r.fail(needsPoint(tree, call.name));
  const fitted = isFitted(r.scope, tree.name);
  if (fitted === undefined) {
    const looked = lookUp(r.scope, tree.name);
    return r.fail(notFound(r.scope, tree, "trouble" in looked ? looked.trouble : "unknown"));
  }
  return r.scope.graph.constant(fitted ? 1 : 0, TRUTH);
};

const held: Build = (r, call, args) => {
  const value = r.truth(arg(args, 0));
  const length = span(r, args[1], call.name);
  return Number.isNaN(length) ? unknown(r, TRUTH) : r.scope.graph.apply("held", [value], TRUTH, [length]);
};

const average: Build = (r, call, args) => {
  if (args.length === 1) return overDevices("mean")(r, call, args);
  const value = r.resolve(arg(args, 0));
  const length = span(r, args[1], call.name);
  // The average of a yes/no is the share of the time that it was true.
  const type = value.type.kind === "truth" ? PLAIN_NUMBER : value.type;
  return Number.isNaN(length) ? unknown(r, type) : r.scope.graph.apply("avg", [value], type, [length]);
};

const median: Build = (r, call, args) => {
  const value = r.number(arg(args, 0));
  const length = span(r, args[1], call.name);
  const ago = args[2] ? span(r, args[2], call.name) : 0;
  if (Number.isNaN(length + ago)) return unknown(r, value.type);
  return r.scope.graph.apply("median", [value], value.type, [length, ago]);
};

const previous: Build = (r, call, args) => {
  const value = r.resolve(arg(args, 0));
  const length = span(r, args[1], call.name);
  return Number.isNaN(length) ? unknown(r, value.type) : r.scope.graph.apply("previous", [value], value.type, [length]);
};

const count: Build = (r, call, args) => {
  const event = r.truth(arg(args, 0));
  const length = span(r, args[1], call.name);
  if (Number.isNaN(length)) return unknown(r, PLAIN_NUMBER);
  const rises = r.scope.graph.apply("rises", [event], PLAIN_NUMBER, [length]);
  return r.scope.graph.apply("count", [rises], PLAIN_NUMBER);
};

const flat: Build = (r, call, args) => {
  const value = r.number(arg(args, 0));
  const length = span(r, args[1], call.name);
  const most = r.number(arg(args, 2));
  if (!isConstant(most)) return r.fail(needsConstant(arg(args, 2), call.name));
  const unit = unitOf(value);
  // A movement is a difference: 1 K for a temperature in Cel.
  const movement: ValueType = {
    kind: "number",
    unit: unit.offset === 0 ? unit : { ...unit, code: "K", offset: 0, difference: true },
  };
  const pair = r.alike({ ...value, type: value.type.kind === "number" ? movement : value.type }, most, arg(args, 2));
  if (!pair || Number.isNaN(length)) return unknown(r, TRUTH);
  const limit = isConstant(pair[1]) ? constantOf(pair[1]) : constantOf(most);
  return r.scope.graph.apply("flat", [value], TRUTH, [length, limit]);
};

const stale: Build = (r, call, args) => {
  const point = pointOf(r, arg(args, 0), call.name);
  const length = span(r, args[1], call.name);
  if (point.operator !== "point" || Number.isNaN(length)) return unknown(r, TRUTH);
  return r.scope.graph.input("stale", point.handle, nameOf(r.scope, point), TRUTH, [length]);
};

const isBad: Build = (r, _call, args) => {
  const term = r.resolve(arg(args, 0));
  if (term.operator === "point") return r.scope.graph.input("is_bad", term.handle, nameOf(r.scope, term), TRUTH);
  // A point that is not fitted is not bad either.
  return isConstant(term) ? unknown(r, TRUTH) : r.scope.graph.apply("unknown", [term], TRUTH);
};

const fallback: Build = (r, call, args) => {
  const [value, other] = [r.resolve(arg(args, 0)), r.resolve(arg(args, 1))];
  if (value.type.kind === "number" && other.type.kind === "number") {
    const pair = r.alike(value, other, call);
    return pair
      ? r.scope.graph.apply("default", [pair[0], pair[1]], { kind: "number", unit: pair[2] })
      : unknown(r, value.type);
  }
  if (value.type.kind === "truth" && other.type.kind === "number") return r.fail(needsTruth(arg(args, 1), other.type));
  if (value.type.kind === "number" && other.type.kind === "truth") return r.number(arg(args, 1));
  return r.scope.graph.apply("default", [value, other], value.type.kind === "any" ? other.type : value.type);
};

const changed: Build = (r, _call, args) => r.scope.graph.apply("changed", [r.resolve(arg(args, 0))], TRUTH);

const baseline: Build = (r, _call, args) => {
  const value = r.number(arg(args, 0));
  const told = toldFlow(r, value, "normalFlow");
  const hourly = Array.from({ length: 24 }, (_, hour) => toldFlow(r, value, hourlyFlow(hour)));
  const numbers = hourly.some((flow) => !Number.isNaN(flow)) ? [told, ...hourly] : [told];
  return r.scope.graph.apply("baseline", [value], value.type, numbers);
};

const absolute: Build = (r, _call, args) => {
  const value = r.number(arg(args, 0));
  return r.scope.graph.apply("abs", [value], value.type);
};

const rate = windowed("rate", (r, value) => ({
  type: value.type.kind === "number" ? { kind: "number", unit: perSecond(value.type.unit) } : value.type,
  numbers: [isCounter(r.scope, value) ? 1 : 0],
}));

const FUNCTIONS: Readonly<Record<string, FunctionRow>> = {
  abs: define("abs(x)", 1, 1, absolute),
  min: define("min(a, b) / min(v, T) / min(floor3.temp)", 1, 2, extreme("least", "min")),
  max: define("max(a, b) / max(v, T) / max(floor3.temp)", 1, 2, extreme("greatest", "max")),
  avg: define("avg(v, T) / avg(floor3.temp)", 1, 2, average),
  median: define("median(v, T) / median(v, T, L)", 2, 3, median),
  rate: define("rate(v, T)", 2, 2, rate),
  previous: define("previous(v, T)", 2, 2, previous),
  held: define("held(x, T)", 2, 2, held),
  since: define("since(x)", 1, 1, overTruth("since", SPAN)),
  count: define("count(e, T)", 2, 2, count),
  rising: define("rising(x)", 1, 1, overTruth("rising", TRUTH)),
  falling: define("falling(x)", 1, 1, overTruth("falling", TRUTH)),
  changed: define("changed(v)", 1, 1, changed),
  flat: define("flat(v, T, eps)", 3, 3, flat),
  stale: define("stale(v, T)", 2, 2, stale),
  is_bad: define("is_bad(v)", 1, 1, isBad),
  default: define("default(v, d)", 2, 2, fallback),
  baseline: define("baseline(v)", 1, 1, baseline),
  has: define("has(point)", 1, 1, has),
  ...aggregateFunctions,
  ...sequenceFunctions,
};

export const functionNames: readonly string[] = Object.keys(FUNCTIONS);

export function resolveCall(r: Resolver, call: Call): Term {
  const found = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  const at = { start: call.start, end: call.nameEnd };
  if (!found) {
    const hint = nearest(call.name, functionNames);
    return r.fail(
      fault(
        at,
        { zh: `未知函数“${call.name}”`, en: `Unknown function "${call.name}".` },
        hint
          ? { zh: `是否为 ${hint}？`, en: `Did you mean ${hint}?` }
          : { zh: `可用函数：${functionNames.join("、")}`, en: `There are ${functionNames.join(", ")}.` },
      ),
    );
  }
  if (call.args.length < found.least || call.args.length > found.most) {
    return r.fail(
      fault(
        at,
        {
          zh: `${call.name} 的参数个数不对：有 ${call.args.length} 个`,
          en: `${call.name} has ${call.args.length} arguments, which is not right.`,
        },
        { zh: `写法：${found.usage}`, en: `It is written ${found.usage}.` },
      ),
    );
  }
  return found.build(r, call, call.args);
}
