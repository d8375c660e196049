/**
 * A month of 10,000 points through one rule: what the park writes in two hours, again and again and copied until there are 10,000 points, stands
 * in a real history.db; each device is some milliseconds apart from the others, as polls are. Read, unpacked, put in order
 * and judged as a backtest does it.
 */
import type { PointDefinition } from "#model/points";
import { type Device, type Site, usualHistory } from "#model/site";
import { instant } from "#model/time";
import { runBacktest } from "../../gateway/backtest/run-backtest.ts";
import { openArchive } from "../../gateway/history/archive.ts";
import { createDataFolder } from "../support/data-folder.ts";
import { demoSite, type Recorded, record, START } from "./plant-samples.ts";

/** So much of the park is recorded, and stored so many times one after the other: the first is for warming up. */
const HOURS = 2;
const ROUNDS = 3;
const POINTS = 10_000;
const MONTH = 30 * 86_400_000;
const BATCH = 8_192;
/** One that reads much, and one that reads little. */
const RULES = ["elevator.entrapment_off_landing", "water.tank_low"];

/** The demo site so many times beside itself. */
function copied(site: Site, times: number): Site {
  const own = site.points.length;
  const points: PointDefinition[] = [];
  const devices: Device[] = [];
  for (let copy = 0; copy < times; copy += 1) {
    points.push(
      ...site.points.map((point) => ({ ...point, id: `${copy}.${point.id}`, device: `${copy}.${point.device}` })),
    );
    devices.push(
      ...site.devices.map((device) => ({
        ...device,
        id: `${copy}.${device.id}`,
        points: device.points.map((handle) => handle + copy * own),
        dependsOn: [],
      })),
    );
  }
  return { ...site, points, devices };
}

function store(folder: string, points: readonly string[], park: Recorded, own: number, times: number): void {
  using archive = openArchive({
    folder,
    points,
    retention: { ...usualHistory, cap: 1e12 },
    isStart: true,
    tellBroken: () => {},
    tellPutAside: () => {},
  });
  const empty = () => ({
    series: new Int32Array(BATCH),
    at: new Float64Array(BATCH),
    value: new Float64Array(BATCH),
    code: new Uint8Array(BATCH),
  });
  let batch = empty();
  let count = 0;
  const hand = (now: number) => {
    archive.add({ count, ...batch }, now);
    for (let pieces = 0; pieces < 4 && archive.keepHouse(now, now); pieces += 1);
    batch = empty();
    count = 0;
  };
  for (let n = 0; n < park.count * ROUNDS; n += 1) {
    const i = n % park.count;
    const at = (park.at[i] as number) + Math.floor(n / park.count) * HOURS * 3_600_000;
    for (let copy = 0; copy < times; copy += 1) {
      batch.series[count] = (park.handle[i] as number) + copy * own;
      batch.at[count] = at + ((copy * 37) % 997);
      batch.value[count] = park.value[i] as number;
      batch.code[count] = park.code[i] as number;
      count += 1;
      if (count === BATCH) hand(at);
    }
  }
  hand(START + ROUNDS * HOURS * 3_600_000);
  archive.sealAll();
}

export async function run(): Promise<void> {
  const small = await demoSite();
  const own = small.points.length;
  const times = Math.floor(POINTS / own);
  const site = copied(small, times);
  using folder = createDataFolder();
  store(
    folder.path,
    site.points.map(({ id }) => id),
    await record(small, HOURS),
    own,
    times,
  );
  for (const id of RULES) {
    const rule = small.rules.find((one) => one.id === id);
    if (!rule) throw new Error(`the demo site has no rule ${id}`);
    const play = (to: number) => {
      const { user, system } = process.cpuUsage();
      const report = runBacktest({
        site,
        rule,
        from: instant(START),
        to: instant(to),
        source: { folder: folder.path },
      });
      const after = process.cpuUsage();
      return { report, took: (after.user - user + after.system - system) / 1e6 };
    };
    // The rules are compiled, the series found and the code warmed up once, however long the range is.
    const begun = play(START + HOURS * 3_600_000);
    const whole = play(START + ROUNDS * HOURS * 3_600_000);
    const more = { took: whole.took - begun.took, samples: whole.report.samples - begun.report.samples };
    // Hours are measured and the month reckoned from them: the work per hour does not change.
    const measured = (ROUNDS - 1) * HOURS;
    const month = begun.took + (Math.max(0, more.took) * MONTH) / (measured * 3_600_000);
    process.stdout.write(
      `  ${id} on ${whole.report.devices} devices of ${site.points.length} points: ${measured} h with ${more.samples} samples in ${more.took.toFixed(1)} s of CPU ` +
        `(${(more.samples / more.took / 1e6).toFixed(2)} M samples/s after ${begun.took.toFixed(1)} s to begin), ${whole.report.alarms.length} alarms; a month in ${(month / 60).toFixed(1)} min of CPU   target: 5 min\n`,
    );
  }
}
