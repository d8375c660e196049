/** Cases 16 to 19 of the thirty: a repair that waits for parts, targets that change, a calendar, a policy that is edited. */
import { beforeAll, expect, test } from "vitest";
import type { Command } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Severity } from "#model/severity";
import { hours, type Instant, later, minutes } from "#model/time";
import { pausedFor } from "../../../../rules/response/clocks.ts";
import { at, supervisor, TEN, verdict } from "../../../support/building.ts";
import { createPureHouse } from "../../../support/pure-house.ts";
import { on, startStory, storySite, wall } from "../../../support/story-house.ts";
import { shippedPolicy } from "../shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const hour = (count: number): Instant => later(TEN, hours(count));
const fault = (to: "active" | "level" = "active", severity: Severity = "S3") =>
  verdict("elevator.door", "lift-1", to, { severity, ticket: "general_fault" });

/** A lift fault by the shipped policy, opened at ten; time passes in minutes. */
function workshop() {
  const house = createPureHouse(storySite(policy));
  house.take({ type: "conditions", transitions: [fault()] }, TEN);
  const no = [...house.tickets.keys()][0] ?? "";
  let n = 0;
  return {
    house,
    ticket: () => {
      const found = house.tickets.get(no);
      if (!found) throw new Error("no ticket");
      return found;
    },
    clock(kind: string) {
      const found = house.tickets.get(no)?.clocks.find((one) => one.kind === kind);
      if (!found) throw new Error(`no clock ${kind}`);
      return found;
    },
    level: (severity: Severity, now: Instant) =>
      house.take({ type: "conditions", transitions: [fault("level", severity)] }, now),
    step(step: "accept" | "hold" | "resume", now: Instant, more: object = {}) {
      n += 1;
      const command: Command = { do: "ticket-step", ticket: no, step, ...more };
      return house.take({ type: "command", id: `c${n}`, actor: supervisor, command }, now);
    },
    pass(from: Instant, to: Instant) {
      for (let now = later(from, minutes(1)); now <= to; now = later(now, minutes(1)))
        house.take({ type: "tick" }, now);
    },
  };
}

test("case 16: parts ordered at 20:00 and there at 08:00: due at 22:00 of the next day, and progress was asked for every four hours all the while", () => {
  const { house, ticket, clock, step, pass } = workshop();
  step("accept", TEN);
  pass(TEN, hour(10));
  step("hold", hour(10), { reason: "parts" });
  pass(hour(10), hour(22));
  step("resume", hour(22));
  expect(wall(clock("resolve").dueAt)).toBe("22:00:00");
  expect(clock("resolve").dueAt).toBe(hour(36));
  expect(pausedFor(clock("resolve"), hour(22))).toBe(hours(12));
  const missed = house.journal.filter(({ event, data }) => event === "clock-breached" && data.clock === "feedback");
  expect(missed.map(({ occurredAt }) => wall(occurredAt))).toEqual([
    "14:00:00",
    "18:00:00",
    "22:00:00",
    "02:00:00",
    "06:00:00",
  ]);
  // The steps that ask whether it is repaired wait as long as it waited.
  const day = ticket().ladder.find(({ step: one }) => one.id === "s3-one-day");
  expect(day).toMatchObject({ state: "waiting", dueAt: hour(36) });
});

test("case 16: after 48 hours the waiting ends by itself, the clock runs on from that instant, and the team lead is told", () => {
  const { house, ticket, clock, step } = workshop();
  step("accept", TEN);
  step("hold", hour(1), { reason: "outside" });
  expect(ticket().state).toBe("on-hold");
  house.take({ type: "tick" }, hour(48.9));
  expect(ticket().state).toBe("on-hold");
  house.take({ type: "tick" }, hour(49));
  expect(ticket().state).toBe("accepted");
  expect(clock("resolve")).toMatchObject({ state: "running", dueAt: hour(72) });
  const told = house.said.filter(({ step: one }) => one.startsWith("hold-over"));
  expect(told.map(({ to }) => to)).toEqual(["p-team-lead"]);
  expect(told[0]?.text.zh).toContain("挂起时间已到，工单已自动恢复");
});

