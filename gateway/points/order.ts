/**
 * The last samples of a row in the order in which they were measured, so that one that comes late finds its place between its
 * neighbours. Only rows whose source stamps its samples have such a memory.
 */

/** Samples that are remembered: with a lateness of 2 s this is enough for four a second (engineering judgement). */
const KEPT = 8;
/** Numbers per sample: instant of the source, our monotonic time for it, value. */
const STRIDE = 3;

export interface Recent {
  readonly samples: Float64Array;
  count: number;
}

/** By handle; filled as stamps come. */
export type Order = (Recent | undefined)[];

/** Where a late sample belongs, in our monotonic time: it stood from `from` until `until`, between these two values. */
export interface Between {
  readonly from: number;
  readonly until: number;
  readonly before: number;
  readonly after: number;
}

/** A gap: what came before it is no neighbour of what comes after. */
export function forgetOrder(order: Order, handle: number): void {
  const recent = order[handle];
  if (recent) recent.count = 0;
}

/** The newest sample of the row. Of two of one instant the last one received stands. */
export function noteNewest(order: Order, handle: number, source: number, mono: number, value: number): void {
  let recent = order[handle];
  if (!recent) {
    recent = { samples: new Float64Array(KEPT * STRIDE), count: 0 };
    order[handle] = recent;
  }
  const last = (recent.count - 1) * STRIDE;
  // A clock that was set back starts a new order.
  if (last >= 0 && (recent.samples[last] as number) > source) recent.count = 0;
  if (last >= 0 && recent.samples[last] === source) recent.count -= 1;
  put(recent, recent.count, source, mono, value);
}

function put(recent: Recent, at: number, source: number, mono: number, value: number): void {
  const { samples } = recent;
  let place = at;
  if (recent.count === KEPT) {
    samples.copyWithin(0, STRIDE, place * STRIDE);
    place -= 1;
  } else {
    samples.copyWithin((place + 1) * STRIDE, place * STRIDE, recent.count * STRIDE);
    recent.count += 1;
  }
  samples[place * STRIDE] = source;
  samples[place * STRIDE + 1] = mono;
  samples[place * STRIDE + 2] = value;
}

/** A sample of that very instant is known already. */
export function isKnown(order: Order, handle: number, source: number): boolean {
  const recent = order[handle];
  if (!recent) return false;
  for (let i = 0; i < recent.count; i += 1) if (recent.samples[i * STRIDE] === source) return true;
  return false;
}

/**
 * Puts a late sample where it belongs. `undefined` when it has no neighbours on both sides, or no time between them: then
 * nothing can be said about what it replaces. Its time is measured back from the sample after it, so that neither the clock
 * of the device nor the way here matters.
 */
export function placeLate(order: Order, handle: number, source: number, value: number): Between | undefined {
  const recent = order[handle];
  if (!recent) return undefined;
  const { samples } = recent;
  let next = recent.count;
  while (next > 0 && (samples[(next - 1) * STRIDE] as number) > source) next -= 1;
  if (next === 0 || next === recent.count) return undefined;
  const [before, after] = [(next - 1) * STRIDE, next * STRIDE];
  const until = samples[after + 1] as number;
  const from = Math.max(until - ((samples[after] as number) - source), samples[before + 1] as number);
  const found = { from, until, before: samples[before + 2] as number, after: samples[after + 2] as number };
  put(recent, next, source, from, value);
  return from < until ? found : undefined;
}
