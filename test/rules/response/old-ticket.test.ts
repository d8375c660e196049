/** What other products are blamed for (response.md 3, numbers of its list): an old ticket, a clock or a wait that swallows what comes next. */
import { beforeEach, describe, expect, test } from "vitest";
import type { TicketStep } from "#model/plan";
import type { Severity } from "#model/severity";
import { hours, type Instant, later, minutes } from "#model/time";
import { at, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createDesk } from "./desk.ts";

let desk: ReturnType<typeof createDesk>;
const hour = (count: number): Instant => later(TEN, hours(count));
const clock = (kind: string) => desk.clock(desk.newest(), kind);
beforeEach(() => {
  desk = createDesk();
});
const trapped = (to: "active" | "normal", now: Instant) =>
  desk.house.take(
    {
      type: "conditions",
      transitions: [verdict("elevator.entrapment", "lift-1", to, { ticket: "elevator_entrapment", lifeSafety: true })],
    },
    now,
  );
const work = (now: Instant, ...steps: readonly TicketStep[]) => {
  for (const step of steps) desk.step(desk.newest(), step, now, {}, operator);
};
const toldSince = (since: Instant) => desk.house.said.filter(({ createdAt }) => createdAt >= since);

describe("the fault is back before its ticket was closed (19, 20)", () => {
  test.each([
    ["repaired", ["accept", "arrive", "mitigate", "repair"]],
    ["verifying", ["accept", "arrive", "mitigate", "repair", "verify"]],
    ["mitigated", ["accept", "arrive", "mitigate"]],
  ] as const)(
    "trapped again while the first ticket is %s: everybody is called at once, as the next round",
    (_, steps) => {
      trapped("active", TEN);
      work(at(20), "acknowledge", ...steps);
      trapped("normal", at(20));
      trapped("active", at(40));
      expect(desk.house.tickets.size).toBe(1);
      expect(desk.newest()).toMatchObject({ round: 2, state: "dispatched", recovered: false, severity: "S1" });
      expect(clock("mitigate")).toMatchObject({ state: "running", startedAt: at(40) });
      expect(desk.newest().past).toMatchObject([{ round: 1, closedAt: at(40) }]);
      expect(toldSince(at(40)).map(({ step }) => step)).toEqual(expect.arrayContaining(["opened", "opened-phone"]));
      desk.house.take({ type: "tick" }, at(40, 31));
      expect(toldSince(at(40, 31)).map(({ step, to }) => `${step} ${to}`)).toContain("no-acknowledge p-shift-leader");
    },
  );

  test("a lesser fault that was repaired is in its next round; one that somebody is working on goes on", () => {
    desk.take("active", TEN);
    work(at(20), "accept", "arrive");
    desk.take("normal", at(21));
    desk.take("active", at(22));
    expect(desk.newest()).toMatchObject({ round: 1, state: "on-site" });
    work(at(30), "mitigate");
    desk.take("normal", at(31));
    desk.take("active", at(32));
    expect(desk.newest()).toMatchObject({ round: 1, state: "mitigated" });
    work(at(40), "repair");
    // Still the same occurrence: nothing came back.
    expect(desk.newest()).toMatchObject({ round: 1, state: "repaired" });
    desk.take("normal", at(41));
    desk.take("active", at(90));
    expect(desk.newest()).toMatchObject({ round: 2, state: "new" });
    expect(toldSince(at(90)).map(({ to }) => to)).toContain("p-technician-on-duty");
  });

  test("one that trickles on tells its story once in a round, and what is graver is heard over it", () => {
    desk.take("active", TEN);
    work(at(1), "accept", "arrive", "repair");
    for (let minute = 2; minute < 60; minute += 2) {
      desk.take("normal", at(minute));
      desk.take("active", at(minute + 1));
    }
    expect(desk.newest().round).toBe(2);
    expect(toldSince(at(2)).filter(({ step }) => step === "opened")).toHaveLength(1);
    desk.take("level", at(70), "S2");
    expect(toldSince(at(70)).map(({ step }) => step)).toContain("opened");
  });
});

