/**
 * Devices of one shape: the same points under the same keys, the same facts, and where a rule looks further the same others
 * in sight. A rule means the same on all of them, so it is resolved on the first and laid out once; the others get the result
 * with their own handles and slots.
 */
import type { PointDefinition } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Device } from "#model/site";
import { pointsByKind, subjectOf } from "../language/check.ts";
import { createGraph, type Graph, isInput, type Term } from "../language/graph.ts";
import { shapeKey } from "../language/own-affair.ts";
import { parseRule } from "../language/parsed-rule.ts";
import { handlesOf, type RuleOnDevice, reachable, resolveRule } from "../language/rule-on-device.ts";
import type { Subject } from "../language/scope.ts";
import { standingOf } from "../language/standing.ts";
import { layOut, type ShapeLayout } from "./layout.ts";

/** A rule as it runs on every device of a shape. Handles are those of the first device, slots are counted from its base. */
export interface ShapeRule {
  readonly rule: RuleDefinition;
  readonly form: RuleOnDevice;
  /** Handles of the points that the verdict reads. */
  readonly reads: readonly number[];
  readonly slots: RuleSlots;
}

export interface TroubleSlots {
  readonly blind: number;
  readonly lasting: number;
}

export interface RuleSlots {
  readonly when: number;
  /** -1: the rule is over when its condition is. */
  readonly clear: number;
  readonly levels: readonly { readonly slot: number; readonly severity: Severity }[];
  /** When it cannot be judged; absent: nobody hears of that. */
  readonly trouble: TroubleSlots | undefined;
}

export interface Shape {
  readonly layout: ShapeLayout;
  readonly rules: readonly ShapeRule[];
  readonly devices: readonly Device[];
  /** The handle that `handle` of the first device is on this one; points of other devices stay what they are. */
  handleOn(device: Device, handle: number): number;
}

interface Desk {
  readonly devices: readonly Device[];
  readonly subject: Subject;
  readonly graph: Graph;
  readonly forms: { rule: RuleDefinition; form: RuleOnDevice }[];
}

function resolveOn(desk: Desk, parsed: ReturnType<typeof parseRule>, site: ReturnType<typeof pointsByKind>): void {
  const { form, because, faults } = resolveRule(parsed, desk.subject, desk.graph, site);
  const [first] = faults;
  if (first) {
    const { en } = first.fault.what;
    throw new Error(
      `Rule ${parsed.rule.id} on ${desk.devices[0]?.id}: ${en} ${first.fault.todo.en} Check the site first.`,
    );
  }
  if (form && !because) desk.forms.push({ rule: parsed.rule, form });
}

/** The devices in groups on which the rule means the same, each in their order. */
function groupsOf(devices: readonly Device[], standing: (device: Device) => string): readonly (readonly Device[])[] {
  const groups = new Map<string, Device[]>();
  for (const device of devices) {
    const key = standing(device);
    const group = groups.get(key);
    if (group) group.push(device);
    else groups.set(key, [device]);
  }
  return [...groups.values()];
}

/**
 * Throws when a rule has faults. Every device stands in one shape for its own affairs and for what it sees as all others of the
 * shape do, and in further ones for rules to which only some of them stand alike.
 */
export function createShapes(
  rules: readonly RuleDefinition[],
  devices: readonly Device[],
  points: readonly PointDefinition[],
): readonly Shape[] {
  const site = pointsByKind(devices, points);
  const open = (all: readonly Device[]): Desk => ({
    devices: all,
    subject: subjectOf(all[0] as Device, points),
    graph: createGraph(),
    forms: [],
  });
  const alike = [...groupsOf(devices, (device) => shapeKey(device, points))];
  const shared = new Map(alike.map((group) => [group, open(group)]));
  const parted = new Map<string, Desk>();
  const place = new Map(devices.map((device, at) => [device, at]));
  for (const rule of rules) {
    const parsed = parseRule(rule);
    const standing = standingOf(parsed, site);
    for (const [all, desk] of shared) {
      if (all[0]?.kind !== rule.kind) continue;
      const groups = groupsOf(all, standing);
      if (groups.length === 1) {
        resolveOn(desk, parsed, site);
        continue;
      }
      for (const group of groups) {
        const key = group.map((device) => place.get(device)).join();
        const part = parted.get(key) ?? open(group);
        parted.set(key, part);
        resolveOn(part, parsed, site);
      }
    }
  }
  return [...shared.values(), ...parted.values()].filter((desk) => desk.forms.length > 0).map(finish);
}

function finish({ devices, forms }: Desk): Shape {
  const [first] = devices;
  const at = new Map(first?.points.map((handle, position) => [handle, position]));
  const roots = forms.flatMap(({ form }) => rootsOf(form));
  const glimpsed = forms.flatMap(({ form }) => [...form.placeholders.values()]);
  assertApart([...roots, ...glimpsed], devices, at);
  const layout = layOut(roots, glimpsed);
  const slot = (term: Term | undefined): number => (term ? (layout.slotOf.get(term) ?? -1) : -1);
  return {
    layout,
    devices,
    rules: forms.map(({ rule, form }) => ({
      rule,
      form,
      reads: handlesOf(form),
      slots: {
        when: slot(form.when),
        clear: slot(form.clear),
        levels: form.levels.map((level) => ({ slot: slot(level.when), severity: level.severity })),
        trouble: form.trouble && { blind: slot(form.trouble.blind), lasting: slot(form.trouble.lasting) },
      },
    })),
    handleOn(device, handle) {
      const position = device === first ? undefined : at.get(handle);
      return position === undefined ? handle : (device.points[position] as number);
    },
  };
}

const rootsOf = ({ when, clear, levels, trouble }: RuleOnDevice): Term[] => [
  when,
  ...(clear ? [clear] : []),
  ...levels.map((level) => level.when),
  ...(trouble ? [trouble.blind, trouble.lasting] : []),
];

/** A guard against a language that grows: one that shares a rule must not be read there as another device by any of the others. */
function assertApart(roots: readonly Term[], devices: readonly Device[], own: ReadonlyMap<number, number>): void {
  const foreign = new Set<number>();
  for (const { operator, handle } of reachable(roots)) if (isInput(operator) && !own.has(handle)) foreign.add(handle);
  if (foreign.size === 0) return;
  if (devices.some(({ points }) => points.some((handle) => foreign.has(handle))))
    throw new Error("A rule that reads one of the devices of its shape was taken for one that does not.");
}
