/** What stands in `history.db`, point by point. A broken row is skipped and told; it never throws. */
import { BLOCK_SPAN, decodeBlock, type Samples } from "./block.ts";
import type { Buckets } from "./buckets.ts";
import { decodeCells, type Level } from "./cells.ts";
import { type HistoryFile, keyOf } from "./file.ts";
import { decodeTail } from "./tail.ts";

/** A row of blocks. `first`: time of its first sample, ms. `read` gives nothing, and tells, when it is broken. */
export interface StoredBlock {
  readonly key: number;
  readonly first: number;
  read(): Samples | undefined;
}

export interface Past {
  /** Blocks that may hold samples between `from` and `to` (ms), in the order of their beginnings. */
  blocks(series: number, from: number, to: number): Generator<Samples>;
  /** The block behind the one with this key, not unpacked yet. */
  blockAfter(series: number, key: number): StoredBlock | undefined;
  /** Rows of aggregates that touch the range. */
  cells(series: number, level: Level, from: number, to: number): Generator<Buckets>;
  /** The first instant of which there are samples, or cells; Infinity when there is none. */
  oldest(series: number): number;
  oldestCell(series: number, level: Level): number;
  /** Rows of the tail after row `after`, oldest first. */
  tail(after: number): Generator<{ readonly id: number; readonly batch: NonNullable<ReturnType<typeof decodeTail>> }>;
}

/** Room for blocks of the same second, whose keys are moved up by one each. */
const SAME_SECOND = 100;

/** `tellBroken`: with the table and key of the row; the same row is met again at every look at its place. */
export function createPast(file: HistoryFile, tellBroken: (row: string) => void): Past {
  const within = "SELECT id, body FROM block WHERE id >= ? AND id < ? AND last >= ? ORDER BY id";
  return {
    *blocks(series, from, to) {
      const start = keyOf(series, from - BLOCK_SPAN);
      const end = Math.min(keyOf(series, to) + SAME_SECOND, keyOf(series + 1, 0));
      for (const row of file.prepare(within).iterate(start, end, Math.floor(from))) {
        const samples = decodeBlock(row.body as Uint8Array);
        if (samples) yield samples;
        else tellBroken(`block ${row.id}`);
      }
    },
    blockAfter(series, key) {
      const row = file
        .prepare("SELECT id, first, body FROM block WHERE id > ? AND id < ? ORDER BY id LIMIT 1")
        .get(key, keyOf(series + 1, 0));
      if (!row) return undefined;
      return {
        key: row.id as number,
        first: row.first as number,
        read() {
          const samples = decodeBlock(row.body as Uint8Array);
          if (!samples) tellBroken(`block ${row.id}`);
          return samples;
        },
      };
    },
    *cells(series, level, from, to) {
      const first = Math.floor(from / level.row) * level.row;
      const rows = file.prepare(`SELECT id, body FROM ${level.table} WHERE id >= ? AND id <= ? ORDER BY id`);
      for (const row of rows.iterate(keyOf(series, first), keyOf(series, to))) {
        const start = ((row.id as number) - keyOf(series, 0)) * 1_000;
        const cells = decodeCells(row.body as Uint8Array, start, level);
        if (cells) yield cells;
        else tellBroken(`${level.table} ${row.id}`);
      }
    },
    oldest(series) {
      const row = file
        .prepare("SELECT first FROM block WHERE id >= ? AND id < ? ORDER BY id LIMIT 1")
        .get(keyOf(series, 0), keyOf(series + 1, 0));
      return row ? (row.first as number) : Number.POSITIVE_INFINITY;
    },
    oldestCell(series, level) {
      const row = file
        .prepare(`SELECT id, body FROM ${level.table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1`)
        .get(keyOf(series, 0), keyOf(series + 1, 0));
      if (!row) return Number.POSITIVE_INFINITY;
      const start = ((row.id as number) - keyOf(series, 0)) * 1_000;
      return decodeCells(row.body as Uint8Array, start, level)?.at[0] ?? start;
    },
    *tail(after) {
      for (const row of file.prepare("SELECT id, body FROM tail WHERE id > ? ORDER BY id").iterate(after)) {
        const batch = decodeTail(row.body as Uint8Array);
        if (batch) yield { id: row.id as number, batch };
        else tellBroken(`tail ${row.id}`);
      }
    },
  };
}
