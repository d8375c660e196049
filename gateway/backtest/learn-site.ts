/** Learns from the stored flow of every device of a site. Runs long: in a thread or a process of its own. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import { convert } from "../../rules/language/units.ts";
import type { Samples } from "../history/block.ts";
import { boundsOf, createBuckets, fill } from "../history/buckets.ts";
import type { HistoryFile } from "../history/file.ts";
import { type Learned, learnFlow } from "./learn.ts";
import type { Stretch } from "./replay.ts";
import { storedSamples } from "./stored-samples.ts";

const MINUTE = 60_000;
const FLOW = "flow";
const UNIT = "m3/h";

export interface SiteLearned {
  /** One row per device with a flow, however little is known of it. */
  readonly devices: readonly Learned[];
  /** Devices whose flow is told in no unit of a flow. */
  readonly oddUnit: readonly string[];
  readonly samples: number;
  /** Rows of the history that could not be read. */
  readonly broken: number;
}

/** `progress`: the share that is done, 0 to 1. */
export function learnSite(
  site: Site,
  file: HistoryFile,
  range: { readonly from: Instant; readonly to: Instant },
  progress?: (share: number) => void,
): SiteLearned {
  const count = Math.ceil((range.to - range.from) / MINUTE);
  const bounds = boundsOf(range.from, range.from + count * MINUTE, count, MINUTE);
  const oddUnit: string[] = [];
  const learners = site.points.flatMap(({ key, unit, device }, handle) => {
    if (key !== FLOW) return [];
    const factor = convert(1, unit ?? UNIT, UNIT);
    if (factor === undefined) {
      oddUnit.push(device);
      return [];
    }
    const cells = createBuckets(bounds);
    return [{ handle, device, factor, cells, filler: fill(cells, bounds, bounds[0] as number) }];
  });
  let samples = 0;
  let broken = 0;
  const tellBroken = () => {
    broken += 1;
  };
  const place = new Map(learners.map(({ handle }, n) => [handle, n]));
  const points = site.points.map(({ id }) => id);
  for (const stretch of storedSamples(file, points, [...place.keys()], range, tellBroken)) {
    samples += stretch.count;
    byPoint(stretch, place).forEach((own, n) => void learners[n]?.filler.take(own));
    progress?.(Math.min(1, Math.max(0, (stretch.until - range.from) / Math.max(1, range.to - range.from))));
  }
  const devices = learners.map(({ device, factor, cells, filler }) => {
    filler.close(range.to);
    return learnFlow(device, cells, factor, site.zone);
  });
  return { devices, oddUnit, samples, broken };
}

/** Each sample is looked at twice, however many points there are. The columns of a stretch may be longer than its count. */
function byPoint({ count, handle, at, value, code }: Stretch, place: ReadonlyMap<number, number>): Samples[] {
  const counts = new Int32Array(place.size);
  const places = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const n = place.get(handle[i] as number) as number;
    places[i] = n;
    counts[n] = (counts[n] as number) + 1;
  }
  const all = Array.from(counts, (size) => ({
    count: size,
    at: new Float64Array(size),
    value: new Float64Array(size),
    code: new Uint8Array(size),
  }));
  const used = new Int32Array(place.size);
  for (let i = 0; i < count; i += 1) {
    const n = places[i] as number;
    const to = used[n] as number;
    used[n] = to + 1;
    const own = all[n] as (typeof all)[number];
    own.at[to] = at[i] as number;
    own.value[to] = value[i] as number;
    own.code[to] = code[i] as number;
  }
  return all;
}
