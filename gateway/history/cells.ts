/** Cells of an aggregate in bytes: minutes of a day, or hours of a month, of one point. Cells of which nothing is known are left out. */
import { seal, unseal } from "./block.ts";
import type { Buckets } from "./buckets.ts";
import { createByteReader, createByteWriter } from "./bytes.ts";
import { readValues, writeValues } from "./columns.ts";

/** How coarse, how much of it stands in one row, and the table that holds it. */
export interface Level {
  readonly table: "minute" | "hour";
  readonly step: number;
  readonly row: number;
}
export const MINUTES: Level = { table: "minute", step: 60_000, row: 86_400_000 };
export const HOURS: Level = { table: "hour", step: 3_600_000, row: 32 * 86_400_000 };

const writer = createByteWriter();

/** `cells` of one row that begins at `start`. */
export function encodeCells(cells: Buckets, start: number, { step }: Level): Uint8Array {
  const kept = pick(cells, (i) => isKnown(cells, i));
  const { count } = kept;
  writer.varint(count);
  let before = -1;
  for (let i = 0; i < count; i += 1) {
    const index = ((kept.at[i] as number) - start) / step;
    writer.varint(index - before);
    before = index;
  }
  for (let i = 0; i < count; i += 1) writer.varint(kept.samples[i] as number);
  for (let i = 0; i < count; i += 1) writer.varint(step - (kept.known[i] as number));
  for (let i = 0; i < count; i += 1) writer.varint((kept.known[i] as number) - (kept.good[i] as number));
  writeValues(writer, kept.low, count);
  writeValues(writer, kept.high, count);
  writeValues(writer, kept.last, count);
  // A mean of 24 bits is as exact as any sensor, and half of the bytes.
  const mean = kept.area.map((area, i) => Math.fround(area / Math.max(1, kept.known[i] as number)));
  writeValues(writer, mean, count);
  return seal(writer.take());
}

/** `undefined` for a broken row. Never throws. */
export function decodeCells(sealed: Uint8Array, start: number, { step, row }: Level): Buckets | undefined {
  const plain = unseal(sealed);
  if (!plain) return undefined;
  try {
    const from = createByteReader(plain);
    const count = from.varint();
    if (count > row / step) return undefined;
    const column = (of: () => number) => {
      const cells = new Float64Array(count);
      for (let i = 0; i < count; i += 1) cells[i] = of();
      return cells;
    };
    let index = -1;
    const at = column(() => {
      index += from.varint();
      return start + index * step;
    });
    const samples = column(() => from.varint());
    const known = column(() => step - from.varint());
    const good = column(() => from.varint()).map((less, i) => (known[i] as number) - less);
    const low = readValues(from, count);
    const high = readValues(from, count);
    const last = readValues(from, count);
    const area = readValues(from, count).map((mean, i) => mean * (known[i] as number));
    return { count, at, low, high, last, area, samples, known, good };
  } catch {
    return undefined;
  }
}

const columns = ["at", "low", "high", "area", "last", "samples", "known", "good"] as const;

/** Something is known of this cell; another one need not be kept. */
export const isKnown = (cells: Buckets, i: number): boolean =>
  (cells.known[i] as number) > 0 || (cells.samples[i] as number) > 0;

/** The rows for which `keep` holds. */
export function pick(cells: Buckets, keep: (i: number) => boolean): Buckets {
  const rows = new Int32Array(cells.count);
  let count = 0;
  for (let i = 0; i < cells.count; i += 1) if (keep(i)) rows[count++] = i;
  const column = (from: Float64Array): Float64Array => {
    const kept = new Float64Array(count);
    for (let i = 0; i < count; i += 1) kept[i] = from[rows[i] as number] as number;
    return kept;
  };
  return {
    count,
    at: column(cells.at),
    low: column(cells.low),
    high: column(cells.high),
    area: column(cells.area),
    last: column(cells.last),
    samples: column(cells.samples),
    known: column(cells.known),
    good: column(cells.good),
  };
}

/** `after` behind `before`; cells that both have are taken from `after`. */
export function join(before: Buckets | undefined, after: Buckets): Buckets {
  if (!before || before.count === 0) return after;
  const starts = new Set(after.at);
  const kept = pick(before, (i) => !starts.has(before.at[i] as number));
  const joined = Object.fromEntries(
    columns.map((name) => [name, Float64Array.of(...kept[name], ...after[name])]),
  ) as unknown as Omit<Buckets, "count">;
  const all = { ...joined, count: kept.count + after.count };
  const order = Array.from(all.at.keys()).sort((a, b) => (all.at[a] as number) - (all.at[b] as number));
  const sorted = Object.fromEntries(columns.map((name) => [name, Float64Array.from(order, (i) => all[name][i] ?? 0)]));
  return { ...(sorted as unknown as Omit<Buckets, "count">), count: all.count };
}
