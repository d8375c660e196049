/** 演练不计入考核: one month lived twice, with drills and without, and every figure of what is real compared. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JournalRow } from "#model/journal";
import type { Command, TicketStep } from "#model/plan";
import type { Severity } from "#model/severity";
import { hours, type Instant, instant, later, minutes } from "#model/time";
import { reportCounter } from "../../../gateway/api/count-report.ts";
import { measures } from "../../../gateway/measures.ts";
import { createAlarmReports } from "../../../gateway/reports/alarm-report.ts";
import { createReportWriter } from "../../../gateway/reports/write-reports.ts";
import { alarmEvent } from "../../../gateway/store/alarm-events.ts";
import { operator, policy, supervisor, verdict } from "../../support/building.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { type Stand, startStand, testSite } from "../api/stand.ts";

const at = (local: string): Instant => instant(Date.parse(`${local}+08:00`));
const BEGIN = at("2026-11-01T00:00:00");
const END = at("2026-12-02T09:00:00");
const plain = testSite();
const site = testSite({
  // Two buildings have a desk each.
  devices: plain.devices.map((one) => (one.id === "lift-2" ? { ...one, place: { building: "B" } } : one)),
  policy: { ...policy, reports: { at: 480, weekday: 1, tell: ["management"] } },
});

interface Life {
  readonly house: PureHouse;
  readonly stand: Stand;
  readonly drills: number;
}
const clock = createManualClock(END);
const lives: Life[] = [];

type Act = (command: Command, now: Instant, who?: typeof operator) => string | undefined;
interface Deed {
  readonly at: Instant;
  does(): void;
}

/** What is real in this month: lifts that trap people and doors that fail, answered in time, late, never, wrongly. */
function realDeeds(
  house: PureHouse,
  act: Act,
  tell: (rule: string, on: string, to: "active" | "normal", now: Instant) => void,
): Deed[] {
  const deeds: Deed[] = [];
  const rules = ["elevator.entrapment", "elevator.door", "water.pump"];
  for (let n = 0; n < 45; n += 1) {
    const rule = rules[n % 3] as string;
    const on = rule.startsWith("water") ? "booster-1" : n % 2 === 0 ? "lift-1" : "lift-2";
    const start = later(BEGIN, hours(1 + n * 16));
    const mine = () =>
      [...house.tickets.values()].find(
        (one) => !one.drill && one.device === on && one.alarms.includes(`${rule}@${on}`) && !one.closedAt,
      );
    const step = (after: number, word: TicketStep, more = {}, who = operator) => {
      const now = later(start, minutes(after));
      deeds.push({
        at: now,
        does: () =>
          void (mine() && act({ do: "ticket-step", ticket: mine()?.no ?? "", step: word, ...more }, now, who)),
      });
    };
    deeds.push({ at: start, does: () => tell(rule, on, "active", start) });
    // Chatters now and then, and comes back while the ticket is open.
    if (n % 5 === 0)
      for (const [after, to] of [
        [2, "normal"],
        [3, "active"],
      ] as const)
        deeds.push({ at: later(start, minutes(after)), does: () => tell(rule, on, to, later(start, minutes(after))) });
    step(n % 4, "acknowledge");
    if (n % 7 !== 6) step(4 + (n % 5) * 6, "accept", { assignee: "张强" });
    step(10 + (n % 6) * 9, "arrive", { who: "staff" });
    step(12 + (n % 6) * 9, "arrive", { who: "rescue" });
    step(70 + (n % 4) * 40, "mitigate");
    step(80 + (n % 4) * 60, "repair");
    deeds.push({
      at: later(start, minutes(90 + (n % 4) * 60)),
      does: () => tell(rule, on, "normal", later(start, minutes(90 + (n % 4) * 60))),
    });
    if (n % 6 === 5) step(300, "false-alarm", { note: "误动作" });
    for (const sop of ["talk", "empty"]) step(320, "sop", { sop });
    if (n % 3 === 1) step(330, "rate", { score: 1 + (n % 5), how: "phone" }, supervisor);
    step(340 + (n % 4) * 300, "follow-up", { note: "已回访" });
    step(600 + (n % 4) * 300, "close", { note: "车内无人，恢复正常" }, supervisor);
    if (n % 11 === 7) step(700, "close", { note: "再次关闭" }, supervisor);
  }
  return deeds;
}

