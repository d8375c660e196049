/** What is too old goes. Over the cap in bytes samples go earlier; when three hours of them are left, minutes; then hours. */
import { HOURS, MINUTES } from "./cells.ts";
import { type HistoryFile, keyOf } from "./file.ts";

/** How long each grain is kept (ms), and how many bytes all of it may fill. */
export interface Retention {
  readonly raw: number;
  readonly minutes: number;
  readonly hours: number;
  readonly cap: number;
}

const POINTS_AT_ONCE = 200;
/** Over the cap, each round keeps this much less of the finest grain that can still shrink. */
const TIGHTER = 0.8;
/** Samples of the last hours are still to be rolled up: they are the last to go. */
const NEVER_BELOW = 3 * 3_600_000;
/** In the order in which they shrink. */
const GRAINS = ["raw", "minutes", "hours"] as const;
/** Pages given back to the disk in one piece of work. */
const PAGES_AT_ONCE = 64;

/** Gives the function that does the next piece; false when nothing is due. `age`: the instant by which age is told (`age.ts`). */
export function createPruning(
  file: HistoryFile,
  series: readonly number[],
  kept: Retention,
  every: number,
): (now: number, age: number) => boolean {
  let next = -1;
  let prunedAt = Number.NEGATIVE_INFINITY;
  /** Of the time told, how much is kept. */
  const share = { raw: 1, minutes: 1, hours: 1 };

  const isOver = () => file.used() > kept.cap;
  const keptFor = (grain: (typeof GRAINS)[number]) => Math.max(NEVER_BELOW, kept[grain] * share[grain]);
  const shrinkable = () => GRAINS.find((grain) => kept[grain] * share[grain] > NEVER_BELOW);

  /** The finest first; they grow again in the opposite order. */
  function adjust(): void {
    if (isOver()) {
      const finest = shrinkable();
      if (finest) share[finest] *= TIGHTER;
      return;
    }
    const shrunk = GRAINS.findLast((grain) => share[grain] < 1);
    if (shrunk) share[shrunk] = Math.min(1, share[shrunk] / TIGHTER);
  }

  function dropOld(id: number, now: number): void {
    const below = (table: string, age: number, span: number) => {
      const end = now - age - span;
      if (end > 0) file.prepare(`DELETE FROM ${table} WHERE id >= ? AND id < ?`).run(keyOf(id, 0), keyOf(id, end));
    };
    const end = now - keptFor("raw");
    file
      .prepare("DELETE FROM block WHERE id >= ? AND id < ? AND last < ?")
      .run(keyOf(id, 0), keyOf(id, Math.max(0, end)), Math.floor(end));
    below("minute", keptFor("minutes"), MINUTES.row);
    below("hour", keptFor("hours"), HOURS.row);
  }

  return (now, age) => {
    if (next < 0) {
      if (Math.abs(now - prunedAt) < every) return false;
      adjust();
      next = 0;
    }
    file.transaction(() => {
      for (const id of series.slice(next, next + POINTS_AT_ONCE)) dropOld(id, age);
    });
    file.connection.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    next += POINTS_AT_ONCE;
    if (next < series.length) return true;
    next = -1;
    // Still over: at once again and tighter, as long as there is anything left to let go.
    prunedAt = isOver() && shrinkable() ? Number.NEGATIVE_INFINITY : now;
    return true;
  };
}
