/**
 * The newest samples of every point, in memory until they fill blocks. Samples of all points come mixed: they are written
 * into small pieces of shared columns, so that one sample costs two writes and no object, however many points there are.
 */
import type { Samples } from "./block.ts";
import { inOrder } from "./stretch.ts";

export interface Heads {
  /** Samples of this point afterwards. `series`: a number from 0 on; `at`: ms. */
  push(series: number, at: number, value: number, code: number): number;
  count(series: number): number;
  /** Of all points. */
  total(): number;
  /** In the order of their times; of equal times in the order of arrival. Shares no memory with the heads. */
  samples(series: number): Samples;
  clear(series: number): void;
}

/** Samples of one piece; a power of two. */
const PIECE = 32;
/** Pieces of one slab: about 1.1 MB. */
const SLAB = 2_048;
const NONE = -1;

interface Slab {
  /** Time and value side by side. */
  readonly pair: Float64Array;
  readonly code: Uint8Array;
}

export function createHeads(): Heads {
  const slabs: Slab[] = [];
  /** By piece: the next one of the same point, or of those that are free. */
  let follower = new Int32Array(0);
  let free = NONE;
  let all = 0;
  // By point.
  let room = 0;
  let first = new Int32Array(0);
  let last = new Int32Array(0);
  let counts = new Int32Array(0);
  let newest = new Float64Array(0);
  let unsorted = new Uint8Array(0);

  function makeRoom(series: number): void {
    room = Math.max(1_024, room * 2, series + 1);
    first = wider(first, new Int32Array(room));
    last = wider(last, new Int32Array(room));
    counts = wider(counts, new Int32Array(room));
    newest = wider(newest, new Float64Array(room));
    unsorted = wider(unsorted, new Uint8Array(room));
  }

  function takePiece(): number {
    if (free === NONE) {
      const begin = slabs.length * SLAB;
      slabs.push({ pair: new Float64Array(SLAB * PIECE * 2), code: new Uint8Array(SLAB * PIECE) });
      follower = wider(follower, new Int32Array(begin + SLAB));
      for (let piece = begin; piece < begin + SLAB; piece += 1) follower[piece] = piece + 1;
      follower[begin + SLAB - 1] = NONE;
      free = begin;
    }
    const taken = free;
    free = follower[taken] as number;
    follower[taken] = NONE;
    return taken;
  }

  return {
    push(series, at, value, code) {
      if (series >= room) makeRoom(series);
      const count = counts[series] as number;
      const inside = count & (PIECE - 1);
      let piece = last[series] as number;
      if (inside === 0) {
        const fresh = takePiece();
        if (count === 0) first[series] = fresh;
        else follower[piece] = fresh;
        last[series] = fresh;
        piece = fresh;
      }
      if (count > 0 && at < (newest[series] as number)) unsorted[series] = 1;
      newest[series] = at;
      const slab = slabs[Math.floor(piece / SLAB)] as Slab;
      const place = (piece % SLAB) * PIECE + inside;
      slab.pair[2 * place] = at;
      slab.pair[2 * place + 1] = value;
      slab.code[place] = code;
      counts[series] = count + 1;
      all += 1;
      return count + 1;
    },
    count: (series) => counts[series] ?? 0,
    total: () => all,
    samples(series) {
      const count = counts[series] ?? 0;
      const taken = { count, at: new Float64Array(count), value: new Float64Array(count), code: new Uint8Array(count) };
      let piece = first[series] ?? NONE;
      for (let start = 0; start < count; start += PIECE) {
        const slab = slabs[Math.floor(piece / SLAB)] as Slab;
        const place = (piece % SLAB) * PIECE;
        const many = Math.min(PIECE, count - start);
        for (let i = 0; i < many; i += 1) {
          taken.at[start + i] = slab.pair[2 * (place + i)] as number;
          taken.value[start + i] = slab.pair[2 * (place + i) + 1] as number;
          taken.code[start + i] = slab.code[place + i] as number;
        }
        piece = follower[piece] as number;
      }
      return unsorted[series] === 1 ? inOrder(taken) : taken;
    },
    clear(series) {
      const count = counts[series] ?? 0;
      if (count === 0) return;
      follower[last[series] as number] = free;
      free = first[series] as number;
      counts[series] = 0;
      unsorted[series] = 0;
      all -= count;
    },
  };
}

function wider<T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
