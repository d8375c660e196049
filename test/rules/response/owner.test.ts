/** What the owner was promised, whether it was kept, and what they said of the work. */
import { describe, expect, test } from "vitest";
import type { ResponseClock } from "#model/ticket";
import { hours, later, minutes, seconds } from "#model/time";
import { elapsed, pausedFor } from "../../../rules/response/clocks.ts";
import { operator, supervisor, TEN } from "../../support/building.ts";
import { createDesk, type StepWords } from "./desk.ts";

const past = (span: number) => later(TEN, minutes(span));

/** A fault that somebody has taken. */
function taken() {
  const desk = createDesk();
  desk.take("active", TEN);
  const { no } = desk.newest();
  desk.step(desk.newest(), "accept", past(1), { assignee: "张工" });
  return { ...desk, no, ticket: () => desk.now(no) };
}
const arriveBy = (span: number, note?: string): StepWords => ({
  what: "arrive",
  until: past(span),
  ...(note ? { note } : {}),
});

describe("a promised time", () => {
  test("stands on the ticket and is kept by arriving: nobody is reminded", () => {
    const { step, ticket, house, no } = taken();
    step(ticket(), "promise", past(2), arriveBy(20));
    expect(ticket().promised).toMatchObject([{ what: "arrive", until: past(20), round: 1 }]);
    step(ticket(), "arrive", past(15));
    house.beat(past(15), past(25));
    expect(ticket().promised).toMatchObject([{ kept: true }]);
    expect(house.events(`ticket:${no}`)).not.toContain("promise-missed");
  });

  test("that passes is told to the desk once, at its true instant, with what is owed to the owner", () => {
    const { step, ticket, house, no } = taken();
    step(ticket(), "promise", past(2), arriveBy(20));
    house.beat(past(19), past(40));
    expect(house.events(`ticket:${no}`).filter((event) => event === "promise-missed")).toHaveLength(1);
    expect(house.journal.find((row) => row.event === "promise-missed")?.occurredAt).toBe(past(20));
    const told = house.said.filter((one) => one.step.startsWith("promise-missed"));
    expect(told).toMatchObject([{ role: "control-room-operator" }]);
    expect(told[0]?.text.zh).toContain("告知报修人原因和新的时间");
    expect(ticket().promised).toMatchObject([{ missed: true }]);
  });

  test("is changed only with a reason, and with one it counts as a report of progress (F13, 2.4 e)", () => {
    const { step, ticket, clock } = taken();
    step(ticket(), "promise", past(2), arriveBy(20));
    expect(clock(ticket(), "feedback")?.startedAt).toBe(TEN);
    expect(step(ticket(), "promise", past(10), arriveBy(40)).refusal).toMatchObject({ code: "note-needed" });
    step(ticket(), "promise", past(10), arriveBy(40, "路上堵车"));
    expect(clock(ticket(), "feedback")?.startedAt).toBe(past(10));
    expect(ticket().promised?.map(({ until }) => until)).toEqual([past(20), past(40)]);
    // To be done is another promise than to be there.
    expect(step(ticket(), "promise", past(11), { what: "finish", until: past(90) }).refusal).toBeUndefined();
  });

  test.each([
    ["no time", { what: "arrive" as const }],
    ["nothing promised", { until: past(30) }],
    ["a time that is over", { what: "arrive" as const, until: past(1) }],
    ["now", { what: "arrive" as const, until: past(2) }],
  ])("with %s is refused", (_what, words) => {
    const { step, ticket } = taken();
    expect(step(ticket(), "promise", past(2), words).refusal).toMatchObject({ status: 422, code: "time-needed" });
    expect(ticket().promised).toBeUndefined();
  });

  test("that was made out of reach counts from then, also when it is over by now: kept if they came in time, missed if not", () => {
    for (const [came, outcome] of [
      [18, { kept: true }],
      [25, { missed: true }],
    ] as const) {
      const { step, ticket, house, no } = taken();
      expect(step(ticket(), "promise", past(40), { ...arriveBy(20), occurredAt: past(5) }).refusal).toBeUndefined();
      expect(step(ticket(), "arrive", past(40), { occurredAt: past(came) }).refusal).toBeUndefined();
      expect(ticket().promised).toEqual([{ ...ticket().promised?.[0], ...outcome }]);
      expect(Object.keys(ticket().promised?.[0] ?? {})).not.toContain("kept" in outcome ? "missed" : "kept");
      house.beat(past(40), past(50));
      // They stand there: nobody is asked where they are.
      expect(house.events(`ticket:${no}`)).not.toContain("promise-missed");
      expect(house.journal.find(({ event }) => event === "ticket-promise")).toMatchObject({
        occurredAt: past(5),
        data: { backEntry: true },
      });
    }
    const { step, ticket } = taken();
    const late = step(ticket(), "promise", past(40), { ...arriveBy(20), occurredAt: past(21) });
    expect(late.refusal).toMatchObject({ code: "time-needed" });
  });

  test("that seemed to be missed, and was kept where there was no signal, is put right; who was to hear of it hears nothing", () => {
    const { step, ticket, house, no } = taken();
    step(ticket(), "promise", past(2), arriveBy(20));
    house.beat(past(19), past(21));
    expect(ticket().promised).toMatchObject([{ missed: true }]);
    step(ticket(), "arrive", past(30), { occurredAt: past(15) });
    expect(ticket().promised).toMatchObject([{ kept: true }]);
    expect(ticket().promised?.[0]).not.toHaveProperty("missed");
    const waiting = [...house.outbox.values()].filter(
      (one) => one.ticket === no && one.step.startsWith("promise-missed") && one.state === "pending",
    );
    expect(waiting).toEqual([]);
  });

  test("is found late after an outage, and said once", () => {
    const { step, ticket, house, no } = taken();
    step(ticket(), "promise", past(2), { what: "finish", until: past(30) });
    house.beat(past(300), later(past(300), seconds(3)));
    expect(house.events(`ticket:${no}`).filter((event) => event === "promise-missed")).toHaveLength(1);
  });
});