describe("clocks beside one another", () => {
  test("reports of progress neither shorten nor lengthen the time to come (13)", () => {
    desk.take("active", TEN, "S3");
    desk.take("level", TEN, "S2");
    const due = clock("onsite")?.dueAt;
    expect(due).toBe(at(30));
    for (const minute of [5, 10, 20]) desk.step(desk.newest(), "feedback", at(minute), { note: "在路上" }, operator);
    expect(clock("feedback")?.startedAt).toBe(at(20));
    expect(clock("onsite")).toMatchObject({ state: "running", dueAt: due });
    expect(clock("accept")).toMatchObject({ state: "running", dueAt: at(15) });
    desk.house.take({ type: "tick" }, at(30));
    expect(clock("onsite")).toMatchObject({ state: "breached", breachedAt: due });
    expect(clock("feedback")).toMatchObject({ state: "running" });
  });

  test("what waits with a reason is not late while it waits, nor afterwards for the time it waited (16)", () => {
    desk.take("active", TEN);
    work(TEN, "accept");
    desk.step(desk.newest(), "hold", hour(20), { reason: "parts" }, supervisor);
    for (const one of [23, 24, 25, 40]) desk.house.take({ type: "tick" }, hour(one));
    expect(clock("resolve")).toMatchObject({ state: "paused" });
    expect(clock("resolve")?.breachedAt).toBeUndefined();
    desk.step(desk.newest(), "resume", hour(44), {}, operator);
    desk.house.take({ type: "tick" }, hour(47.9));
    expect(clock("resolve")).toMatchObject({ state: "running", dueAt: hour(48) });
    desk.house.take({ type: "tick" }, hour(48));
    expect(clock("resolve")).toMatchObject({ state: "breached", breachedAt: hour(48) });
  });

  test("closed and opened again three times, each round counts its own time and the past ones stay (12)", () => {
    let ticket = desk.workThrough(TEN, at(30));
    for (const day of [1, 2, 3]) {
      desk.step(ticket, "reopen", hour(24 * day), { note: "又坏了" });
      ticket = desk.now(ticket.no);
      expect(desk.clock(ticket, "resolve")).toMatchObject({ state: "running", startedAt: hour(24 * day) });
      for (const step of ["accept", "arrive", "repair", "close"] as const)
        desk.step(desk.now(ticket.no), step, hour(24 * day + 1), { note: "已修" });
      ticket = desk.now(ticket.no);
    }
    const spent = (ticket.past ?? []).map(({ clocks, round }) => {
      const one = clocks.find(({ kind }) => kind === "resolve");
      return [round, (one?.metAt ?? 0) - (one?.startedAt ?? 0)];
    });
    expect(spent).toEqual([
      [1, 0],
      [2, hours(1)],
      [3, hours(1)],
    ]);
  });

  test("nobody accepts: the lead hears of that alone, whoever has acknowledged (17, 23)", () => {
    desk.take("active", TEN);
    work(at(1), "acknowledge");
    desk.house.beat(at(14), at(16));
    const lead = desk.house.said.filter(({ to }) => to === "p-team-lead");
    expect(lead.map(({ step, createdAt }) => [step, createdAt])).toEqual([["no-accept", at(15)]]);
  });

  test("a span of any length is a span: no list of five to choose from (10)", () => {
    const severities: readonly Severity[] = ["S1", "S2", "S3", "S4"];
    const after = severities.flatMap((one) => desk.site.policy.ladders[one].map((step) => step.after));
    expect(after).toContain(minutes(0.5));
    desk.take("active", TEN);
    desk.step(desk.newest(), "accept", TEN);
    desk.step(desk.newest(), "hold", at(1), { reason: "parts", for: minutes(7) }, supervisor);
    desk.house.take({ type: "tick" }, at(8));
    expect(desk.newest().state).toBe("accepted");
  });
});
