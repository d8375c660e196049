/** Every rule on every device that it applies to: a row with its place in the network and its verdict. */
import type { RuleInstance } from "#model/rule";
import type { Device } from "#model/site";
import type { EngineInput } from "./engine.ts";
import type { Shape, ShapeRule } from "./shapes.ts";
import { createVerdict, type Verdict } from "./verdict.ts";

/** A shape on one of its devices: node n of the shape is node `base + n` of the network. */
export interface Part {
  readonly shape: Shape;
  readonly device: Device;
  readonly base: number;
  /** Its rule at position p is row `rowAt[firstRow + p]`. */
  readonly firstRow: number;
}

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
  readonly rowAt: Int32Array;
}

/** Rows stand in the order of the rules, and for one rule in that of the devices. */
export function createInstances({ rules, devices }: EngineInput, shapes: readonly Shape[]): Instances {
  const parts: Part[] = [];
  let nodes = 0;
  let count = 0;
  for (const shape of shapes) {
    for (const device of shape.devices) {
      parts.push({ shape, device, base: nodes, firstRow: count });
      nodes += shape.layout.nodes.length;
      count += shape.rules.length;
    }
  }
  const ruleAt = new Map(rules.map((rule, at) => [rule, at]));
  const deviceAt = new Map(devices.map((device, at) => [device, at]));
  const partOf = new Int32Array(count);
  // Sorted as numbers: the place among all rules and devices, and then the place among the rows of the parts.
  const order = new Float64Array(count);
  parts.forEach(({ shape, device, firstRow }, at) => {
    const place = deviceAt.get(device) ?? 0;
    shape.rules.forEach(({ rule }, position) => {
      partOf[firstRow + position] = at;
      order[firstRow + position] = ((ruleAt.get(rule) ?? 0) * devices.length + place) * count + firstRow + position;
    });
  });
  order.sort();
  const rowAt = new Int32Array(count);
  const rows = Array.from(order, (key, index): Row => {
    const placed = key % count;
    rowAt[placed] = index;
    const part = parts[partOf[placed] as number] as Part;
    return rowOf(part, part.shape.rules[placed - part.firstRow] as ShapeRule, index);
  });
  return { parts, nodes, rows, rowAt };
}

function rowOf(part: Part, common: ShapeRule, index: number): Row {
  const { slots, form, rule } = common;
  const { id } = part.device;
  return {
    instance: {
      index,
      id: `${rule.id}@${id}`,
      rule,
      device: id,
      ...(slots.trouble && { trouble: `${rule.id}.trouble@${id}` }),
    },
    common,
    part,
    verdict: createVerdict(form.onDelay, form.offDelay),
    when: part.base + slots.when,
    clear: slots.clear < 0 ? -1 : part.base + slots.clear,
  };
}
