/**
 * Time that counts on workdays alone: Monday to Friday, without public holidays, with the days that are worked instead (调休).
 * A workday counts whole, from midnight to midnight, so "2 workdays from Friday 17:00" ends at 17:00 two workdays later.
 */
import type { Workdays } from "#model/calendar";
import { type Instant, instant, milliseconds, type Span } from "#model/time";

/** No target is longer than a month; a calendar that never works must not hang the house. */
const MOST_DAYS = 400;
const EPOCH = Temporal.PlainDate.from("1970-01-01");

const holds = (ranges: readonly { readonly first: number; readonly last: number }[], day: number): boolean =>
  ranges.some(({ first, last }) => day >= first && day <= last);

/** Years that nobody has written down go by Monday to Friday. */
export function isWorkday(calendar: Workdays, date: Temporal.PlainDate): boolean {
  const year = calendar.years[date.year];
  const day = EPOCH.until(date).days;
  if (year && holds(year.on, day)) return true;
  if (year && holds(year.off, day)) return false;
  return date.dayOfWeek <= 5;
}

const dateOf = (at: Instant, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
const midnight = (date: Temporal.PlainDate, zone: string): number =>
  date.toZonedDateTime({ timeZone: zone }).epochMilliseconds;

/** The instant at which `span` of workday time has gone by since `from`. */
export function afterWork(calendar: Workdays, from: Instant, span: Span): Instant {
  let date = dateOf(from, calendar.zone);
  let at: number = from;
  let left: number = span;
  for (let n = 0; n < MOST_DAYS; n += 1) {
    const next = date.add({ days: 1 });
    const end = midnight(next, calendar.zone);
    if (isWorkday(calendar, date)) {
      if (left <= end - at) return instant(at + left);
      left -= end - at;
    }
    date = next;
    at = end;
  }
  return instant(at + left);
}

/** Workday time between two instants; 0 when `to` is not later. */
export function workBetween(calendar: Workdays, from: Instant, to: Instant): Span {
  let date = dateOf(from, calendar.zone);
  let at: number = from;
  let sum = 0;
  for (let n = 0; n < 2 * MOST_DAYS && at < to; n += 1) {
    const next = date.add({ days: 1 });
    const end = Math.min(to, midnight(next, calendar.zone));
    if (isWorkday(calendar, date)) sum += end - at;
    date = next;
    at = end;
  }
  return milliseconds(sum);
}
