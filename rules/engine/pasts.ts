/**
 * The last stretch of many values as step functions of time, side by side: exact up to 128 changes, beyond that in buckets of
 * 1/60 of the length, each with its mean, lowest and highest value. Unknown stretches are kept as such. What every sample
 * touches stands in one column of numbers for all, half of two cache lines each; an object for each would cost more than the sum.
 */
import type { Saved } from "./machine.ts";

/** Numbers per past: eight of its own, then eight for whoever looks at it. */
export const STRIDE = 16;
/** When the present value began to stand, and that value; NaN: unknown. */
export const OPEN = 0;
export const CURRENT = 1;
/** Length of a bucket; 0 while every change is kept. */
export const GRAIN = 2;
/** When the value began to be watched; NaN before the first push. */
export const SINCE = 3;
/** The ring of segments: where it begins, and how many there are. */
export const HEAD = 4;
export const COUNT = 5;
/** How far it must reach back, in ms. */
export const REACH = 6;
export const OWN = 7;

const MOST = 128;
const BUCKETS = 60;
/**
 * Numbers per segment: start, closed good time, integral over it, lowest, highest. Each stands in a column of its own, so that
 * an average walks over two of them and leaves the others alone. The capacity is a power of two.
 */
export const COLUMNS = 5;
/** As saved each segment has one number more, which nothing reads any more. */
const SAVED = 6;
const FIRST_CAPACITY = 4;

/** `o` in these functions is where a past begins in `cells`: its position times `STRIDE`. */
export interface Pasts {
  readonly cells: Float64Array;
  /** By position: the columns of its segments, one behind the other. */
  readonly segments: Float64Array[];
}

const NOTHING = new Float64Array(0);
const lower = (a: number, b: number): number => (Number.isNaN(a) || b < a ? b : a);
const higher = (a: number, b: number): number => (Number.isNaN(a) || b > a ? b : a);

export const createPasts = (count: number): Pasts => ({
  cells: new Float64Array(count * STRIDE),
  segments: new Array<Float64Array>(count).fill(NOTHING),
});

export function openPast({ cells }: Pasts, o: number, reach: number): void {
  cells[o + CURRENT] = Number.NaN;
  cells[o + SINCE] = Number.NaN;
  cells[o + REACH] = reach;
}

export const capacityOf = (data: Float64Array): number => data.length / COLUMNS;
export const segmentsOf = (p: Pasts, o: number): Float64Array => p.segments[o / STRIDE] as Float64Array;

/** Moves the segments into an array of this capacity, the first one at its beginning. */
function resize(p: Pasts, o: number, to: number): Float64Array {
  const data = segmentsOf(p, o);
  const from = capacityOf(data);
  const [head, count] = [p.cells[o + HEAD] as number, p.cells[o + COUNT] as number];
  const next = new Float64Array(to * COLUMNS);
  for (let i = 0; i < count; i += 1) {
    const at = (head + i) & (from - 1);
    for (let k = 0; k < COLUMNS; k += 1) next[k * to + i] = data[k * from + at] as number;
  }
  p.cells[o + HEAD] = 0;
  p.segments[o / STRIDE] = next;
  return next;
}

/** Joins neighbours until no two fit into one bucket: at most 2 * BUCKETS + 1 remain. */
function compact(p: Pasts, o: number): void {
  const { cells } = p;
  cells[o + GRAIN] = (cells[o + REACH] as number) / BUCKETS;
  const data = resize(p, o, MOST);
  const [good, sum, low, high] = [MOST, 2 * MOST, 3 * MOST, 4 * MOST];
  const count = cells[o + COUNT] as number;
  let kept = 0;
  for (let i = 1; i < count; i += 1) {
    const end = i + 1 < count ? (data[i + 1] as number) : (cells[o + OPEN] as number);
    if (end - (data[kept] as number) <= (cells[o + GRAIN] as number)) {
      data[good + kept] = (data[good + kept] as number) + (data[good + i] as number);
      data[sum + kept] = (data[sum + kept] as number) + (data[sum + i] as number);
      data[low + kept] = lower(data[low + kept] as number, data[low + i] as number);
      data[high + kept] = higher(data[high + kept] as number, data[high + i] as number);
    } else {
      kept += 1;
      for (let k = 0; k < COLUMNS; k += 1) data[k * MOST + kept] = data[k * MOST + i] as number;
    }
  }
  cells[o + COUNT] = kept + 1;
}

/** Forgets what ended before `before`. */
export function dropBefore(p: Pasts, o: number, before: number): void {
  const { cells } = p;
  let count = cells[o + COUNT] as number;
  if (count <= 1) return;
  const data = segmentsOf(p, o);
  const last = capacityOf(data) - 1;
  let head = cells[o + HEAD] as number;
  while (count > 1 && (data[(head + 1) & last] as number) <= before) {
    head = (head + 1) & last;
    count -= 1;
  }
  cells[o + HEAD] = head;
  cells[o + COUNT] = count;
}

function grow(p: Pasts, o: number): void {
  const capacity = capacityOf(segmentsOf(p, o));
  if (capacity === 0) resize(p, o, FIRST_CAPACITY);
  else if (capacity < MOST) resize(p, o, capacity * 2);
  else compact(p, o);
}

