import { describe, expect, test } from "vitest";
import { days, hours, later, minutes } from "#model/time";
import { type AlarmDesk, createAlarmDesk, engineer, secondEngineer } from "../../support/alarm-desk.ts";
import { at, operator, supervisor } from "../../support/building.ts";

const reason = "等待配件";
const WEEK = later(at(0), days(7));
const takeOut = (desk: AlarmDesk, now = at(1), by = engineer, reviewAt = WEEK) =>
  desk.command({ do: "out-of-service", reason, reviewAt }, now, by);
const putIn = (desk: AlarmDesk, now = at(9)) => desk.command({ do: "in-service" }, now, engineer);

describe("life safety", () => {
  const traits = { severity: "S1", lifeSafety: true } as const;

  test("goes out of service by two people: the first asks, another one confirms what was asked", () => {
    const desk = createAlarmDesk(traits);
    takeOut(desk, at(1), operator);
    expect(desk.alarm()).toMatchObject({ service: "in", outageRequest: { by: operator.name, reason } });
    takeOut(desk, at(2), operator);
    expect(desk.alarm().service).toBe("in");
    takeOut(desk, at(3), supervisor, later(at(0), days(30)));
    expect(desk.alarm()).toMatchObject({
      service: "out",
      outage: { by: operator.name, confirmedBy: supervisor.name, reviewAt: WEEK },
    });
    expect(desk.alarm()).not.toHaveProperty("outageRequest");
    expect(desk.events()).toEqual(["out-of-service-requested", "out-of-service-requested", "out-of-service"]);
  });

  test("a request holds for an hour, also over a step of the clock, and can be withdrawn", () => {
    const desk = createAlarmDesk(traits);
    takeOut(desk, at(0), operator);
    takeOut(desk, at(61), supervisor);
    expect(desk.alarm()).toMatchObject({ service: "in", outageRequest: { by: supervisor.name } });
    desk.clockStep(hours(5), later(at(62), hours(5)));
    putIn(desk, later(at(63), hours(5)));
    expect(desk.entry("out-of-service-withdrawn")).toMatchObject({ by: supervisor.name });
    takeOut(desk, later(at(64), hours(5)), operator);
    expect(desk.alarm().service).toBe("in");
    desk.clockStep(hours(-5), at(65));
    takeOut(desk, at(66), supervisor);
    expect(desk.alarm().service).toBe("out");
  });

  test("an active one goes on being told until the second person has confirmed", () => {
    const desk = createAlarmDesk(traits);
    takeOut(desk, at(0), operator);
    desk.verdict("active", at(1));
    expect(desk.shown()).toBe("unacknowledged");
    expect(desk.openTickets()).toHaveLength(1);
    takeOut(desk, at(2), supervisor);
    expect(desk.shown()).toBe("out-of-service");
  });

  test("is for the desk: an engineer neither asks nor confirms, in words that say who may", () => {
    const desk = createAlarmDesk(traits);
    expect(takeOut(desk, at(1), engineer).refusal).toMatchObject({ status: 403, code: "desk-only" });
    takeOut(desk, at(2), operator);
    expect(takeOut(desk, at(3), engineer).refusal?.message.zh).toContain("值守台两人");
    expect(desk.alarm()).toMatchObject({ service: "in", outageRequest: { by: operator.name } });
    // Two operators are two people.
    takeOut(desk, at(4), { ...operator, id: "chen", name: "陈工" });
    expect(desk.alarm()).toMatchObject({ service: "out", outage: { confirmedBy: "陈工" } });
  });
});

