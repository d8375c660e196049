/** The state of an engine as text: nodes by device and hash, verdicts by instance; times relative to the moment of saving. */
import * as z from "zod";
import type { Instances } from "./instances.ts";
import type { Node } from "./layout.ts";
import { NEVER } from "./machine.ts";
import type { Network, Part } from "./network.ts";
import type { Timers } from "./timers.ts";
import type { Phase } from "./verdict.ts";

const Numbers = z.array(z.number().nullable());
const Shape = z.object({
  version: z.literal(2),
  /** Value, time until the next look, then what the machine saved. */
  nodes: z.record(z.string(), Numbers),
  /** Hash of the condition, then the verdict's numbers. */
  verdicts: z.record(z.string(), z.object({ when: z.string(), state: Numbers })),
});

const PHASES: readonly Phase[] = ["normal", "pending", "active", "leaving"];

/** JSON has neither NaN nor Infinity: a time of Infinity is "never", written as a number no clock reaches. */
const FAR = Number.MAX_VALUE;
const plain = (x: number): number | null => (Number.isNaN(x) ? null : Number.isFinite(x) ? x : Math.sign(x) * FAR);
const numeric = (x: number | null | undefined): number =>
  x === null || x === undefined ? Number.NaN : Math.abs(x) >= FAR ? Math.sign(x) * NEVER : x;

/** Names a node in snapshots: device and hash, which stay the same over restarts and edits of other rules. */
function eachNode(parts: readonly Part[], visit: (key: string, node: Node, slot: number) => void): void {
  for (const { shape, device, base } of parts)
    shape.layout.nodes.forEach((node, n) => {
      visit(`${device.id} ${node.term.hash}`, node, base + n);
    });
}

export function takeSnapshot({ parts, rows }: Instances, network: Network, timers: Timers, mono: number): string {
  const nodes: Record<string, (number | null)[]> = {};
  eachNode(parts, (key, { term }, slot) => {
    const machine = network.machines[slot];
    const value = network.values[slot] as number;
    if (machine) nodes[key] = [value, timers.due(slot) - mono, ...machine.save(mono)].map(plain);
    else if (term.operator === "point" || term.operator === "is_bad") nodes[key] = [plain(value)];
  });
  const verdicts: Record<string, { when: string; state: (number | null)[] }> = {};
  for (const { instance, common, verdict: v } of rows) {
    if (v.phase === "normal") continue;
    const state = [
      PHASES.indexOf(v.phase),
      v.judged ? 1 : 0,
      v.level,
      v.elapsed,
      v.since - mono,
      v.unknown - mono,
      v.began - mono,
      v.ended - mono,
    ];
    verdicts[instance.id] = { when: common.form.when.hash, state: state.map(plain) };
  }
  return JSON.stringify({ version: 2, nodes, verdicts });
}

/**
 * Takes back what fits; a text that is no snapshot changes nothing. Returns the slots of nodes that were not in it, which
 * must run as new.
 */
export function takeBack(
  text: string,
  { parts, rows }: Instances,
  network: Network,
  timers: Timers,
  mono: number,
): number[] | undefined {
  const parsed = Shape.safeParse(readJson(text));
  if (!parsed.success) return undefined;
  const { nodes, verdicts } = parsed.data;
  const fresh: number[] = [];
  eachNode(parts, (key, { term }, slot) => {
    const saved = Object.hasOwn(nodes, key) ? nodes[key] : undefined;
    const machine = network.machines[slot];
    if (!machine && term.operator !== "point" && term.operator !== "is_bad") return;
    // A calendar needs no memory, and what it said before the downtime may be over.
    if (!saved || term.operator === "in_calendar") {
      fresh.push(slot);
      return;
    }
    network.values[slot] = numeric(saved[0]);
    if (!machine) return;
    machine.load(saved.slice(2).map(numeric), mono);
    const wait = numeric(saved[1]);
    timers.set(slot, Number.isNaN(wait) ? mono : mono + wait);
  });
  for (const { instance, common, verdict: v } of rows) {
    const saved = Object.hasOwn(verdicts, instance.id) ? verdicts[instance.id] : undefined;
    if (!saved) continue;
    const [phase = 0, judged = 1, level = -1, elapsed = 0, since = 0, unknown = 0, began = 0, ended = 0] =
      saved.state.map(numeric);
    const known = PHASES[phase];
    // Time collected under another condition does not count.
    if (!known || (known === "pending" && saved.when !== common.form.when.hash)) continue;
    v.phase = known;
    v.judged = judged === 1;
    v.level = level < common.slots.levels.length ? level : -1;
    v.elapsed = Number.isNaN(elapsed) ? 0 : elapsed;
    v.since = since + mono;
    v.unknown = unknown + mono;
    v.began = began + mono;
    v.ended = ended + mono;
  }
  return fresh;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A snapshot that was cut off by a power failure is worth as much as none.
    return undefined;
  }
}