function add(p: Pasts, o: number, x: number, time: number): void {
  const { cells } = p;
  if (cells[o + COUNT] === capacityOf(segmentsOf(p, o))) grow(p, o);
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  const count = cells[o + COUNT] as number;
  const at = ((cells[o + HEAD] as number) + count) & (capacity - 1);
  cells[o + COUNT] = count + 1;
  data[at] = time;
  data[capacity + at] = 0;
  data[2 * capacity + at] = 0;
  data[3 * capacity + at] = x;
  data[4 * capacity + at] = x;
}

function stretch(data: Float64Array, at: number, x: number): void {
  if (Number.isNaN(x)) return;
  const capacity = capacityOf(data);
  data[3 * capacity + at] = lower(data[3 * capacity + at] as number, x);
  data[4 * capacity + at] = higher(data[4 * capacity + at] as number, x);
}

/** From `time` on the value is `value` (NaN: unknown). */
export function push(p: Pasts, o: number, value: number, time: number): void {
  const { cells } = p;
  const x = Number.isFinite(value) ? value : Number.NaN;
  const current = cells[o + CURRENT] as number;
  const count = cells[o + COUNT] as number;
  if (count === 0) {
    cells[o + SINCE] = time;
    cells[o + OPEN] = time;
    cells[o + CURRENT] = x;
    add(p, o, x, time);
    return;
  }
  if (x === current || (Number.isNaN(x) && Number.isNaN(current))) return;
  cells[o + CURRENT] = x;
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  const at = ((cells[o + HEAD] as number) + count - 1) & (capacity - 1);
  const open = cells[o + OPEN] as number;
  const start = data[at] as number;
  if (time === open && time === start) {
    // Two values at one instant: the last one stands.
    data[3 * capacity + at] = x;
    data[4 * capacity + at] = x;
    return;
  }
  if (!Number.isNaN(current)) {
    data[capacity + at] = (data[capacity + at] as number) + (time - open);
    data[2 * capacity + at] = (data[2 * capacity + at] as number) + current * (time - open);
  }
  cells[o + OPEN] = time;
  if (time - start < (cells[o + GRAIN] as number)) {
    stretch(data, at, x);
    return;
  }
  if (count === capacity) dropBefore(p, o, time - (cells[o + REACH] as number));
  add(p, o, x, time);
}

/** Takes back the newest segment, when it holds one value only; the one before it is open again. */
export function takeNewest(p: Pasts, o: number): { readonly value: number; readonly start: number } {
  const { cells } = p;
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  const count = (cells[o + COUNT] as number) - 1;
  const at = ((cells[o + HEAD] as number) + count) & (capacity - 1);
  cells[o + COUNT] = count;
  if (count > 0) {
    const before = ((cells[o + HEAD] as number) + count - 1) & (capacity - 1);
    cells[o + OPEN] = data[before] as number;
    cells[o + CURRENT] = data[3 * capacity + before] as number;
    data[capacity + before] = 0;
    data[2 * capacity + before] = 0;
  }
  return { value: data[3 * capacity + at] as number, start: data[at] as number };
}

/** What a late value adds to the bucket in which it began. */
export function addToBucket(p: Pasts, o: number, first: number, x: number, area: number): void {
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  const at = (i: number): number => ((p.cells[o + HEAD] as number) + i) & (capacity - 1);
  let i = (p.cells[o + COUNT] as number) - 1;
  while (i > 0 && (data[at(i)] as number) > first) i -= 1;
  data[2 * capacity + at(i)] = (data[2 * capacity + at(i)] as number) + area;
  stretch(data, at(i), x);
}

export function savePast(p: Pasts, o: number, mono: number): number[] {
  const { cells } = p;
  const saved = [
    (cells[o + OPEN] as number) - mono,
    cells[o + CURRENT] as number,
    cells[o + GRAIN] as number,
    (cells[o + SINCE] as number) - mono,
  ];
  const data = segmentsOf(p, o);
  const capacity = capacityOf(data);
  for (let i = 0; i < (cells[o + COUNT] as number); i += 1) {
    const at = ((cells[o + HEAD] as number) + i) & (capacity - 1);
    saved.push((data[at] as number) - mono);
    for (let k = 1; k < COLUMNS; k += 1) saved.push(data[k * capacity + at] as number);
    saved.push(0);
  }
  return saved;
}

/** Takes back what `savePast` gave; false, and nothing is changed, when that is not understood. */
export function loadPast(p: Pasts, o: number, saved: Saved, mono: number): boolean {
  const count = (saved.length - 4) / SAVED;
  if (!Number.isInteger(count) || count < 1 || count > MOST) return false;
  const { cells } = p;
  const [open = 0, current = Number.NaN, grain = 0, since = 0] = saved;
  let capacity = FIRST_CAPACITY;
  while (capacity < count) capacity *= 2;
  cells[o + COUNT] = 0;
  const data = resize(p, o, capacity);
  for (let i = 0; i < count; i += 1) {
    data[i] = (saved[4 + i * SAVED] as number) + mono;
    for (let k = 1; k < COLUMNS; k += 1) data[k * capacity + i] = saved[4 + i * SAVED + k] as number;
  }
  cells[o + COUNT] = count;
  cells[o + OPEN] = open + mono;
  cells[o + CURRENT] = current;
  cells[o + GRAIN] = grain;
  cells[o + SINCE] = since + mono;
  return true;
}
