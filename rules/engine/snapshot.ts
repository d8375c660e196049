/**
 * The state of an engine as pages of text: nodes by device and hash, verdicts by instance. A page holds some devices as they
 * stand at one moment and is written again only when something on it moved, so the house never waits for more than one page.
 */
import * as z from "zod";
import type { Moment } from "#model/time";
import type { Instances, Part, Row } from "./instances.ts";
import type { Network } from "./network.ts";
import { createPacker, unpack } from "./packed.ts";
import { isKept, type Pages } from "./pages.ts";
import type { Timers } from "./timers.ts";
import type { Phase } from "./verdict.ts";

/** The cover tells up to when the pages of its run are complete; pages are `engine/0`, `engine/1` … */
const COVER = "engine";
const Cover = z.object({ version: z.literal(3), run: z.number(), now: z.number(), mono: z.number() });
const Numbers = z.array(z.number().nullable());
const PageText = Cover.extend({
  /** Hashes of the nodes that each shape keeps, in their order. */
  shapes: z.array(z.array(z.string())),
  /** Device and position of its shape. */
  devices: z.array(z.tuple([z.string(), z.number()])),
  /** For each node how many numbers follow, its value, its next look, what the machine saved. */
  nodes: z.string(),
  /** Hash of the condition, then the verdict's numbers. */
  verdicts: z.record(z.string(), z.object({ when: z.string(), state: Numbers })),
});
type Cover = z.infer<typeof Cover>;
type PageText = z.infer<typeof PageText>;

const PHASES: readonly Phase[] = ["normal", "pending", "active", "leaving"];

/** Only finite numbers and NaN stand in a verdict. */
const plain = (x: number): number | null => (Number.isNaN(x) ? null : x);
const numeric = (x: number | null | undefined): number => x ?? Number.NaN;

/** What a snapshot is taken of. */
export interface Stock {
  readonly instances: Instances;
  readonly network: Network;
  readonly timers: Timers;
  readonly pages: Pages;
}

/**
 * Tells name and text of every page that moved, the cover last. The engine may run between two pages; `time` is that of its
 * last step. A page whose taker does not come back for the next one counts as not written.
 */
export function* takePages(
  stock: Stock,
  run: number,
  { now, mono }: Moment,
  time: { readonly mono: number },
): Generator<readonly [name: string, text: string]> {
  const { moved, parts, rows } = stock.pages;
  for (let page = 0; page < moved.length; page += 1) {
    if (moved[page] === 0) continue;
    moved[page] = 0;
    let isTaken = false;
    try {
      const cover: Cover = { version: 3, run, now, mono: Math.max(mono, time.mono) };
      yield [`${COVER}/${page}`, write(cover, parts[page] ?? [], rows[page] ?? [], stock)];
      isTaken = true;
    } finally {
      if (!isTaken) moved[page] = 1;
    }
  }
  yield [COVER, JSON.stringify({ version: 3, run, now, mono } satisfies Cover)];
}

function write(cover: Cover, parts: readonly Part[], rows: readonly Row[], { network, timers }: Stock): string {
  const packer = createPacker();
  const shapes = [...new Set(parts.map((part) => part.shape))];
  for (const { shape, base } of parts) {
    shape.layout.nodes.forEach(({ term }, n) => {
      if (!isKept(term)) return;
      const slot = base + n;
      const machine = network.memoryAt(slot);
      const saved = machine?.save(0);
      packer.add(saved ? 2 + saved.length : 1);
      packer.add(network.values[slot] as number);
      if (!saved) return;
      packer.add(timers.due(slot));
      for (let i = 0; i < saved.length; i += 1) packer.add(saved[i] as number);
    });
  }
  const verdicts: PageText["verdicts"] = {};
  for (const { instance, common, verdict: v } of rows) {
    if (v.phase === "normal" && !v.troubled) continue;
    const [judged, troubled] = [Number(v.judged), Number(v.troubled)];
    const state = [PHASES.indexOf(v.phase), judged, v.level, v.elapsed, v.since, v.unknown, v.began, v.ended, troubled];
    verdicts[instance.id] = { when: common.form.when.hash, state: state.map(plain) };
  }
  const text: PageText = {
    ...cover,
    shapes: shapes.map(({ layout }) => layout.nodes.flatMap(({ term }) => (isKept(term) ? [term.hash] : []))),
    devices: parts.map(({ device, shape }) => [device.id, shapes.indexOf(shape)]),
    nodes: packer.text(),
    verdicts,
  };
  return JSON.stringify(text);
}

/** What the pages together say. `shift` is what its times must be moved by. */
interface Read {
  readonly nodes: Map<string, { readonly shift: number; readonly numbers: Float64Array }>;
  readonly verdicts: Map<string, { readonly run: number; readonly shift: number; readonly of: PageText["verdicts"] }>;
}

