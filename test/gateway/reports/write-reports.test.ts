import { describe, expect, test } from "vitest";
import type { WrittenReport } from "#model/paper";
import { days, hours, type Instant, instant, later, minutes } from "#model/time";
import { dueReports } from "../../../gateway/reports/report-calendar.ts";
import { createReportWriter } from "../../../gateway/reports/write-reports.ts";
import { building, policy } from "../../support/building.ts";
import { createPlainDoor } from "../../support/plain-door.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const reports = { at: 480, weekday: 1, tell: ["department-supervisor", "management"] };
const ids = (since: Instant, now: Instant) => dueReports(reports, "Asia/Shanghai", since, now).map(({ id }) => id);

describe("when reports are due", () => {
  test("a daily one at the set hour, a weekly one on its weekday, a monthly one on the first", () => {
    expect(ids(at("2026-11-22T07:59:59"), at("2026-11-22T08:00:00"))).toEqual(["BB20261122-daily"]);
    expect(ids(at("2026-11-22T08:00:00"), at("2026-11-22T23:59:59"))).toEqual([]);
    expect(ids(at("2026-11-22T12:00:00"), at("2026-11-23T08:00:00"))).toEqual([
      "BB20261123-daily",
      "BB20261123-weekly",
    ]);
    const first = dueReports(reports, "Asia/Shanghai", at("2026-11-30T12:00:00"), at("2026-12-01T08:00:00"));
    const monthly = first.find(({ period }) => period === "monthly");
    expect([monthly?.month, monthly?.from, monthly?.to]).toEqual([
      "2026-11",
      at("2026-11-01T00:00:00"),
      at("2026-12-01T00:00:00"),
    ]);
  });

  test("after ten days of downtime: a week of days, and every week and month that was missed", () => {
    const missed = ids(at("2026-11-21T12:00:00"), at("2026-12-02T09:00:00"));
    expect(missed.filter((id) => id.endsWith("daily"))).toHaveLength(7);
    expect(missed.filter((id) => !id.endsWith("daily"))).toEqual([
      "BB20261123-weekly",
      "BB20261130-weekly",
      "BB20261201-monthly",
    ]);
  });
});

function desk(begins: Instant, more: { fails?: number } = {}) {
  let fails = more.fails ?? 0;
  const counted: string[] = [];
  const failures: unknown[] = [];
  const door = createPlainDoor();
  const make = () =>
    createReportWriter({
      site: building({
        policy: { ...policy, reports },
        channels: [
          { id: "mail", kind: "smtp", settings: {} },
          { id: "sms", kind: "sms", settings: {} },
        ],
        people: {
          ...building().people,
          people: building().people.people.map((one) => ({ ...one, email: "x@example.com", phone: "1" })),
        },
      }),
      door,
      store: { journalBegins: async () => begins, paper: async (id) => door.house.papers.get(id) },
      count: async (due) => {
        if (fails > 0) {
          fails -= 1;
          throw new Error("the disk is away");
        }
        counted.push(due.id);
        return { body: { of: due.id }, summary: { zh: "工单 3 件", en: "3 tickets" } };
      },
      failed: (error) => failures.push(error),
    });
  return { door, counted, failures, make };
}

