/**
 * What a site's own water use says about its limits: the largest ordinary step of the flow, the flow of each hour, the
 * smallest of the night. Pure; nothing is applied: a person does.
 */
import type { Buckets } from "../history/buckets.ts";

export interface Learned {
  readonly device: string;
  /** Minutes with a known flow; below a day nothing is said. */
  readonly minutes: number;
  /** Stretches of whole minutes without a known flow, and when it was known first, ms since epoch. */
  readonly gaps: number;
  readonly begins: number;
  /** m³/h from one minute to the next: the largest, and the one that only 1 in 1,000 exceeds. */
  readonly largestStep: number;
  readonly ordinaryStep: number;
  /** Median flow, m³/h. */
  readonly median: number;
  /** Median of each local hour, m³/h; NaN for an hour that was never seen. */
  readonly hourly: readonly number[];
  /** Median over the nights of the smallest flow between two and four o'clock, m³/h; NaN without a night. */
  readonly nightMinimum: number;
}

const MINUTE = 60_000;
/** A week holds every ordinary day once; one day is the least from which anything can be said. */
export const LEAST_MINUTES = 1_440;

const at = (sorted: readonly number[], share: number): number =>
  sorted.length === 0 ? Number.NaN : (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number);
const sortedOf = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/**
 * `cells`: one per minute, in the point's unit; `factor` makes them m³/h. Of a minute half must be known to count. With less
 * than a day the figures are there and worth nothing: ask `minutes`.
 */
export function learnFlow(device: string, cells: Buckets, factor: number, zone: string): Learned {
  const flows: number[] = [];
  const steps: number[] = [];
  const byHour: number[][] = Array.from({ length: 24 }, () => []);
  const nights = new Map<string, number>();
  let before = Number.NaN;
  let beforeAt = Number.NaN;
  let gaps = 0;
  let begins = Number.NaN;
  let wasKnown = false;
  let hourOf: { readonly start: number; readonly hour: number; readonly date: string } | undefined;
  for (let i = 0; i < cells.count; i += 1) {
    const known = cells.known[i] as number;
    if (known < MINUTE / 2) {
      if (wasKnown || i === 0) gaps += 1;
      wasKnown = false;
      continue;
    }
    wasKnown = true;
    const start = cells.at[i] as number;
    if (Number.isNaN(begins)) begins = start;
    const flow = ((cells.area[i] as number) / known) * factor;
    if (start - beforeAt === MINUTE) steps.push(Math.abs(flow - before));
    before = flow;
    beforeAt = start;
    // Zones turn at whole quarters of an hour; asking for every minute would take longer than all the rest.
    if (!hourOf || start < hourOf.start || start >= hourOf.start + 900_000) {
      const local = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
      hourOf = { start: Math.floor(start / 900_000) * 900_000, hour: local.hour, date: local.toPlainDate().toString() };
    }
    flows.push(flow);
    byHour[hourOf.hour]?.push(flow);
    if (hourOf.hour === 2 || hourOf.hour === 3) {
      nights.set(hourOf.date, Math.min(flow, nights.get(hourOf.date) ?? Number.POSITIVE_INFINITY));
    }
  }
  const sortedSteps = sortedOf(steps);
  return {
    device,
    minutes: flows.length,
    gaps,
    begins,
    largestStep: at(sortedSteps, 1),
    ordinaryStep: at(sortedSteps, 0.999),
    median: at(sortedOf(flows), 0.5),
    hourly: byHour.map((hour) => at(sortedOf(hour), 0.5)),
    nightMinimum: at(sortedOf([...nights.values()]), 0.5),
  };
}
