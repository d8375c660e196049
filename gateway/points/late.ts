/**
 * Late samples: measured a little before what the row holds already, and come after it, as two brokers or a retry deliver them.
 * What the row says is newer and stays; the late one belongs into history at its own time.
 */
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
}

export const noLateSamples = (): LateSamples => ({
  handle: new Int32Array(ROOM),
  value: new Float64Array(ROOM),
  at: new Float64Array(ROOM),
  uncertain: new Uint8Array(ROOM),
  count: 0,
  lost: 0,
});

/**
 * True for a sample of `source` (ms since epoch; NaN: untold) when the row's last one is newer by at most its lateness.
 * What is older than that is no late sample but a clock that was set back, or a device that has just found its past: taking
 * it for late could hide an alarm, so it counts as new. The same instant again is no lateness: the last one received stands.
 */
export const isLate = (table: PointTable, handle: number, source: number): boolean => {
  const ahead = (table.newestSource[handle] as number) - source;
  return ahead > 0 && ahead <= (table.lateness[handle] as number);
};

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