test("case 17: S3 becomes S2 at hour 3 after an hour of waiting: being there is breached since half past ten, and the hour still counts for the repair", () => {
  const { house, clock, step, level } = workshop();
  step("accept", TEN);
  step("hold", hour(1), { reason: "parts" });
  step("resume", hour(2));
  // Nobody was there yet, and nobody had to be before twelve.
  expect(clock("onsite")).toMatchObject({ state: "running", dueAt: hour(2) });
  level("S2", hour(3));
  house.take({ type: "tick" }, later(hour(3), minutes(1)));
  expect(clock("onsite")).toMatchObject({
    state: "breached",
    startedAt: TEN,
    target: minutes(30),
    dueAt: at(30),
    breachedAt: at(30),
  });
  expect(clock("accept")).toMatchObject({ state: "met", metAt: TEN });
  expect(clock("resolve")).toMatchObject({ startedAt: TEN, dueAt: hour(25) });
  expect(pausedFor(clock("resolve"), hour(3))).toBe(hours(1));
});

test("case 18: a complaint of two workdays from Friday 17:00 before a Saturday that is worked is due on Monday 17:00, by the calendar that is shipped", async () => {
  const complaint = policy.classes.complaint;
  if (!complaint) throw new Error("no complaints");
  const clocks = complaint.clocks.map((one) =>
    one.kind === "resolve" ? { ...one, target: hours(48), workdays: true as const } : one,
  );
  const byWorkdays = { ...policy, classes: { ...policy.classes, complaint: { ...complaint, clocks } } };
  const friday = on("2026-05-08", "17:00:00");
  await using story = await startStory({ site: storySite(byWorkdays), start: friday });
  const open = async () => {
    const reply = await story.command({ do: "open-ticket", class: "complaint", description: "电梯经常坏" });
    if (!reply.ok || !reply.ticket) throw new Error("not opened");
    return reply.ticket;
  };
  const due = (no: string) => story.ticket(no).clocks.find(({ kind }) => kind === "resolve")?.dueAt;
  const first = await open();
  expect(due(first)).toBe(on("2026-05-11", "17:00:00"));
  const settled = await open();
  await story.step(settled, "false-alarm", { note: "误报" }, supervisor);
  const before = story.ticket(settled).clocks;
  // The next day somebody takes the worked Saturday out of the file: what is open is counted again, what is over is not.
  const years = byWorkdays.workdays?.years[2026];
  if (!byWorkdays.workdays || !years) throw new Error("no calendar");
  const edited = { ...byWorkdays.workdays, years: { ...byWorkdays.workdays.years, 2026: { ...years, on: [] } } };
  await story.powerCut(on("2026-05-09", "09:00:00"), { site: storySite({ ...byWorkdays, workdays: edited }) });
  expect(due(first)).toBe(on("2026-05-12", "17:00:00"));
  expect(story.ticket(settled).clocks.find(({ kind }) => kind === "resolve")).toEqual(
    before.find(({ kind }) => kind === "resolve"),
  );
  expect((await story.journal(`ticket:${first}`)).map(({ event }) => event)).toContain("calendar-changed");
});

test("case 19: the policy is edited while a ticket runs: that one keeps its version, new ones have the new one, and screens tell which", async () => {
  await using story = await startStory({ site: storySite(policy) });
  await story.conditions(fault());
  const old = story.open()[0]?.no ?? "";
  const { general_fault } = policy.classes;
  if (!general_fault) throw new Error("no such class");
  const clocks = general_fault.clocks.map((one) => (one.kind === "accept" ? { ...one, target: minutes(3) } : one));
  const S3 = policy.ladders.S3.map((one) => (one.id === "s3-not-accepted" ? { ...one, after: minutes(3) } : one));
  const edited: Policy = {
    ...policy,
    version: "2027-01-01.1",
    ladders: { ...policy.ladders, S3 },
    classes: { ...policy.classes, general_fault: { ...general_fault, clocks } },
  };
  await story.powerCut(at(1), { site: storySite(edited) });
  await story.conditions(verdict("elevator.door", "lift-2", "active", { severity: "S3", ticket: "general_fault" }));
  const fresh = story.open().find(({ no }) => no !== old)?.no ?? "";
  expect([story.ticket(old).policyVersion, story.ticket(fresh).policyVersion]).toEqual([
    policy.version,
    edited.version,
  ]);
  await story.until(at(16));
  const ran = async (no: string) =>
    (await story.journal(`ticket:${no}`))
      .filter(({ data }) => data.step === "s3-not-accepted")
      .map(({ occurredAt }) => wall(occurredAt));
  expect([await ran(old), await ran(fresh)]).toEqual([["10:15:00"], ["10:04:00"]]);
  expect(story.ticket(old).clocks.find(({ kind }) => kind === "accept")?.target).toBe(minutes(15));
  expect([(await story.shown(old)).policyVersion, (await story.shown(fresh)).policyVersion]).toEqual([
    policy.version,
    edited.version,
  ]);
});
