/** Calendars as numbers, which is what a term keeps: so an edited calendar is another term, and equal ones are one. */
import type { Calendar, DateRange, Hours } from "#model/calendar";

export type { Calendar, Hours } from "#model/calendar";

const HOURS = /^([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)$/;
const MIDNIGHT = 1_440;

/** Reads `02:00-04:00` or `22:00-06:00`; `undefined` when it is none. Equal ends mean the whole day. */
export function readHours(text: string): Hours | undefined {
  const [, h1 = "", m1 = "", h2 = "", m2 = ""] = HOURS.exec(text.trim()) ?? [];
  if (h1 === "") return undefined;
  const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
  return from < MIDNIGHT && to <= MIDNIGHT ? { from, to } : undefined;
}

const rangesOf = (ranges: readonly DateRange[]): number[] => [
  ranges.length,
  ...ranges.flatMap(({ first, last }) => [first, last]),
];

/** The zone's letters, then days, hours, dates and exceptions, each with its count before it. */
export const calendarNumbers = ({ zone, days, hours, dates, except }: Calendar): readonly number[] => [
  zone.length,
  ...Array.from(zone, (letter) => letter.charCodeAt(0)),
  days.length,
  ...days,
  hours.length,
  ...hours.flatMap(({ from, to }) => [from, to]),
  ...rangesOf(dates),
  ...rangesOf(except),
];

/** Takes back what `calendarNumbers` gave. */
export function calendarFrom(numbers: readonly number[]): Calendar {
  let at = 0;
  const list = (width: number): readonly number[] => {
    const count = (numbers[at] ?? 0) * width;
    const found = numbers.slice(at + 1, at + 1 + count);
    at += 1 + count;
    return found;
  };
  const pairs = <T>(make: (a: number, b: number) => T): readonly T[] => {
    const flat = list(2);
    return Array.from({ length: flat.length / 2 }, (_, n) => make(flat[2 * n] ?? 0, flat[2 * n + 1] ?? 0));
  };
  const range = (first: number, last: number): DateRange => ({ first, last });
  return {
    zone: String.fromCharCode(...list(1)),
    days: list(1),
    hours: pairs((from, to) => ({ from, to })),
    dates: pairs(range),
    except: pairs(range),
  };
}
