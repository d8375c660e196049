/** in_calendar and baseline_min: what the wall clock of the site says. Noon of 21 November 2026 in Shanghai is second 43,200. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Calendar } from "#model/calendar";
import { isInCalendar } from "../../../rules/engine/in-calendar.ts";
import { createLocalTime, weekdayOf } from "../../../rules/engine/local-time.ts";
import { calendarFrom, calendarNumbers, readHours } from "../../../rules/language/calendar.ts";
import { bench, START } from "../support/rule-bench.ts";

const every: Calendar = { zone: "Asia/Shanghai", days: [1, 2, 3, 4, 5, 6, 7], hours: [], dates: [], except: [] };
const calendar = (more: Partial<Calendar>): Calendar => ({ ...every, ...more });
const hours = (...texts: string[]) => texts.map((text) => readHours(text) ?? { from: -1, to: -1 });
const dayOf = (date: string): number => Temporal.PlainDate.from("1970-01-01").until(date).days;

/** Local time of the start of every bench, as seconds after midnight. */
const local = Temporal.Instant.fromEpochMilliseconds(START).toZonedDateTimeISO("Asia/Shanghai");
const midnight = -(local.hour * 3_600 + local.minute * 60 + local.second);
const clock = (text: string, day = 0): number =>
  midnight + day * 86_400 + Number(text.slice(0, 2)) * 3_600 + Number(text.slice(3)) * 60;

const rule = (more: Partial<Calendar>) => [{ when: 'in_calendar("night")', calendars: { night: calendar(more) } }];
const run = (more: Partial<Calendar>, until: number) => {
  const b = bench({}, rule(more));
  return [...b.step(), ...b.to(until)].map((line) => `${line.split(" ")[0]} ${line.split(" ")[1]}`);
};

