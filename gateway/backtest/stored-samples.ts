/** Stored samples of many points in the order of their times, an hour at a time, read beside the gateway that writes them. */
import type { Instant } from "#model/time";
import type { Samples } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import { type HistoryFile, keyOf } from "../history/file.ts";
import { createHead, type Head, merged } from "../history/head.ts";
import { createPast } from "../history/past.ts";
import type { Stretch } from "./replay.ts";

const WINDOW = 3_600_000;
const DAY = 86_400_000;

interface Cursor {
  readonly handle: number;
  readonly series: number;
  /** Key of the last block that was read. */
  key: number;
  /** Samples that were read and not yet handed on. */
  left: Samples | undefined;
}

/** What stands in no block yet, by series. Only read beside a running gateway is it ever more than minutes. */
function readTail(file: HistoryFile, past: ReturnType<typeof createPast>, wanted: ReadonlySet<number>) {
  const rows = file.prepare("SELECT id, sealed FROM series").all() as { id: number; sealed: number }[];
  const sealed = new Map(rows.map((row) => [row.id, row.sealed]));
  const heads = new Map<number, Head>();
  for (const { id, batch } of past.tail(0)) {
    for (let i = 0; i < batch.count; i += 1) {
      const series = batch.series[i] as number;
      if (!wanted.has(series) || (sealed.get(series) ?? 0) >= id) continue;
      const head = heads.get(series) ?? createHead();
      heads.set(series, head);
      head.push(batch.at[i] as number, batch.value[i] as number, batch.code[i] as number);
    }
  }
  return new Map([...heads].map(([series, head]) => [series, head.samples()]));
}

/**
 * `points`: ids by handle; only `handles` are read. Begins a little before `from`, with what held then. The iterable ends
 * at `to`. `tellBroken` is called for each row that could not be read.
 */
export function* storedSamples(
  file: HistoryFile,
  points: readonly string[],
  handles: readonly number[],
  range: { readonly from: Instant; readonly to: Instant },
  tellBroken: () => void,
): Generator<Stretch> {
  const past = createPast(file, tellBroken);
  const find = file.prepare("SELECT id FROM series WHERE point = ?");
  const start = range.from - HOLD;
  const cursors: Cursor[] = [];
  for (const handle of handles) {
    const series = find.get(points[handle] ?? "")?.id as number | undefined;
    if (series !== undefined) cursors.push({ handle, series, key: keyOf(series, start - DAY) - 1, left: undefined });
  }
  const tail = readTail(file, past, new Set(cursors.map(({ series }) => series)));
  for (let from = start; from < range.to; from += WINDOW) {
    const to = Math.min(from + WINDOW, range.to);
    const pieces = cursors.flatMap((cursor) => {
      const samples = next(past, cursor, to, tail);
      return samples && samples.count > 0 ? [{ handle: cursor.handle, samples }] : [];
    });
    yield inTime(pieces, start, to);
  }
}

/** The samples of one point before `to` that were not handed on yet. */
function next(
  past: ReturnType<typeof createPast>,
  cursor: Cursor,
  to: number,
  tail: Map<number, Samples>,
): Samples | undefined {
  const pieces: Samples[] = cursor.left ? [cursor.left] : [];
  for (const { key, samples } of past.blocksAfter(cursor.series, cursor.key, to)) {
    cursor.key = key;
    if (samples) pieces.push(samples);
  }
  const newest = tail.get(cursor.series);
  if (newest && (newest.at[0] as number) < to) {
    pieces.push(newest);
    tail.delete(cursor.series);
  }
  if (pieces.length === 0) return undefined;
  const all = merged(pieces);
  let cut = 0;
  while (cut < all.count && (all.at[cut] as number) < to) cut += 1;
  cursor.left = cut < all.count ? part(all, cut, all.count) : undefined;
  return part(all, 0, cut);
}

const part = (samples: Samples, from: number, to: number): Samples => ({
  count: to - from,
  at: samples.at.slice(from, to),
  value: samples.value.slice(from, to),
  code: samples.code.slice(from, to),
});

/** All pieces as one stretch in the order of their times; what lies before `from` is left out. */
function inTime(pieces: readonly { handle: number; samples: Samples }[], from: number, to: number): Stretch {
  const most = pieces.reduce((sum, { samples }) => sum + samples.count, 0);
  const handle = new Int32Array(most);
  const at = new Float64Array(most);
  const value = new Float64Array(most);
  const code = new Uint8Array(most);
  // Time and place in one number: sorting numbers is many times faster than sorting with a comparison.
  const order = new Float64Array(most);
  let count = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.samples.count; i += 1) {
      const time = piece.samples.at[i] as number;
      if (time < from) continue;
      handle[count] = piece.handle;
      at[count] = time;
      value[count] = piece.samples.value[i] as number;
      code[count] = piece.samples.code[i] as number;
      order[count] = (time - from) * most + count;
      count += 1;
    }
  }
  const sorted = order.subarray(0, count).sort();
  const places = Int32Array.from(sorted, (key) => key % most);
  return {
    count,
    until: to,
    handle: handle.subarray(0, count).map((_, i) => handle[places[i] as number] as number),
    at: at.subarray(0, count).map((_, i) => at[places[i] as number] as number),
    value: value.subarray(0, count).map((_, i) => value[places[i] as number] as number),
    code: code.subarray(0, count).map((_, i) => code[places[i] as number] as number),
  };
}
