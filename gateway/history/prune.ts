/** What is too old goes: samples first, then minutes, then hours; under the cap in bytes the oldest samples earlier. */
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
/** Over the cap, each round keeps this much less of everything. */
const TIGHTER = 0.8;
const NEVER_BELOW = 3_600_000;
/** Pages given back to the disk in one piece of work. */
const PAGES_AT_ONCE = 64;

/** Gives the function that does the next piece; false when nothing is due. */
export function createPruning(
  file: HistoryFile,
  series: readonly number[],
  kept: Retention,
  every: number,
): (now: number) => boolean {
  let next = -1;
  let prunedAt = Number.NEGATIVE_INFINITY;
  let share = 1;

  const isOver = () => file.used() > kept.cap;

  function dropOld(id: number, now: number): void {
    const below = (table: string, age: number, span: number) => {
      const end = now - Math.max(NEVER_BELOW, age * share) - span;
      if (end > 0) file.prepare(`DELETE FROM ${table} WHERE id >= ? AND id < ?`).run(keyOf(id, 0), keyOf(id, end));
    };
    const end = now - Math.max(NEVER_BELOW, kept.raw * share);
    file
      .prepare("DELETE FROM block WHERE id >= ? AND id < ? AND last < ?")
      .run(keyOf(id, 0), keyOf(id, Math.max(0, end)), Math.floor(end));
    below("minute", kept.minutes, MINUTES.row);
    below("hour", kept.hours, HOURS.row);
  }

  return (now) => {
    if (next < 0) {
      if (Math.abs(now - prunedAt) < every) return false;
      share = isOver() ? share * TIGHTER : Math.min(1, share / TIGHTER);
      next = 0;
    }
    file.transaction(() => {
      for (const id of series.slice(next, next + POINTS_AT_ONCE)) dropOld(id, now);
    });
    file.connection.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    next += POINTS_AT_ONCE;
    if (next < series.length) return true;
    next = -1;
    // Still over: at once again and tighter, as long as there is anything left to let go.
    prunedAt = isOver() && kept.raw * share > NEVER_BELOW ? Number.NEGATIVE_INFINITY : now;
    return true;
  };
}
