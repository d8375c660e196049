/**
 * Samples of a point that give the same answers as the one before them need not be put in order and judged. They are left out
 * where they are read, and kept at hand: a sentence tells the newest value, and a point that goes on being read is not silent.
 */
import { GOOD } from "#model/quality";
import { qualityOf, type Samples } from "../history/block.ts";
import { HOLD } from "../history/buckets.ts";
import type { Answer } from "./reads.ts";

/** What a stretch does not hold. Times are ms since epoch; only moments of the stretch or later ones can be asked for. */
export interface LeftOut {
  /** Samples. */
  readonly count: number;
  /** When the newest sample up to `until` was taken; NaN when nothing of the point is ever left out. */
  lastAt(handle: number, until: number): number;
  /** Its value. */
  lastValue(handle: number, until: number): number;
}

/** The sieve of one point: samples come in the order of their times, `at` not before `from`. */
export interface Sieve {
  /** Whether the sample makes a difference, to a rule or to whether the point is silent. */
  passes(at: number, value: number, code: number): boolean;
  /** Those from `begin` to before `end` went through; earlier ones than `from` count as of `from`. */
  keep(samples: Samples, begin: number, end: number, from: number): void;
  lastAt(until: number): number;
  lastValue(until: number): number;
}

export function createSieve(answer: Answer): Sieve {
  let before = { at: Number.NaN, value: Number.NaN, code: -1, answer: Number.NaN };
  let kept: Samples | undefined;
  let begin = 0;
  let end = 0;
  let from = 0;
  /** The newest of those that were kept at hand before. */
  let older = { at: Number.NaN, value: Number.NaN };

  /** Place of the newest sample up to `until`, or one less than `begin`. */
  function placeOf(until: number): number {
    if (!kept || until < from) return begin - 1;
    let low = begin;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((kept.at[middle] as number) <= until) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function lastAt(until: number): number {
    const place = placeOf(until);
    return place < begin ? older.at : Math.max((kept as Samples).at[place] as number, from);
  }

  function lastValue(until: number): number {
    const place = placeOf(until);
    return place < begin ? older.value : ((kept as Samples).value[place] as number);
  }

  return {
    passes(at, value, code) {
      const isHeld = code === before.code && at - before.at < HOLD;
      before.at = at;
      if (isHeld && value === before.value) return false;
      const is = answer(qualityOf(code) === GOOD ? value : Number.NaN);
      before.value = value;
      if (isHeld && is === before.answer) return false;
      before = { at, value, code, answer: is };
      return true;
    },
    keep(samples, first, last, start) {
      const most = Number.POSITIVE_INFINITY;
      if (kept) older = { at: lastAt(most), value: lastValue(most) };
      kept = samples;
      begin = first;
      end = last;
      from = start;
    },
    lastAt,
    lastValue,
  };
}