describe("reports that write themselves", () => {
  const due = at("2026-11-24T08:00:00");
  const before = at("2026-11-23T12:00:00");

  test("at the set hour, once, however often the heart beats and the house restarts", async () => {
    const { door, counted, make } = desk(before);
    const writer = make();
    await writer.look(later(due, minutes(-1)));
    expect(counted).toEqual([]);
    for (let minute = 0; minute < 10; minute += 1) await writer.look(later(due, minutes(minute)));
    await make().look(later(due, hours(2)));
    expect(counted).toEqual(["BB20261124-daily"]);
    const paper = door.house.papers.get("BB20261124-daily") as WrittenReport;
    expect([paper.lateBy, paper.body]).toEqual([undefined, { of: "BB20261124-daily" }]);
    expect(door.journal.map(({ event, after }) => [event, after?.paper?.id])).toEqual([["report-written", paper.id]]);
  });

  test("late after downtime, exactly once, and it says so", async () => {
    const { door, counted, make } = desk(before);
    await make().look(later(due, hours(5)));
    await make().look(later(due, hours(6)));
    expect(counted).toEqual(["BB20261124-daily"]);
    expect(door.house.papers.get("BB20261124-daily")).toMatchObject({ lateBy: hours(5), at: due });
  });

  test("while the gateway was off over midnight and the hour: the day is written once when it is back, by whichever process", async () => {
    const { door, counted, make } = desk(before);
    await make().look(at("2026-11-23T23:59:00"));
    await Promise.all([make().look(later(due, minutes(40))), make().look(later(due, minutes(40)))]);
    expect([...new Set(counted)]).toEqual(["BB20261124-daily"]);
    expect([...door.house.papers.values()].map(({ id }) => id)).toEqual(["BB20261124-daily"]);
  });

  test("a clock that is set back writes nothing twice, and one that is set on leaves nothing out", async () => {
    const { counted, make } = desk(before);
    const writer = make();
    await writer.look(later(due, minutes(1)));
    await writer.look(later(due, hours(-3)));
    await make().look(later(due, hours(-2)));
    await writer.look(later(due, minutes(2)));
    expect(counted).toEqual(["BB20261124-daily"]);
    await writer.look(later(due, days(3)));
    expect(counted).toEqual(["BB20261124-daily", "BB20261125-daily", "BB20261126-daily", "BB20261127-daily"]);
  });

  test("what a clock that ran ahead has written is marked once it is put right, and counted again when its day is over", async () => {
    const { door, counted, make } = desk(before);
    const paper = (id: string) => door.house.papers.get(id) as WrittenReport & { ahead?: true };
    await make().look(later(due, days(1)));
    expect(counted).toEqual(["BB20261124-daily", "BB20261125-daily"]);
    // NTP comes, and the house starts anew in between.
    await make().look(later(due, minutes(5)));
    expect([paper("BB20261124-daily").ahead, paper("BB20261125-daily").ahead]).toEqual([undefined, true]);
    await make().look(later(due, minutes(7)));
    expect(door.journal.filter(({ event }) => event === "report-ahead")).toHaveLength(1);
    await make().look(later(due, days(1)));
    expect(counted).toEqual(["BB20261124-daily", "BB20261125-daily", "BB20261125-daily"]);
    expect(paper("BB20261125-daily").ahead).toBeUndefined();
    await make().look(later(due, days(1.5)));
    expect(counted).toHaveLength(3);
  });

  test("nothing is written about the time before the house was there", async () => {
    const { counted, make } = desk(at("2026-11-24T09:00:00"));
    await make().look(at("2026-11-24T23:00:00"));
    expect(counted).toEqual([]);
  });

  test("what could not be counted is tried at the next look", async () => {
    const { counted, failures, make } = desk(before, { fails: 2 });
    const writer = make();
    for (let second = 0; second < 3; second += 1) await writer.look(later(due, minutes(second / 60)));
    expect([counted, failures.length]).toEqual([["BB20261124-daily"], 2]);
  });

  test("is offered to whom the policy names, by screen and mail, and wakes nobody by text message", async () => {
    const { door, make } = desk(before);
    await make().look(due);
    const told = [...door.house.outbox.values()].map(({ to, channel }) => `${to} ${channel}`).sort();
    expect(told).toEqual([
      "p-department-supervisor console",
      "p-department-supervisor mail",
      "p-management console",
      "p-management mail",
    ]);
    const [one] = door.house.outbox.values();
    expect(one?.text.zh).toBe("日报（2026-11-23 起）：工单 3 件。详见控制台 /reports/written/BB20261124-daily");
    expect(one?.severity).toBe("S4");
  });

  test("a day of summer time that lacks the hour still has its report", () => {
    const found = dueReports({ ...reports, at: 150 }, "Europe/Berlin", instant(0), instant(Date.UTC(2026, 2, 29, 6)));
    expect(found.some(({ id }) => id === "BB20260329-daily")).toBe(true);
    expect(found.every(({ to, from }) => to - from > days(0.9))).toBe(true);
  });
});
