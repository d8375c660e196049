/** Values that nobody has confirmed for too long: they turn bad by themselves, whatever the driver thinks. */
import { BAD, reasonCode } from "#model/quality";
import type { Span } from "#model/time";
import type { PointTable } from "./table.ts";

const STALE = reasonCode("stale");

/**
 * Marks every value older than its `staleAfter` as stale and puts its handle into `changed`, which must have room for all
 * rows; the number of them is the result. Ages are measured on the monotonic clock: a step of the wall clock makes nothing
 * old and keeps nothing fresh. Rows that are bad already keep their reason.
 */
export function expire(table: PointTable, mono: Span, changed: Int32Array): number {
  const { quality, receivedMono, staleAfter, count } = table;
  let found = 0;
  for (let handle = 0; handle < count; handle += 1) {
    if (quality[handle] === BAD) continue;
    if (mono - (receivedMono[handle] as number) <= (staleAfter[handle] as number)) continue;
    quality[handle] = BAD;
    table.reason[handle] = STALE;
    table.value[handle] = Number.NaN;
    table.text.delete(handle);
    changed[found] = handle;
    found += 1;
  }
  return found;
}
