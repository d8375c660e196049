/** Stored samples of many points in the order of their times, a quarter of an hour at a time, read beside the gateway that writes them. */
import type { Instant } from "#model/time";
import type { Samples } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import { type HistoryFile, keyOf } from "../history/file.ts";
import { createHeads } from "../history/heads.ts";
import { createPast, type Past, type StoredBlock } from "../history/past.ts";
import { merged } from "../history/stretch.ts";
import { createSieve, type LeftOut, type Sieve } from "./left-out.ts";
import type { Answer } from "./reads.ts";
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
  /** Only what passes is handed on. */
  readonly sieve: Sieve | undefined;
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
 * With `answers`, samples of such a point that make no difference are left out of the stretches.
 */
export function* storedSamples(
  file: HistoryFile,
  points: readonly string[],
  handles: readonly number[],
  range: { readonly from: Instant; readonly to: Instant },
  tellBroken: () => void,
  answers?: ReadonlyMap<number, Answer | undefined>,
): Generator<Stretch> {
  // One view of the file for all of it: what the gateway seals or prunes meanwhile is neither missed nor read twice.
  file.connection.exec("BEGIN");
  try {
    yield* inOneView(file, points, handles, range, tellBroken, answers);
  } finally {
    file.connection.exec("ROLLBACK");
  }
}

function* inOneView(
  file: HistoryFile,
  points: readonly string[],
  handles: readonly number[],
  range: { readonly from: Instant; readonly to: Instant },
  tellBroken: () => void,
  answers: ReadonlyMap<number, Answer | undefined> | undefined,
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
    const answer = answers?.get(handle);
    const sieve = answer && createSieve(answer);
    return { handle, series, ahead, tail: tails.get(series), left: undefined, used: 0, sieve };
  });
  const sieves = new Map(cursors.flatMap(({ handle, sieve }) => (sieve ? [[handle, sieve]] : [])));
  const room = createRoom();
  for (let from = start; from < range.to; from += WINDOW) {
    const to = Math.min(from + WINDOW, range.to);
    room.clear();
    let count = 0;
    for (const cursor of cursors) {
      refill(past, cursor, to);
      count += take(room, cursor, start, from, to);
    }
    const leftOut: LeftOut = {
      count,
      lastAt: (handle, until) => sieves.get(handle)?.lastAt(until) ?? Number.NaN,
      lastValue: (handle, until) => sieves.get(handle)?.lastValue(until) ?? Number.NaN,
    };
    yield { ...room.inTime(from, to), leftOut };
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

/** Hands on what is before `to`, and says how many samples the sieve left out. */
function take(room: Room, cursor: Cursor, start: number, from: number, to: number): number {
  const { left, handle, sieve } = cursor;
  if (!left) return 0;
  let i = cursor.used;
  while (i < left.count && (left.at[i] as number) < start) i += 1;
  const begin = i;
  let leftOut = 0;
  for (; i < left.count && (left.at[i] as number) < to; i += 1) {
    // After a step of the clock a block can hold what belongs before this window: it is told late, as it was then.
    const at = Math.max(left.at[i] as number, from);
    const value = left.value[i] as number;
    const code = left.code[i] as number;
    if (!sieve || sieve.passes(at, value, code)) room.push(handle, at - from, value, code);
    else leftOut += 1;
  }
  if (i > begin) sieve?.keep(left, begin, i, from);
  cursor.used = i;
  if (i === left.count) cursor.left = undefined;
  return leftOut;
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
