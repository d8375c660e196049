/**
 * A month of 10,000 points through one rule: what the park writes in two hours, copied until there are 10,000 points, stands
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

const HOURS = 2;
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
    for (let pieces = 0; pieces < 4 && archive.keepHouse(now); pieces += 1);
    batch = empty();
    count = 0;
  };
  for (let i = 0; i < park.count; i += 1) {
    for (let copy = 0; copy < times; copy += 1) {
      batch.series[count] = (park.handle[i] as number) + copy * own;
      batch.at[count] = (park.at[i] as number) + ((copy * 37) % 997);
      batch.value[count] = park.value[i] as number;
      batch.code[count] = park.code[i] as number;
      count += 1;
      if (count === BATCH) hand(park.at[i] as number);
    }
  }
  hand(START + HOURS * 3_600_000);
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
    // The rules are compiled and the series found once, however long the range is.
    const begun = play(START + 1).took;
    const { report, took } = play(START + HOURS * 3_600_000);
    // Two hours are measured and the month reckoned from them: the work per hour does not change.
    const month = begun + (Math.max(0, took - begun) * MONTH) / (HOURS * 3_600_000);
    process.stdout.write(
      `  ${id} on ${report.devices} devices of ${site.points.length} points: ${HOURS} h with ${report.samples} samples in ${took.toFixed(1)} s of CPU ` +
        `(${(report.samples / took / 1e6).toFixed(2)} M samples/s, ${begun.toFixed(1)} s of it to begin), ${report.alarms.length} alarms; a month in ${(month / 60).toFixed(1)} min of CPU   target: 5 min\n`,
    );
  }
}
