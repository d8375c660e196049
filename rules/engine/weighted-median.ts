/** The value below which half of the weight lies. */

/** Sorts the first `n` values with their weights in place (insertion: they are few and mostly in order) and picks. */
export function weightedMedian(values: Float64Array, weights: Float64Array, n: number, total: number): number {
  for (let i = 1; i < n; i += 1) {
    const value = values[i] as number;
    const weight = weights[i] as number;
    let j = i - 1;
    while (j >= 0 && (values[j] as number) > value) {
      values[j + 1] = values[j] as number;
      weights[j + 1] = weights[j] as number;
      j -= 1;
    }
    values[j + 1] = value;
    weights[j + 1] = weight;
  }
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    sum += weights[i] as number;
    if (sum * 2 >= total) return values[i] as number;
  }
  return Number.NaN;
}
