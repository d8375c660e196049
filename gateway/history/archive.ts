/**
 * The history as its thread holds it: batches go to the tail on the disk and to the heads in memory; heads become blocks,
 * blocks become aggregates, and what is too old goes. Every call does a bounded piece of work. Throws SQLite's errors when
 * the disk fails; then nothing of that piece has happened, and it can be asked for again.
 */
import { BAD, reasonCode } from "#model/quality";
import { createAge } from "./age.ts";
import { BLOCK_SAMPLES, BLOCK_SPAN, codeOf, decodeBlock, encodeBlock, qualityOf, type Samples } from "./block.ts";
import { type HistoryFile, keyOf, openHistoryFile } from "./file.ts";
import { createHeads, type Heads } from "./heads.ts";
import { createPast } from "./past.ts";
import { createPruning, type Retention } from "./prune.ts";
import { createRollUp } from "./roll-up.ts";
import { cut, merged } from "./stretch.ts";
import { type Batch, encodeTail } from "./tail.ts";
import { readTrend, type Trend } from "./trend.ts";

/** How much of the newest past stands only in the tail: what a start has to read again. */
const SEAL_EVERY = 1_800_000;
/** Samples in memory, about 70 MB, at which blocks are written earlier. */
const GATHERED_MOST = 4_000_000;
const PRUNE_EVERY = 600_000;
/** Points that are sealed, rolled up or pruned in one piece of work: some ten milliseconds. */
const AT_ONCE = 100;
const RESTART = codeOf(BAD, reasonCode("restart"));

export interface ArchiveInput {
  readonly folder: string;
  /** Ids of the points by handle. */
  readonly points: readonly string[];
  readonly retention: Retention;
  /** True at the start of a process: since the last one nobody has looked at any point. */
  readonly isStart: boolean;
  /** A row that could not be read was skipped. */
  readonly tellBroken: (row: string) => void;
  /** The file was no database and has been put aside. */
  readonly tellPutAside: () => void;
}

export interface Archive extends Disposable {
  /** `batch.series` are handles. `now` is kept as the last instant at which somebody looked. */
  add(batch: Batch, now: number): void;
  read(handle: number, from: number, to: number, buckets: number, now: number): Trend;
  /** The next piece of housekeeping; false when there is none for now. */
  keepHouse(now: number, mono: number): boolean;
  /** Everything in memory into blocks, and the tail emptied: nothing stands twice. */
  sealAll(): void;
  used(): number;
}

