import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Ticket } from "#model/ticket";
import { days, hours, type Instant, instant, later, minutes, seconds } from "#model/time";
import { readKpis } from "../../../gateway/reports/kpi.ts";
import { monthWindow, responseFigures, windowBefore } from "../../../gateway/reports/response-figures.ts";
import { responseKpis } from "../../../gateway/reports/response-kpis.ts";
import { roundsIn } from "../../../gateway/reports/response-rounds.ts";
import { createDesk } from "../../rules/response/desk.ts";
import { at, operator, policy, TEN } from "../../support/building.ts";

const window = { from: instant(TEN - days(1)), to: later(TEN, days(20)) };
const figures = (
  tickets: Iterable<Ticket>,
  more: { from?: Instant; to?: Instant; kind?: "real" | "simulated" | "test" } = {},
) =>
  responseFigures(
    [...tickets].flatMap((ticket) => roundsIn(ticket, policy)),
    { ...window, ...more },
    { kind: more.kind ?? "real", zone: "Asia/Shanghai" },
  );

describe("the times of tickets", () => {
  test("median, 90th percentile and met share come from the clocks, pauses left out", () => {
    const { step, take, newest, house } = createDesk();
    take("active", at(0));
    step(newest(), "accept", at(10), {}, operator);
    step(newest(), "arrive", at(12), {}, operator);
    step(newest(), "hold", at(20), { reason: "parts", note: "等配件" });
    step(newest(), "resume", at(80));
    step(newest(), "repair", at(100), {}, operator);
    const { times, count, closed } = figures(house.tickets.values());
    expect([count, closed]).toEqual([1, 0]);
    expect(times.accept).toMatchObject({ count: 1, met: 1, share: 1, p50: minutes(10), p90: minutes(10) });
    expect(times.resolve.p50).toBe(minutes(40));
  });

  test("what never came and is overdue counts as missed, what still runs does not count", () => {
    const { take, house } = createDesk();
    take("active", at(0));
    house.beat(at(0), at(16));
    const { times, late } = figures(house.tickets.values());
    expect(times.accept).toMatchObject({ count: 1, met: 0, share: 0 });
    expect(times.accept.p50).toBeNaN();
    expect(times.resolve.count).toBe(0);
    expect(late.map(({ measure, took }) => [measure, took])).toContainEqual(["accept", undefined]);
  });

  test("a back-entry that shows that the clock had been met in time takes the miss away", () => {
    const { take, step, newest, house } = createDesk();
    take("active", at(0));
    house.beat(at(0), at(16));
    step(newest(), "accept", at(30), { occurredAt: at(9) }, operator);
    expect(figures(house.tickets.values()).times.accept).toMatchObject({ met: 1, p50: minutes(9) });
  });

  test("tests, simulated tickets and real ones are never mixed", () => {
    const { take, house, newest } = createDesk();
    take("active", at(0));
    const acknowledge = { do: "acknowledge-alarm", alarm: "elevator.door@lift-1", occurrence: 1 } as const;
    const actor: Actor = operator;
    house.take({ type: "command", id: "t", actor, command: { ...acknowledge, reason: "test" } }, at(1));
    expect(newest().judged).toBe("test");
    const real = { ...newest(), no: "GD20261121-000009" };
    const { judged: _, ...asReal } = real;
    const all = [newest(), asReal, { ...asReal, no: "GD20261121-000010", simulated: true }];
    expect(figures(all).others).toEqual({ real: 1, drill: 0, simulated: 1, test: 1, maintenance: 0 });
    expect([figures(all).count, figures(all, { kind: "test" }).count]).toEqual([1, 1]);
  });

  test("a merged ticket is counted where its work went", () => {
    const { take, house, newest } = createDesk();
    take("active", at(0));
    const gone: Ticket = { ...newest(), no: "x", state: "merged", mergedInto: newest().no };
    expect(figures([...house.tickets.values(), gone]).count).toBe(1);
  });

  test("hours of the day are the site's, and all 24 stand there", () => {
    const { take, house } = createDesk();
    take("active", at(0));
    const { byHour, byBuilding, byClass } = figures(house.tickets.values());
    expect(byHour.map(({ count }) => count).indexOf(1)).toBe(10);
    expect(byHour).toHaveLength(24);
    expect([byBuilding[0]?.id, byClass[0]?.id]).toEqual(["A", "general_fault"]);
  });
});

