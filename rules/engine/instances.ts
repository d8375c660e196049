/** Every rule on every device that it applies to, with its terms laid out and its sentence ready. */
import type { RuleInstance } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Device } from "#model/site";
import type { Text } from "#model/text";
import { pointsByKind, subjectOf } from "../language/check.ts";
import { createGraph, type Graph, type Term } from "../language/graph.ts";
import { parseRule } from "../language/parsed-rule.ts";
import { handlesOf, type RuleOnDevice, resolveRule } from "../language/rule-on-device.ts";
import type { Subject } from "../language/scope.ts";
import type { EngineInput } from "./engine.ts";
import { type DeviceTerms, type Layout, layOut, type Rows, rowsOf } from "./layout.ts";
import { createVerdict, type Verdict } from "./verdict.ts";

/** A rule on a device as it was resolved, before it has slots. */
export interface Placed {
  readonly instance: RuleInstance;
  readonly form: RuleOnDevice;
}

export interface Row {
  readonly instance: RuleInstance;
  readonly form: RuleOnDevice;
  readonly verdict: Verdict;
  /** Positions in the values of the network. */
  readonly when: number;
  readonly clear: number;
  readonly levels: readonly { readonly slot: number; readonly severity: Severity }[];
  /** Handles of the points that the verdict reads. */
  readonly reads: readonly number[];
  sentence: (held: number) => Text;
}

export interface Instances {
  readonly rows: readonly Row[];
  readonly layout: Layout;
  /** Node → rows whose verdict it is. */
  readonly watchers: Rows;
}

function place({ rules, devices, points }: EngineInput): { placed: Placed[]; terms: DeviceTerms[] } {
  const site = pointsByKind(devices, points);
  const desks = devices.map(
    (device): { device: Device; subject: Subject; graph: Graph; roots: Term[]; glimpsed: Term[] } => ({
      device,
      subject: subjectOf(device, points),
      graph: createGraph(),
      roots: [],
      glimpsed: [],
    }),
  );
  const placed: Placed[] = [];
  for (const rule of rules) {
    const parsed = parseRule(rule);
    for (const { device, subject, graph, roots, glimpsed } of desks) {
      if (device.kind !== rule.kind) continue;
      const { form, because, faults } = resolveRule(parsed, subject, graph, site);
      const [first] = faults;
      if (first)
        throw new Error(
          `Rule ${rule.id} on ${device.id}: ${first.fault.what.en} ${first.fault.todo.en} Check the site first.`,
        );
      if (!form || because) continue;
      const clear = form.clear ?? graph.apply("!", [form.when], { kind: "truth" });
      placed.push({
        instance: { index: placed.length, id: `${rule.id}@${device.id}`, rule, device: device.id },
        form: { ...form, clear },
      });
      roots.push(form.when, clear, ...form.levels.map((level) => level.when));
      glimpsed.push(...form.placeholders.values());
    }
  }
  return { placed, terms: desks.map(({ device, roots, glimpsed }) => ({ device: device.id, roots, glimpsed })) };
}

/** Throws when a rule has faults: `checkRules` finds them before an engine is made. */
export function createInstances(input: EngineInput): Instances {
  const { placed, terms } = place(input);
  const layout = layOut(terms, input.points.length);
  const slot = (term: Term | undefined): number => (term ? (layout.slotOf.get(term) ?? -1) : -1);
  const rows = placed.map(
    ({ instance, form }): Row => ({
      instance,
      form,
      verdict: createVerdict(form.onDelay, form.offDelay),
      when: slot(form.when),
      clear: slot(form.clear),
      levels: form.levels.map((level) => ({ slot: slot(level.when), severity: level.severity })),
      reads: handlesOf(form),
      sentence: () => instance.rule.because,
    }),
  );
  const watchers: number[][] = layout.nodes.map(() => []);
  for (const row of rows) {
    for (const node of new Set([row.when, row.clear, ...row.levels.map((level) => level.slot)]))
      watchers[node]?.push(row.instance.index);
  }
  return { rows, layout, watchers: rowsOf(watchers) };
}
