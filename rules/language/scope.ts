/** What the names of a rule mean on one device: let, parameter, device fact, point. */
import type { PointDefinition, PointType } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Device, DeviceKind } from "#model/site";
import { canonicalPoints, deviceFacts } from "./canonical.ts";
import { type Graph, isConstant, type Term, type ValueType } from "./graph.ts";
import type { Neighbourhood } from "./relations.ts";
import type { Syntax } from "./syntax.ts";
import { MILLISECOND, PLAIN, parseUnit, unitOfPoint } from "./units.ts";

export interface KnownPoint {
  readonly type: PointType;
  readonly unit?: string;
}

/** What the devices of a site have: by kind the points that some device of it has, and the devices themselves. */
export interface SitePoints {
  readonly kinds: ReadonlyMap<DeviceKind, ReadonlyMap<string, KnownPoint>>;
  readonly neighbours: Neighbourhood;
}

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
  /** Points of the rule's kind. */
  readonly site: ReadonlyMap<string, KnownPoint>;
  readonly kinds: SitePoints["kinds"];
  readonly neighbours: Neighbourhood;
  /** Rules of the library may name canonical points that no device of the site has. */
  readonly fromLibrary: boolean;
  readonly lets: ReadonlyMap<string, Syntax>;
  /** Names inside `has(…)` and in `optional`. */
  readonly optional: ReadonlySet<string>;
  /** Points and facts that the rule must have and this device lacks. */
  readonly lacks: Set<string>;
  /** Optional ones that it lacks. */
  readonly without: Set<string>;
  /** Names that mean more than one other device here, and how many. */
  readonly several: Map<string, number>;
  /** Inside an aggregate: the device that a prefix stands for at the moment. */
  readonly bound: Map<string, Subject>;
}

export const TRUTH: ValueType = { kind: "truth" };
export const ANY: ValueType = { kind: "any" };
export const PLAIN_NUMBER: ValueType = { kind: "number", unit: PLAIN };
export const SPAN: ValueType = { kind: "number", unit: MILLISECOND };

export const typeOf = (point: KnownPoint): ValueType => {
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

export type Looked =
  | { readonly term: Term }
  /** No such name; a text point; a dotted name of too many parts; a dotted name that begins with no relation. */
  | { readonly trouble: "unknown" | "text" | "form" | "relation" };

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

/** Looks a name of this device up in the order parameter, device fact, point. */
export function lookUpHere(scope: Scope, name: string): Looked {
  const term = parameter(scope, name) ?? fact(scope, name);
  return term ? { term } : point(scope, name);
}

/** Whether the device has this point or tells this fact; `undefined` when there is no such thing. */
export function isFittedHere(scope: Scope, name: string): boolean | undefined {
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

/** Key and kind of the point behind a handle, here or on another device of the site. */
function ownerOf(scope: Scope, handle: number): { subject: Subject; definition: PointDefinition } | undefined {
  for (const subjects of [[scope.subject], scope.neighbours.all()]) {
    for (const subject of subjects) {
      for (const point of subject.points.values()) {
        if (point.handle === handle) return { subject, definition: point.definition };
      }
    }
  }
  return undefined;
}

/** True for a term that only grows: a canonical counter, or a point tagged so. */
export function isCounter(scope: Scope, term: Term): boolean {
  if (term.operator !== "point" || term.handle < 0) return false;
  const owner = ownerOf(scope, term.handle);
  if (!owner) return false;
  const kind = owner.subject.device?.kind ?? scope.rule.kind;
  const { key, tags } = owner.definition;
  return tags.includes("counter") || (canonicalPoints(kind).get(key)?.counter ?? false);
}

/** What a point is called in this rule: its key, with its device when that is another one. */
export function nameOf(scope: Scope, term: Term): string {
  const owner = ownerOf(scope, term.handle);
  if (!owner) return "";
  return owner.subject === scope.subject ? owner.definition.key : owner.definition.id;
}

export const isZero = (term: Term): boolean => isConstant(term) && term.numbers[0] === 0;
