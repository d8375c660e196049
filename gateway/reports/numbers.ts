/** Means and percentiles of columns of numbers; NaN for an empty one. Pure. */

export const mean = (values: ArrayLike<number>): number => {
  let all = 0;
  for (let i = 0; i < values.length; i += 1) all += values[i] as number;
  return all / values.length;
};

export const largest = (values: ArrayLike<number>): number => {
  let most = Number.NaN;
  for (let i = 0; i < values.length; i += 1) most = Math.max(Number.isNaN(most) ? 0 : most, values[i] as number);
  return most;
};

/** Nearest rank: the smallest value that at least `share` of all do not exceed. `sorted` ascending. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted.length === 0 ? Number.NaN : (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number);

export const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
