/** `calendars:` of site.yaml: names for nights, working hours and holidays, as `in_calendar("…")` of the rules knows them. */
import * as z from "zod";
import type { Calendar, DateRange } from "#model/calendar";
import { readHours } from "../../rules/language/calendar.ts";
import { complain } from "./vocabulary.ts";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const HoursText = z.string().transform((text, context) => {
  return (
    readHours(text) ??
    complain(
      context,
      { zh: "不是时段", en: "is not a stretch of the day" },
      { zh: "写成 22:00-06:00。", en: "Write for example 22:00-06:00." },
    )
  );
});

/** Days since 1970-01-01; `undefined` when there is no such date. */
function dayOf(text: string): number | undefined {
  try {
    return Temporal.PlainDate.from("1970-01-01").until(Temporal.PlainDate.from(text, { overflow: "reject" })).days;
  } catch {
    return undefined;
  }
}

export const DateText = z.string().transform((text, context): DateRange => {
  const [from = "", to = from, ...more] = text.split("..").map((part) => part.trim());
  const isDate = (part: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(part);
  const first = isDate(from) ? dayOf(from) : undefined;
  const last = isDate(to) ? dayOf(to) : undefined;
  if (first !== undefined && last !== undefined && first <= last && more.length === 0) return { first, last };
  return complain(
    context,
    { zh: "不是日期", en: "is not a date" },
    { zh: "写成 2026-10-01，或 2026-10-01..2026-10-07。", en: "Write 2026-10-01, or 2026-10-01..2026-10-07." },
  );
});

/** One or several. */
const list = <S extends z.ZodType>(one: S) =>
  z.union([one, z.array(one)]).transform((written): readonly z.output<S>[] => [written].flat() as z.output<S>[]);

/** A calendar as written; `zone` is that of the site unless told. */
export const calendarEntry = (zone: z.ZodType<string>) =>
  z.strictObject({
    hours: list(HoursText).optional(),
    days: z.array(z.enum(weekdays)).min(1).optional(),
    dates: list(DateText).optional(),
    except: list(DateText).optional(),
    zone: zone.optional(),
  });

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
/** Calendars that every site has, since rules of the library ask for them; its own of the same name take their place. */
export const usualCalendars = (zone: string): Readonly<Record<string, Calendar>> => {
  const daily = (from: number, to: number): Calendar => ({
    zone,
    days: EVERY_DAY,
    hours: [{ from: from * 60, to: to * 60 }],
    dates: [],
    except: [],
  });
  return { night: daily(22, 6), small_hours: daily(2, 4) };
};

/** What was written as the rules read it, and the usual ones. */
export function calendarsOf(
  entries: Readonly<Record<string, z.output<ReturnType<typeof calendarEntry>>>>,
  zone: string,
): Readonly<Record<string, Calendar>> {
  const written = Object.fromEntries(
    Object.entries(entries).map(([name, entry]): [string, Calendar] => [
      name,
      {
        zone: entry.zone ?? zone,
        days: (entry.days ?? weekdays).map((day) => weekdays.indexOf(day) + 1),
        hours: entry.hours ?? [],
        dates: entry.dates ?? [],
        except: entry.except ?? [],
      },
    ]),
  );
  return { ...usualCalendars(zone), ...written };
}
