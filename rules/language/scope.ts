/** What the names of a rule mean on one device: let, parameter, device fact, point. */
import type { PointDefinition, PointType } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Device, DeviceKind } from "#model/site";
import { canonicalPoints, deviceFacts } from "./canonical.ts";
import { type Graph, isConstant, type Term, type ValueType } from "./graph.ts";
import type { Syntax } from "./syntax.ts";
import { MILLISECOND, PLAIN, parseUnit, unitOfPoint } from "./units.ts";

export interface KnownPoint {
  readonly type: PointType;
  readonly unit?: string;
}

/** The points that devices of a kind have somewhere in the site, by key. */
export type SitePoints = ReadonlyMap<DeviceKind, ReadonlyMap<string, KnownPoint>>;

/** A device as expressions see it. `points` is absent for the model device that has everything its kind can have. */
export interface Subject {
  readonly device: Device | undefined;
  /** Handle and definition by key. */
  readonly points: ReadonlyMap<string, { readonly handle: number; readonly definition: PointDefinition }>;
}

export interface Scope {
  readonly rule: RuleDefinition;
  readonly subject: Subject;
  readonly graph: Graph;
  readonly site: ReadonlyMap<string, KnownPoint>;
  /** Rules of the library may name canonical points that no device of the site has. */
  readonly fromLibrary: boolean;
  readonly lets: ReadonlyMap<string, Syntax>;
  /** Names inside `has(…)` and in `optional`. */
  readonly optional: ReadonlySet<string>;
  /** Points and facts that the rule must have and this device lacks. */
  readonly lacks: Set<string>;
  /** Optional ones that it lacks. */
  readonly without: Set<string>;
}

export const TRUTH: ValueType = { kind: "truth" };
export const ANY: ValueType = { kind: "any" };
export const PLAIN_NUMBER: ValueType = { kind: "number", unit: PLAIN };
export const SPAN: ValueType = { kind: "number", unit: MILLISECOND };

const typeOf = (point: KnownPoint): ValueType => {
  if (point.type === "bool") return TRUTH;
  return point.type === "number" ? { kind: "number", unit: unitOfPoint(point.unit) } : PLAIN_NUMBER;
};

export function isLibraryFile(file: string): boolean {
  return /(^|[\\/])rules[\\/]library[\\/]/.test(file);
}

function parameter(scope: Scope, name: string): Term | undefined {
  const params = scope.rule.params;
  const found = Object.hasOwn(params, name) ? params[name] : undefined;
  if (!found) return undefined;
  const own = scope.subject.device?.params;
  const told = own && Object.hasOwn(own, name) ? own[name] : undefined;
  const value = typeof told === typeof found.default && told !== undefined ? told : found.default;
  if (typeof value === "boolean") return scope.graph.constant(value ? 1 : 0, TRUTH);
  const unit = found.type === "span" ? MILLISECOND : unitOfPoint(found.unit);
  return scope.graph.constant(value, { kind: "number", unit });
}

function fact(scope: Scope, name: string): Term | undefined {
  const described = Object.hasOwn(deviceFacts, name) ? deviceFacts[name] : undefined;
  if (!described) return undefined;
  const own = scope.subject.device?.params;
  const told = own && Object.hasOwn(own, name) ? own[name] : undefined;
  if (described.type === "bool") return scope.graph.constant(told === true ? 1 : 0, TRUTH);
  const type: ValueType = { kind: "number", unit: described.unit ? (parseUnit(described.unit) ?? PLAIN) : PLAIN };
  if (typeof told === "number") return scope.graph.constant(told, type);
  if (scope.subject.device) (scope.optional.has(name) ? scope.without : scope.lacks).add(name);
  return scope.graph.constant(Number.NaN, type);
}

export type Looked = { readonly term: Term } | { readonly trouble: "unknown" | "text" };

function point(scope: Scope, name: string): Looked {
  const here = scope.subject.points.get(name);
  const canonical = canonicalPoints(scope.rule.kind).get(name);
  const known: KnownPoint | undefined =
    here?.definition ?? scope.site.get(name) ?? (scope.fromLibrary || scope.optional.has(name) ? canonical : undefined);
  if (known?.type === "text") return { trouble: "text" };
  if (here) {
    const { definition, handle } = here;
    return {
      term: scope.graph.input("point", handle, `${name}:${definition.unit ?? definition.type}`, typeOf(definition)),
    };
  }
  if (!known && !scope.optional.has(name)) return { trouble: "unknown" };
  if (scope.subject.device) {
    (scope.optional.has(name) ? scope.without : scope.lacks).add(name);
    return { term: scope.graph.constant(Number.NaN, known ? typeOf(known) : ANY) };
  }
  // The model device has every point its kind can have; its handles are made up and never read.
  if (!known) return { term: scope.graph.constant(Number.NaN, ANY) };
  return { term: scope.graph.input("point", -2, name, typeOf(known)) };
}

/** Looks a name up in the order parameter, device fact, point; lets are the resolver's, since they hold expressions. */
export function lookUp(scope: Scope, name: string): Looked {
  const term = parameter(scope, name) ?? fact(scope, name);
  return term ? { term } : point(scope, name);
}

/** Whether the device has this point or tells this fact; `undefined` when there is no such thing. */
export function isFitted(scope: Scope, name: string): boolean | undefined {
  if (Object.hasOwn(scope.rule.params, name)) return true;
  if (Object.hasOwn(deviceFacts, name)) {
    return scope.subject.device ? Object.hasOwn(scope.subject.device.params, name) : true;
  }
  if (scope.subject.points.has(name)) return true;
  const known =
    scope.site.has(name) || canonicalPoints(scope.rule.kind).has(name) || scope.rule.optional.includes(name);
  if (!known) return undefined;
  if (scope.subject.device) scope.without.add(name);
  return !scope.subject.device;
}

/** Every name that would have been right, for hints. */
export function knownNames(scope: Scope): Set<string> {
  return new Set([
    ...scope.lets.keys(),
    ...Object.keys(scope.rule.params),
    ...Object.keys(deviceFacts),
    ...scope.site.keys(),
    ...scope.subject.points.keys(),
    ...canonicalPoints(scope.rule.kind).keys(),
    ...scope.rule.optional,
  ]);
}

/** True for a term that only grows: a canonical counter, or a point tagged so. */
export function isCounter(scope: Scope, term: Term): boolean {
  if (term.operator !== "point") return false;
  for (const [key, { handle, definition }] of scope.subject.points) {
    if (handle !== term.handle) continue;
    return definition.tags.includes("counter") || (canonicalPoints(scope.rule.kind).get(key)?.counter ?? false);
  }
  return false;
}

export const isZero = (term: Term): boolean => isConstant(term) && term.numbers[0] === 0;
