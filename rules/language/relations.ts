/**
 * Names that reach other devices: `building.utility_power`, `depends_on.mains_ok`, `floor3.fire.smoke`, `pump_2.flow`.
 * Before the point stands where to look, and between them may stand a kind of device or a tag.
 */
import type { Device, DeviceKind } from "#model/site";
import { deviceKinds } from "#model/site";
import { canonicalPoints } from "./canonical.ts";
import { isFittedHere, type KnownPoint, type Looked, lookUpHere, type Scope, type Subject, typeOf } from "./scope.ts";
import type { Syntax } from "./syntax.ts";

/** The words that name a relation. A label may follow the last three: `floor3`, `buildingA`, `roomP1`. */
export const relationWords = ["depends_on", "site", "building", "floor", "room"] as const;
const PLACE = /^(building|floor|room)(\w+)$/;

/** What people call a thing, and where it stands. */
const CALLED: Readonly<Record<string, { readonly kind: DeviceKind; readonly key: string }>> = {
  utility_power: { kind: "power", key: "utility_ok" },
};

export interface Reference {
  /** All that stands before the point: two references with one prefix mean the same devices. */
  readonly prefix: string;
  readonly where: string;
  /** A kind of device, or a tag. */
  readonly which: string | undefined;
  readonly key: string;
}

/** The devices of a site, found by place and id without looking at all of them. Built when first asked. */
export interface Neighbourhood {
  all(): readonly Subject[];
  inBuilding(building: string | undefined): readonly Subject[];
  byId(id: string): Subject | undefined;
  /** By its id as a name: other characters than letters and digits are `_`. */
  called(name: string): Subject | undefined;
}

/** A place or id as a part of a name. */
const label = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, "_");

export function createNeighbourhood(subjects: () => readonly Subject[]): Neighbourhood {
  let index: { all: readonly Subject[]; places: Map<string, Subject[]>; names: Map<string, Subject> } | undefined;
  const found = () => {
    if (index) return index;
    index = { all: subjects(), places: new Map(), names: new Map() };
    for (const subject of index.all) {
      const { device } = subject;
      if (!device) continue;
      const building = device.place.building ?? "";
      const there = index.places.get(building);
      if (there) there.push(subject);
      else index.places.set(building, [subject]);
      index.names.set(label(device.id), subject);
      index.names.set(device.id, subject);
    }
    return index;
  };
  return {
    all: () => found().all,
    inBuilding: (building) => found().places.get(building ?? "") ?? [],
    byId: (id) => found().names.get(id),
    called: (name) => found().names.get(name),
  };
}

export const isDotted = (name: string): boolean => name.includes(".");

/** Takes a dotted name apart; `undefined` when it has too many parts. */
export function readReference(name: string): Reference | undefined {
  const parts = name.split(".");
  const [where = "", middle = ""] = parts;
  const key = parts.at(-1) ?? "";
  if (parts.length < 2 || parts.length > 3 || where === "*" || key === "*") return undefined;
  if (parts.length === 3) {
    return { prefix: `${where}.${middle}`, where, which: middle === "*" ? undefined : middle, key };
  }
  const called = Object.hasOwn(CALLED, key) ? CALLED[key] : undefined;
  return { prefix: where, where, which: called?.kind, key: called?.key ?? key };
}

const samePlace = (here: Device, there: Device, part: "building" | "floor" | "room"): boolean =>
  here.place[part] !== undefined && here.place[part] === there.place[part];

function stands(where: string, here: Device, there: Device): boolean {
  if (where === "building") return samePlace(here, there, "building");
  if (where === "floor") return samePlace(here, there, "floor");
  if (where === "room") return samePlace(here, there, "room") && here.place.floor === there.place.floor;
  const [, part, name = ""] = PLACE.exec(where) ?? [];
  return part !== undefined && label(there.place[part as "floor"] ?? "") === name;
}

/** Devices that may stand in the relation to `here`: told by its place, or by what it depends on. */
export function candidates(
  where: string,
  here: Device,
  { all, inBuilding, byId, called }: Neighbourhood,
): readonly Subject[] {
  if (where === "depends_on") return here.dependsOn.flatMap((id) => byId(id) ?? []);
  if (where === "site") return all();
  const place = where === "building" || where === "floor" || where === "room" ? where : PLACE.exec(where)?.[1];
  if (place === undefined) {
    const one = called(where);
    return one ? [one] : [];
  }
  const near = place === "building" && where !== "building" ? all() : inBuilding(here.place.building);
  return near.filter(({ device }) => device !== undefined && stands(where, here, device));
}

