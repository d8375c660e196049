/** The newest samples of one point, in memory until they fill a block. */
import { BLOCK_SAMPLES, BLOCK_SPAN, type Samples } from "./block.ts";

export interface Head {
  push(at: number, value: number, code: number): void;
  readonly count: number;
  /** In the order of their times; of equal times in the order of arrival. Shares no memory with the head. */
  samples(): Samples;
  clear(): void;
}

export function createHead(): Head {
  let at = new Float64Array(16);
  let value = new Float64Array(16);
  let code = new Uint8Array(16);
  let count = 0;
  let isSorted = true;
  return {
    push(time, x, quality) {
      if (count === at.length) {
        at = grow(at, new Float64Array(count * 2));
        value = grow(value, new Float64Array(count * 2));
        code = grow(code, new Uint8Array(count * 2));
      }
      if (count > 0 && time < (at[count - 1] as number)) isSorted = false;
      at[count] = time;
      value[count] = x;
      code[count] = quality;
      count += 1;
    },
    get count() {
      return count;
    },
    samples() {
      const taken = { count, at: at.slice(0, count), value: value.slice(0, count), code: code.slice(0, count) };
      return isSorted ? taken : inOrder(taken);
    },
    clear() {
      count = 0;
      isSorted = true;
      if (at.length > 256) {
        at = new Float64Array(16);
        value = new Float64Array(16);
        code = new Uint8Array(16);
      }
    },
  };
}

function grow<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

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
