/** Stretches of one point's samples: put in order, put together, cut into what fits into blocks. */
import { BLOCK_SAMPLES, BLOCK_SPAN, type Samples } from "./block.ts";

/** Sorted by time; samples of the same instant keep their order. */
export function inOrder(samples: Samples): Samples {
  const order = Array.from({ length: samples.count }, (_, i) => i).sort(
    (a, b) => (samples.at[a] as number) - (samples.at[b] as number) || a - b,
  );
  return {
    count: samples.count,
    at: Float64Array.from(order, (i) => samples.at[i] as number),
    value: Float64Array.from(order, (i) => samples.value[i] as number),
    code: Uint8Array.from(order, (i) => samples.code[i] as number),
  };
}

/** Several stretches as one, in the order of their times. */
export function merged(pieces: readonly Samples[]): Samples {
  if (pieces.length === 1 && pieces[0]) return pieces[0];
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  const all = { count, at: new Float64Array(count), value: new Float64Array(count), code: new Uint8Array(count) };
  let to = 0;
  let isSorted = true;
  for (const piece of pieces) {
    if (piece.count === 0) continue;
    if (to > 0 && (piece.at[0] as number) < (all.at[to - 1] as number)) isSorted = false;
    all.at.set(piece.at.subarray(0, piece.count), to);
    all.value.set(piece.value.subarray(0, piece.count), to);
    all.code.set(piece.code.subarray(0, piece.count), to);
    to += piece.count;
  }
  return isSorted ? all : inOrder(all);
}

/** Cuts a stretch into what fits into blocks. */
export function* cut(samples: Samples): Generator<Samples> {
  for (let start = 0; start < samples.count; ) {
    const first = samples.at[start] as number;
    let end = start + 1;
    while (end < samples.count && end - start < BLOCK_SAMPLES && (samples.at[end] as number) - first <= BLOCK_SPAN) {
      end += 1;
    }
    yield {
      count: end - start,
      at: samples.at.subarray(start, end),
      value: samples.value.subarray(start, end),
      code: samples.code.subarray(start, end),
    };
    start = end;
  }
}
