import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Workdays } from "#model/calendar";
import { days, hours, type Instant, instant, later, milliseconds } from "#model/time";
import { afterWork, workBetween } from "../../../rules/response/workdays.ts";
import { operator, policy, supervisor } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const day = (date: string) => Temporal.PlainDate.from("1970-01-01").until(Temporal.PlainDate.from(date)).days;
const range = (first: string, last = first) => ({ first: day(first), last: day(last) });

/** As the State Council arranged 2026: worked on Saturday 2026-05-09, off from 1 to 5 May. */
const calendar: Workdays = {
  zone: "Asia/Shanghai",
  years: { 2026: { source: "test", off: [range("2026-05-01", "2026-05-05")], on: [range("2026-05-09")] } },
};
const text = (instant_: Instant) =>
  Temporal.Instant.fromEpochMilliseconds(instant_).toZonedDateTimeISO("Asia/Shanghai").toPlainDateTime().toString();

describe("workdays", () => {
  test.each([
    ["over a weekend", "2026-05-15T17:00:00", 2, "2026-05-19T17:00:00"],
    ["from a Friday before a Saturday that is worked", "2026-05-08T17:00:00", 2, "2026-05-11T17:00:00"],
    ["over the holidays of May", "2026-04-30T17:00:00", 1, "2026-05-06T17:00:00"],
    ["received on a Sunday: counted from Monday", "2026-05-17T11:00:00", 1, "2026-05-19T00:00:00"],
    ["in a year that nobody wrote down: Monday to Friday", "2027-05-07T09:00:00", 1, "2027-05-10T09:00:00"],
  ])("%s", (_what, from, count, to) => {
    const due = afterWork(calendar, at(from), days(count));
    expect(text(due)).toBe(to);
  });

  test("what is added is what lies between, from any instant on", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at("2026-01-01T00:00:00"), max: at("2027-12-31T00:00:00") }),
        fc.integer({ min: 0, max: days(20) }),
        fc.integer({ min: 0, max: days(20) }),
        (start, span, more) => {
          const from = instant(start);
          const due = afterWork(calendar, from, milliseconds(span));
          expect(due).toBeGreaterThanOrEqual(from + span);
          expect(workBetween(calendar, from, due)).toBe(span);
          // In two steps as in one.
          expect(workBetween(calendar, from, afterWork(calendar, due, milliseconds(more)))).toBe(span + more);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("case 18: a complaint of 2 workdays from Friday 17:00 before a Saturday that is worked", () => {
  const fault = policy.classes.general_fault;
  if (!fault) throw new Error("no such class");
  const withDays = (years: Workdays["years"]) => ({
    policy: {
      ...policy,
      workdays: { zone: "Asia/Shanghai", years },
      classes: {
        complaint: {
          ...fault,
          class: "complaint" as const,
          clocks: [{ kind: "resolve" as const, target: days(2), workdays: true as const }],
        },
      },
    },
  });
  const open = (desk: ReturnType<typeof createDesk>, now: Instant) => {
    desk.house.take(
      {
        type: "command",
        id: `o${now}`,
        actor: operator,
        command: { do: "open-ticket", class: "complaint", description: "电梯经常坏" },
      },
      now,
    );
    return desk.newest();
  };
  const FRIDAY = at("2026-05-08T17:00:00");

  const createComplaintDesk = () => createDesk(withDays(calendar.years));

  test("is due on Monday 17:00, and a hold over a Sunday costs no time", () => {
    const desk = createComplaintDesk();
    const ticket = open(desk, FRIDAY);
    expect(text(desk.clock(ticket, "resolve")?.dueAt ?? instant(0))).toBe("2026-05-11T17:00:00");
    desk.step(ticket, "dispatch", FRIDAY, { assignee: "张" }, supervisor);
    desk.step(ticket, "hold", at("2026-05-09T17:00:00"), { reason: "parts", for: hours(40) }, supervisor);
    desk.step(ticket, "resume", at("2026-05-10T20:00:00"), {}, supervisor);
    // On hold from Saturday 17:00 to Sunday 20:00: 7 hours of it were workday.
    expect(text(desk.clock(desk.now(ticket.no), "resolve")?.dueAt ?? instant(0))).toBe("2026-05-12T00:00:00");
  });

  test("follows the calendar when it is edited the next day; a clock that was met stays as it was", () => {
    const desk = createComplaintDesk();
    const ticket = open(desk, FRIDAY);
    const done = open(desk, later(FRIDAY, milliseconds(1)));
    for (const step of ["accept", "repair"] as const) desk.step(done, step, later(FRIDAY, hours(1)));
    const before = desk.clock(desk.now(done.no), "resolve");
    const edited = withDays({ 2026: { source: "test", off: [], on: [] } });
    desk.house.edit({ ...desk.site, ...edited }, at("2026-05-09T08:00:00"));
    expect(text(desk.clock(desk.now(ticket.no), "resolve")?.dueAt ?? instant(0))).toBe("2026-05-12T17:00:00");
    expect(desk.house.events(`ticket:${ticket.no}`)).toContain("calendar-changed");
    expect(desk.clock(desk.now(done.no), "resolve")).toEqual(before);
    expect(desk.house.events(`ticket:${done.no}`)).not.toContain("calendar-changed");
  });
});
