/** Floods by the rule of ISA-18.2: more than 10 alarms in 10 minutes begin one, fewer than 5 end it. Pure. */
import { type Instant, later, milliseconds, minutes, type Span } from "#model/time";

export const FLOOD = { begins: 10, ends: 5, within: minutes(10) } as const;

/** One time at which people were told of one alarm. */
export interface Told {
  readonly at: Instant;
  readonly alarm: string;
}

export interface Flood {
  readonly from: Instant;
  readonly to: Instant;
  /** Told between `from` and `to`, those that began it included. */
  readonly alarms: number;
  /** Most within any 10 minutes. */
  readonly peak: number;
  /** The first of those that began it. */
  readonly firstUp: string;
}

/** `told` in the order of time. A flood that still lasts ends at `end`. */
export function floodsOf(told: readonly Told[], end: Instant): readonly Flood[] {
  const floods: Flood[] = [];
  let oldest = 0;
  let open: { from: Instant; first: number; peak: number } | undefined;
  const close = (to: Instant, next: number) => {
    if (!open) return;
    const firstUp = told[open.first]?.alarm ?? "";
    floods.push({ from: open.from, to, alarms: next - open.first, peak: open.peak, firstUp });
    open = undefined;
  };
  const expire = (until: Instant, next: number) => {
    for (; oldest < next; oldest += 1) {
      const leaves = later((told[oldest] as Told).at, FLOOD.within);
      if (leaves > until) return;
      if (open && next - oldest - 1 < FLOOD.ends) close(leaves, next);
    }
  };
  for (let next = 0; next < told.length; next += 1) {
    const { at } = told[next] as Told;
    expire(at, next);
    const count = next + 1 - oldest;
    if (open) open.peak = Math.max(open.peak, count);
    else if (count > FLOOD.begins) open = { from: at, first: oldest, peak: count };
  }
  expire(end, told.length);
  close(end, told.length);
  return floods;
}

/** Length of the floods together, within the window. */
export const floodTime = (floods: readonly Flood[], from: Instant, to: Instant): Span =>
  sum(floods.map((one) => Math.max(0, Math.min(one.to, to) - Math.max(one.from, from))));

const sum = (spans: readonly number[]): Span => milliseconds(spans.reduce((all, one) => all + one, 0));