/** Drills over all of it: same classes, same devices, at the same time as what is real, badly answered, rated badly, ended wrongly. */
function drillDeeds(house: PureHouse, act: Act): Deed[] {
  const deeds: Deed[] = [];
  const classes = ["elevator_entrapment", "general_fault"] as const;
  for (let n = 0; n < 24; n += 1) {
    const start = later(BEGIN, hours(2 + n * 29));
    let no = "";
    deeds.push({
      at: start,
      does() {
        const command: Command = {
          do: "open-ticket",
          class: classes[n % 2] as (typeof classes)[number],
          ...(n % 4 === 3 ? {} : { device: n % 3 === 0 ? "lift-1" : "lift-2" }),
          description: "困人演练",
          drill: { overReal: true },
        };
        if (act(command, start, supervisor) === undefined) no = [...house.tickets.values()].at(-1)?.no ?? "";
      },
    });
    const step = (after: number, word: TicketStep, more = {}, who = supervisor) => {
      const now = later(start, minutes(after));
      deeds.push({
        at: now,
        does: () => void (no && act({ do: "ticket-step", ticket: no, step: word, ...more }, now, who)),
      });
    };
    step(n % 5 === 0 ? 390 : 20, "accept", { assignee: "张强" }, operator);
    step(400, "arrive", { who: "staff" }, operator);
    step(900, "repair", {}, operator);
    step(901, "rate", { score: 1, how: "phone" });
    if (n % 4 === 1) step(905, "false-alarm", { note: "演练结束" });
    for (const sop of ["talk", "empty"]) step(906, "sop", { sop });
    step(920, "close", { note: "演练结束" });
    if (n % 3 === 2) step(1_500, "reopen", { note: "补演" });
    if (n % 6 === 2) step(1_600, "close", { note: "补演结束" });
  }
  return deeds;
}

async function live(withDrills: boolean): Promise<Life> {
  const stand = await startStand({ site, clock });
  const house = createPureHouse(site);
  const counted = measures(stand.metrics, { info() {}, warn() {}, error() {} } as never, () => END);
  let commands = 0;
  const take = (happening: Parameters<PureHouse["take"]>[0], now: Instant) => {
    const plan = house.take(happening, now);
    counted.decided(plan);
    return plan;
  };
  const act: Act = (command, now, actor = operator) => {
    commands += 1;
    return take({ type: "command", id: `c${commands}`, actor, command }, now).refusal?.code;
  };
  const severity: Readonly<Record<string, Severity>> = {
    "elevator.entrapment": "S1",
    "elevator.door": "S3",
    "water.pump": "S2",
  };
  const deeds = realDeeds(house, act, (rule, on, to, now) => {
    const ticket = rule === "elevator.entrapment" ? "elevator_entrapment" : "general_fault";
    take(
      { type: "conditions", transitions: [verdict(rule, on, to, { severity: severity[rule] ?? "S3", ticket })] },
      now,
    );
  });
  if (withDrills) deeds.push(...drillDeeds(house, act));
  for (let beat = BEGIN; beat < END; beat = later(beat, hours(1)))
    deeds.push({ at: beat, does: () => void take({ type: "tick" }, beat) });
  for (const deed of deeds.sort((a, b) => a.at - b.at)) deed.does();

  stand.journal.push(...house.journal.map((entry, seq): JournalRow => ({ ...entry, seq, hash: "" })));
  for (const ticket of house.tickets.values()) {
    stand.stored.set(ticket.no, ticket);
    if (ticket.closedAt === undefined) stand.door.house.tickets.set(ticket.no, ticket);
  }
  for (const alarm of house.alarms.values()) stand.door.house.alarms.set(alarm.id, alarm);
  return { house, stand, drills: [...house.tickets.values()].filter(({ drill }) => drill).length };
}

/** Numbers are given in turn, drills included: the nth real ticket is the same one in both lives. */
function numbered({ house }: Life, text: string): string {
  let n = 0;
  let said = text;
  for (const ticket of house.tickets.values()) if (!ticket.drill) said = said.replaceAll(ticket.no, `#${++n}`);
  return said;
}

/** The same question in both lives. */
async function asked(path: string, as: "supervisor" | "engineer" = "supervisor"): Promise<readonly [string, string]> {
  const answers = [];
  for (const life of lives) {
    const { status, text } = await life.stand.ask("GET", path, { as });
    expect([path, status]).toEqual([path, 200]);
    answers.push(numbered(life, text).replaceAll(/"drill":\d+/g, '"drill":-'));
  }
  return answers as unknown as readonly [string, string];
}

beforeAll(async () => {
  for (const withDrills of [false, true]) lives.push(await live(withDrills));
});
afterAll(async () => {
  for (const { stand } of lives) await stand[Symbol.asyncDispose]();
});

test("both months hold the same real tickets, and the second one many drills that went badly", () => {
  const [without, with_] = lives.map(({ house }) => [...house.tickets.values()].filter(({ drill }) => !drill));
  expect(without?.length).toBeGreaterThanOrEqual(30);
  expect(with_?.map(({ openedAt, closedAt, device }) => [openedAt, closedAt, device])).toEqual(
    without?.map(({ openedAt, closedAt, device }) => [openedAt, closedAt, device]),
  );
  expect(lives[0]?.drills).toBe(0);
  expect(lives[1]?.drills).toBeGreaterThan(10);
  const late = [...(lives[1]?.house.tickets.values() ?? [])].filter(
    ({ drill, clocks }) => drill && clocks.some(({ breachedAt }) => breachedAt !== undefined),
  );
  expect(late.length).toBeGreaterThan(5);
});

