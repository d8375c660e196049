/** Minutes and hours from samples: every completed hour of every point, once, in pieces that leave room for questions. */
import type { Samples } from "./block.ts";
import { boundsOf, createBuckets, fill } from "./buckets.ts";
import { decodeCells, encodeCells, HOURS, join, type Level, MINUTES, pick } from "./cells.ts";
import { type HistoryFile, keyOf } from "./file.ts";
import type { Past } from "./past.ts";
import { takeSamples } from "./trend.ts";

/** Blocks are written every 15 min; an hour is rolled up when all of it stands in blocks. */
const SETTLED = 1_800_000;
/** Of one point in one piece of work: after a long pause of the roll-up a day at a time. */
const HOURS_AT_ONCE = 24;
const POINTS_AT_ONCE = 20;
const none: Samples = { count: 0, at: new Float64Array(0), value: new Float64Array(0), code: new Uint8Array(0) };

/** Gives the function that does the next piece; false when every point is up to date. */
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
    if (from >= until) return false;
    const to = Math.min(until, from + HOURS_AT_ONCE * HOURS.step);
    for (const level of [MINUTES, HOURS]) addCells(id, level, from, to);
    file.prepare("UPDATE series SET rolled = ? WHERE id = ?").run(to, id);
    return true;
  }

  function addCells(id: number, level: Level, from: number, to: number): void {
    const bounds = boundsOf(from, to, (to - from) / level.step, level.step);
    const cells = createBuckets(bounds);
    const filler = fill(cells, bounds, from);
    takeSamples(past, id, from, to, none, (samples) => filler.take(samples));
    filler.close(to);
    const read = file.prepare(`SELECT body FROM ${level.table} WHERE id = ?`);
    const write = file.prepare(`INSERT OR REPLACE INTO ${level.table} (id, body) VALUES (?, ?)`);
    for (let start = Math.floor(from / level.row) * level.row; start < to; start += level.row) {
      const own = pick(cells, (i) => (cells.at[i] as number) >= start && (cells.at[i] as number) < start + level.row);
      const body = read.get(keyOf(id, start))?.body as Uint8Array | undefined;
      const whole = join(body && decodeCells(body, start, level), own);
      const isKnown = whole.known.some((ms) => ms > 0) || whole.samples.some((n) => n > 0);
      if (isKnown) write.run(keyOf(id, start), encodeCells(whole, start, level));
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
