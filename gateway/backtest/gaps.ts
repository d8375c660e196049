/** Stretches of time in which nothing was known of a device: what a replay cannot judge there, it says. */
import type { PointColumns } from "#model/points";
import { BAD } from "#model/quality";
import type { Site } from "#model/site";

export interface Gap {
  readonly device: string;
  /** ms since epoch, to the minute. */
  readonly from: number;
  readonly to: number;
}

export interface Gaps {
  /** Called at every minute. */
  look(at: number): void;
  end(at: number): readonly Gap[];
}

const MINUTE = 60_000;

/** A device is unknown while any of the points that the rule reads is. */
export function createGaps(site: Site, handles: readonly number[], columns: PointColumns): Gaps {
  const own = new Map<string, number[]>();
  for (const handle of handles) {
    const device = site.points[handle]?.device;
    if (device !== undefined) own.set(device, [...(own.get(device) ?? []), handle]);
  }
  const since = new Map<string, number>();
  const found: Gap[] = [];
  return {
    look(at) {
      for (const [device, points] of own) {
        const isUnknown = points.some((handle) => columns.quality[handle] === BAD);
        const began = since.get(device);
        if (isUnknown && began === undefined) since.set(device, at - MINUTE);
        if (isUnknown || began === undefined) continue;
        found.push({ device, from: began, to: at - MINUTE });
        since.delete(device);
      }
    },
    end(at) {
      for (const [device, from] of since) found.push({ device, from, to: at });
      return found.filter((gap) => gap.to > gap.from).sort((a, b) => a.from - b.from);
    },
  };
}
