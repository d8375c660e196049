/**
 * The last stretch of a value as a step function of time: exact up to 128 changes, beyond that in buckets of 1/60 of its
 * length, each with its mean, lowest and highest value. Unknown stretches are kept as such.
 */
import type { History, Seen } from "./history-shape.ts";
import type { LateInput } from "./machine.ts";
import { weightedMedian } from "./weighted-median.ts";

const CAPACITY = 128;
const BUCKETS = 60;
/** Numbers per segment: start, closed good time, integral over it, lowest, highest, last known-or-not value. */
const STRIDE = 6;
const START = 0;
const GOOD = 1;
const SUM = 2;
const LOW = 3;
const HIGH = 4;
const LAST = 5;

const lower = (a: number, b: number): number => (Number.isNaN(a) || b < a ? b : a);
const higher = (a: number, b: number): number => (Number.isNaN(a) || b > a ? b : a);

/** `span` is how far it must reach back, in ms. */
export function createHistory(span: number): History {
  let data = new Float64Array(4 * STRIDE);
  let capacity = 4;
  let head = 0;
  let count = 0;
  // A double in an object field is updated in place; one in a closure variable is allocated anew each time.
  const at = { open: 0, current: Number.NaN, grain: 0, since: Number.NaN };
  const scratch = { values: new Float64Array(0), weights: new Float64Array(0) };
  // The capacity is a power of two.
  const offset = (i: number): number => ((head + i) & (capacity - 1)) * STRIDE;

  function resize(to: number): void {
    const next = new Float64Array(to * STRIDE);
    for (let i = 0; i < count; i += 1) next.set(data.subarray(offset(i), offset(i) + STRIDE), i * STRIDE);
    data = next;
    capacity = to;
    head = 0;
  }

  /** Joins neighbours until no two fit into one bucket: at most 2 * BUCKETS + 1 remain. */
  function compact(): void {
    at.grain = span / BUCKETS;
    let kept = 0;
    const next = new Float64Array(capacity * STRIDE);
    for (let i = 0; i < count; i += 1) {
      const from = offset(i);
      const end = i + 1 < count ? (data[offset(i + 1) + START] as number) : at.open;
      const to = (kept - 1) * STRIDE;
      if (kept > 0 && end - (next[to + START] as number) <= at.grain) {
        next[to + GOOD] = (next[to + GOOD] as number) + (data[from + GOOD] as number);
        next[to + SUM] = (next[to + SUM] as number) + (data[from + SUM] as number);
        next[to + LOW] = lower(next[to + LOW] as number, data[from + LOW] as number);
        next[to + HIGH] = higher(next[to + HIGH] as number, data[from + HIGH] as number);
        next[to + LAST] = data[from + LAST] as number;
      } else {
        next.set(data.subarray(from, from + STRIDE), kept * STRIDE);
        kept += 1;
      }
    }
    data = next;
    head = 0;
    count = kept;
  }

  function add(x: number, time: number): void {
    if (count === capacity) {
      if (capacity < CAPACITY) resize(capacity * 2);
      else compact();
    }
    const o = offset(count);
    count += 1;
    data[o + START] = time;
    data[o + GOOD] = 0;
    data[o + SUM] = 0;
    data[o + LOW] = x;
    data[o + HIGH] = x;
    data[o + LAST] = x;
  }

  /** Books the stretch in which the current value stood. */
  function close(time: number): void {
    const o = offset(count - 1);
    const length = time - at.open;
    if (!Number.isNaN(at.current)) {
      data[o + GOOD] = (data[o + GOOD] as number) + length;
      data[o + SUM] = (data[o + SUM] as number) + at.current * length;
    }
    data[o + LAST] = at.current;
    at.open = time;
  }

  const none = Number.NaN;
  const seen: Seen = {
    good: none,
    sum: none,
    low: none,
    high: none,
    firstAt: none,
    first: none,
    lastAt: none,
    last: none,
    grown: none,
  };

  /** One loop over flat numbers: this runs for every sample of every window, so nothing may be allocated or called in it. */
  function measure(from: number, to: number, now: number): void {
    let good = 0;
    let sum = 0;
    let grown = 0;
    let low = Number.NaN;
    let high = Number.NaN;
    let firstAt = Number.NaN;
    let first = Number.NaN;
    let lastAt = Number.NaN;
    let last = Number.NaN;
    // The closed segments, then the stretch of the current value.
    for (let i = 0; i <= count && count > 0; i += 1) {
      const open = i === count;
      const o = offset(open ? count - 1 : i);
      const start = open ? at.open : (data[o + START] as number);
      const end = open ? now : i + 1 < count ? (data[offset(i + 1) + START] as number) : at.open;
      const begin = start > from ? start : from;
      const finish = end < to ? end : to;
      // The newest value counts although it has had no time yet.
      if (finish <= begin && !(open && finish === begin && start === now)) continue;
      const segmentLow = open ? at.current : (data[o + LOW] as number);
      if (Number.isNaN(segmentLow)) continue;
      const segmentHigh = open ? at.current : (data[o + HIGH] as number);
      const length = end - start;
      const part = finish - begin;
      const known = open
        ? part
        : part === length
          ? (data[o + GOOD] as number)
          : ((data[o + GOOD] as number) * part) / length;
      good += known;
      if (segmentLow === segmentHigh) sum += segmentLow * known;
      else sum += part === length ? (data[o + SUM] as number) : ((data[o + SUM] as number) * part) / length;
      if (!(low <= segmentLow)) low = segmentLow;
      if (!(high >= segmentHigh)) high = segmentHigh;
      const value = open ? at.current : (data[o + LAST] as number);
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(first)) {
        firstAt = begin;
        first = value;
      } else if (value > last) grown += value - last;
      lastAt = finish;
      last = value;
    }
    seen.good = good;
    seen.sum = sum;
    seen.low = low;
    seen.high = high;
    seen.firstAt = firstAt;
    seen.first = first;
    seen.lastAt = lastAt;
    seen.last = last;
    seen.grown = grown;
  }

  function median(from: number, to: number, now: number): number {
    if (scratch.values.length < count + 1) {
      scratch.values = new Float64Array(capacity + 1);
      scratch.weights = new Float64Array(capacity + 1);
    }
    let n = 0;
    let total = 0;
    for (let i = 0; i <= count; i += 1) {
      if (count === 0) break;
      const last = i === count;
      const o = offset(last ? count - 1 : i);
      const start = last ? at.open : (data[o + START] as number);
      const end = last ? now : i + 1 < count ? (data[offset(i + 1) + START] as number) : at.open;
      const good = last ? (Number.isNaN(at.current) ? 0 : end - start) : (data[o + GOOD] as number);
      const overlap = Math.min(end, to) - Math.max(start, from);
      if (overlap <= 0 || good <= 0) continue;
      const weight = (good * overlap) / (end - start);
      scratch.values[n] = last
        ? at.current
        : data[o + LOW] === data[o + HIGH]
          ? (data[o + LOW] as number)
          : (data[o + SUM] as number) / good;
      scratch.weights[n] = weight;
      total += weight;
      n += 1;
    }
    return weightedMedian(scratch.values, scratch.weights, n, total);
  }

  function push(value: number, time: number): void {
    const x = Number.isFinite(value) ? value : Number.NaN;
    if (count === 0) {
      at.since = time;
      at.open = time;
      at.current = x;
      add(x, time);
      return;
    }
    if (x === at.current || (Number.isNaN(x) && Number.isNaN(at.current))) return;
    const o = offset(count - 1);
    if (time === at.open && time === data[o + START]) {
      // Two values at one instant: the last one stands.
      data[o + LOW] = data[o + HIGH] = data[o + LAST] = x;
    } else {
      close(time);
      if (time - (data[o + START] as number) >= at.grain) add(x, time);
      else stretch(o, x);
    }
    at.current = x;
  }

  function stretch(o: number, x: number): void {
    if (Number.isNaN(x)) return;
    data[o + LOW] = lower(data[o + LOW] as number, x);
    data[o + HIGH] = higher(data[o + HIGH] as number, x);
  }

  function insert({ x, before, from, until }: LateInput): void {
    const first = count > 0 ? Math.max(from, data[offset(0) + START] as number) : until;
    if (first >= until) return;
    if (first >= at.open) {
      const { current } = at;
      push(x, first);
      push(current, until);
    } else if (at.grain === 0) rewrite(x, first, until);
    else if (!Number.isNaN(x - before)) {
      // Within a bucket the order does not count.
      let i = count - 1;
      while (i > 0 && (data[offset(i) + START] as number) > first) i -= 1;
      const o = offset(i);
      data[o + SUM] = (data[o + SUM] as number) + (x - before) * (until - first);
      stretch(o, x);
    }
  }

  /** Takes back the changes since `first` and books them again behind the late one. */
  function rewrite(x: number, first: number, until: number): void {
    const { since } = at;
    const tail: { readonly value: number; readonly start: number }[] = [];
    while (count > 0 && (data[offset(count - 1) + START] as number) >= first) {
      const o = offset(count - 1);
      tail.unshift({ value: data[o + LAST] as number, start: data[o + START] as number });
      count -= 1;
    }
    if (count > 0) {
      const o = offset(count - 1);
      at.open = data[o + START] as number;
      at.current = data[o + LAST] as number;
      data[o + GOOD] = 0;
      data[o + SUM] = 0;
    }
    const after = tail.findLast(({ start }) => start <= until)?.value ?? at.current;
    push(x, first);
    push(after, until);
    for (const { value, start } of tail) if (start > until) push(value, start);
    at.since = since;
  }

  return {
    push,
    insert,
    drop(before) {
      while (count > 1 && (data[offset(1) + START] as number) <= before) {
        head = (head + 1) & (capacity - 1);
        count -= 1;
      }
    },
    seen,
    measure,
    median,
    valueAt(time) {
      if (count === 0) return Number.NaN;
      if (time >= at.open) return at.current;
      // What is asked for is mostly the oldest that is kept.
      let value = Number.NaN;
      for (let i = 0; i < count && (data[offset(i) + START] as number) <= time; i += 1)
        value = data[offset(i) + LAST] as number;
      return value;
    },
    changeAfter(time) {
      for (let i = 0; i < count; i += 1) {
        const start = data[offset(i) + START] as number;
        if (start > time) return start;
      }
      return at.open > time ? at.open : Number.POSITIVE_INFINITY;
    },
    get since() {
      return at.since;
    },
    get constant() {
      return count <= 1 && (count === 0 || at.open === data[offset(0) + START]);
    },
    save(mono) {
      const saved = [at.open - mono, at.current, at.grain, at.since - mono];
      for (let i = 0; i < count; i += 1) {
        const o = offset(i);
        saved.push((data[o + START] as number) - mono);
        for (let k = GOOD; k < STRIDE; k += 1) saved.push(data[o + k] as number);
      }
      return saved;
    },
    load(saved, mono) {
      const segments = (saved.length - 4) / STRIDE;
      if (!Number.isInteger(segments) || segments < 1 || segments > CAPACITY) return false;
      const [open = 0, current = Number.NaN, grain = 0, since = 0] = saved;
      let wanted = 4;
      while (wanted < segments) wanted *= 2;
      count = 0;
      resize(wanted);
      data.set(saved.slice(4));
      for (let i = 0; i < segments; i += 1) data[i * STRIDE + START] = (data[i * STRIDE + START] as number) + mono;
      count = segments;
      at.open = open + mono;
      at.current = current;
      at.grain = grain;
      at.since = since + mono;
      return true;
    },
  };
}
