/** Whether it is night, a working day, a holiday: a calendar of the site, asked by the wall clock in its own zone. */
import type { Calendar, DateRange, Hours } from "#model/calendar";
import { calendarFrom } from "../language/calendar.ts";
import { createLocalTime, type LocalTime, weekdayOf } from "./local-time.ts";
import { type Machine, NEVER, type Wiring } from "./machine.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The wall clock may be set: look again at least this often, whatever the calendar says. */
const LOOK = 30_000;

const within = (day: number, ranges: readonly DateRange[]): boolean =>
  ranges.some(({ first, last }) => day >= first && day <= last);

const isOpenOn = ({ days, dates, except }: Calendar, day: number): boolean =>
  days.includes(weekdayOf(day)) && (dates.length === 0 || within(day, dates)) && !within(day, except);

/** Equal ends are the whole day. */
const lasts = ({ from, to }: Hours): number => (to > from ? to - from : to - from + DAY / MINUTE);

/** Whether the local moment lies in the calendar. What began yesterday may still be running. */
export function isInCalendar(calendar: Calendar, { day, sinceMidnight }: Readonly<LocalTime>): boolean {
  const whole: readonly Hours[] = [{ from: 0, to: 0 }];
  for (const hours of calendar.hours.length > 0 ? calendar.hours : whole) {
    for (const started of [day - 1, day]) {
      const passed = sinceMidnight + (day - started) * DAY - hours.from * MINUTE;
      if (passed >= 0 && passed < lasts(hours) * MINUTE && isOpenOn(calendar, started)) return true;
    }
  }
  return false;
}

/** Looks at every full minute, when hours may begin or end. */
export function createInCalendar({ values, time, slot }: Wiring, numbers: readonly number[]): Machine {
  const calendar = calendarFrom(numbers);
  const localTime = createLocalTime(calendar.zone);
  const machine: Machine = {
    wake: NEVER,
    run() {
      const local = localTime(time.now);
      values[slot] = isInCalendar(calendar, local) ? 1 : 0;
      const toMinute = MINUTE - (local.sinceMidnight % MINUTE);
      machine.wake = time.mono + Math.min(toMinute, LOOK);
    },
    save: () => [],
    load() {
      // It knows by the wall clock alone.
    },
  };
  return machine;
}
