/** The thirty tricky cases of a response, one line each: what shows it here, or which test elsewhere shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Command } from "#model/plan";
import { days, hours, instant, later, minutes, seconds } from "#model/time";
import { createClock } from "../../../gateway/clock.ts";
import { createFeed } from "../../../gateway/feed.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { at, building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { idle } from "../../support/idle-engine.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { createDesk } from "./desk.ts";

const here = "test/rules/response";
const notify = "test/gateway/notify";
const shownBy: readonly { readonly cases: readonly number[]; readonly file: string; readonly title: string }[] = [
  {
    cases: [1],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "each step of the ladder is run once, at its instant, and told to those on duty",
  },
  {
    cases: [2],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "acknowledging at 10:00:10 stops only the acknowledge ladder",
  },
  {
    cases: [3],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "accepted 10:03, staff 10:16, rescuers 10:29: only the staff clock is breached, by one minute",
  },
  {
    cases: [4],
    file: `${here}/other-zone.test.ts`,
    title: "rescuers after 45 minutes in the country: their clock is met, the step at 30 minutes ran all the same",
  },
  { cases: [5], file: `${here}/entrapment-ticket.test.ts`, title: "a sensor that recovers never closes the ticket" },
  {
    cases: [6],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "overdue steps run once each, in order, marked late, in one message per person; the next is on time",
  },
  {
    cases: [7],
    file: "test/gateway/pipeline.test.ts",
    title: "a reminder without a ticket is kept in the outbox over a restart",
  },
  {
    cases: [7, 8],
    file: `${notify}/retries.test.ts`,
    title:
      "a message that was being sent when the last process died is sent again: twice at the door, one to the receiver",
  },
  {
    cases: [9],
    file: `${here}/thirty-cases.test.ts`,
    title:
      "case 9: the box wakes in 1970, the ladder goes on from the last mark, and nothing fires when the time comes",
  },
  {
    cases: [10, 11],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "%s: nothing fires, elapsed time stays, the due instant moves with it",
  },
  {
    cases: [12],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "forty activations of one alarm are one ticket and one set of messages",
  },
  {
    cases: [13],
    file: `${here}/thirty-cases.test.ts`,
    title: "case 13: the same order delivered again after its ticket was closed opens none",
  },
  {
    cases: [14],
    file: `${here}/thirty-cases.test.ts`,
    title: "case 14: two sources raise the same emergency in the same instant: one ticket, the other joins it",
  },
  {
    cases: [14],
    file: "test/gateway/store/open-store.test.ts",
    title: "a device has one open ticket of a class: a second one is a bug, and nothing of its plan is stored",
  },
  {
    cases: [15],
    file: `${here}/one-emergency-one-ticket.test.ts`,
    title: "a rise in severity drops the acknowledgement and starts the graver ladder from now",
  },
  {
    cases: [16],
    file: `${here}/hold.test.ts`,
    title:
      "parts ordered at eight in the evening, here at eight in the morning: due twelve hours later, reports went on",
  },
  {
    cases: [16],
    file: `${here}/hold.test.ts`,
    title: "after the longest time the ticket goes on by itself, from the true instant, and the team lead is told once",
  },
  {
    cases: [17],
    file: `${here}/hold.test.ts`,
    title: "a rise in severity keeps start and pause: what is overdue by the new target was so at its true instant",
  },
  {
    cases: [18],
    file: `${here}/workdays.test.ts`,
    title: "follows the calendar when it is edited the next day; a clock that was met stays as it was",
  },
  { cases: [19], file: `${here}/entrapment-ticket.test.ts`, title: "the policy is frozen into the ticket" },
  {
    cases: [20],
    file: `${here}/one-emergency-one-ticket.test.ts`,
    title: "a step whose role has nobody on duty is told to the fallback in the same instant, and journalled",
  },
  {
    cases: [20],
    file: `${here}/prove.test.ts`,
    title: "an hour without a shift is found, with the role, the step that needs it, and the times",
  },
  {
    cases: [21],
    file: `${here}/dispatch.test.ts`,
    title: "two accept: the first holds it, the second is told who does, and there is one entry",
  },
  {
    cases: [22],
    file: `${here}/dispatch.test.ts`,
    title:
      "an emergency takes somebody from lesser work: that is offered to the next one, its clocks run on, the desk hears of it",
  },
  {
    cases: [23],
    file: `${notify}/ways.test.ts`,
    title: "shut out by the vendor: the robot rests ten minutes, and the emergency goes out by text at once",
  },
  {
    cases: [24],
    file: `${notify}/ways.test.ts`,
    title:
      "sixty faults in a minute are a few digests, and the emergency among them finds a token that was kept for it",
  },
  {
    cases: [24],
    file: `${here}/storm.test.ts`,
    title: "an emergency in the middle has its ticket and its ladder at once, and so has what is grave",
  },
  {
    cases: [25],
    file: `${notify}/ways.test.ts`,
    title: "a wrong secret all day: one try per message, the next way at once, one line in the log",
  },
  {
    cases: [26],
    file: `${here}/reach.test.ts`,
    title:
      "acknowledged at 59.9 s: the text that was due at 60 s stays unsent, the technician's goes on until he accepts",
  },
  {
    cases: [27],
    file: `${here}/thirty-cases.test.ts`,
    title:
      "case 27: what is silenced for maintenance is that fault of that lift: trapped people, fire and other lifts pass, and what is still true afterwards is told",
  },
  {
    cases: [28],
    file: `${here}/reopen.test.ts`,
    title: "on day six: round two with fresh clocks and ladder, the first round kept as it was",
  },
  {
    cases: [28],
    file: `${here}/reopen.test.ts`,
    title: "opened a second time it goes one severity up, and a rectification opens beside it",
  },
  {
    cases: [29],
    file: `${here}/thirty-cases.test.ts`,
    title: "case 29: the fault during maintenance does not count: two are no rectification, the third real one is",
  },
  {
    cases: [30],
    file: `${here}/handover.test.ts`,
    title:
      "case 30: unsigned at 20:05 the old shift stays responsible and is still called, the new one too, and the leader is told once",
  },
  {
    cases: [30],
    file: `${here}/entrapment-ticket.test.ts`,
    title: "a back-entry carries its own time; one outside the ticket's life is refused",
  },
];

describe("the thirty cases", () => {
  test.each(shownBy)("$cases: $file: $title", ({ file, title }) => {
    expect(readFileSync(join(import.meta.dirname, "../../..", file), "utf8")).toMatch(
      new RegExp(`(test|\\]\\))\\(\\s*"${title.replaceAll(/[()?.*+]/g, "\\$&")}"`),
    );
  });

  test("each of the thirty is shown", () => {
    const named = new Set(shownBy.flatMap(({ cases }) => cases));
    expect([...named].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });
});

const trapped = (house: ReturnType<typeof createPureHouse>, now = TEN, on = "lift-1") =>
  house.take(
    {
      type: "conditions",
      transitions: [verdict("elevator.entrapment", on, "active", { ticket: "elevator_entrapment", lifeSafety: true })],
    },
    now,
  );
const stepsRun = (house: ReturnType<typeof createPureHouse>) =>
  house.journal.filter(({ event }) => event === "step-run").map(({ data }) => String(data.step));

describe("the clock of the machine", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("case 9: the box wakes in 1970, the ladder goes on from the last mark, and nothing fires when the time comes", () => {
    const house = createPureHouse(building());
    trapped(house);
    house.beat(TEN, at(4, 50));
    const before = stepsRun(house);
    const mark = at(4, 50);

    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    const clock = createClock(mark);
    expect(clock.trusted()).toBe(false);
    expect(clock.now() - mark).toBeLessThan(seconds(5));
    house.take({ type: "started", lastSeen: mark }, clock.now());
    // 90 s by the monotonic clock: the step at five minutes is due by elapsed time, and runs.
    house.beat(mark, later(mark, seconds(90)));
    expect(stepsRun(house).slice(before.length)).toEqual(["no-accept"]);

    // The time server says that it is three hours later: everything moves, nothing fires.
    const real = later(mark, hours(3));
    vi.setSystemTime(real);
    expect(clock.trusted()).toBe(true);
    expect(Math.abs(clock.now() - real)).toBeLessThan(seconds(5));
    const by = later(mark, seconds(90));
    const told = house.said.length;
    house.take({ type: "clock-step", by: instant(real - by) as never }, real);
    house.take({ type: "tick" }, real);
    expect(stepsRun(house).slice(before.length)).toEqual(["no-accept"]);
    expect(house.said.length).toBe(told);
    const ticket = [...house.tickets.values()][0];
    for (const clockOf of ticket?.clocks ?? []) expect(clockOf.startedAt, clockOf.kind).toBeLessThanOrEqual(real);
    const onsite = ticket?.clocks.find(({ kind }) => kind === "staff-onsite");
    expect((onsite?.dueAt ?? 0) - real).toBe(minutes(15) - (by - TEN));
  });
});

test("case 13: the same order delivered again after its ticket was closed opens none", async () => {
  using folder = createDataFolder();
  const clock = createManualClock(TEN);
  await using store = await openStore({ folder: folder.path, clock });
  const open = async () =>
    createPipeline({
      site: building(),
      kept: await store.load(clock.now()),
      store,
      engine: idle,
      feed: createFeed(),
      clock,
      measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
    });
  const door = await open();
  const order: Command = { do: "open-ticket", class: "general_fault", device: "lift-1", description: "门关不上" };
  const first = await door.take({ type: "command", id: "event-77", actor: operator, command: order });
  if (!first.ok || first.ticket === undefined) throw new Error("not opened");
  const close: Command = { do: "ticket-step", ticket: first.ticket, step: "false-alarm", note: "现场正常" };
  await door.take({ type: "command", id: "b", actor: supervisor, command: close });
  await door.take({ type: "command", id: "c", actor: supervisor, command: { ...close, step: "close" } });
  expect(door.house.tickets.size).toBe(0);
  // The same event again, now and after a restart.
  for (const again of [door, await open()]) {
    expect(await again.take({ type: "command", id: "event-77", actor: operator, command: order })).toEqual(first);
    expect(again.house.tickets.size).toBe(0);
  }
});

test("case 14: two sources raise the same emergency in the same instant: one ticket, the other joins it", () => {
  const house = createPureHouse(building());
  const emergency = { ticket: "elevator_entrapment" } as const;
  house.take(
    {
      type: "conditions",
      transitions: [
        verdict("elevator.entrapment", "lift-1", "active", emergency),
        verdict("elevator.button", "lift-1", "active", emergency),
      ],
    },
    TEN,
  );
  const byHand: Command = { do: "open-ticket", class: "elevator_entrapment", device: "lift-1", description: "困人" };
  const refused = house.take({ type: "command", id: "h", actor: operator, command: byHand }, TEN);
  expect([house.tickets.size, refused.refusal?.code]).toEqual([1, "already-open"]);
  expect([...house.tickets.values()][0]?.alarms).toEqual(["elevator.entrapment@lift-1", "elevator.button@lift-1"]);
  expect(new Set(house.said.map(({ key }) => key)).size).toBe(house.said.length);
});

test("case 27: what is silenced for maintenance is that fault of that lift: trapped people, fire and other lifts pass, and what is still true afterwards is told", () => {
  const house = createPureHouse(building());
  const door = (on: string, now = at(1)) =>
    house.take(
      {
        type: "conditions",
        transitions: [verdict("elevator.door", on, "active", { severity: "S3", ticket: "general_fault" })],
      },
      now,
    );
  const shelve = (alarm: string) =>
    house.take(
      {
        type: "command",
        id: `s-${alarm}`,
        actor: supervisor,
        command: { do: "shelve", alarm, kind: "timed", for: hours(2), reason: "3 号梯检修" },
      },
      at(0),
    );
  door("lift-1", at(0));
  const kept = house.tickets.size;
  expect(shelve("elevator.door@lift-1").refusal).toBeUndefined();
  trapped(house, at(1));
  expect(shelve("elevator.entrapment@lift-1").refusal?.status).toBeGreaterThan(400);
  door("lift-2");
  const open = () => [...house.tickets.values()].map(({ class: kind, device }) => `${kind}@${device}`).sort();
  expect(house.tickets.size).toBe(kept + 2);
  expect(open()).toContain("elevator_entrapment@lift-1");
  expect(open()).toContain("general_fault@lift-2");
  const alarmed = verdict("fire.alarm", "lift-1", "active", { ticket: "comms_loss", lifeSafety: true });
  house.take({ type: "conditions", transitions: [alarmed] }, at(2));
  expect(open()).toContain("comms_loss@lift-1");
  house.beat(at(119), at(121));
  expect(house.alarms.get("elevator.door@lift-1")).toMatchObject({ process: "active", acknowledge: "unacknowledged" });
  expect(house.events("alarm:elevator.door@lift-1")).toContain("unshelved");
  expect(house.events("alarm:elevator.door@lift-1")).toContain("annunciated");
});

test("case 29: the fault during maintenance does not count: two are no rectification, the third real one is", () => {
  const { workThrough, take, newest, house, step } = createDesk();
  const rectifications = () => [...house.tickets.values()].filter((one) => one.rectifies).length;
  const onDay = (day: number, minute = 0) => instant(at(minute) + days(day));
  const last = (rule: string) => house.alarms.get(rule)?.occurrence ?? 0;
  workThrough(onDay(0), onDay(0, 10));
  // Another rule of the same class, so that each is a ticket of its own and not a further round.
  take("active", onDay(2), "S3", "elevator.brake");
  const acknowledge: Command = {
    do: "acknowledge-alarm",
    alarm: "elevator.brake@lift-1",
    occurrence: last("elevator.brake@lift-1"),
    reason: "maintenance",
  };
  house.take({ type: "command", id: "m", actor: operator, command: acknowledge }, onDay(2, 1));
  const serviced = newest();
  expect(serviced.judged).toBe("maintenance");
  for (const one of ["accept", "arrive", "repair"] as const) step(serviced, one, onDay(2, 2), {}, operator);
  take("normal", onDay(2, 3), "S3", "elevator.brake");
  step(serviced, "close", onDay(2, 4));
  take("active", onDay(3), "S3", "elevator.levelling");
  expect(rectifications()).toBe(0);
  const second = newest();
  for (const one of ["accept", "arrive", "repair"] as const) step(second, one, onDay(3, 2), {}, operator);
  take("normal", onDay(3, 3), "S3", "elevator.levelling");
  step(second, "close", onDay(3, 4));
  take("active", onDay(5), "S3", "elevator.speed");
  expect(rectifications()).toBe(1);
});