describe("what came back", () => {
  test("a fault within seven days of the repair of a like one is a repeat, and the first repair was no first-time fix", () => {
    const { workThrough, house } = createDesk();
    workThrough(at(0), at(10));
    workThrough(instant(at(0) + days(3)), instant(at(10) + days(3)));
    workThrough(instant(at(0) + days(16)), instant(at(10) + days(16)));
    const now = figures(house.tickets.values());
    expect([now.faults, now.repeats, now.repaired, now.firstFixed]).toEqual([3, 1, 3, 2]);
    expect(now.top).toEqual([{ device: "lift-1", count: 3, repeats: 1 }]);
  });

  test("opened again is a second round with times of its own", () => {
    const { workThrough, step, house } = createDesk();
    const first = workThrough(at(0), at(10));
    step(first, "reopen", instant(at(0) + days(1)), { note: "又停了" });
    const now = figures(house.tickets.values());
    expect([now.count, now.repaired, now.firstFixed]).toEqual([2, 1, 0]);
    expect(figures(house.tickets.values(), { from: instant(at(0) + hours(20)) }).count).toBe(1);
  });
});

describe("the table of figures", () => {
  const row = (id: string, now: ReturnType<typeof figures>, before = now) => {
    const found = readKpis(responseKpis(policy), now, before).find((one) => one.id === id);
    if (!found) throw new Error(`no figure ${id}`);
    return found;
  };

  test("satisfaction counts ratings of 4 and 5 and is judged by the policy's target", () => {
    const { workThrough, house } = createDesk();
    const done = workThrough(at(0), at(10));
    house.tickets.set(done.no, { ...done, ratings: [rated(2), rated(3)] });
    const other: Ticket = { ...done, no: "GD20261121-000077", device: "lift-2", ratings: [rated(5)] };
    const now = figures([...house.tickets.values(), other]);
    expect(row("satisfaction", now)).toMatchObject({ value: 0.5, target: "≥ 90 %", verdict: "over" });
    expect(row("rating", now)).toMatchObject({ value: 4, verdict: "good" });
    expect(
      readKpis(responseKpis({ kpi: { ...kpi(0.4) } }), now, now).find(({ id }) => id === "satisfaction"),
    ).toMatchObject({
      target: "≥ 40 %",
      verdict: "good",
    });
  });

  test("rectifications count once they are done or late, and faults that are late are none", () => {
    const { workThrough, house, step } = createDesk();
    for (const day of [0, 1, 2]) workThrough(instant(at(0) + days(day)), instant(at(10) + days(day)));
    const [opened] = [...house.tickets.values()].filter(({ rectifies }) => rectifies !== undefined);
    if (!opened) throw new Error("no rectification");
    const now = () => figures(house.tickets.values());
    expect(row("rectified", now())).toMatchObject({ value: null, target: "≥ 100 %", verdict: "none" });
    const running = opened.clocks.find(({ kind }) => kind === "resolve");
    if (!running) throw new Error("no limit");
    const started = instant(opened.openedAt + minutes(5));
    step(opened, "dispatch", started, { assignee: "wang" });
    step(opened, "accept", started, {}, operator);
    step(opened, "arrive", started, {}, operator);
    step(opened, "repair", instant(started + minutes(30)), {}, operator);
    expect(row("rectified", now())).toMatchObject({ value: 1, verdict: "good" });
    const late: Ticket = {
      ...opened,
      no: "GD20261121-000099",
      clocks: opened.clocks.map((one) =>
        one.kind === "resolve" ? { ...one, state: "breached", breachedAt: one.dueAt } : one,
      ),
    };
    const { rectifies: _, ...fault } = late;
    const both = figures([...house.tickets.values(), late, { ...fault, no: "GD20261121-000100" }]);
    expect(both.rectifications).toEqual({ due: 2, done: 1 });
    expect(row("rectified", both)).toMatchObject({ value: 0.5, verdict: "over" });
    expect(readKpis(responseKpis({ kpi: kpi(0.4) }), both, both).find(({ id }) => id === "rectified")?.verdict).toBe(
      "good",
    );
  });

  test("where no sample was drawn the aim stands there, and no figure is made up", () => {
    const { workThrough, house } = createDesk();
    workThrough(at(0), at(10));
    expect(row("sampled", figures(house.tickets.values()))).toMatchObject({
      ...{ value: null, target: "≥ 20 %", verdict: "none" },
    });
  });
  const rated = (score: number) => ({ score, round: 1, how: "phone", by: "王工", at: at(11) }) as const;
  const kpi = (alarm: number) => ({
    inTime: 0.9,
    satisfaction: { alarm, target: 0.95 },
    firstFix: 0.85,
    followUp: 1,
    rectify: 0.5,
    sampleDaily: 0.2,
    repeatDrop: 0.2,
    complaints: 0.02,
  });

  test("an empty window has no figures and no verdicts, and each figure tells its formula in both languages", () => {
    const empty = figures([]);
    for (const one of readKpis(responseKpis(policy), empty, empty)) {
      expect(one.formula.zh && one.formula.en, one.id).toBeTruthy();
      if (one.unit !== "count") expect([one.value, one.verdict], one.id).toEqual([null, "none"]);
    }
  });

  test("met and missed add up to the clocks that came due, whatever the tickets are", () => {
    const anyClock = fc.record({
      kind: fc.constantFrom("accept", "onsite", "resolve", "followup"),
      took: fc.option(fc.integer({ min: 0, max: 9_999 }), { nil: undefined }),
      late: fc.boolean(),
      cancelled: fc.boolean(),
    });
    const base = createDesk();
    base.take("active", at(0));
    const one = base.newest();
    fc.assert(
      fc.property(fc.array(anyClock, { maxLength: 12 }), (clocks) => {
        const ticket: Ticket = {
          ...one,
          clocks: clocks.map(({ kind, took, late, cancelled }) => ({
            kind: kind as "accept",
            target: minutes(15),
            startedAt: at(0),
            dueAt: at(15),
            warnAt: at(7),
            state: cancelled ? "cancelled" : late ? "breached" : took === undefined ? "running" : "met",
            segments: [
              { kind: "run", from: at(0), ...(took === undefined ? {} : { to: later(at(0), seconds(took)) }) },
            ],
            ...(took === undefined ? {} : { metAt: later(at(0), seconds(took)) }),
            ...(late ? { breachedAt: at(15) } : {}),
          })),
        };
        const now = figures([ticket]);
        for (const times of Object.values(now.times)) {
          expect(times.met).toBeLessThanOrEqual(times.count);
          if (times.count > 0) expect(times.share).toBeCloseTo(times.met / times.count);
        }
        expect(now.late.length).toBe(Object.values(now.times).reduce((sum, { count, met }) => sum + count - met, 0));
      }),
    );
  });

  test("a month is one of the site's calendar and is compared with the one before", () => {
    const month = monthWindow("2026-03", "Asia/Shanghai");
    if (!month) throw new Error("no month");
    expect(new Date(month.from).toISOString()).toBe("2026-02-28T16:00:00.000Z");
    expect((windowBefore(month, "2026-03", "Asia/Shanghai").to as number) === month.from).toBe(true);
    expect(monthWindow("2026-13", "Asia/Shanghai")).toBeUndefined();
    expect(monthWindow("garbage", "Asia/Shanghai")).toBeUndefined();
  });
});
