/** Values that nobody has confirmed for too long, or that have not moved: they turn bad by themselves, whatever the driver thinks. */
import { BAD, reasonCode } from "#model/quality";
import type { Span } from "#model/time";
import { settleWaiting } from "./settle.ts";
import type { PointTable } from "./table.ts";

const STALE = reasonCode("stale");
const FROZEN = reasonCode("frozen");

/**
 * Marks every value older than its `staleAfter` as stale and puts its handle into `changed`, which must have room for all
 * rows; the number of them is the result. Ages are measured on the monotonic clock: a step of the wall clock makes nothing
 * old and keeps nothing fresh. Rows that are bad already keep their reason. A value of a source that sends by itself is
 * confirmed and not sent again: such a row turns frozen here, when it has not moved for its `frozenAfter`. What waited because it
 * looked old, and is the present after all, is taken first.
 */
export function expire(table: PointTable, mono: Span, changed: Int32Array): number {
  const { quality, receivedMono, staleAfter, movedMono, frozenAfter, count } = table;
  let found = settleWaiting(table, mono, changed);
  for (let handle = 0; handle < count; handle += 1) {
    if (quality[handle] === BAD) continue;
    const isStale = mono - (receivedMono[handle] as number) > (staleAfter[handle] as number);
    if (!isStale && !(mono - (movedMono[handle] as number) > (frozenAfter[handle] as number))) continue;
    quality[handle] = BAD;
    table.reason[handle] = isStale ? STALE : FROZEN;
    table.value[handle] = Number.NaN;
    table.text.delete(handle);
    changed[found] = handle;
    found += 1;
  }
  return found;
}
