/**
 * The rule engine against its targets. Others share these machines, so rates and the times of batches are of this thread's CPU;
 * wall times stand beside them and suffer from every other process. The loop that only copies the columns runs between the
 * batches: where it is far below 100 M samples/s the machine was busy, and the figures of the engine are as much too low.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { GOOD } from "#model/quality";
import { instant, type Moment, milliseconds } from "#model/time";
import { createEngine } from "../../rules/engine/create-engine.ts";
import type { RuleEngine } from "../../rules/engine/engine.ts";
import { checkRules } from "../../rules/language/check.ts";
import { buildingLoad, type Load, type Stream } from "./building-load.ts";
import { expressions } from "./expressions.ts";
import { cpu, createRandom, figure, median, quantile } from "./figures.ts";
import { POINTS_PER_DEVICE, stormLoad } from "./storm-load.ts";

const ZONE = "Asia/Shanghai";
const BATCH = 1_000;
/** A gateway runs for months: compiling its code and filling the first windows are not what it does all day. */
const POLLED_SECONDS = 240;
const POLLED_WARM = 1_200;
const START = 1_795_248_000_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
function memory(): number {
  // What arrays hold outside of the heap is given back a while after they are gone.
  for (let i = 0; i < 4; i += 1) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const open = ({ rules, devices, points, columns }: Load): RuleEngine =>
  createEngine({ rules, devices, points, columns, zone: ZONE });

interface Ran {
  /** M samples per second of CPU, one per round. */
  readonly rates: number[];
  readonly copies: number[];
  /** Of each batch ms of CPU, and of wall time. */
  readonly took: number[];
  readonly walls: number[];
  readonly transitions: number;
  readonly moved: number;
}

function copy({ value, quality }: Load["columns"], changed: Int32Array, mirror: Float64Array): void {
  for (let i = 0; i < changed.length; i += 1) {
    const handle = changed[i] as number;
    mirror[handle] = quality[handle] === GOOD ? (value[handle] as number) : Number.NaN;
  }
}

/** Plays the stream in batches: `warm` of them first, then rounds of `each`. */
function play(engine: RuleEngine, { columns }: Load, stream: Stream, size: number, warm: number, each: number): Ran {
  const { handles, values, times } = stream;
  const changed = new Int32Array(size);
  const mirror = new Float64Array(columns.count);
  const [rates, copies, took, walls]: [number[], number[], number[], number[]] = [[], [], [], []];
  let [at, transitions, engineCpu, copyCpu, done] = [0, 0, 0, 0, 0];
  engine.step(changed, 0, { now: instant(START), mono: milliseconds(0) });
  const judged = engine.evaluated();
  for (let n = 0; at + size <= handles.length; n += 1) {
    for (let i = 0; i < size; i += 1) {
      const handle = handles[at + i] as number;
      changed[i] = handle;
      columns.value[handle] = values[at + i] as number;
      columns.receivedAt[handle] = START + (times[at + i] as number);
    }
    at += size;
    const mono = times[at - 1] as number;
    const moment = { now: instant(START + mono), mono: milliseconds(mono) };
    const c0 = cpu();
    const from = performance.now();
    const found = engine.step(changed, size, moment).length;
    const wall = performance.now() - from;
    const c1 = cpu();
    copy(columns, changed, mirror);
    const c2 = cpu();
    if (n < warm) continue;
    took.push((c1 - c0) / 1e3);
    walls.push(wall);
    transitions += found;
    engineCpu += c1 - c0;
    copyCpu += c2 - c1;
    done += 1;
    if (done % each === 0) {
      rates.push((each * size) / engineCpu);
      copies.push((each * size) / copyCpu);
      engineCpu = 0;
      copyCpu = 0;
    }
  }
  return { rates, copies, took, walls, transitions, moved: engine.evaluated() - judged };
}

const spreadOf = (took: readonly number[], scale: number, unit: string): string =>
  `median ${(median(took) * scale).toFixed(2)}, p90 ${(quantile(took, 0.9) * scale).toFixed(2)}, p99 ${(quantile(took, 0.99) * scale).toFixed(2)} ${unit}`;

function rateOf(what: string, ran: Ran, target: number, p99?: number): void {
  const rate = median(ran.rates);
  figure(
    what,
    `${rate.toFixed(2)} M samples/s`,
    `${target > 0 ? `≥ ${target} M/s` : "no target"}; copying alone ${median(ran.copies).toFixed(0)} M/s`,
    target > 0 ? rate >= target : undefined,
  );
  const slowest = quantile(ran.took, 0.99);
  figure(
    "  a batch, CPU",
    spreadOf(ran.took, 1, "ms"),
    p99 === undefined ? "-" : `p99 ≤ ${p99} ms`,
    p99 === undefined ? undefined : slowest <= p99,
  );
  figure("  a batch, wall, on a machine that others use", spreadOf(ran.walls, 1, "ms"), "-");
  const steps = ran.took.length;
  figure("  of it", `${steps} batches`, `${(ran.transitions / steps).toFixed(2)} transitions each`);
}

/** By itself, so that its samples do not stay and count as memory of the rules. */
async function polledEstate(): Promise<void> {
  const load = await buildingLoad(5, POLLED_SECONDS, "polled");
  console.log(
    ` ${POLLED_WARM} batches (${POLLED_WARM / 20} s of the estate) warm up, ${POLLED_SECONDS - POLLED_WARM / 20} s are measured`,
  );
  rateOf(`batches of ${BATCH} polled samples`, play(open(load), load, load.stream, BATCH, POLLED_WARM, 100), 3, 1);
}

/** All pages are written, the most that five seconds can ask for. */
function snapshots(engine: RuleEngine, load: Load, at: Moment): void {
  const notes = new Map<string, string>();
  const [stalls, totals, skips]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    engine.skip(at, at);
    skips.push(performance.now() - began);
    const took: number[] = [];
    const pages = engine.pages(at)[Symbol.iterator]();
    for (;;) {
      const from = performance.now();
      const { done, value } = pages.next();
      took.push(performance.now() - from);
      if (done) break;
      notes.set(value[0], value[1]);
    }
    stalls.push(Math.max(...took));
    totals.push(took.reduce((sum, ms) => sum + ms, 0));
  }
  const size = [...notes.values()].reduce((sum, text) => sum + text.length, 0);
  figure(
    "longest stall of a snapshot of everything, wall",
    `median ${median(stalls).toFixed(2)}, worst ${Math.max(...stalls).toFixed(2)} ms`,
    "≤ 5 ms",
    median(stalls) <= 5,
  );
  figure(
    "  of it",
    `${notes.size} pages in ${median(totals).toFixed(0)} ms`,
    `${(size / 1e6).toFixed(1)} MB, every 5 s`,
  );
  const fresh = open(load);
  const from = performance.now();
  fresh.restore(notes, at);
  figure(
    "restore at the start, blind time skipped in place, wall",
    `${(performance.now() - from).toFixed(0)} and ${median(skips).toFixed(0)} ms`,
    "-",
  );
}

