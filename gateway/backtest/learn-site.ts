/** Learns from the stored flow of every water device of a site. Runs long: in a process of its own. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import type { Samples } from "../history/block.ts";
import { boundsOf, createBuckets, fill } from "../history/buckets.ts";
import type { HistoryFile } from "../history/file.ts";
import { type Learned, learnFlow } from "./learn.ts";
import type { Stretch } from "./replay.ts";
import { storedSamples } from "./stored-samples.ts";

const MINUTE = 60_000;
const FLOW = "flow";

/** One row per device of which a day at least is known. */
export function learnSite(site: Site, file: HistoryFile, range: { from: Instant; to: Instant }): readonly Learned[] {
  const handles = site.points.flatMap((point, handle) => (point.key === FLOW ? [handle] : []));
  const count = Math.ceil((range.to - range.from) / MINUTE);
  const bounds = boundsOf(range.from, range.from + count * MINUTE, count, MINUTE);
  const minutes = new Map(
    handles.map((handle) => {
      const cells = createBuckets(bounds);
      return [handle, { cells, filler: fill(cells, bounds, bounds[0] as number) }];
    }),
  );
  const points = site.points.map(({ id }) => id);
  for (const stretch of storedSamples(file, points, handles, range, () => {})) {
    for (const handle of handles) minutes.get(handle)?.filler.take(own(stretch, handle));
  }
  return handles.flatMap((handle) => {
    const found = minutes.get(handle);
    if (!found) return [];
    found.filler.close(range.to);
    return learnFlow(site.points[handle]?.device ?? "", found.cells, site.zone) ?? [];
  });
}

function own(stretch: Stretch, handle: number): Samples {
  const places = Array.from(stretch.handle.keys()).filter((i) => stretch.handle[i] === handle);
  return {
    count: places.length,
    at: Float64Array.from(places, (i) => stretch.at[i] as number),
    value: Float64Array.from(places, (i) => stretch.value[i] as number),
    code: Uint8Array.from(places, (i) => stretch.code[i] as number),
  };
}
