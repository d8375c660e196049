/** What windows ask of the past of a value (`pasts.ts`): how much of it was known, the integral, the median; and late samples. */
import type { LateInput } from "./machine.ts";
import {
  addToBucket,
  COUNT,
  CURRENT,
  capacityOf,
  GRAIN,
  HEAD,
  OPEN,
  type Pasts,
  push,
  SINCE,
  segmentsOf,
  takeNewest,
} from "./pasts.ts";
import { weightedMedian } from "./weighted-median.ts";

/** What the last `measure` found: time that was known, in ms, and the integral of the value over it. */
export interface Seen {
  good: number;
  sum: number;
}

/** Looks at what of segment i lies in [from, to]; adds it to `seen`. */
function addPart(
  { cells }: Pasts,
  o: number,
  data: Float64Array,
  i: number,
  from: number,
  to: number,
  seen: Seen,
): void {
  const capacity = capacityOf(data);
  const head = cells[o + HEAD] as number;
  const at = (head + i) & (capacity - 1);
  const start = data[at] as number;
  const end =
    i + 1 < (cells[o + COUNT] as number) ? (data[(at + 1) & (capacity - 1)] as number) : (cells[o + OPEN] as number);
  const part = Math.min(end, to) - Math.max(start, from);
  if (part <= 0) return;
  const length = end - start;
  const good = data[capacity + at] as number;
  const known = part === length ? good : (good * part) / length;
  seen.good += known;
  const low = data[3 * capacity + at] as number;
  if (low === data[4 * capacity + at]) seen.sum += low * known;
  else
    seen.sum +=
      part === length ? (data[2 * capacity + at] as number) : ((data[2 * capacity + at] as number) * part) / length;
}

/**
 * Looks at [from, to] into `seen`; `now` is where the last value ends. This runs for every look of every window: of what lies
 * inside as a whole only two columns are read.
 */
export function measure(p: Pasts, o: number, from: number, to: number, now: number, seen: Seen): void {
  const { cells } = p;
  seen.good = 0;
  seen.sum = 0;
  const count = cells[o + COUNT] as number;
  if (count === 0) return;
  const data = segmentsOf(p, o);
  const open = cells[o + OPEN] as number;
  if (to < open) for (let i = 0; i < count; i += 1) addPart(p, o, data, i, from, to, seen);
  else {
    const capacity = capacityOf(data);
    const head = cells[o + HEAD] as number;
    let first = 0;
    while (first < count && (data[(head + first) & (capacity - 1)] as number) < from) {
      addPart(p, o, data, first, from, to, seen);
      first += 1;
    }
    let time = seen.good;
    let whole = seen.sum;
    for (let i = first; i < count; i += 1) {
      const at = (head + i) & (capacity - 1);
      time += data[capacity + at] as number;
      whole += data[2 * capacity + at] as number;
    }
    seen.good = time;
    seen.sum = whole;
  }
  const current = cells[o + CURRENT] as number;
  const part = Math.min(now, to) - Math.max(open, from);
  if (part <= 0 || Number.isNaN(current)) return;
  seen.good += part;
  seen.sum += current * part;
}

const scratch = { values: new Float64Array(0), weights: new Float64Array(0) };

/** Median by time of [from, to]. */
export function median(p: Pasts, o: number, from: number, to: number, now: number): number {
  const { cells } = p;
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  const [head, count] = [cells[o + HEAD] as number, cells[o + COUNT] as number];
  if (count === 0) return Number.NaN;
  if (scratch.values.length < count + 1) {
    scratch.values = new Float64Array(2 * capacity);
    scratch.weights = new Float64Array(2 * capacity);
  }
  const [open, current] = [cells[o + OPEN] as number, cells[o + CURRENT] as number];
  let n = 0;
  let total = 0;
  for (let i = 0; i <= count; i += 1) {
    const last = i === count;
    const at = (head + (last ? count - 1 : i)) & (capacity - 1);
    const start = last ? open : (data[at] as number);
    const end = last ? now : i + 1 < count ? (data[(at + 1) & (capacity - 1)] as number) : open;
    const good = last ? (Number.isNaN(current) ? 0 : end - start) : (data[capacity + at] as number);
    const overlap = Math.min(end, to) - Math.max(start, from);
    if (overlap <= 0 || good <= 0) continue;
    const weight = (good * overlap) / (end - start);
    const low = data[3 * capacity + at] as number;
    scratch.values[n] = last
      ? current
      : low === data[4 * capacity + at]
        ? low
        : (data[2 * capacity + at] as number) / good;
    scratch.weights[n] = weight;
    total += weight;
    n += 1;
  }
  return weightedMedian(scratch.values, scratch.weights, n, total);
}

/** A late sample between its neighbours. */
export function insertInto(p: Pasts, o: number, { x, before, from, until }: LateInput): void {
  const { cells } = p;
  const start = segmentsOf(p, o)[cells[o + HEAD] as number] as number;
  const first = (cells[o + COUNT] as number) > 0 ? Math.max(from, start) : until;
  if (first >= until) return;
  if (first >= (cells[o + OPEN] as number)) {
    const current = cells[o + CURRENT] as number;
    push(p, o, x, first);
    push(p, o, current, until);
  } else if (cells[o + GRAIN] === 0) rewrite(p, o, x, first, until);
  // Within a bucket the order does not count.
  else if (!Number.isNaN(x - before)) addToBucket(p, o, first, x, (x - before) * (until - first));
}

/** Takes back the changes since `first` and books them again behind the late one; each still has one value. */
function rewrite(p: Pasts, o: number, x: number, first: number, until: number): void {
  const { cells } = p;
  const since = cells[o + SINCE] as number;
  const tail: { readonly value: number; readonly start: number }[] = [];
  const newest = (): number => {
    const data = segmentsOf(p, o);
    return data[((cells[o + HEAD] as number) + (cells[o + COUNT] as number) - 1) & (capacityOf(data) - 1)] as number;
  };
  while ((cells[o + COUNT] as number) > 0 && newest() >= first) tail.unshift(takeNewest(p, o));
  const after = tail.findLast(({ start }) => start <= until)?.value ?? (cells[o + CURRENT] as number);
  push(p, o, x, first);
  push(p, o, after, until);
  for (const { value, start } of tail) if (start > until) push(p, o, value, start);
  cells[o + SINCE] = since;
}