async function estate(): Promise<void> {
  const load = await buildingLoad(5, 620, "moved");
  const { devices, points, rules, stream } = load;
  const problems = checkRules(rules, devices, points).problems;
  if (problems.length > 0) throw new Error(problems[0]?.what.en);
  const compiles: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const from = cpu();
    open(load);
    compiles.push((cpu() - from) / 1_000);
  }
  const rows = open(load).instances.length;
  const perSecond = stream.handles.length / ((stream.times.at(-1) ?? 1) / 1_000);
  console.log(
    ` an estate: ${devices.length} lifts, booster sets and fire panels, ${rows} rules of the library, ${points.length} points`,
  );
  const compiled = median(compiles);
  figure(
    `compile ${rows} rules, CPU`,
    `first ${(compiles[0] ?? 0).toFixed(0)}, median ${compiled.toFixed(0)} ms`,
    "≤ 200 ms",
    compiled <= 200,
  );
  console.log(
    ` polled once a second, ${points.length} samples a second, and every sample is fed: the targets for batches of ${BATCH} stand here`,
  );
  await polledEstate();
  console.log(
    ` the same, but only what moved its point is fed, as the house does: ${perSecond.toFixed(0)} samples a second, so a batch of ${BATCH}\n` +
      ` stands for ${(BATCH / perSecond).toFixed(2)} s of the estate with all its timers, ${(points.length / perSecond).toFixed(0)} batches of those above. It has no target\n` +
      " of its own: most of its work is that of time, which is the same however the samples come",
  );
  const before = memory();
  const engine = open(load);
  const moved = play(engine, load, stream, BATCH, 400, 100);
  rateOf(`batches of ${BATCH} moved samples`, moved, 0);
  const share = (100 * perSecond) / (median(moved.rates) * 1e6);
  figure("  a second of the estate", `${share.toFixed(2)} % of one core`, "no target");
  const heap = (memory() - before) / rows;
  figure("heap per rule, windows filled", `${heap.toFixed(0)} bytes`, "≤ 4096", heap <= 4_096);
  const at = { now: instant(START), mono: milliseconds(stream.times.at(-1) ?? 0) };
  snapshots(engine, load, at);
  const one = await buildingLoad(5, 30, "moved");
  const single = play(open(one), one, one.stream, 1, 20_000, 5_000);
  // To ask for the CPU time of one sample costs as much as the sample.
  const slowest = quantile(single.walls, 0.99) * 1e3;
  figure("one sample at a time, wall", spreadOf(single.walls, 1e3, "µs"), "p99 ≤ 50 µs", slowest <= 50);
}

async function town(): Promise<void> {
  const load = await buildingLoad(25, 12, "polled");
  const from = cpu();
  const engine = open(load);
  console.log(
    ` a town: ${engine.instances.length} rules, ${load.points.length} points, compiled in ${((cpu() - from) / 1_000).toFixed(0)} ms`,
  );
  rateOf(`batches of ${BATCH} polled samples`, play(engine, load, load.stream, BATCH, 400, 100), 1);
}

/** Handle by place in its device: pressures up to 1 MPa, flows up to 10 m3/h, yes or no. */
function storm(): void {
  const load = stormLoad();
  load.columns.quality.fill(GOOD);
  const count = 1_000 * BATCH;
  const random = createRandom();
  const handles = new Int32Array(count);
  const values = new Float64Array(count);
  // 20 batches a second: every point changes once a second.
  const times = Float64Array.from(handles, (_, i) => Math.floor(i / BATCH) * 50);
  for (let i = 0; i < count; i += 1) {
    const handle = Math.floor(random() * load.points.length);
    const x = random();
    const kind = (handle % POINTS_PER_DEVICE) % 3;
    handles[i] = handle;
    values[i] = kind === 0 ? x : kind === 1 ? x * 10 : Number(x > 0.5);
  }
  const engine = open(load);
  const ran = play(engine, load, { handles, values, times }, BATCH, 500, 100);
  console.log(
    ` a storm: ${engine.instances.length} rules with dense windows, 20,000 points that jump at random once a second`,
  );
  rateOf(`batches of ${BATCH}`, ran, 0);
}

export async function run(): Promise<void> {
  expressions();
  await estate();
  await town();
  storm();
}
