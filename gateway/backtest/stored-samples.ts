/** Stored samples of many points in the order of their times, a quarter of an hour at a time, read beside the gateway that writes them. */
import type { Instant } from "#model/time";
import type { Samples } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import { type HistoryFile, keyOf } from "../history/file.ts";
import { createHeads } from "../history/heads.ts";
import { createPast, type Past, type StoredBlock } from "../history/past.ts";
import { merged } from "../history/stretch.ts";
import type { Stretch } from "./replay.ts";

/** Short enough for its columns to stay in the processor's cache. */
const WINDOW = 900_000;
const DAY = 86_400_000;

interface Cursor {
  readonly handle: number;
  readonly series: number;
  /** The next block that was not unpacked yet. */
  ahead: StoredBlock | undefined;
  /** What stands in no block yet. */
  tail: Samples | undefined;
  /** Samples that were unpacked, and how many of them were handed on. */
  left: Samples | undefined;
  used: number;
}

/** Only read beside a running gateway is it ever more than minutes. */
function readTail(file: HistoryFile, past: Past, wanted: ReadonlySet<number>): ReadonlyMap<number, Samples> {
  const rows = file.prepare("SELECT id, sealed FROM series").all() as { id: number; sealed: number }[];
  const sealed = new Map(rows.map((row) => [row.id, row.sealed]));
  const heads = createHeads();
  for (const { id, batch } of past.tail(0)) {
    for (let i = 0; i < batch.count; i += 1) {
      const series = batch.series[i] as number;
      if (!wanted.has(series) || (sealed.get(series) ?? 0) >= id) continue;
      heads.push(series, batch.at[i] as number, batch.value[i] as number, batch.code[i] as number);
    }
  }
  return new Map([...wanted].flatMap((series) => (heads.count(series) > 0 ? [[series, heads.samples(series)]] : [])));
}

/**
 * `points`: ids by handle; only `handles` are read. Begins a little before `from`, with what held then. The iterable ends
 * at `to`; a stretch is good until the next one is asked for. `tellBroken` is called for each row that could not be read.
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
  const known = handles.flatMap((handle) => {
    const series = find.get(points[handle] ?? "")?.id as number | undefined;
    return series === undefined ? [] : [{ handle, series }];
  });
  const tails = readTail(file, past, new Set(known.map(({ series }) => series)));
  const cursors = known.map(({ handle, series }): Cursor => {
    const ahead = past.blockAfter(series, keyOf(series, start - DAY) - 1);
    return { handle, series, ahead, tail: tails.get(series), left: undefined, used: 0 };
  });
  const room = createRoom();
  for (let from = start; from < range.to; from += WINDOW) {
    const to = Math.min(from + WINDOW, range.to);
    room.clear();
    for (const cursor of cursors) {
      refill(past, cursor, to);
      take(room, cursor, start, from, to);
    }
    yield room.inTime(from, to);
  }
}

/** Unpacks what begins before `to`: each block once, since the next is only looked at. */
function refill(past: Past, cursor: Cursor, to: number): void {
  let pieces: Samples[] | undefined;
  const add = (samples: Samples) => {
    pieces ??= cursor.left && cursor.used < cursor.left.count ? [rest(cursor.left, cursor.used)] : [];
    pieces.push(samples);
  };
  while (cursor.ahead && cursor.ahead.first < to) {
    const samples = cursor.ahead.read();
    if (samples) add(samples);
    cursor.ahead = past.blockAfter(cursor.series, cursor.ahead.key);
  }
  if (cursor.tail && (cursor.tail.at[0] as number) < to) {
    add(cursor.tail);
    cursor.tail = undefined;
  }
  if (!pieces) return;
  cursor.left = merged(pieces);
  cursor.used = 0;
}

const rest = (samples: Samples, from: number): Samples => ({
  count: samples.count - from,
  at: samples.at.subarray(from),
  value: samples.value.subarray(from),
  code: samples.code.subarray(from),
});

function take(room: Room, cursor: Cursor, start: number, from: number, to: number): void {
  const { left } = cursor;
  if (!left) return;
  let i = cursor.used;
  for (; i < left.count && (left.at[i] as number) < to; i += 1) {
    const at = left.at[i] as number;
    // After a step of the clock a block can hold what belongs before this window: it is told late, as it was then.
    if (at >= start)
      room.push(cursor.handle, Math.max(at, from) - from, left.value[i] as number, left.code[i] as number);
  }
  cursor.used = i;
  if (i === left.count) cursor.left = undefined;
}

type Room = ReturnType<typeof createRoom>;

/** Whole ms of a window in two digits of this many bits each: few enough counters to stay in the cache. */
const DIGIT = 10;
const DIGITS = 1 << DIGIT;

/** Room for the samples of a window, used again for each; times are whole ms, so counting digit by digit puts them in order. */
function createRoom() {
  const starts = new Int32Array(DIGITS + 1);
  let size = 4_096;
  let first = new Int32Array(size);
  let order = new Int32Array(size);
  let given = columnsOf(size);
  let sorted = columnsOf(size);
  let count = 0;

  function grow(): void {
    const more = columnsOf(size * 2);
    more.handle.set(given.handle);
    more.at.set(given.at);
    more.value.set(given.value);
    more.code.set(given.code);
    size *= 2;
    given = more;
    sorted = columnsOf(size);
    first = new Int32Array(size);
    order = new Int32Array(size);
  }

  /** Puts the samples that `from` names into `into`, by one digit of their times; equal ones keep their order. */
  function sortBy(shift: number, from: Int32Array | undefined, into: Int32Array): void {
    const { at } = given;
    starts.fill(0);
    for (let i = 0; i < count; i += 1) {
      const bin = (((at[i] as number) >> shift) & (DIGITS - 1)) + 1;
      starts[bin] = (starts[bin] as number) + 1;
    }
    for (let bin = 1; bin < DIGITS; bin += 1) starts[bin] = (starts[bin] as number) + (starts[bin - 1] as number);
    for (let i = 0; i < count; i += 1) {
      const sample = from ? (from[i] as number) : i;
      const bin = ((at[sample] as number) >> shift) & (DIGITS - 1);
      const to = starts[bin] as number;
      starts[bin] = to + 1;
      into[to] = sample;
    }
  }

  return {
    clear() {
      count = 0;
    },
    push(handle: number, at: number, value: number, code: number) {
      if (count === size) grow();
      given.handle[count] = handle;
      given.at[count] = at;
      given.value[count] = value;
      given.code[count] = code;
      count += 1;
    },
    inTime(from: number, until: number): Stretch {
      sortBy(0, undefined, first);
      sortBy(DIGIT, first, order);
      for (let to = 0; to < count; to += 1) {
        const i = order[to] as number;
        sorted.handle[to] = given.handle[i] as number;
        sorted.at[to] = from + (given.at[i] as number);
        sorted.value[to] = given.value[i] as number;
        sorted.code[to] = given.code[i] as number;
      }
      return { count, until, ...sorted };
    },
  };
}

const columnsOf = (size: number) => ({
  handle: new Int32Array(size),
  at: new Float64Array(size),
  value: new Float64Array(size),
  code: new Uint8Array(size),
});