/** Repaired, and not closed yet. */
function repaired() {
  const desk = taken();
  desk.step(desk.ticket(), "arrive", past(10));
  desk.step(desk.ticket(), "repair", past(30));
  return desk;
}
const byPhone = (score: number): StepWords => ({ score, how: "phone", note: "回访" });

describe("a rating", () => {
  test("by phone is the follow-up: its clock stops", () => {
    const { step, ticket, clock } = repaired();
    expect(clock(ticket(), "followup")?.state).toBe("running");
    step(ticket(), "rate", past(60), byPhone(5));
    expect(ticket()).toMatchObject({ state: "repaired", ratings: [{ score: 5, how: "phone", round: 1 }] });
    expect(clock(ticket(), "followup")?.state).toBe("met");
  });

  test("with a signature needs one that is on the ticket, and is no follow-up visit", () => {
    const { step, ticket, house, clock } = repaired();
    const words = { score: 4, how: "signature" as const };
    expect(step(ticket(), "rate", past(31), words).refusal).toMatchObject({ code: "signature-needed" });
    const file = { id: "a".repeat(32), what: "signature" as const, type: "image/png" as const, bytes: 9, sha256: "" };
    house.take(
      { type: "command", id: "f", actor: operator, command: { do: "attach-file", ticket: ticket().no, file } },
      past(31),
    );
    const { refusal } = step(ticket(), "rate", past(31), { ...words, signature: "b".repeat(32) });
    expect(refusal).toMatchObject({ code: "signature-needed" });
    step(ticket(), "rate", past(31), { ...words, signature: file.id });
    expect(ticket().ratings).toMatchObject([{ score: 4, signature: file.id }]);
    expect(clock(ticket(), "followup")?.state).toBe("running");
  });

  test("that is bad before closing sends the work back and tells the team lead", () => {
    const { step, ticket, house, no } = repaired();
    step(ticket(), "rate", past(60), byPhone(2));
    expect(ticket()).toMatchObject({ state: "accepted", assignee: "张工" });
    const told = house.said.filter((one) => one.step.startsWith("rated"));
    expect(told).toMatchObject([{ role: "team-lead", ticket: no }]);
    expect(step(ticket(), "close", past(61), {}, operator).refusal).toMatchObject({ code: "wrong-state" });
  });

  test("that is bad before closing starts the clocks of the work again: the repair with what was left, progress anew", () => {
    const { step, ticket, clock, house, no } = repaired();
    const target = clock(ticket(), "resolve")?.target ?? 0;
    const due = clock(ticket(), "resolve")?.dueAt ?? TEN;
    expect(clock(ticket(), "feedback")?.state).not.toBe("running");
    step(ticket(), "rate", past(60), byPhone(2));

    // Half an hour of it was thought done.
    expect(clock(ticket(), "resolve")).toMatchObject({ state: "running", dueAt: later(due, minutes(30)) });
    expect(clock(ticket(), "resolve")?.metAt).toBeUndefined();
    expect(clock(ticket(), "feedback")).toMatchObject({ state: "running", startedAt: past(60) });
    expect(elapsed(clock(ticket(), "resolve") as ResponseClock, past(60))).toBe(minutes(30));

    // Left alone it is told, warned of and breached like any other work.
    const end = later(due, minutes(31));
    house.beat(later(past(60), hours(4)), later(later(past(60), hours(4)), seconds(2)));
    const breached = house.journal.filter(({ event, about }) => event === "clock-breached" && about === `ticket:${no}`);
    expect(breached.map(({ data }) => data?.clock)).toContain("feedback");
    house.beat(end, later(end, seconds(2)));
    expect(clock(ticket(), "resolve")).toMatchObject({ state: "breached", breachedAt: later(due, minutes(30)) });
    step(ticket(), "repair", later(end, minutes(1)));
    expect(elapsed(clock(ticket(), "resolve") as ResponseClock, end)).toBe(target + minutes(2));
  });

  test("that is bad twice keeps both stretches in which the work was thought done", () => {
    const { step, ticket, clock } = repaired();
    const due = clock(ticket(), "resolve")?.dueAt ?? TEN;
    step(ticket(), "rate", past(60), byPhone(2));
    step(ticket(), "repair", past(80));
    step(ticket(), "rate", past(100), byPhone(1));
    expect(clock(ticket(), "resolve")).toMatchObject({ state: "running", dueAt: later(due, minutes(50)) });
    expect(pausedFor(clock(ticket(), "resolve") as ResponseClock, past(100))).toBe(minutes(50));
  });

  test("that is bad after a late repair leaves it late, and at work", () => {
    const desk = taken();
    const { step, ticket, clock } = desk;
    const due = clock(ticket(), "resolve")?.dueAt ?? TEN;
    step(ticket(), "arrive", past(10));
    desk.house.beat(due, later(due, seconds(2)));
    step(ticket(), "repair", later(due, minutes(5)));
    step(ticket(), "rate", later(due, minutes(20)), byPhone(1));
    const resolve = clock(ticket(), "resolve");
    expect(resolve).toMatchObject({ state: "breached", dueAt: due, breachedAt: due });
    expect(resolve?.metAt).toBeUndefined();
    // A pause has nothing to save any more: the whole time counts.
    expect(elapsed(resolve as ResponseClock, later(due, minutes(20)))).toBe((resolve?.target ?? 0) + minutes(20));
    step(ticket(), "repair", later(due, minutes(30)));
    expect(clock(ticket(), "resolve")).toMatchObject({
      state: "breached",
      dueAt: due,
      breachedAt: due,
      metAt: later(due, minutes(30)),
    });
  });

  test("that is bad before closing has the customer called again after the second repair: one clock for it, run anew", () => {
    const { step, ticket } = repaired();
    step(ticket(), "rate", past(60), byPhone(2));
    const followups = () => ticket().clocks.filter(({ kind }) => kind === "followup");
    expect(followups()).toMatchObject([{ state: "met", metAt: past(60) }]);
    step(ticket(), "repair", past(90));
    expect(followups()).toMatchObject([{ state: "running", startedAt: past(90) }]);
  });

  test("case 28: not satisfied on day 6 opens round 2, on the day after round 3 one level higher; on day 8 nothing", () => {
    const { step, ticket, take, no, house } = repaired();
    take("normal", past(31));
    step(ticket(), "close", past(40));
    const day = (n: number) => later(past(40), hours(24 * n));
    step(ticket(), "rate", day(6), byPhone(1));
    expect(ticket()).toMatchObject({ state: "new", round: 2, severity: "S3" });
    expect(ticket().past).toHaveLength(1);
    const close = (at: typeof TEN) => {
      for (const one of ["accept", "arrive", "repair", "close"] as const) step(ticket(), one, at);
    };
    close(day(6));
    step(ticket(), "rate", day(7), byPhone(2));
    expect(ticket()).toMatchObject({ round: 3, severity: "S2" });
    close(day(7));
    expect(step(ticket(), "rate", later(day(14), hours(1)), byPhone(1)).refusal).toMatchObject({ code: "wrong-state" });
    expect(ticket().ratings?.map(({ score, round }) => [score, round])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(house.events(`ticket:${no}`).filter((event) => event === "ticket-reopen")).toHaveLength(2);
  });

  test("that is bad beside a newer open ticket of the same device and class opens no second one: its lead is told there", () => {
    const { step, ticket, take, no, house, newest } = repaired();
    take("normal", past(31));
    step(ticket(), "close", past(40));
    const opened = { do: "open-ticket", class: "general_fault", device: "lift-1", description: "又停了" } as const;
    house.take({ type: "command", id: "o", actor: operator, command: opened }, past(50));
    expect(newest().no).not.toBe(no);
    expect(step(ticket(), "rate", past(60), byPhone(1)).refusal).toBeUndefined();
    expect(ticket()).toMatchObject({ state: "closed", round: 1, ratings: [{ score: 1 }] });
    expect(house.said.filter((one) => one.step.startsWith("rated"))).toMatchObject([
      { role: "team-lead", ticket: newest().no },
    ]);
  });

  test("that is good leaves a closed ticket closed", () => {
    const { step, ticket, take } = repaired();
    take("normal", past(31));
    step(ticket(), "close", past(40));
    step(ticket(), "rate", past(100), { score: 3, how: "online" });
    expect(ticket()).toMatchObject({ state: "closed", ratings: [{ score: 3, how: "online" }] });
  });

  test.each([
    ["no score", { how: "phone" as const }],
    ["zero", { score: 0, how: "phone" as const }],
    ["six", { score: 6, how: "phone" as const }],
    ["a half", { score: 2.5, how: "phone" as const }],
    ["NaN", { score: Number.NaN, how: "phone" as const }],
    ["nobody's word", { score: 3 }],
  ])("with %s is refused", (_what, words) => {
    const { step, ticket } = repaired();
    expect(step(ticket(), "rate", past(60), words).refusal).toMatchObject({ code: "score-needed" });
  });

  test("comes after the work, not before", () => {
    const { step, ticket } = taken();
    expect(step(ticket(), "rate", past(5), byPhone(5), supervisor).refusal).toMatchObject({ code: "wrong-state" });
  });
});