describe("a drill changes no figure of", () => {
  const window = `from=${new Date(BEGIN).toISOString()}&to=${new Date(at("2026-12-01T00:00:00")).toISOString()}`;

  test.each(["site", "building:A"])("the report about alarms, at the desk %s", async (position) => {
    for (const format of ["json", "csv"]) {
      const [without, with_] = await asked(
        `/api/reports/alarms?${window}&position=${encodeURIComponent(position)}&format=${format}`,
      );
      expect(with_).toBe(without);
      expect(without.length).toBeGreaterThan(1_000);
    }
  });

  test.each(["month=2026-11", window, "window=7d"])("the response report for %s", async (period) => {
    for (const format of ["json", "csv"]) {
      const [without, with_] = await asked(`/api/reports/response?${period}&data=real&format=${format}`);
      expect(with_).toBe(without);
    }
  });

  test("the figures that drills could reach are not empty, so that equal means something", async () => {
    const { body } = await (lives[0] as Life).stand.ask("GET", "/api/reports/response?month=2026-11", {
      as: "supervisor",
    });
    const values = Object.fromEntries(body.kpis.map(({ id, value }: { id: string; value: number }) => [id, value]));
    for (const id of [
      "tickets",
      "closed",
      "accept-p50",
      "accept-in-time",
      "onsite-p90",
      "resolve-p50",
      "repeat-share",
      "first-fix",
      "satisfaction",
    ])
      expect(values[id], id).toBeGreaterThan(0);
    expect(values["accept-in-time"]).toBeLessThan(1);
  });

  test("the list of alarms as a file", async () => {
    const [without, with_] = await asked(`/api/exports/alarms.csv?${window}`);
    expect(with_).toBe(without);
    expect(without.split("\n").length).toBeGreaterThan(30);
  });

  test("the daily, weekly and monthly reports", async () => {
    const written = [];
    for (const life of lives) {
      const { stand } = life;
      const store = {
        ...stand,
        journalBegins: async () => BEGIN,
        paper: async () => undefined,
        alarmEvents: async ({ from, to }: { from: Instant; to: Instant }) => ({
          rows: stand.journal.filter((row) => row.at >= from && row.at < to).flatMap((row) => alarmEvent(row) ?? []),
        }),
        ticketPage: async ({ from, to }: { from: Instant; to: Instant }) => ({
          rows: [...stand.stored.values()].filter((one) => one.openedAt >= from && one.openedAt < to),
        }),
      };
      const writer = createReportWriter({
        site,
        door: stand.door,
        store,
        count: reportCounter(site, store, createAlarmReports(store, clock), stand.door.house.tickets),
        failed: (error) => {
          throw error;
        },
      });
      await writer.look(END);
      const papers = [...stand.door.house.papers.values()].filter(({ kind }) => kind === "report");
      const said = [...stand.door.house.outbox.values()].map(({ key, text }) => [key, text]);
      written.push(numbered(life, JSON.stringify([papers, said])).replaceAll(/"drill":\d+/g, '"drill":-'));
      expect(papers.map(({ id }) => id)).toEqual(
        expect.arrayContaining(["BB20261130-weekly", "BB20261201-monthly", "BB20261202-daily"]),
      );
    }
    expect(written[1]).toBe(written[0]);
  });

  test("Prometheus, which counts drills that are open apart", async () => {
    const [without, with_] = (await asked("/metrics", "engineer")).map((text) =>
      text.split("\n").filter((line) => line.startsWith("gatehouse_") && !line.startsWith("gatehouse_drills_open")),
    );
    expect(with_).toEqual(without);
    expect(without?.filter((line) => /^gatehouse_clock_breaches_total.* [1-9]/.test(line)).length).toBeGreaterThan(2);
    const open = lives.map(
      ({ house }) => [...house.tickets.values()].filter(({ drill, closedAt }) => drill && !closedAt).length,
    );
    const [, after] = await Promise.all(lives.map(({ stand }) => stand.ask("GET", "/metrics", { as: "engineer" })));
    expect(open[1]).toBeGreaterThan(0);
    expect(after?.text).toContain(`gatehouse_drills_open ${open[1]}`);
  });
});

test("drills have figures of their own, and none of what is real stands in them", async () => {
  const { stand } = lives[1] as Life;
  const { body } = await stand.ask("GET", "/api/reports/response?month=2026-11&data=drill", { as: "supervisor" });
  expect(body.kpis.find(({ id }: { id: string }) => id === "rating").value).toBe(1);
});
