/** When reports are due by the site's clock: the latest one of each period, and those before it that downtime swallowed. Pure. */
import type { Period } from "#model/paper";
import type { ReportPolicy } from "#model/policy";
import { type Instant, instant } from "#model/time";
import type { Window } from "./figures.ts";

export interface DueReport extends Window {
  readonly id: string;
  readonly period: Period;
  readonly at: Instant;
  /** `2026-10` of a monthly one. */
  readonly month?: string;
}

/** How many of each are still written after downtime: a week of days, a month of weeks, a quarter of months. */
const MOST: Readonly<Record<Period, number>> = { daily: 7, weekly: 4, monthly: 3 };

/** Everything due in (`since`, `now`], oldest first. */
export function dueReports(
  { at, weekday }: ReportPolicy,
  zone: string,
  since: Instant,
  now: Instant,
): readonly DueReport[] {
  const time = Temporal.PlainTime.from({ hour: Math.floor(at / 60), minute: at % 60 });
  const start = (day: Temporal.PlainDate) => instant(day.toZonedDateTime(zone).epochMilliseconds);
  const today = Temporal.Instant.fromEpochMilliseconds(Math.trunc(now)).toZonedDateTimeISO(zone).toPlainDate();
  const found: DueReport[] = [];
  const add = (period: Period, day: Temporal.PlainDate, from: Temporal.PlainDate): void => {
    const due = instant(day.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds);
    if (due <= since || due > now) return;
    found.push({
      id: `BB${day.toString().replaceAll("-", "")}-${period}`,
      period,
      at: due,
      from: start(from),
      to: start(day),
      ...(period === "monthly" ? { month: from.toPlainYearMonth().toString() } : {}),
    });
  };
  for (let back = 0; back < MOST.daily; back += 1) {
    const day = today.subtract({ days: back });
    add("daily", day, day.subtract({ days: 1 }));
  }
  const lastWeekday = today.subtract({ days: (today.dayOfWeek - weekday + 7) % 7 });
  for (let back = 0; back < MOST.weekly; back += 1) {
    const day = lastWeekday.subtract({ weeks: back });
    add("weekly", day, day.subtract({ weeks: 1 }));
  }
  for (let back = 0; back < MOST.monthly; back += 1) {
    const day = today.with({ day: 1 }).subtract({ months: back });
    add("monthly", day, day.subtract({ months: 1 }));
  }
  return found.sort((a, b) => a.at - b.at);
}
