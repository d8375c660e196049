/** How many alarms come to the people at a desk, and whether they are more than people can take in. */
import type { Place } from "./site.ts";
import { type Instant, minutes, type Span } from "./time.ts";

/** Numbers of ISA-18.2 as public summaries give them (domain research 3.1); a site may set its own. */
export interface FloodLimits {
  /** More than so many told within `within`: a flood. */
  readonly enter: number;
  /** Fewer than so many: over. */
  readonly leave: number;
  readonly within: Span;
}
export const usualFlood: FloodLimits = { enter: 10, leave: 5, within: minutes(10) };

export interface Flood {
  readonly since: Instant;
  /** Told since it began, those included that made it one. */
  readonly told: number;
  /** The most within one `within`. */
  readonly peak: number;
}

/** What came to one desk lately. */
export interface Tide {
  /** `site`, or `building:<name>`. */
  readonly position: string;
  /** Told alarms by second, oldest first; older ones than the window are gone. */
  readonly seconds: readonly (readonly [at: Instant, count: number])[];
  readonly flood?: Flood;
}

export const inWindow = (tide: Tide): number => tide.seconds.reduce((sum, [, count]) => sum + count, 0);

/** The desks that see what happens at a place: that of the site, and in a site of several buildings that of the building. */
export function positionsAt(place: Place | undefined, buildings: ReadonlySet<string>): readonly string[] {
  const building = place?.building;
  return building === undefined || buildings.size < 2 ? ["site"] : ["site", `building:${building}`];
}