export function openArchive(input: ArchiveInput): Archive {
  const file = openHistoryFile(input.folder, input.tellPutAside);
  const past = createPast(file, input.tellBroken);
  const heads = createHeads();
  const seriesOf = Int32Array.from(numberPoints(file, input.points));
  const all = (file.prepare("SELECT id FROM series ORDER BY id").all() as { id: number }[]).map((row) => row.id);
  let lastTail = remember(file, past, heads, input.isStart);

  function sealed(series: number): void {
    const before = lastBlock(file, series);
    const newest = heads.samples(series);
    const first = newest.at[0] as number;
    const older = before && isSmall(before.row, first) ? decodeBlock(before.row.body) : undefined;
    if (older && before) file.prepare("DELETE FROM block WHERE id = ?").run(before.row.id);
    const taken = file.prepare("SELECT 1 FROM block WHERE id = ?");
    for (const piece of cut(older ? merged([older, newest]) : newest)) {
      let id = keyOf(series, piece.at[0] as number);
      while (taken.get(id)) id += 1;
      insertBlock(file, id, piece);
    }
    file.prepare("UPDATE series SET sealed = ? WHERE id = ?").run(lastTail, series);
  }

  /** One transaction; the heads are emptied only when it stands. */
  function seal(which: readonly number[]): void {
    const full = which.filter((series) => heads.count(series) > 0);
    if (full.length === 0) return;
    file.transaction(() => {
      for (const series of full) sealed(series);
    });
    for (const series of full) heads.clear(series);
  }

  let next = 0;
  let sealedUpTo = 0;
  let sealedAt = Number.NaN;
  function sealSome(now: number): boolean {
    if (Number.isNaN(sealedAt)) sealedAt = now;
    // A step back of the wall clock must not keep the heads for hours.
    if (next === 0 && Math.abs(now - sealedAt) < SEAL_EVERY && heads.total() < GATHERED_MOST) return false;
    if (next === 0) sealedUpTo = lastTail;
    seal(all.slice(next, next + AT_ONCE));
    next += AT_ONCE;
    if (next < all.length) return true;
    file.prepare("DELETE FROM tail WHERE id <= ?").run(sealedUpTo);
    next = 0;
    sealedAt = now;
    return true;
  }

  /** Heads that fill a block. They are sealed as housekeeping: what `add` has written must not fail for them. */
  let full: number[] = [];
  function sealFull(): boolean {
    if (full.length === 0) return false;
    seal(full.slice(0, AT_ONCE));
    full = full.slice(AT_ONCE);
    return true;
  }

  const rollUp = createRollUp(file, past, all);
  const prune = createPruning(file, all, input.retention, PRUNE_EVERY);
  const ageOf = createAge(metaOf(file, "age") ?? metaOf(file, "alive"), (instant) =>
    file.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('age', ?)").run(instant),
  );

  return {
    add(batch, now) {
      const series = new Int32Array(batch.count);
      for (let i = 0; i < batch.count; i += 1) series[i] = seriesOf[batch.series[i] as number] as number;
      const id = lastTail + 1;
      file.transaction(() => {
        if (batch.count > 0)
          file.prepare("INSERT INTO tail (id, body) VALUES (?, ?)").run(id, encodeTail({ ...batch, series }));
        file.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('alive', ?)").run(now);
      });
      if (batch.count === 0) return;
      lastTail = id;
      for (let i = 0; i < batch.count; i += 1) {
        const one = series[i] as number;
        const many = heads.push(one, batch.at[i] as number, batch.value[i] as number, batch.code[i] as number);
        if (many === BLOCK_SAMPLES) full.push(one);
      }
    },
    read(handle, from, to, buckets, now) {
      const series = seriesOf[handle] as number;
      const rolled = file.prepare("SELECT rolled FROM series WHERE id = ?").get(series)?.rolled as number;
      return readTrend(past, { series, from, to, buckets, now, rolled }, heads.samples(series));
    },
    keepHouse(now, mono) {
      const age = ageOf(now, mono);
      return sealFull() || sealSome(now) || rollUp(age) || prune(now, age);
    },
    sealAll() {
      seal(all);
      file.prepare("DELETE FROM tail WHERE id <= ?").run(lastTail);
    },
    used: () => file.used(),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

interface BlockRow {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly body: Uint8Array;
}

function lastBlock(file: HistoryFile, series: number): { row: BlockRow } | undefined {
  const row = file
    .prepare("SELECT * FROM block WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1")
    .get(keyOf(series, 0), keyOf(series + 1, 0));
  return row && { row: row as unknown as BlockRow };
}

/** A small block is written anew together with what follows it, so that slow points do not leave a row every few minutes. */
const isSmall = (row: BlockRow, next: number): boolean =>
  row.count < BLOCK_SAMPLES / 2 && next >= row.last && next - row.first < BLOCK_SPAN;

function insertBlock(file: HistoryFile, id: number, samples: Samples): void {
  file
    .prepare("INSERT INTO block (id, first, last, count, body) VALUES (?, ?, ?, ?, ?)")
    .run(id, samples.at[0] as number, samples.at[samples.count - 1] as number, samples.count, encodeBlock(samples));
}

/** The number of each point in this file; new points get one. */
function numberPoints(file: HistoryFile, points: readonly string[]): number[] {
  file.transaction(() => {
    for (const point of points) file.prepare("INSERT OR IGNORE INTO series (point) VALUES (?)").run(point);
  });
  return points.map((point) => file.prepare("SELECT id FROM series WHERE point = ?").get(point)?.id as number);
}

/** Takes the tail back into the heads; at a start it notes for every point that nobody has looked since the last run. */
function remember(file: HistoryFile, past: ReturnType<typeof createPast>, heads: Heads, isStart: boolean): number {
  const rows = file.prepare("SELECT id, sealed FROM series").all() as { id: number; sealed: number }[];
  const sealed = new Map(rows.map((row) => [row.id, row.sealed]));
  let newest = rows.reduce((most, row) => Math.max(most, row.sealed), 0);
  for (const { id, batch } of past.tail(0)) {
    newest = Math.max(newest, id);
    for (let i = 0; i < batch.count; i += 1) {
      const series = batch.series[i] as number;
      if ((sealed.get(series) ?? Number.POSITIVE_INFINITY) >= id) continue;
      heads.push(series, batch.at[i] as number, batch.value[i] as number, batch.code[i] as number);
    }
  }
  const alive = metaOf(file, "alive");
  if (alive === undefined || !isStart) return newest;
  const gone = rows.filter(({ id }) => !endsBad(file, id, heads));
  const count = gone.length;
  const note: Batch = {
    count,
    series: Int32Array.from(gone, ({ id }) => id),
    at: new Float64Array(count).fill(Math.floor(alive)),
    value: new Float64Array(count).fill(Number.NaN),
    code: new Uint8Array(count).fill(RESTART),
  };
  if (count === 0) return newest;
  file.prepare("INSERT INTO tail (id, body) VALUES (?, ?)").run(newest + 1, encodeTail(note));
  for (const { id } of gone) heads.push(id, Math.floor(alive), Number.NaN, RESTART);
  return newest + 1;
}

const metaOf = (file: HistoryFile, name: "alive" | "age"): number | undefined =>
  file.prepare("SELECT value FROM meta WHERE name = ?").get(name)?.value as number | undefined;

function endsBad(file: HistoryFile, series: number, heads: Heads): boolean {
  const newest = heads.count(series) > 0 ? heads.samples(series) : undefined;
  const block = newest ?? decodeBlock(lastBlock(file, series)?.row.body ?? new Uint8Array(0));
  // Nothing at all, or nothing readable: there is no value whose end must be told.
  return block === undefined || qualityOf(block.code[block.count - 1] as number) === BAD;
}