/**
 * Pages of an earlier run are left over when the house has shrunk, or when it was stopped before it had written all of its
 * own: those are still good, and what is newer overrules them.
 */
function readPages(notes: ReadonlyMap<string, string>, mono: number): Read | undefined {
  const cover = Cover.safeParse(readJson(notes.get(COVER) ?? "")).data;
  const pages = [...notes]
    .filter(([name]) => name.startsWith(`${COVER}/`))
    .flatMap(([, text]) => PageText.safeParse(readJson(text)).data ?? [])
    .filter((page) => !cover || page.run === cover.run || page.now > cover.now)
    .sort((a, b) => a.now - b.now);
  if (pages.length === 0) return undefined;
  const read: Read = { nodes: new Map(), verdicts: new Map() };
  for (const page of pages) {
    const shift = mono - (page.run === cover?.run ? Math.max(page.mono, cover.mono) : page.mono);
    readNodes(page, shift, read.nodes);
    for (const [device] of page.devices) {
      const before = read.verdicts.get(device);
      const more = before?.run === page.run ? before.of : {};
      read.verdicts.set(device, { run: page.run, shift, of: { ...more, ...page.verdicts } });
    }
  }
  return read;
}

function readNodes({ nodes, shapes, devices }: PageText, shift: number, into: Read["nodes"]): void {
  const all = unpack(nodes);
  if (!all) return;
  let at = 0;
  for (const [device, shape] of devices) {
    for (const hash of shapes[shape] ?? []) {
      const size = all[at] ?? -1;
      // What does not add up is left aside from here on: those nodes start as new.
      if (!(size >= 1) || at + 1 + size > all.length) return;
      into.set(`${device} ${hash}`, { shift, numbers: all.subarray(at + 1, at + 1 + size) });
      at += 1 + size;
    }
  }
}

/**
 * Takes back what fits; notes that are no snapshot change nothing. Returns the slots of nodes that were not in it, which
 * must run as new.
 */
export function takeBack(
  notes: ReadonlyMap<string, string>,
  { instances: { parts, rows }, network, timers }: Stock,
  mono: number,
): number[] | undefined {
  const read = readPages(notes, mono);
  if (!read) return undefined;
  const fresh: number[] = [];
  for (const { shape, device, base } of parts) {
    shape.layout.nodes.forEach(({ term }, n) => {
      if (!isKept(term)) return;
      const slot = base + n;
      const saved = read.nodes.get(`${device.id} ${term.hash}`);
      // A calendar needs no memory, and what it said before the downtime may be over.
      if (!saved || term.operator === "in_calendar") {
        fresh.push(slot);
        return;
      }
      const { numbers, shift } = saved;
      network.values[slot] = numbers[0] as number;
      const machine = network.memoryAt(slot);
      if (!machine) return;
      machine.load([...numbers.subarray(2)], shift);
      const due = numbers[1] ?? Number.NaN;
      timers.set(slot, Number.isNaN(due) ? mono : due + shift);
    });
  }
  for (const { instance, common, part, verdict: v } of rows) {
    const page = read.verdicts.get(part.device.id);
    const saved = page && Object.hasOwn(page.of, instance.id) ? page.of[instance.id] : undefined;
    if (!page || !saved) continue;
    const { shift } = page;
    const [phase = 0, judged = 1, level = -1, elapsed = 0, since = 0, unknown = 0, began = 0, ended = 0, troubled = 0] =
      saved.state.map(numeric);
    v.troubled = troubled === 1 && common.slots.trouble !== undefined;
    const known = PHASES[phase];
    // Time collected under another condition does not count.
    if (!known || (known === "pending" && saved.when !== common.form.when.hash)) continue;
    v.phase = known;
    v.judged = judged === 1;
    v.level = level < common.slots.levels.length ? level : -1;
    v.elapsed = Number.isNaN(elapsed) ? 0 : elapsed;
    v.since = since + shift;
    v.unknown = unknown + shift;
    v.began = began + shift;
    v.ended = ended + shift;
  }
  return fresh;
}

/** As if the time between the two moments had not been: what `takeBack` does, without any text. Returns what must run as new. */
export function skipTime(
  { instances: { parts, rows }, network, timers, pages }: Stock,
  from: number,
  to: number,
): number[] {
  const shift = to - from;
  const fresh: number[] = [];
  for (const { shape, base } of parts) {
    shape.layout.nodes.forEach(({ term }, n) => {
      const slot = base + n;
      if (term.operator === "in_calendar") fresh.push(slot);
      const machine = network.memoryAt(slot);
      if (!machine) return;
      machine.load(machine.save(0), shift);
      timers.set(slot, timers.due(slot) + shift);
    });
  }
  for (const { verdict } of rows) {
    verdict.since += shift;
    verdict.unknown += shift;
    verdict.began += shift;
    verdict.ended += shift;
  }
  pages.moved.fill(1);
  return fresh;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A page that was cut off by a power failure is worth as much as none.
    return undefined;
  }
}