describe("any other alarm", () => {
  test("one engineer is enough; the open ticket stays, no new one opens, nothing counts as told", () => {
    const desk = createAlarmDesk();
    desk.verdict("active", at(0));
    takeOut(desk);
    desk.verdict("normal", at(2));
    desk.verdict("active", at(5));
    expect(desk.shown()).toBe("out-of-service");
    expect(desk.entry("activated")).toMatchObject({ occurrence: 2, annunciated: false });
    expect(desk.openTickets()).toHaveLength(1);
    expect(desk.house.tickets.size).toBe(1);
  });

  test("is for an engineer: the desk shelves instead", () => {
    const desk = createAlarmDesk();
    expect(takeOut(desk, at(1), operator).refusal).toMatchObject({ status: 403, code: "engineer-only" });
    expect(takeOut(desk, at(1), supervisor).refusal?.message.zh).toContain("搁置");
  });

  test("may not be shelved meanwhile, and a shelf from before ends quietly", () => {
    const desk = createAlarmDesk();
    desk.verdict("active", at(0));
    desk.command({ do: "shelve", kind: "timed", for: minutes(5), reason }, at(0));
    takeOut(desk);
    expect(desk.command({ do: "shelve", kind: "timed", for: minutes(5), reason }, at(2)).refusal).toMatchObject({
      status: 409,
      code: "out-of-service",
    });
    desk.tick(at(10));
    expect(desk.events().at(-1)).toBe("unshelved");
    expect(desk.events()).not.toContain("annunciated");
  });

  test("gets a new reason and a new date while it is out, and keeps its beginning", () => {
    const desk = createAlarmDesk();
    takeOut(desk, at(1));
    takeOut(desk, at(60), secondEngineer, later(at(0), days(20)));
    expect(desk.alarm().outage).toMatchObject({ since: at(1), by: secondEngineer.name });
    expect(desk.events()).toEqual(["out-of-service", "out-of-service-renewed"]);
  });

  test.each([at(-1), at(1), later(at(1), days(91)), Number.NaN as typeof WEEK])(
    "a review at %d is refused",
    (reviewAt) => {
      expect(takeOut(createAlarmDesk(), at(1), engineer, reviewAt).refusal).toMatchObject({
        status: 422,
        code: "review-date",
      });
    },
  );

  test("in service it cannot be put in service", () => {
    const desk = createAlarmDesk();
    desk.verdict("active", at(0));
    expect(putIn(desk).refusal).toMatchObject({ status: 409, code: "not-out-of-service" });
  });
});

describe("in service again", () => {
  test("what happened and ended meanwhile needs nobody; what people had seen before does", () => {
    const desk = createAlarmDesk();
    takeOut(desk);
    desk.verdict("active", at(2));
    desk.verdict("normal", at(3));
    putIn(desk);
    expect(desk.alarm()).toMatchObject({ acknowledgedBy: "auto:out-of-service" });
    expect(desk.shown()).toBe("normal");
    desk.verdict("active", at(10));
    takeOut(desk, at(11));
    desk.verdict("normal", at(12));
    putIn(desk, at(13));
    expect(desk.shown()).toBe("returned-unacknowledged");
  });

  test("while it is still on a shelf: a new occurrence, quietly", () => {
    const desk = createAlarmDesk();
    desk.command({ do: "shelve", kind: "timed", for: minutes(30), reason }, at(0));
    takeOut(desk);
    desk.verdict("active", at(2));
    putIn(desk);
    expect(desk.shown()).toBe("shelved");
    expect(desk.entry("activated")).toMatchObject({ occurrence: 2, annunciated: false });
    expect(desk.house.tickets.size).toBe(0);
    desk.tick(at(30));
    expect(desk.openTickets()).toHaveLength(1);
  });
});

describe("an overdue review", () => {
  test("is told to the supervisor's role once a day, over restarts, until it is in service", () => {
    const desk = createAlarmDesk();
    takeOut(desk, at(0), engineer, at(60));
    for (let minute = 0; minute < 3 * 24 * 60; minute += 10) {
      if (minute % 600 === 0) desk.restart(at(minute));
      desk.tick(at(minute));
    }
    expect(desk.events().filter((event) => event === "review-overdue")).toHaveLength(3);
    const told = desk.house.said.filter((message) => message.step === "review-overdue");
    expect(told).toHaveLength(3);
    expect(told[0]).toMatchObject({
      to: "p-department-supervisor",
      ticket: `alarm:${desk.id}`,
      severity: "S4",
      state: "pending",
    });
    expect(told[0]?.text.zh).toContain("应于 2026-11-21 复核");
    putIn(desk, at(5_000));
    desk.tick(at(9_000));
    expect(desk.events().filter((event) => event === "review-overdue")).toHaveLength(3);
  });

  test("comes on the date of the calendar, whatever steps the wall clock has made", () => {
    const desk = createAlarmDesk();
    takeOut(desk, at(0), engineer, at(600));
    desk.clockStep(hours(9), at(550));
    desk.tick(at(599));
    expect(desk.events()).not.toContain("review-overdue");
    desk.tick(at(600));
    expect(desk.events()).toContain("review-overdue");
  });
});
