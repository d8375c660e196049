/** Minutes and hours from samples: every completed hour of every point, once, in pieces that leave room for questions. */
import type { Samples } from "./block.ts";
import { type Buckets, boundsOf, createBuckets, type Filler, fill } from "./buckets.ts";
import { decodeCells, encodeCells, HOURS, isKnown, join, type Level, MINUTES, pick } from "./cells.ts";
import { type HistoryFile, keyOf } from "./file.ts";
import type { Past } from "./past.ts";
import { takeSamples } from "./trend.ts";

/** Blocks are written every 30 min; an hour is rolled up when all of it stands in blocks. */
const SETTLED = 2_700_000;
/** Of one point in one piece of work: after a long pause of the roll-up a day at a time. */
const HOURS_AT_ONCE = 24;
const POINTS_AT_ONCE = 20;
const none: Samples = { count: 0, at: new Float64Array(0), value: new Float64Array(0), code: new Uint8Array(0) };

/** Gives the function that does the next piece; false when every point is up to date. It takes the age of `age.ts` as the present. */
export function createRollUp(file: HistoryFile, past: Past, series: readonly number[]): (now: number) => boolean {
  let next = 0;
  let doneFor = Number.NaN;

  /** Rolls up at most a day of one point. False when it was up to date. */
  function rollUp(id: number, until: number): boolean {
    const row = file.prepare("SELECT rolled FROM series WHERE id = ?").get(id);
    let from = row?.rolled as number;
    if (from === 0) {
      const oldest = past.oldest(id);
      if (oldest === Number.POSITIVE_INFINITY) return false;
      from = Math.floor(oldest / HOURS.step) * HOURS.step;
    }
    if (from > until) {
      // The wall clock was ahead and is right again: what comes from now on is still to be rolled up.
      file.prepare("UPDATE series SET rolled = ? WHERE id = ?").run(until, id);
      return false;
    }
    if (from === until) return false;
    const to = Math.min(until, from + HOURS_AT_ONCE * HOURS.step);
    const minutes = cellsOf(MINUTES, from, to, (filler) =>
      takeSamples(past, id, from, to, none, (samples) => filler.take(samples)),
    );
    keepCells(id, MINUTES, minutes, from, to);
    // Hours made of minutes are hours made of samples, at a fraction of the work.
    keepCells(
      id,
      HOURS,
      cellsOf(HOURS, from, to, (filler) => filler.cells(minutes, from, to)),
      from,
      to,
    );
    file.prepare("UPDATE series SET rolled = ? WHERE id = ?").run(to, id);
    return true;
  }

  function cellsOf(level: Level, from: number, to: number, feed: (filler: Filler) => void): Buckets {
    const bounds = boundsOf(from, to, (to - from) / level.step, level.step);
    const cells = createBuckets(bounds);
    const filler = fill(cells, bounds, from);
    feed(filler);
    filler.close(to);
    return cells;
  }

  function keepCells(id: number, level: Level, cells: Buckets, from: number, to: number): void {
    const read = file.prepare(`SELECT body FROM ${level.table} WHERE id = ?`);
    const write = file.prepare(`INSERT OR REPLACE INTO ${level.table} (id, body) VALUES (?, ?)`);
    for (let start = Math.floor(from / level.row) * level.row; start < to; start += level.row) {
      const at = (i: number) => cells.at[i] as number;
      // Where nothing is known now, what was known before stands: its samples may be gone already.
      const own = pick(cells, (i) => at(i) >= start && at(i) < start + level.row && isKnown(cells, i));
      if (own.count === 0) continue;
      const body = read.get(keyOf(id, start))?.body as Uint8Array | undefined;
      write.run(keyOf(id, start), encodeCells(join(body && decodeCells(body, start, level), own), start, level));
    }
  }

  return (now) => {
    const until = Math.floor((now - SETTLED) / HOURS.step) * HOURS.step;
    if (next === 0 && until === doneFor) return false;
    let isMore = false;
    file.transaction(() => {
      for (const id of series.slice(next, next + POINTS_AT_ONCE)) if (rollUp(id, until)) isMore = true;
    });
    // A point that is still behind gets its next day before the others have their turn.
    if (!isMore) next += POINTS_AT_ONCE;
    if (next >= series.length) {
      next = 0;
      doneFor = until;
    }
    return true;
  };
}
