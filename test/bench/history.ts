/** The historian: what the simulated park would write, copied to 10,000 points; and beside it a real influxd, where there is one. */
import type { PointDefinition } from "#model/points";
import { usualHistory } from "#model/site";
import { type Archive, openArchive } from "../../gateway/history/archive.ts";
import type { Batch } from "../../gateway/history/tail.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { loopFigures } from "./history-loop.ts";
import { besideInflux } from "./influx.ts";
import { demoSite, type Recorded, record, START } from "./plant-samples.ts";

const POINTS = 10_000;
const BATCH = 8_192;
const HOURS = 2;
const DAY = 86_400_000;

const line = (what: string, is: string, target: string) =>
  process.stdout.write(`  ${what.padEnd(46)} ${is.padStart(22)}   target ${target}\n`);
const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const archive = (folder: string, points: readonly string[]) =>
  openArchive({
    folder,
    points,
    retention: { ...usualHistory, cap: 1e12 },
    isStart: true,
    tellBroken: () => process.stdout.write("  a broken row\n"),
    tellPutAside: () => {},
  });

/** The recorded park again and again beside itself, until there are POINTS points. */
function* copies(park: Recorded, own: number): Generator<Batch> {
  const times = Math.floor(POINTS / own);
  const empty = () => ({
    series: new Int32Array(BATCH),
    at: new Float64Array(BATCH),
    value: new Float64Array(BATCH),
    code: new Uint8Array(BATCH),
  });
  let batch = empty();
  let count = 0;
  for (let i = 0; i < park.count; i += 1) {
    for (let copy = 0; copy < times; copy += 1) {
      batch.series[count] = (park.handle[i] as number) + copy * own;
      batch.at[count] = park.at[i] as number;
      batch.value[count] = park.value[i] as number;
      batch.code[count] = park.code[i] as number;
      count += 1;
      if (count < BATCH) continue;
      yield { count, ...batch };
      batch = empty();
      count = 0;
    }
  }
  yield { count, ...batch };
}

function ingest(to: Archive, park: Recorded, own: number): { samples: number; perSecond: number } {
  let samples = 0;
  let cpu = 0;
  let now = START;
  for (const batch of copies(park, own)) {
    const { user, system } = process.threadCpuUsage();
    if (batch.count > 0) now = batch.at[batch.count - 1] as number;
    to.add(batch, now);
    for (let pieces = 0; pieces < 4 && to.keepHouse(now, now); pieces += 1);
    const after = process.threadCpuUsage();
    cpu += after.user - user + after.system - system;
    samples += batch.count;
  }
  const before = process.threadCpuUsage();
  to.sealAll();
  const after = process.threadCpuUsage();
  cpu += after.user - before.user + after.system - before.system;
  return { samples, perSecond: samples / (cpu / 1e6) };
}

/** Milliseconds of this thread: what counts on a machine that others use too. */
const spent = (work: () => void): number => {
  const { user, system } = process.threadCpuUsage();
  work();
  const after = process.threadCpuUsage();
  return (after.user - user + after.system - system) / 1_000;
};
/** The processor's time is counted in steps of some milliseconds: one question alone would often cost nothing. */
const QUESTIONS = 25;
const timed = (work: () => void): number =>
  median(
    Array.from({ length: 5 }, () => {
      const all = spent(() => {
        for (let i = 0; i < QUESTIONS; i += 1) work();
      });
      return all / QUESTIONS;
    }),
  );

/** One point that changes every second for a day, and one that changes every 10 s for 90 days. */
function askOnePoint(): void {
  using folder = createDataFolder();
  using file = archive(folder.path, ["fast", "slow"]);
  const feed = (handle: number, step: number, span: number) => {
    const from = START - span;
    for (let t = from; t < START; t += step * BATCH) {
      const count = Math.min(BATCH, Math.ceil((START - t) / step));
      const at = Float64Array.from({ length: BATCH }, (_, i) => t + i * step + ((i * 31) % 9));
      const value = at.map((x) => Math.round(400 + 50 * Math.sin(x / 3e5) + ((x / step) % 7)) * 0.01);
      const batch = { count, series: new Int32Array(BATCH).fill(handle), at, value, code: new Uint8Array(BATCH) };
      file.add(batch, at[count - 1] as number);
      while (file.keepHouse(at[count - 1] as number, at[count - 1] as number));
    }
  };
  feed(1, 10_000, 90 * DAY);
  feed(0, 1_000, DAY);
  file.sealAll();
  /** Asks, and looks at the answer: every bucket is filled, and no sample is missing. */
  function ask(what: string, handle: number, span: number, count: number, step: number, target: string): void {
    const read = () => file.read(handle, START - span, START, count, START).buckets;
    const { low, samples } = read();
    const filled = low.filter((one) => !Number.isNaN(one)).length;
    const found = samples.reduce((sum, one) => sum + one, 0);
    if (filled !== low.length || found !== span / step) {
      throw new Error(`${what}: ${filled} of ${low.length} buckets and ${found} of ${span / step} samples`);
    }
    line(`${what} (${found} samples)`, `${timed(() => void read()).toFixed(1)} ms`, target);
  }
  ask("24 h at 1 Hz, 500 buckets", 0, DAY, 500, 1_000, "≤ 20 ms");
  ask("24 h, 2,000 buckets, every sample read", 0, DAY, 2_000, 1_000, "≤ 20 ms");
  ask("90 days of 10 s, 500 buckets", 1, 90 * DAY, 500, 10_000, "≤ 100 ms");
}

async function loop(point: PointDefinition): Promise<void> {
  const { call, turn, bare, wall, bareWall, turns, answered, dropped } = await loopFigures(point);
  const ms = (...all: number[]) => all.map((one) => `${one.toFixed(1)} ms`).join(", ");
  line(`20,000 samples/s, worst call of ${turns} turns`, ms(call), "≤ 10 ms");
  line("worst turn of the loop in CPU, with and without", ms(turn, bare), "≤ 10 ms");
  line("longest delay by the wall, with and without", ms(wall, bareWall), "as without");
  line("trends answered, samples dropped meanwhile", `${answered}, ${dropped}`, "0 dropped");
}

export async function run(): Promise<void> {
  const site = await demoSite();
  const park = await record(site, HOURS);
  const own = site.points.length;
  const times = Math.floor(POINTS / own);
  process.stdout.write(
    `  ${HOURS} h of ${own} points of the demo park: ${park.count} changes; copied ${times} times: ${own * times} points\n`,
  );
  using folder = createDataFolder();
  {
    const points = Array.from({ length: own * times }, (_, i) => `point-${i}`);
    using file = archive(folder.path, points);
    const { samples, perSecond } = ingest(file, park, own);
    line("ingest, samples per second of one core", `${(perSecond / 1e3).toFixed(0)} k`, "≥ 500 k");
    line(
      "bytes per sample in blocks, file as a whole",
      `${(file.used() / samples).toFixed(2)} (${samples} samples)`,
      "≤ 2",
    );
  }
  askOnePoint();
  await loop(site.points.find(({ type }) => type === "number") as PointDefinition);
  await besideInflux(
    park,
    site.points.map((point) => point.id),
  );
}
