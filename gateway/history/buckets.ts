/**
 * Buckets of a trend. A sample holds until the next one, at most `HOLD` long: where nothing came for longer, nobody knows,
 * and a gap is not a line. Means are weighted by time. Pure.
 */
import { BAD, GOOD, UNCERTAIN } from "#model/quality";
import { qualityOf, type Samples } from "./block.ts";

/** An unchanged point is written again after this long, so that silence in the history is a gap and not a constant. */
export const LONGEST_SILENCE = 300_000;
/** How long a sample speaks for the time after it: the longest silence, and room for a late beat. */
export const HOLD = 420_000;

/** One row per bucket; NaN where nothing is known. Also the cells of the aggregates. */
export interface Buckets {
  readonly count: number;
  /** Start of each bucket, ms since epoch. */
  readonly at: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Integral over the known time, value × ms. */
  readonly area: Float64Array;
  readonly last: Float64Array;
  /** Samples inside. */
  readonly samples: Float64Array;
  /** ms with a value of any quality, and of good quality. */
  readonly known: Float64Array;
  readonly good: Float64Array;
}

/** `bounds`: starts of the buckets and the end of the last one. */
export function createBuckets(bounds: Float64Array): Buckets {
  const count = bounds.length - 1;
  return {
    count,
    at: bounds.slice(0, count),
    low: new Float64Array(count).fill(Number.NaN),
    high: new Float64Array(count).fill(Number.NaN),
    area: new Float64Array(count),
    last: new Float64Array(count).fill(Number.NaN),
    samples: new Float64Array(count),
    known: new Float64Array(count),
    good: new Float64Array(count),
  };
}

/** Equal buckets between `from` and `to`, their bounds moved onto multiples of `step`; fewer when they would be empty. */
export function boundsOf(from: number, to: number, buckets: number, step: number): Float64Array {
  const bounds = new Float64Array(buckets + 1);
  let used = 0;
  for (let i = 0; i <= buckets; i += 1) {
    const exact = from + ((to - from) * i) / buckets;
    const bound = i === buckets ? Math.ceil(exact / step) * step : Math.floor(exact / step) * step;
    if (used === 0 || bound > (bounds[used - 1] as number)) bounds[used++] = bound;
  }
  return bounds.subarray(0, Math.max(2, used));
}

export interface Filler {
  /** Samples in the order of their times; may be called for one piece after the other. */
  take(samples: Samples): void;
  /** Cells of an aggregate, each belonging to the bucket in which it starts. */
  cells(cells: Buckets, from: number, to: number): void;
  /** The last sample speaks until here at most. */
  close(now: number): void;
}

/** Fills `buckets`, whose last one ends at `end`, with what falls between `from` and `end`. */
export function fill(buckets: Buckets, bounds: Float64Array, from: number): Filler {
  const end = bounds[buckets.count] as number;
  let bucket = 0;
  let at = Number.NaN;
  let value = Number.NaN;
  let quality = BAD;

  const seek = (time: number) => {
    if (time < (bounds[bucket] as number)) bucket = 0;
    while (bucket < buckets.count - 1 && time >= (bounds[bucket + 1] as number)) bucket += 1;
  };

  function touch(i: number): void {
    if (!(value >= (buckets.low[i] as number))) buckets.low[i] = value;
    if (!(value <= (buckets.high[i] as number))) buckets.high[i] = value;
    buckets.last[i] = value;
  }

  /** The present sample speaks until `until`. */
  function spread(until: number): void {
    if (quality === BAD || Number.isNaN(value)) return;
    const stop = Math.min(until, at + HOLD, end);
    let start = Math.max(at, from);
    if (start >= stop) return;
    seek(start);
    while (start < stop) {
      const edge = Math.min(stop, bounds[bucket + 1] as number);
      const span = edge - start;
      touch(bucket);
      buckets.area[bucket] = (buckets.area[bucket] as number) + value * span;
      buckets.known[bucket] = (buckets.known[bucket] as number) + span;
      if (quality === GOOD) buckets.good[bucket] = (buckets.good[bucket] as number) + span;
      start = edge;
      if (start < stop) bucket += 1;
    }
  }

  return {
    take(samples) {
      for (let i = 0; i < samples.count; i += 1) {
        const next = samples.at[i] as number;
        if (next >= end) {
          spread(next);
          at = Number.NaN;
          quality = BAD;
          return;
        }
        spread(next);
        at = next;
        value = samples.value[i] as number;
        quality = qualityOf(samples.code[i] as number);
        if (next < from || quality === BAD) continue;
        seek(next);
        touch(bucket);
        buckets.samples[bucket] = (buckets.samples[bucket] as number) + 1;
      }
    },
    cells(cells, first, last) {
      for (let i = 0; i < cells.count; i += 1) {
        const start = cells.at[i] as number;
        if (start < first || start >= last || start >= end || Number.isNaN(cells.low[i] as number)) continue;
        seek(start);
        if (!((cells.low[i] as number) >= (buckets.low[bucket] as number)))
          buckets.low[bucket] = cells.low[i] as number;
        if (!((cells.high[i] as number) <= (buckets.high[bucket] as number))) {
          buckets.high[bucket] = cells.high[i] as number;
        }
        buckets.last[bucket] = cells.last[i] as number;
        buckets.area[bucket] = (buckets.area[bucket] as number) + (cells.area[i] as number);
        buckets.samples[bucket] = (buckets.samples[bucket] as number) + (cells.samples[i] as number);
        buckets.known[bucket] = (buckets.known[bucket] as number) + (cells.known[i] as number);
        buckets.good[bucket] = (buckets.good[bucket] as number) + (cells.good[i] as number);
      }
    },
    close(now) {
      spread(Math.max(at, now));
      quality = BAD;
    },
  };
}

/** Share of a bucket's time that must be good for the bucket to be good; engineering judgement. */
const MOSTLY = 0.99;

/** `until`: the bucket's end, or now where that is earlier. */
export function qualityOfBucket(buckets: Buckets, i: number, until: number): number {
  const span = Math.max(1, until - (buckets.at[i] as number));
  if ((buckets.known[i] as number) === 0 && (buckets.samples[i] as number) === 0) return BAD;
  return (buckets.good[i] as number) >= span * MOSTLY ? GOOD : UNCERTAIN;
}
