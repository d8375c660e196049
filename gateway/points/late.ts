/**
 * Late samples: measured a little before what the row holds already, and come after it, as two brokers or a retry deliver them.
 * What the row says is newer and stays; the late one belongs into history at its own time, and between its neighbours in the
 * windows of rules.
 */
import { type Between, isKnown, placeLate } from "./order.ts";
import type { PointTable } from "./table.ts";

/** More than this between two looks of the historian is lost, and counted by it. */
const ROOM = 1_024;

/** Samples that wait for the historian, in parallel columns. */
export interface LateSamples {
  readonly handle: Int32Array;
  readonly value: Float64Array;
  /** Instants of the source. */
  readonly at: Float64Array;
  readonly uncertain: Uint8Array;
  count: number;
  /** For which there was no room. */
  lost: number;
  /** Those that have a place among their neighbours, until somebody asks for them. */
  placed: PlacedSample[];
}

export interface PlacedSample extends Between {
  readonly handle: number;
  readonly value: number;
}

export const noLateSamples = (): LateSamples => ({
  handle: new Int32Array(ROOM),
  value: new Float64Array(ROOM),
  at: new Float64Array(ROOM),
  uncertain: new Uint8Array(ROOM),
  count: 0,
  lost: 0,
  placed: [],
});

/**
 * True for a sample of `source` (ms since epoch; NaN: untold) when the row's last one is newer by at most its lateness. The
 * same instant again is no lateness: the last one received stands.
 */
export const isLate = (table: PointTable, handle: number, source: number): boolean => {
  const ahead = (table.newestSource[handle] as number) - source;
  return ahead > 0 && ahead <= (table.lateness[handle] as number);
};

/** A late sample with a value: to its place, and to history. One that came before already is counted once. */
export function takeLate(table: PointTable, handle: number, value: number, source: number, uncertain: number): void {
  if (isKnown(table.order, handle, source)) return;
  const place = placeLate(table.order, handle, source, value);
  if (place && uncertain === 0 && table.late.placed.length < ROOM) table.late.placed.push({ handle, value, ...place });
  keepLate(table, handle, value, source, uncertain);
}

/** For history alone. */
export function keepLate({ late }: PointTable, handle: number, value: number, at: number, uncertain: number): void {
  const i = late.count;
  if (i === ROOM) {
    late.lost += 1;
    return;
  }
  late.handle[i] = handle;
  late.value[i] = value;
  late.at[i] = at;
  late.uncertain[i] = uncertain;
  late.count = i + 1;
}

/** Hands over what found its place since the last time. */
export function handOverPlaced({ late }: PointTable, take: (sample: PlacedSample) => void): void {
  for (const sample of late.placed) take(sample);
  if (late.placed.length > 0) late.placed = [];
}
