/** Whether raw numbers move. A number that never moves again is how old data looks when no error says so. */
import type { Span } from "#model/time";
import type { PointTable } from "./table.ts";

const differ = (a: number, b: number): boolean => a !== b && !(Number.isNaN(a) && Number.isNaN(b));

/** True when any of these raw numbers differs from the last one of its row. Writes nothing. */
export function moves(table: PointTable, handles: Int32Array, raw: Float64Array, count: number): boolean {
  for (let i = 0; i < count; i += 1) {
    const handle = handles[i] as number;
    if (Number.isNaN(table.movedMono[handle] as number)) return true;
    if (differ(raw[i] as number, table.lastRaw[handle] as number)) return true;
  }
  return false;
}

/** Keeps the row's last raw number and when it moved. True when it has stood still for longer than the point may. */
export function standsStill(table: PointTable, handle: number, raw: number, mono: Span): boolean {
  const moved = table.movedMono[handle] as number;
  if (Number.isNaN(moved) || differ(raw, table.lastRaw[handle] as number)) {
    table.lastRaw[handle] = raw;
    table.movedMono[handle] = mono;
    return false;
  }
  return mono - moved > (table.frozenAfter[handle] as number);
}

/** A gap in what was seen: whatever comes next may be as it was, and counts from then on. */
export function forgetMovement(table: PointTable, handle: number): void {
  table.movedMono[handle] = Number.NaN;
}
