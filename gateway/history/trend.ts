/** One point's past in buckets: fine samples where they are needed and kept, aggregates where they say the same. */
import type { Samples } from "./block.ts";
import { type Buckets, boundsOf, createBuckets, fill, HOLD, qualityOfBucket } from "./buckets.ts";
import { HOURS, type Level, MINUTES } from "./cells.ts";
import type { TrendColumns } from "./messages.ts";
import type { Past } from "./past.ts";
import { merged } from "./stretch.ts";

export interface TrendQuery {
  readonly series: number;
  readonly from: number;
  readonly to: number;
  readonly buckets: number;
  /** The present: no sample speaks beyond it. */
  readonly now: number;
  /** Aggregates exist up to here. */
  readonly rolled: number;
}

export interface Trend {
  readonly buckets: Buckets;
  /** End of the last bucket, ms. */
  readonly end: number;
}

/** Aggregates are taken where a bucket holds at least two of their cells. */
const levelFor = (width: number): Level | undefined =>
  width >= 2 * HOURS.step ? HOURS : width >= 2 * MINUTES.step ? MINUTES : undefined;

const noSamples: Samples = { count: 0, at: new Float64Array(0), value: new Float64Array(0), code: new Uint8Array(0) };

/** `newest`: samples that stand in no block yet, in order. */
export function readTrend(past: Past, query: TrendQuery, newest: Samples = noSamples): Trend {
  const { series, from, to, now, rolled } = query;
  const level = levelFor((to - from) / query.buckets);
  // Where the samples themselves are gone, cells stand in; then every bound must be a cell's.
  const oldest = Math.min(past.oldest(series), newest.count > 0 ? (newest.at[0] as number) : Number.POSITIVE_INFINITY);
  const oldestMinute = past.oldestCell(series, MINUTES);
  const isGone = oldest > from && Math.min(oldestMinute, past.oldestCell(series, HOURS)) < floor(oldest, HOURS.step);
  const fineFrom = level
    ? Math.max(from, rolled)
    : isGone
      ? Math.max(from, Math.min(rolled, ceil(oldest, HOURS.step)))
      : from;
  const needsCells = fineFrom > from && rolled > from;
  const minutesFrom = level === HOURS ? rolled : Math.max(from, ceil(oldestMinute, HOURS.step));
  const usesHours = needsCells && Math.min(minutesFrom, fineFrom) > from;
  const step = !needsCells ? 1 : usesHours ? HOURS.step : MINUTES.step;

  const bounds = boundsOf(from, to, query.buckets, step);
  const end = bounds[bounds.length - 1] as number;
  const buckets = createBuckets(bounds);
  const start = bounds[0] as number;
  const samplesFrom = needsCells ? Math.max(start, fineFrom) : start;
  const filler = fill(buckets, bounds, samplesFrom);
  if (needsCells) {
    const change = Math.min(Math.max(minutesFrom, start), fineFrom);
    if (usesHours) for (const cells of past.cells(series, HOURS, start, change)) filler.cells(cells, start, change);
    if (change < fineFrom) {
      for (const cells of past.cells(series, MINUTES, change, fineFrom)) filler.cells(cells, change, fineFrom);
    }
  }
  if (samplesFrom < end) takeSamples(past, series, samplesFrom, end, newest, (samples) => filler.take(samples));
  filler.close(now);
  return { buckets, end };
}

const floor = (ms: number, step: number): number => Math.floor(ms / step) * step;
const ceil = (ms: number, step: number): number => Math.ceil(ms / step) * step;

/**
 * Hands over all samples between `from` and `to`, and the last ones before, in the order of their times. Blocks come one
 * by one while they follow each other; after a step of the wall clock they overlap and are sorted as a whole.
 */
export function takeSamples(
  past: Past,
  series: number,
  from: number,
  to: number,
  newest: Samples,
  take: (samples: Samples) => void,
): void {
  const pieces = [...past.blocks(series, from - HOLD, to)];
  if (newest.count > 0) pieces.push(newest);
  let end = Number.NEGATIVE_INFINITY;
  const overlap = pieces.some((piece) => {
    const before = end;
    end = piece.at[piece.count - 1] as number;
    return (piece.at[0] as number) < before;
  });
  if (overlap) take(merged(pieces));
  else for (const piece of pieces) take(piece);
}

/** A trend as it leaves the history; `present`: what lies behind it has no time to be good or bad in. */
export function trendColumns({ buckets, end }: Trend, present: number): TrendColumns {
  const { count, at, low, high, last, samples, known } = buckets;
  const until = (i: number) =>
    Math.min(i + 1 < count ? (at[i + 1] as number) : end, Math.max(present, at[i] as number));
  return {
    count,
    at,
    low,
    high,
    last,
    samples,
    // A bucket that a sample only touched, at its very end, has no time to weigh with.
    mean: buckets.area.map((area, i) => ((known[i] as number) > 0 ? area / (known[i] as number) : (last[i] as number))),
    quality: Uint8Array.from(at, (_, i) => qualityOfBucket(buckets, i, until(i))),
  };
}
