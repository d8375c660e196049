/** Cases 27 to 30 of the thirty: maintenance, unhappy owners, faults that come back, and what happened while the system was away. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command, TicketStep } from "#model/plan";
import type { Policy } from "#model/policy";
import { days, hours, type Instant, instant } from "#model/time";
import { at, operator, supervisor, verdict } from "../../../support/building.ts";
import { createPureHouse } from "../../../support/pure-house.ts";
import { aDevice, on, startStory, storyPeople, storySite, wall } from "../../../support/story-house.ts";
import { shippedPolicy } from "../shipped-policy.ts";

let policy: Policy;
beforeAll(async () => {
  policy = await shippedPolicy();
});
const MONDAY = on("2026-11-23", "09:00:00");
const onDay = (day: number, hour = 0): Instant => instant(MONDAY + days(day) + hours(hour));

function desk(more: Parameters<typeof storySite>[1] = {}) {
  const house = createPureHouse(storySite(policy, more));
  let n = 0;
  const command = (wish: Command, now: Instant, actor: Actor = supervisor) => {
    n += 1;
    return house.take({ type: "command", id: `c${n}`, actor, command: wish }, now);
  };
  const step = (no: string, name: TicketStep, now: Instant, words: object = {}) =>
    command({ do: "ticket-step", ticket: no, step: name, ...words }, now);
  const raise = (rule: string, device: string, to: "active" | "normal", now: Instant, words: object = {}) =>
    house.take(
      {
        type: "conditions",
        transitions: [verdict(rule, device, to, { severity: "S3", ticket: "general_fault", ...words })],
      },
      now,
    );
  const newest = () => {
    const found = [...house.tickets.values()].filter(({ rectifies }) => !rectifies).at(-1);
    if (!found) throw new Error("no ticket");
    return found;
  };
  const of = (no: string) => house.tickets.get(no) ?? newest();
  const work = (no: string, now: Instant) => {
    for (const one of ["accept", "arrive", "repair", "close"] as const) step(no, one, now, { note: "已处理" });
    expect(of(no).state).toBe("closed");
  };
  return { house, command, step, raise, newest, of, work };
}
const rectifications = ({ house }: ReturnType<typeof desk>) =>
  [...house.tickets.values()].filter(({ rectifies }) => rectifies !== undefined);

test("case 27: lift 3 is maintained: its faults are silent, trapped people in it, fire and other lifts are not, and what is still true afterwards is told", () => {
  const devices = [aDevice("lift-3", "elevator"), aDevice("lift-4", "elevator"), aDevice("panel", "fire")];
  const { house, command, raise } = desk({ devices });
  raise("elevator.door", "lift-3", "active", at(0));
  const shelve = (alarm: string) =>
    command({ do: "shelve", alarm, kind: "timed", for: hours(2), reason: "3 号梯检修" }, at(0));
  expect(shelve("elevator.door@lift-3").refusal).toBeUndefined();
  const quiet = house.said.length;
  raise("elevator.door", "lift-3", "normal", at(1));
  raise("elevator.door", "lift-3", "active", at(2));
  expect(house.said.length).toBe(quiet);
  const grave = { severity: "S1", lifeSafety: true };
  raise("elevator.entrapment", "lift-3", "active", at(3), { ...grave, ticket: "elevator_entrapment" });
  raise("fire.alarm", "panel", "active", at(3), { ...grave, ticket: "fire_alarm" });
  raise("elevator.door", "lift-4", "active", at(3));
  for (const alarm of ["elevator.entrapment@lift-3", "fire.alarm@panel"])
    expect(shelve(alarm).refusal?.status, alarm).toBeGreaterThanOrEqual(400);
  const open = [...house.tickets.values()].filter(({ closedAt }) => closedAt === undefined);
  expect(open.map(({ class: of, device }) => `${of}@${device}`)).toEqual(
    expect.arrayContaining(["elevator_entrapment@lift-3", "fire_alarm@panel", "general_fault@lift-4"]),
  );
  for (const { no, severity } of open.filter((one) => one.severity === "S1"))
    expect(house.said.filter(({ ticket }) => ticket === no).length, severity).toBeGreaterThan(4);
  house.beat(at(119), at(121));
  expect(house.alarms.get("elevator.door@lift-3")).toMatchObject({ process: "active", acknowledge: "unacknowledged" });
  expect(house.alarms.get("elevator.door@lift-3")?.shelf.state).toBe("none");
  expect(house.events("alarm:elevator.door@lift-3")).toEqual(expect.arrayContaining(["unshelved", "annunciated"]));
});

test("case 28: rated 不满意 on day 6, again on day 7, again on day 9, and a fault after that: rounds, the next level, a rectification, a new ticket", () => {
  const house = desk();
  const { raise, newest, of, work, step } = house;
  raise("elevator.noise", "lift-1", "active", onDay(0));
  const { no } = newest();
  raise("elevator.noise", "lift-1", "normal", onDay(0, 1));
  work(no, onDay(0, 2));
  const first = of(no);
  const unhappy = (day: number) => step(no, "rate", onDay(day, 2), { score: 1, how: "phone", note: "仍有异响" });

  expect(unhappy(6).refusal).toBeUndefined();
  expect(of(no)).toMatchObject({ round: 2, severity: "S3", state: "new", past: [{ round: 1, clocks: first.clocks }] });
  for (const clock of of(no).clocks)
    expect(clock, clock.kind).toMatchObject({ startedAt: onDay(6, 2), state: "running" });
  expect(of(no).ladder.every(({ dueAt }) => dueAt >= onDay(6, 2))).toBe(true);
  expect(rectifications(house)).toEqual([]);
  work(no, onDay(6, 4));

  // A day later once more: the next level, and somebody must find out why.
  expect(unhappy(7).refusal).toBeUndefined();
  expect(of(no)).toMatchObject({ round: 3, severity: "S2" });
  expect(of(no).past?.[0]?.clocks).toEqual(first.clocks);
  expect(rectifications(house)).toMatchObject([
    { rectifies: [no], title: { zh: expect.stringContaining("专项整改") } },
  ]);
  expect(house.house.said.filter((one) => one.step === "repeated-fault").map(({ to }) => to)).toEqual([
    "p-department-supervisor",
  ]);
  work(no, onDay(7, 4));

  // Nine days after the first close, two after the last: that one counts.
  expect(unhappy(9).refusal).toBeUndefined();
  expect(of(no)).toMatchObject({ round: 4, state: "new" });
  expect(rectifications(house)).toHaveLength(1);
  work(no, onDay(9, 4));

  expect(unhappy(17).refusal?.code).toBe("wrong-state");
  raise("elevator.noise", "lift-1", "active", onDay(17));
  expect(newest()).toMatchObject({ round: 1, follows: no, severity: "S3" });
  expect(of(no)).toMatchObject({ round: 4, state: "closed" });
});

test("case 29: lift 2 fails on Monday, Wednesday and Saturday, once under maintenance: two are none; a third real one opens a rectification of those three", () => {
  const house = desk();
  const { raise, newest, work, command } = house;
  const fails = (day: number, rule: string) => {
    raise(rule, "lift-2", "active", onDay(day));
    const { no } = newest();
    return {
      no,
      end: () => {
        raise(rule, "lift-2", "normal", onDay(day, 1));
        work(no, onDay(day, 2));
      },
    };
  };
  const monday = fails(0, "elevator.door");
  monday.end();
  const wednesday = fails(2, "elevator.brake");
  const seen = { alarm: "elevator.brake@lift-2", occurrence: 1, reason: "maintenance" } as const;
  expect(command({ do: "acknowledge-alarm", ...seen }, onDay(2, 0.5), operator).refusal).toBeUndefined();
  wednesday.end();
  const saturday = fails(5, "elevator.levelling");
  saturday.end();
  expect(rectifications(house)).toEqual([]);
  const sunday = fails(6, "elevator.speed");
  expect(rectifications(house)).toMatchObject([{ rectifies: [monday.no, saturday.no, sunday.no], device: "lift-2" }]);
  sunday.end();
  fails(6.5, "elevator.drive").end();
  expect(rectifications(house)).toHaveLength(1);
  const told = house.house.said.filter(({ step }) => step === "repeated-fault");
  expect(told.map(({ to }) => to)).toEqual(["p-department-supervisor"]);
});

describe("case 30: the change of shift at 20:00", () => {
  const EVENING = (time: string) => on("2026-11-21", time);
  function twoShifts() {
    const people = storyPeople(policy);
    const week = [1, 2, 3, 4, 5, 6, 7];
    return storySite(policy, {
      people: {
        ...people,
        people: [...people.people, { id: "day", name: "李娜" }, { id: "night", name: "周杰" }],
        teams: people.teams.map((team) =>
          team.id === "control-room-operator" ? { ...team, people: ["day", "night"] } : team,
        ),
        shifts: [
          { team: "control-room-operator", people: ["day"], days: week, from: 480, to: 1200 },
          { team: "control-room-operator", people: ["night"], days: week, from: 1200, to: 480 },
        ],
      },
    });
  }
  const day: Actor = { ...operator, id: "li-na", name: "李娜" };
  const grave = (device: string) => verdict("water.burst", device, "active", { severity: "S2", ticket: "pipe_burst" });

  test("unsigned at 20:05 with two open S2: both shifts are paged, the shift leader is told once, and the snapshot has both with what is due next", async () => {
    await using story = await startStory({ site: twoShifts(), start: EVENING("19:40:00") });
    await story.conditions(grave("booster-1"));
    await story.until(EVENING("19:50:00"));
    await story.conditions(grave("lift-1"));
    const [first, second] = story.open().map(({ no }) => no);
    await story.until(EVENING("20:06:00"));
    const paper = () => [...story.house.papers.values()].filter((one) => one.kind === "handover")[0];
    const unsigned = [...(await story.journal())].filter(({ event }) => event === "handover-unsigned");
    expect(unsigned.map(({ at: when }) => wall(when))).toEqual(["20:05:00"]);
    // A quarter of an hour before the next report of progress is due, the desk is reminded: those who leave and those who come.
    await story.until(EVENING("20:26:00"));
    const paged = (await story.store.messages(first ?? "")).filter(({ createdAt }) => createdAt > EVENING("20:05:00"));
    const desk = paged.filter(({ role }) => role === "control-room-operator").map(({ to }) => to);
    expect(new Set(desk)).toEqual(new Set(["day", "night"]));
    const leader = (await story.store.messages(`paper:${paper()?.id}`)).map(({ to }) => to);
    expect(leader).toEqual(["p-shift-leader"]);
    const checks = Object.fromEntries((policy.handover?.checks ?? []).map(({ id }) => [id, true]));
    const handover = paper()?.id ?? "";
    expect(await story.command({ do: "fill-handover", handover, checks, notes: "" }, day)).toMatchObject({ ok: true });
    await story.command({ do: "sign-handover", handover, side: "leaving" }, day);
    const listed = paper()?.snapshot?.tickets ?? [];
    expect(listed.map(({ no }) => no).sort()).toEqual([first, second].sort());
    for (const { no, nextAt } of listed) {
      const waiting = story
        .ticket(no)
        .ladder.filter(({ state }) => state === "waiting")
        .map(({ dueAt }) => dueAt);
      const running = story
        .ticket(no)
        .clocks.filter(({ state }) => state === "running")
        .map(({ dueAt }) => dueAt);
      expect(nextAt, no).toBe(Math.min(...waiting, ...running));
    }
  });

  test("the system was away from 19:00 to 19:30: what was written on paper is entered at ten past eight, counted by its own times, and nobody is called about it any more", async () => {
    await using story = await startStory({ site: twoShifts(), start: EVENING("18:59:00") });
    await story.until(EVENING("19:00:00"));
    await story.powerCut(EVENING("19:30:00"));
    await story.until(EVENING("20:10:00"));
    const stand = await story.api();
    const now = () => EVENING("20:10:00");
    const wishes = { class: "pipe_burst", device: "booster-1", description: "地下室爆管", commandId: "paper-1" };
    const noTime = await stand.ask("POST", "/api/tickets", { as: "operator", body: { ...wishes, toldByPhone: true } });
    expect([noTime.status, noTime.body.code]).toEqual([422, "time-needed"]);
    const occurredAt = new Date(EVENING("19:05:00")).toISOString();
    const opened = await stand.ask("POST", "/api/tickets", {
      as: "operator",
      body: { ...wishes, occurredAt, toldByPhone: true },
    });
    expect(opened.status).toBe(201);
    const { no } = opened.body;
    const enter = async (step: string, time: string, more: object = {}) => {
      const body = { commandId: `${step}-${time}`, occurredAt: new Date(EVENING(time)).toISOString(), ...more };
      expect((await stand.ask("POST", `/api/tickets/${no}/${step}`, { as: "operator", body })).status, step).toBe(200);
    };
    await enter("acknowledge", "19:05:20");
    await enter("dispatch", "19:06:00", { assignee: "值班技工" });
    await enter("plan", "19:08:00");
    // Eighteen minutes: three late.
    await enter("accept", "19:23:00", { assignee: "值班技工" });
    await enter("arrive", "19:18:00");
    await enter("mitigate", "19:50:00");
    const clocks = Object.fromEntries(story.ticket(no).clocks.map((clock) => [clock.kind, clock]));
    expect(clocks.acknowledge).toMatchObject({ state: "met", metAt: EVENING("19:05:20") });
    expect(clocks.plan).toMatchObject({ state: "met" });
    expect(clocks.accept).toMatchObject({
      state: "breached",
      breachedAt: EVENING("19:20:00"),
      metAt: EVENING("19:23:00"),
    });
    expect(clocks.onsite).toMatchObject({ state: "met", metAt: EVENING("19:18:00") });
    expect(clocks.mitigate).toMatchObject({ state: "met", metAt: EVENING("19:50:00") });
    // Each row tells when it was and when it was written down, and the breach that it is a back-entry.
    const rows = await story.journal(`ticket:${no}`);
    const arrived = rows.find(({ event }) => event === "ticket-arrive");
    expect([arrived?.occurredAt, arrived?.at]).toEqual([EVENING("19:18:00"), now()]);
    const late = rows.find(({ event, data }) => event === "clock-met" && data.clock === "accept");
    expect(late).toMatchObject({ data: { late: true, backEntry: true }, occurredAt: EVENING("19:23:00"), at: now() });
    const line = (await story.shown(no)).events.find(({ seq }) => seq === late?.seq)?.line;
    expect(line?.zh).toMatch(/接单完成（已超时）.*（补录，实际时间 .*19:23/);
    expect(line?.en).toContain("entered later");
    // Nobody was sent anything about what was over long ago.
    expect(await story.store.messages(no)).toEqual([]);
    await story.until(EVENING("20:20:00"));
    const since = await story.store.messages(no);
    expect(since.filter(({ step }) => !step.startsWith("feedback") && !step.startsWith("warn"))).toEqual([]);
  });

  test("without that word a back-entry is told late, as everything that was missed: nobody is forgotten", async () => {
    await using story = await startStory({ site: twoShifts(), start: EVENING("20:10:00") });
    const reply = await story.command({
      do: "open-ticket",
      class: "pipe_burst",
      device: "booster-1",
      description: "地下室爆管",
      occurredAt: EVENING("19:05:00"),
    });
    if (!reply.ok) throw new Error("refused");
    const told = (await story.store.messages(reply.ticket ?? "")).filter(({ lateBy }) => lateBy !== undefined);
    expect(told.map(({ to }) => to)).toContain("p-team-lead");
  });
});