export const isWhich = (device: Device | undefined, which: string | undefined): boolean =>
  which === undefined || device?.kind === which || (device?.tags?.includes(which) ?? false);

/** The devices that all the references mean, which have one prefix; only those that have every point. */
export function select(scope: Scope, references: readonly Reference[]): readonly Subject[] {
  const here = scope.subject.device;
  const [first] = references;
  if (!here || !first) return [];
  return candidates(first.where, here, scope.neighbours).filter(({ device, points }) =>
    references.every(({ which, key }) => isWhich(device, which) && points.has(key)),
  );
}

const isRelation = (scope: Scope, where: string): boolean =>
  (relationWords as readonly string[]).includes(where) ||
  PLACE.test(where) ||
  scope.neighbours.called(where) !== undefined;

/** Type and unit of the point on whatever device has it: as the site says, otherwise as the product's tables say. */
function describe(scope: Scope, { which, key }: Reference): KnownPoint | undefined {
  const kinds = deviceKinds.filter((kind) => kind === which);
  const asked = kinds.length > 0 ? kinds : deviceKinds;
  for (const kind of asked) {
    const found = scope.kinds.get(kind)?.get(key);
    if (found) return found;
  }
  for (const kind of asked) {
    const found = canonicalPoints(kind).get(key);
    if (found) return found;
  }
  return undefined;
}

function across(scope: Scope, name: string): Looked {
  const { graph, subject, optional } = scope;
  const reference = readReference(name);
  if (!reference) return { trouble: "form" };
  if (!isRelation(scope, reference.where)) return { trouble: "relation" };
  const known = describe(scope, reference);
  if (!known) return { trouble: "unknown" };
  if (known.type === "text") return { trouble: "text" };
  if (!subject.device) return { term: graph.input("point", -2, name, typeOf(known)) };
  const bound = scope.bound.get(reference.prefix);
  const found = bound ? [bound] : select(scope, [reference]);
  const [one] = found;
  const point = one?.points.get(reference.key);
  if (found.length === 1 && point) {
    const { definition, handle } = point;
    const key = `${definition.device}.${definition.key}:${definition.unit ?? definition.type}`;
    return { term: graph.input("point", handle, key, typeOf(definition)) };
  }
  if (found.length > 1) scope.several.set(name, found.length);
  else (optional.has(name) ? scope.without : scope.lacks).add(name);
  return { term: graph.constant(Number.NaN, typeOf(known)) };
}

/** Looks a name up: parameter, fact or point of this device, or by a dot on another one. Lets are the resolver's. */
export const lookUp = (scope: Scope, name: string): Looked =>
  isDotted(name) ? across(scope, name) : lookUpHere(scope, name);

/** Whether the device has this point, tells this fact, or has a device in this relation; `undefined`: no such thing. */
export function isFitted(scope: Scope, name: string): boolean | undefined {
  if (!isDotted(name)) return isFittedHere(scope, name);
  const reference = readReference(name);
  if (!reference || !isRelation(scope, reference.where) || !describe(scope, reference)) return undefined;
  if (!scope.subject.device) return true;
  const fitted = select(scope, [reference]).length > 0;
  if (!fitted) scope.without.add(name);
  return fitted;
}

/** Every point that some device has or could have, for hints. */
export function* keysAnywhere(scope: Scope): Generator<string> {
  yield* Object.keys(CALLED);
  for (const kind of deviceKinds) {
    yield* scope.kinds.get(kind)?.keys() ?? [];
    yield* canonicalPoints(kind).keys();
  }
}

/** The dotted names in an expression, but not those inside an aggregate of its own. */
export function* dottedIn(tree: Syntax, stopsAt: (call: Syntax & { kind: "call" }) => boolean): Generator<string> {
  switch (tree.kind) {
    case "name":
      if (isDotted(tree.name)) yield tree.name;
      return;
    case "call":
      if (stopsAt(tree)) return;
      for (const argument of tree.args) yield* dottedIn(argument, stopsAt);
      return;
    case "not":
    case "minus":
      yield* dottedIn(tree.operand, stopsAt);
      return;
    case "binary":
      yield* dottedIn(tree.left, stopsAt);
      yield* dottedIn(tree.right, stopsAt);
      return;
    case "choice":
      yield* dottedIn(tree.condition, stopsAt);
      yield* dottedIn(tree.yes, stopsAt);
      yield* dottedIn(tree.no, stopsAt);
      return;
    default:
  }
}
