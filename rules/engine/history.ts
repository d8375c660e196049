/**
 * The last stretch of a value as a step function of time: exact up to 128 changes, beyond that in buckets of 1/60 of its
 * length, each with its mean, lowest and highest value. Unknown stretches are kept as such.
 */
import type { History, Seen } from "./history-shape.ts";
import type { LateInput } from "./machine.ts";
import { weightedMedian } from "./weighted-median.ts";

const CAPACITY = 128;
const BUCKETS = 60;
/**
 * Numbers per segment: start, closed good time, integral over it, lowest, highest. Each stands in a column of its own, so that
 * an average walks over two of them and leaves the others alone.
 */
const COLUMNS = 5;
/** As saved each segment has one number more, which nothing reads any more. */
const SAVED = 6;

const lower = (a: number, b: number): number => (Number.isNaN(a) || b < a ? b : a);
const higher = (a: number, b: number): number => (Number.isNaN(a) || b > a ? b : a);

/** `span` is how far it must reach back, in ms. */
export function createHistory(span: number): History {
  let capacity = 4;
  let data = new Float64Array(capacity * COLUMNS);
  /** Where the columns begin; that of the starts is the first. */
  let [good, sum, low, high] = [capacity, 2 * capacity, 3 * capacity, 4 * capacity];
  let head = 0;
  let count = 0;
  // A double in an object field is updated in place; one in a closure variable is allocated anew each time.
  const at = { open: 0, current: Number.NaN, grain: 0, since: Number.NaN };
  const scratch = { values: new Float64Array(0), weights: new Float64Array(0) };
  // The capacity is a power of two.
  const offset = (i: number): number => (head + i) & (capacity - 1);
  const startAt = (i: number): number => data[offset(i)] as number;
  /** Where a segment ends: the last one of those that are closed at the open stretch. */
  const endAt = (i: number): number => (i + 1 < count ? startAt(i + 1) : at.open);

  function resize(to: number): void {
    const next = new Float64Array(to * COLUMNS);
    for (let i = 0; i < count; i += 1) {
      const o = offset(i);
      for (let k = 0; k < COLUMNS; k += 1) next[k * to + i] = data[k * capacity + o] as number;
    }
    data = next;
    capacity = to;
    [good, sum, low, high] = [to, 2 * to, 3 * to, 4 * to];
    head = 0;
  }

  /** Joins neighbours until no two fit into one bucket: at most 2 * BUCKETS + 1 remain. */
  function compact(): void {
    at.grain = span / BUCKETS;
    resize(capacity);
    let kept = 0;
    for (let i = 1; i < count; i += 1) {
      const end = i + 1 < count ? (data[i + 1] as number) : at.open;
      if (end - (data[kept] as number) <= at.grain) {
        data[good + kept] = (data[good + kept] as number) + (data[good + i] as number);
        data[sum + kept] = (data[sum + kept] as number) + (data[sum + i] as number);
        data[low + kept] = lower(data[low + kept] as number, data[low + i] as number);
        data[high + kept] = higher(data[high + kept] as number, data[high + i] as number);
      } else {
        kept += 1;
        for (let k = 0; k < COLUMNS; k += 1) data[k * capacity + kept] = data[k * capacity + i] as number;
      }
    }
    count = kept + 1;
  }

  function add(x: number, time: number): void {
    if (count === capacity) {
      if (capacity < CAPACITY) resize(capacity * 2);
      else compact();
    }
    const o = offset(count);
    count += 1;
    data[o] = time;
    data[good + o] = 0;
    data[sum + o] = 0;
    data[low + o] = x;
    data[high + o] = x;
  }

  /** Books the stretch in which the current value stood. */
  function close(time: number): void {
    const o = offset(count - 1);
    const length = time - at.open;
    if (!Number.isNaN(at.current)) {
      data[good + o] = (data[good + o] as number) + length;
      data[sum + o] = (data[sum + o] as number) + at.current * length;
    }
    at.open = time;
  }

  const seen: Seen = { good: Number.NaN, sum: Number.NaN };

  /** Looks at what of a segment lies in [from, to]; adds it to `seen`. */
  function addPart(i: number, from: number, to: number): void {
    const [start, end] = [startAt(i), endAt(i)];
    const part = Math.min(end, to) - Math.max(start, from);
    if (part <= 0) return;
    const o = offset(i);
    const length = end - start;
    const known = part === length ? (data[good + o] as number) : ((data[good + o] as number) * part) / length;
    seen.good += known;
    if (data[low + o] === data[high + o]) seen.sum += (data[low + o] as number) * known;
    else seen.sum += part === length ? (data[sum + o] as number) : ((data[sum + o] as number) * part) / length;
  }

  /** This runs for every look of every window: of what lies inside as a whole only two columns are read. */
  function measure(from: number, to: number, now: number): void {
    seen.good = 0;
    seen.sum = 0;
    if (count === 0) return;
    if (to < at.open) for (let i = 0; i < count; i += 1) addPart(i, from, to);
    else {
      let first = 0;
      while (first < count && startAt(first) < from) {
        addPart(first, from, to);
        first += 1;
      }
      let time = seen.good;
      let whole = seen.sum;
      for (let i = first; i < count; i += 1) {
        const o = offset(i);
        time += data[good + o] as number;
        whole += data[sum + o] as number;
      }
      seen.good = time;
      seen.sum = whole;
    }
    const part = Math.min(now, to) - Math.max(at.open, from);
    if (part <= 0 || Number.isNaN(at.current)) return;
    seen.good += part;
    seen.sum += at.current * part;
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
      const start = last ? at.open : startAt(i);
      const end = last ? now : endAt(i);
      const known = last ? (Number.isNaN(at.current) ? 0 : end - start) : (data[good + o] as number);
      const overlap = Math.min(end, to) - Math.max(start, from);
      if (overlap <= 0 || known <= 0) continue;
      const weight = (known * overlap) / (end - start);
      scratch.values[n] = last
        ? at.current
        : data[low + o] === data[high + o]
          ? (data[low + o] as number)
          : (data[sum + o] as number) / known;
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
    if (time === at.open && time === data[o]) {
      // Two values at one instant: the last one stands.
      data[low + o] = data[high + o] = x;
    } else {
      close(time);
      if (time - (data[o] as number) >= at.grain) add(x, time);
      else stretch(o, x);
    }
    at.current = x;
  }

  function stretch(o: number, x: number): void {
    if (Number.isNaN(x)) return;
    data[low + o] = lower(data[low + o] as number, x);
    data[high + o] = higher(data[high + o] as number, x);
  }

  function insert({ x, before, from, until }: LateInput): void {
    const first = count > 0 ? Math.max(from, startAt(0)) : until;
    if (first >= until) return;
    if (first >= at.open) {
      const { current } = at;
      push(x, first);
      push(current, until);
    } else if (at.grain === 0) rewrite(x, first, until);
    else if (!Number.isNaN(x - before)) {
      // Within a bucket the order does not count.
      let i = count - 1;
      while (i > 0 && startAt(i) > first) i -= 1;
      const o = offset(i);
      data[sum + o] = (data[sum + o] as number) + (x - before) * (until - first);
      stretch(o, x);
    }
  }

  /** Takes back the changes since `first` and books them again behind the late one; each still has one value. */
  function rewrite(x: number, first: number, until: number): void {
    const { since } = at;
    const tail: { readonly value: number; readonly start: number }[] = [];
    while (count > 0 && startAt(count - 1) >= first) {
      tail.unshift({ value: data[low + offset(count - 1)] as number, start: startAt(count - 1) });
      count -= 1;
    }
    if (count > 0) {
      const o = offset(count - 1);
      at.open = data[o] as number;
      at.current = data[low + o] as number;
      data[good + o] = 0;
      data[sum + o] = 0;
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
      while (count > 1 && startAt(1) <= before) {
        head = (head + 1) & (capacity - 1);
        count -= 1;
      }
    },
    seen,
    measure,
    median,
    get since() {
      return at.since;
    },
    get constant() {
      return count <= 1 && (count === 0 || at.open === startAt(0));
    },
    save(mono) {
      const saved = [at.open - mono, at.current, at.grain, at.since - mono];
      for (let i = 0; i < count; i += 1) {
        const o = offset(i);
        saved.push((data[o] as number) - mono);
        for (let k = 1; k < COLUMNS; k += 1) saved.push(data[k * capacity + o] as number);
        saved.push(0);
      }
      return saved;
    },
    load(saved, mono) {
      const segments = (saved.length - 4) / SAVED;
      if (!Number.isInteger(segments) || segments < 1 || segments > CAPACITY) return false;
      const [open = 0, current = Number.NaN, grain = 0, since = 0] = saved;
      let wanted = 4;
      while (wanted < segments) wanted *= 2;
      count = 0;
      resize(wanted);
      for (let i = 0; i < segments; i += 1) {
        data[i] = (saved[4 + i * SAVED] as number) + mono;
        for (let k = 1; k < COLUMNS; k += 1) data[k * capacity + i] = saved[4 + i * SAVED + k] as number;
      }
      count = segments;
      at.open = open + mono;
      at.current = current;
      at.grain = grain;
      at.since = since + mono;
      return true;
    },
  };
}
