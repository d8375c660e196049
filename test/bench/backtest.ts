/** A month of 10,000 points through one rule: what the park writes in two hours, again and again, for as many devices as it takes. */
import type { PointDefinition } from "#model/points";
import type { Device, Site } from "#model/site";
import { instant } from "#model/time";
import { handlesOf, replay, type Stretch } from "../../gateway/backtest/replay.ts";
import { demoSite, type Recorded, record, START } from "./plant-samples.ts";

const HOURS = 2;
const POINTS = 10_000;
const MONTH = 30 * 86_400_000;
const RULE = "elevator.entrapment_off_landing";

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

/** The recorded hours once, for all copies, beginning at `from`. */
function stretch(park: Recorded, own: number, times: number, wanted: ReadonlySet<number>, from: number): Stretch {
  const places = Array.from({ length: park.count }, (_, i) => i).filter((i) => wanted.has(park.handle[i] as number));
  const count = places.length * times;
  const all = (of: (place: number, copy: number) => number) =>
    Float64Array.from({ length: count }, (_, i) => of(places[Math.floor(i / times)] as number, i % times));
  return {
    count,
    until: from + HOURS * 3_600_000,
    handle: Int32Array.from(all((i, copy) => (park.handle[i] as number) + copy * own)),
    at: all((i) => (park.at[i] as number) - START + from),
    value: all((i) => park.value[i] as number),
    code: Uint8Array.from(all((i) => park.code[i] as number)),
  };
}

export async function run(): Promise<void> {
  const small = await demoSite();
  const own = small.points.length;
  const times = Math.floor(POINTS / own);
  const site = copied(small, times);
  const rule = small.rules.find(({ id }) => id === RULE);
  if (!rule) throw new Error(`the demo site has no rule ${RULE}`);
  const park = await record(small, HOURS);
  const wanted = new Set(handlesOf(small, [rule]));
  // Two hours are measured and the month reckoned from them: the work per hour does not change.
  const rounds = 1;
  function* stretches(): Generator<Stretch> {
    for (let round = 0; round < rounds; round += 1) {
      yield stretch(park, own, times, wanted, START + round * HOURS * 3_600_000);
    }
  }
  const { user, system } = process.cpuUsage();
  const to = instant(START + rounds * HOURS * 3_600_000);
  const replayed = replay({
    site,
    rule,
    handles: handlesOf(site, [rule]),
    from: instant(START),
    to,
    stretches: stretches(),
  });
  const after = process.cpuUsage();
  const took = (after.user - user + after.system - system) / 1e6;
  const month = (took * MONTH) / (rounds * HOURS * 3_600_000);
  process.stdout.write(
    `  ${RULE} on ${replayed.instances} lifts of a site with ${site.points.length} points: ${HOURS} h with ${replayed.samples} samples in ${took.toFixed(1)} s of CPU ` +
      `(${(replayed.samples / took / 1e6).toFixed(2)} M samples/s); a month in ${(month / 60).toFixed(1)} min   target: minutes\n`,
  );
}
