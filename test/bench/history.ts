/** The historian: what the simulated park would write, copied to 10,000 points; and beside it a real influxd, where there is one. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { usualHistory } from "#model/site";
import { instant, milliseconds } from "#model/time";
import { createClock } from "../../gateway/clock.ts";
import { type Archive, openArchive } from "../../gateway/history/archive.ts";
import { openHistorian } from "../../gateway/history/open-historian.ts";
import type { Batch } from "../../gateway/history/tail.ts";
import { createPointTable } from "../../gateway/points/table.ts";
import { createDataFolder } from "../support/data-folder.ts";
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
    for (let pieces = 0; pieces < 4 && to.keepHouse(now); pieces += 1);
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
const timed = (work: () => void): number => median(Array.from({ length: 9 }, () => spent(work)));

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
      while (file.keepHouse(at[count - 1] as number));
    }
  };
  feed(1, 10_000, 90 * DAY);
  feed(0, 1_000, DAY);
  file.sealAll();
  const read = (handle: number, span: number, buckets: number) => () =>
    void file.read(handle, START - span, START, buckets, START);
  line("one point, 24 h at 1 Hz, 500 buckets", `${timed(read(0, DAY, 500)).toFixed(1)} ms`, "≤ 20 ms");
  line("the same, every sample read (2,000 buckets)", `${timed(read(0, DAY, 2_000)).toFixed(1)} ms`, "≤ 20 ms");
  line("one point, 90 days, 500 buckets", `${timed(read(1, 90 * DAY, 500)).toFixed(1)} ms`, "≤ 100 ms");
}

/** The house's loop while 20,000 changes a second go to the thread. */
async function loopDelay(points: Awaited<ReturnType<typeof demoSite>>["points"]): Promise<void> {
  using folder = createDataFolder();
  const clock = createClock();
  const table = createPointTable(points);
  table.quality.fill(0);
  table.reason.fill(0);
  let dropped = 0;
  await using historian = openHistorian({
    folder: folder.path,
    table,
    settings: usualHistory,
    clock,
    tell: () => {},
    dropped: (count) => {
      dropped += count;
    },
  });
  const changed = Int32Array.from({ length: 400 }, (_, i) => i % points.length);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let worst = 0;
  const moment = () => ({ now: instant(Date.now()), mono: milliseconds(performance.now()) });
  const longest: number[] = [];
  // First the same loop without the historian: what the machine itself does to it.
  for (const isOn of [false, true]) {
    delay.reset();
    delay.enable();
    for (let round = 0; round < 500; round += 1) {
      for (const handle of changed) table.value[handle] = round * 0.01 + handle;
      const work = () => {
        historian.append(changed, changed.length, moment());
        if (round % 50 === 0) historian.beat(moment());
      };
      if (isOn) worst = Math.max(worst, spent(work));
      await new Promise((done) => setTimeout(done, 20));
    }
    delay.disable();
    longest.push(delay.percentile(99.9) / 1e6);
  }
  line("handing over 20,000 samples/s, worst call", `${worst.toFixed(2)} ms`, "≤ 10 ms");
  line("the loop's delay without and with it, p99.9", longest.map((ms) => `${ms.toFixed(1)} ms`).join(", "), "≤ 10 ms");
  line("dropped meanwhile", String(dropped), "0");
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
  await loopDelay(site.points);
  await besideInflux(
    park,
    site.points.map((point) => point.id),
  );
}
