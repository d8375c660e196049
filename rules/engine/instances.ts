/** Every rule on every device that it applies to: a row with its place in the network and its verdict. */
import type { RuleInstance } from "#model/rule";
import type { EngineInput } from "./engine.ts";
import { type Rows, rowsOf } from "./layout.ts";
import type { Part } from "./network.ts";
import type { Shape, ShapeRule } from "./shapes.ts";
import { createVerdict, type Verdict } from "./verdict.ts";

export interface Row {
  readonly instance: RuleInstance;
  /** What it shares with the rows of other devices. */
  readonly common: ShapeRule;
  readonly part: Part;
  readonly verdict: Verdict;
  /** Positions in the values of the network; `clear` is -1 when the rule is over with its condition. */
  readonly when: number;
  readonly clear: number;
}

export interface Instances {
  readonly parts: readonly Part[];
  readonly nodes: number;
  readonly rows: readonly Row[];
  /** Node → rows whose verdict it is. */
  readonly watchers: Rows;
}

/** Rows stand in the order of the rules, and for one rule in that of the devices. */
export function createInstances({ rules, devices }: EngineInput, shapes: readonly Shape[]): Instances {
  const parts: Part[] = [];
  let nodes = 0;
  for (const shape of shapes) {
    for (const device of shape.devices) {
      parts.push({ shape, device, base: nodes });
      nodes += shape.layout.nodes.length;
    }
  }
  const ruleAt = new Map(rules.map((rule, at) => [rule, at]));
  const deviceAt = new Map(devices.map((device, at) => [device, at]));
  const placed = parts.flatMap((part) =>
    part.shape.rules.map((common) => ({
      part,
      common,
      order: (ruleAt.get(common.rule) ?? 0) * devices.length + (deviceAt.get(part.device) ?? 0),
    })),
  );
  placed.sort((a, b) => a.order - b.order);
  const rows = placed.map(({ part, common }, index): Row => {
    const { slots, form, rule } = common;
    return {
      instance: {
        index,
        id: `${rule.id}@${part.device.id}`,
        rule,
        device: part.device.id,
        ...(slots.trouble && { trouble: `${rule.id}.trouble@${part.device.id}` }),
      },
      common,
      part,
      verdict: createVerdict(form.onDelay, form.offDelay),
      when: part.base + slots.when,
      clear: slots.clear < 0 ? -1 : part.base + slots.clear,
    };
  });
  const watchers = rowsOf(nodes, (pair) => {
    for (const { instance, part, common, when, clear } of rows) {
      pair(when, instance.index);
      if (clear >= 0) pair(clear, instance.index);
      for (const { slot } of common.slots.levels) pair(part.base + slot, instance.index);
      const { trouble } = common.slots;
      if (trouble) {
        pair(part.base + trouble.blind, instance.index);
        pair(part.base + trouble.lasting, instance.index);
      }
    }
  });
  return { parts, nodes, rows, watchers };
}
