/**
 * What a site's own water use says about its limits: the largest ordinary step of the flow, the flow of each hour, the
 * smallest of the night. Pure; nothing is applied: a person reads it and writes it into the site.
 */
import type { Buckets } from "../history/buckets.ts";

export interface Learned {
  readonly device: string;
  /** Minutes with a known flow; below a day nothing is said. */
  readonly minutes: number;
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
const LEAST_MINUTES = 1_440;

const at = (sorted: readonly number[], share: number): number =>
  sorted.length === 0 ? Number.NaN : (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number);
const sortedOf = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** `cells`: one per minute. `undefined` when less than a day is known. Of a minute half must be known to count. */
export function learnFlow(device: string, cells: Buckets, zone: string): Learned | undefined {
  const flows: number[] = [];
  const steps: number[] = [];
  const byHour: number[][] = Array.from({ length: 24 }, () => []);
  const nights = new Map<string, number>();
  let before = Number.NaN;
  let beforeAt = Number.NaN;
  let hourOf: { readonly start: number; readonly hour: number; readonly date: string } | undefined;
  for (let i = 0; i < cells.count; i += 1) {
    const known = cells.known[i] as number;
    if (known < MINUTE / 2) continue;
    const start = cells.at[i] as number;
    const flow = (cells.area[i] as number) / known;
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
  if (flows.length < LEAST_MINUTES) return undefined;
  const sortedSteps = sortedOf(steps);
  return {
    device,
    minutes: flows.length,
    largestStep: at(sortedSteps, 1),
    ordinaryStep: at(sortedSteps, 0.999),
    median: at(sortedOf(flows), 0.5),
    hourly: byHour.map((hour) => at(sortedOf(hour), 0.5)),
    nightMinimum: at(sortedOf([...nights.values()]), 0.5),
  };
}

const round = (x: number): string => (Math.ceil(x * 10) / 10).toFixed(1);

/** To paste below the device in `devices/*.yaml`. The step gets a fifth more, so that the largest ordinary one is no burst. */
export function learnedYaml(learned: Learned, days: number): string {
  const hourly = learned.hourly.map((flow) => (Number.isNaN(flow) ? "-" : flow.toFixed(1))).join(" ");
  return [
    `# ${learned.device}: ${days.toFixed(1)} d, ${learned.minutes} min; m3/h`,
    `#   00-23h: ${hourly}`,
    `#   02-04h min: ${Number.isNaN(learned.nightMinimum) ? "-" : learned.nightMinimum.toFixed(2)}; max step/min: ${learned.largestStep.toFixed(2)}`,
    "params:",
    `  burstStep: ${round(learned.ordinaryStep * 1.2)} m3/h`,
    `  normalFlow: ${round(learned.median)} m3/h`,
  ].join("\n");
}