describe("in_calendar", () => {
  test("turns at the minute at which the hours begin and end, also over midnight", () => {
    expect(run({ hours: hours("22:00-06:00") }, clock("23:00", 1))).toEqual(
      clock("22:00") > 0
        ? [`${clock("22:00")}.0 active`, `${clock("06:00", 1)}.0 normal`, `${clock("22:00", 1)}.0 active`]
        : ["0.0 active", `${clock("06:00", 1)}.0 normal`, `${clock("22:00", 1)}.0 active`],
    );
  });

  test("weekdays, dates and exceptions are those of the day on which the hours began", () => {
    const today = dayOf(local.toPlainDate().toString());
    const night = { hours: hours("22:00-06:00") };
    const lines = (more: Partial<Calendar>) => run({ ...night, ...more }, clock("12:00", 2)).length;
    expect(lines({})).toBe(4);
    expect(lines({ dates: [{ first: today, last: today }] })).toBe(2);
    expect(lines({ except: [{ first: today, last: today }] })).toBe(2);
    expect(lines({ days: [weekdayOf(today)] })).toBe(2);
    expect(lines({ days: [(weekdayOf(today) % 7) + 1] })).toBe(2);
    expect(lines({ dates: [{ first: today - 9, last: today - 2 }] })).toBe(0);
  });

  test("in a zone of its own", () => {
    const b = bench({}, rule({ zone: "UTC", hours: hours("00:00-24:00"), days: [1, 2, 3, 4, 5, 6, 7] }));
    expect(b.step()).toEqual(["0.0 active S2"]);
    const there = Temporal.Instant.fromEpochMilliseconds(START).toZonedDateTimeISO("America/New_York").hour;
    const pad = (h: number) => `${String((h + 24) % 24).padStart(2, "0")}:00`;
    const c = bench({}, rule({ zone: "America/New_York", hours: hours(`${pad(there)}-${pad(there + 1)}`) }));
    expect(c.step()).toEqual(["0.0 active S2"]);
  });

  test("a step of the wall clock is noticed within half a minute", () => {
    const b = bench({}, rule({ hours: hours("22:00-06:00") }));
    b.step();
    const before = b.to(1);
    b.stepWall(12 * 3_600_000);
    const after = b.to(31);
    expect(before.length + after.length).toBe(1);
  });

  test("after a restart it says what is true now", () => {
    const b = bench({}, rule({ hours: hours("22:00-06:00") }));
    const wasNight = b.step().length === 1;
    const c = b.restart(12 * 3_600_000, true);
    c.engine.resume(new Set(wasNight ? ["r0@d"] : []));
    expect(c.step().map((line) => line.split(" ")[1])).toEqual([wasNight ? "normal" : "active"]);
  });

  test("in autumn the hours 02-04 last three hours, with one begin and one end (16); in spring 02:15-02:45 is left out (17)", () => {
    const turns = (text: string, date: string): string[] => {
      const zone = "Europe/Berlin";
      const localTime = createLocalTime(zone);
      const night = calendar({ zone, hours: hours(text) });
      const start = Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
      const found: string[] = [];
      let was = false;
      for (let minute = 0; minute < 25 * 60; minute += 1) {
        const is = isInCalendar(night, localTime(start + minute * 60_000));
        if (is !== was) found.push(`${is ? "begin" : "end"} ${minute}`);
        was = is;
      }
      return found;
    };
    expect(turns("02:00-04:00", "2026-10-25")).toEqual(["begin 120", "end 300"]);
    expect(turns("02:15-02:45", "2026-03-29")).toEqual([]);
    expect(turns("02:15-02:45", "2026-03-30")).toEqual(["begin 135", "end 165"]);
  });

  test("agrees with Temporal at any moment, in any zone, for any calendar", () => {
    const hour = fc.record({ from: fc.integer({ min: 0, max: 1_439 }), to: fc.integer({ min: 0, max: 1_440 }) });
    const range = fc.tuple(fc.integer({ min: 20_500, max: 20_900 }), fc.integer({ min: 0, max: 30 }));
    const ranges = fc.array(
      range.map(([first, more]) => ({ first, last: first + more })),
      { maxLength: 2 },
    );
    const any = fc.record({
      zone: fc.constantFrom(
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "UTC",
      ),
      days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
      hours: fc.array(hour, { maxLength: 3 }),
      dates: ranges,
      except: ranges,
    });
    fc.assert(
      fc.property(
        any,
        fc.array(fc.integer({ min: 20_500 * 24, max: 20_900 * 24 }), { minLength: 5, maxLength: 5 }),
        (cal, at) => {
          expect(calendarFrom(calendarNumbers(cal))).toEqual(cal);
          const localTime = createLocalTime(cal.zone);
          for (const hoursSince of at) {
            const now = hoursSince * 3_600_000 + 17 * 60_000;
            expect(isInCalendar(cal, localTime(now))).toBe(naive(cal, now));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** By calendar dates and wall times alone. */
function naive(cal: Calendar, now: number): boolean {
  const there = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(cal.zone);
  const minute = there.hour * 60 + there.minute;
  const opens = (date: Temporal.PlainDate): boolean => {
    const day = dayOf(date.toString());
    const inside = (list: Calendar["dates"]) => list.some(({ first, last }) => first <= day && day <= last);
    return cal.days.includes(date.dayOfWeek) && (cal.dates.length === 0 || inside(cal.dates)) && !inside(cal.except);
  };
  const today = opens(there.toPlainDate());
  const yesterday = opens(there.toPlainDate().subtract({ days: 1 }));
  if (cal.hours.length === 0) return today;
  return cal.hours.some(({ from, to }) =>
    to > from ? today && minute >= from && minute < to : (today && minute >= from) || (yesterday && minute < to),
  );
}

describe("hours of the day", () => {
  test.each([
    ["02:00-04:00", { from: 120, to: 240 }],
    ["22:00 - 06:00", { from: 1_320, to: 360 }],
    ["00:00-24:00", { from: 0, to: 1_440 }],
    ["2:00-4:00", { from: 120, to: 240 }],
  ])("%s", (text, found) => {
    expect(readHours(text)).toEqual(found);
  });

  test.each(["", "02:00", "25:00-04:00", "02:60-04:00", "24:00-04:00", "02:00-24:30", "night", "02.00-04.00"])(
    "%s is none",
    (text) => {
      expect(readHours(text)).toBeUndefined();
    },
  );
});

describe("baseline_min", () => {
  const learn = (days: number, low: (night: number) => number | null, restartAfter = -1) => {
    let b = bench({ flow: "" }, [
      { when: 'flow > 1.3 * baseline_min(flow, "02:00-04:00", 6d)' },
      { when: 'baseline_min(flow, "02:00-04:00", 6d) >= 0' },
    ]);
    b.set({ flow: 9 });
    const lines: string[] = [];
    for (let night = 1; night <= days; night += 1) {
      b.to(clock("01:00", night));
      b.set({ flow: 3 });
      b.to(clock("02:30", night));
      b.set({ flow: low(night) });
      b.to(clock("05:00", night));
      lines.push(...b.set({ flow: 9 }), ...b.to(clock("06:00", night)));
      if (night === restartAfter) b = b.restart(0, false);
    }
    return { b, lines };
  };
  /** The flow at which the first rule turns active, stepping up from nothing at eleven in the morning. */
  const limit = (b: ReturnType<typeof bench>, day: number): number => {
    b.to(clock("11:00", day));
    b.set({ flow: 0 });
    for (let flow = 1; flow <= 60; flow += 1)
      if (b.set({ flow: flow / 10 }).some((line) => line.startsWith("r0"))) return flow / 10;
    return Number.NaN;
  };

  test("is the median of the lowest values of the nights, known after half of the days", () => {
    const lows = [2, 1, 3, 2.5, 1.5];
    const { b, lines } = learn(2, (night) => lows[night - 1] ?? 0);
    expect(lines.filter((line) => line.startsWith("r1"))).toEqual([]);
    expect(limit(b, 2)).toBeNaN();
    const more = learn(5, (night) => lows[night - 1] ?? 0);
    // The median of 1, 1.5, 2, 2.5, 3 is 2: active above 2.6.
    expect(limit(more.b, 5)).toBe(2.7);
  });

  test("a night of which less than half was seen teaches nothing, and old nights are forgotten", () => {
    // Four nights of 1, then five bad from 02:30 on: 30 min of 120 are too few. Of the last six days two taught.
    const blind = learn(9, (night) => (night <= 4 ? 1 : null));
    expect(limit(blind.b, 9)).toBeNaN();
    const again = learn(9, (night) => (night <= 4 ? 1 : 2));
    // Of the last six days five were at 2.
    expect(limit(again.b, 9)).toBe(2.7);
  });

  test("a restart keeps what was learned", () => {
    expect(limit(learn(5, () => 2, 4).b, 5)).toBe(2.7);
  });
});
