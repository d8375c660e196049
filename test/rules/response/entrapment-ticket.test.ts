import { beforeEach, describe, expect, test } from "vitest";
import type { Command } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant, instant, minutes, seconds } from "#model/time";
import { at, building, operator, policy, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
const freed = verdict("elevator.entrapment", "lift-1", "normal", { ticket: "elevator_entrapment", lifeSafety: true });

let house: PureHouse;
let serial = 0;
const only = (): Ticket => {
  expect(house.tickets.size).toBe(1);
  return [...house.tickets.values()][0] as Ticket;
};
const clock = (kind: string) => only().clocks.find((one) => one.kind === kind);
const toldBy = (step: string) =>
  house.said.filter((message) => message.step.includes(step)).map((message) => message.to);
const step = (
  name: string,
  now: Instant,
  more: Partial<Extract<Command, { do: "ticket-step" }>> = {},
  actor = operator,
) => {
  serial += 1;
  return house.take(
    {
      type: "command",
      id: `c${serial}`,
      actor,
      command: { do: "ticket-step", ticket: only().no, step: name as never, ...more },
    },
    now,
  );
};

beforeEach(() => {
  house = createPureHouse(building());
  house.take({ type: "conditions", transitions: [trapped] }, TEN);
});

describe("a passenger is trapped at 10:00:00 and nobody does anything", () => {
  test("the ticket opens in the same instant, dispatched by itself, its clocks running", () => {
    expect(only()).toMatchObject({
      class: "elevator_entrapment",
      severity: "S1",
      state: "dispatched",
      alarms: ["elevator.entrapment@lift-1"],
    });
    expect(clock("acknowledge")).toMatchObject({ state: "running", dueAt: at(0, 30), warnAt: at(0, 15) });
    expect(clock("staff-onsite")).toMatchObject({ state: "running", dueAt: at(15) });
    expect(clock("mitigate")).toMatchObject({ state: "running", dueAt: at(120), warnAt: at(90) });
    expect(clock("dispatch")).toMatchObject({ state: "met", metAt: TEN });
    expect(house.alarms.get("elevator.entrapment@lift-1")?.ticket).toBe(only().no);
    expect(only().no).toMatch(/^GD20261121-000001$/);
  });

  test("each step of the ladder is run once, at its instant, and told to those on duty", () => {
    expect(toldBy("opened")).toEqual(
      expect.arrayContaining([
        "p-control-room-operator",
        "p-technician-on-duty",
        "p-security-lead",
        "p-department-supervisor",
        "p-property-manager",
      ]),
    );
    house.beat(TEN, at(0, 29));
    expect(toldBy("no-acknowledge")).toEqual([]);
    house.beat(at(0, 29), at(0, 30));
    expect(toldBy("no-acknowledge")).toEqual(["p-shift-leader"]);
    house.beat(at(0, 30), at(40));
    expect(toldBy("no-acknowledge")).toEqual(["p-shift-leader"]);
    expect(toldBy("no-accept")).toEqual(["p-project-manager"]);
    expect(toldBy("no-onsite")).toEqual(["p-project-manager"]);
    expect(toldBy("not-mitigated")).toEqual(["p-management"]);
    expect(only().rescueTier).toBe(2);
    const runs = house.journal
      .filter((entry) => entry.event === "step-run")
      .map((entry) => (entry.data as { step: string }).step);
    expect(runs).toEqual(["opened", "opened-phone", "no-acknowledge", "no-accept", "no-onsite", "not-mitigated"]);
  });

  test("a warning comes at half of a short clock, a breach carries its own instant, and each is said once", () => {
    house.beat(TEN, at(20));
    const about = (event: string) =>
      house.journal.filter(
        (entry) => entry.event === event && (entry.data as { clock: string }).clock === "acknowledge",
      );
    expect(about("clock-warning").map((entry) => entry.occurredAt)).toEqual([at(0, 15)]);
    expect(about("clock-breached").map((entry) => entry.occurredAt)).toEqual([at(0, 30)]);
    expect(clock("acknowledge")).toMatchObject({ state: "breached", breachedAt: at(0, 30) });
  });

  test("the progress clock reminds once each ten minutes", () => {
    house.beat(TEN, at(31));
    const missed = house.journal.filter(
      (e) => e.event === "clock-breached" && (e.data as { clock: string }).clock === "feedback",
    );
    expect(missed.map((entry) => formatInstant(entry.occurredAt).slice(14, 19))).toEqual(["10:00", "20:00", "30:00"]);
    expect(clock("feedback")).toMatchObject({ state: "running", dueAt: at(40) });
  });
});

describe("people act", () => {
  test("acknowledging at 10:00:10 stops only the acknowledge ladder", () => {
    step("acknowledge", at(0, 10));
    house.beat(at(0, 10), at(6));
    expect(toldBy("no-acknowledge")).toEqual([]);
    expect(toldBy("no-accept")).toEqual(["p-project-manager"]);
    expect(clock("acknowledge")).toMatchObject({ state: "met", metAt: at(0, 10) });
    expect(clock("accept")).toMatchObject({ state: "breached" });
  });

  test("what the alarm was said to be stands on the ticket, also for an alarm that comes later", () => {
    const acknowledge = (id: string, alarm: string, reason: "false" | "test", comment?: string) =>
      house.take(
        {
          type: "command",
          id,
          actor: operator,
          command: { do: "acknowledge-alarm", alarm, occurrence: 1, reason, ...(comment ? { comment } : {}) },
        },
        at(1),
      );
    const [first] = [...house.alarms.values()].filter(({ ticket }) => ticket !== undefined);
    if (!first?.ticket) throw new Error("no alarm with a ticket");
    acknowledge("a1", first.id, "false", "无人");
    const more = verdict("elevator.other", first.device, "active", { severity: "S1", ticket: "elevator_entrapment" });
    house.take({ type: "conditions", transitions: [more] }, at(1));
    acknowledge("a2", `elevator.other@${first.device}`, "test");
    const said = house.journal.filter(
      ({ about, event }) => about === `ticket:${first.ticket}` && event === "ticket-alarm-acknowledged",
    );
    const own = house.journal.find(({ event }) => event === "ticket-acknowledge");
    expect(own?.data).toMatchObject({ reason: "false", note: "无人" });
    expect(said.map(({ data }) => data)).toEqual([{ alarm: `elevator.other@${first.device}`, reason: "test" }]);
  });

  test("acknowledging the alarm acknowledges the ticket; an emergency takes a reason", () => {
    const acknowledge = (reason?: "real") =>
      house.take(
        {
          type: "command",
          id: `a${reason}`,
          actor: operator,
          command: {
            do: "acknowledge-alarm",
            alarm: "elevator.entrapment@lift-1",
            occurrence: 1,
            ...(reason ? { reason } : {}),
          },
        },
        at(0, 10),
      );
    expect(acknowledge().refusal).toMatchObject({ status: 422, code: "reason-needed" });
    expect(acknowledge("real").refusal).toBeUndefined();
    expect(house.alarms.get("elevator.entrapment@lift-1")).toMatchObject({
      acknowledge: "acknowledged",
      acknowledgedBy: "王工",
    });
    expect(only().acknowledgedBy).toBe("王工");
  });

  test("accepted 10:03, staff 10:16, rescuers 10:29: only the staff clock is breached, by one minute", () => {
    step("acknowledge", at(0, 10));
    house.beat(at(0, 10), at(3));
    step("accept", at(3), { assignee: "维保张工" });
    house.beat(at(3), at(16));
    step("arrive", at(16), { who: "staff" });
    house.beat(at(16), at(29));
    step("arrive", at(29), { who: "rescue" });
    expect(clock("accept")).toMatchObject({ state: "met" });
    expect(clock("staff-onsite")).toMatchObject({ state: "breached", breachedAt: at(15), metAt: at(16) });
    expect(clock("rescue-onsite")).toMatchObject({ state: "met", metAt: at(29) });
    expect(only()).toMatchObject({ state: "on-site", assignee: "维保张工" });
  });

  test("an acknowledgement without a further entry expires after ten minutes and the ladder goes on", () => {
    step("acknowledge", at(0, 10));
    house.beat(at(0, 10), at(10, 9));
    expect(toldBy("no-acknowledge")).toEqual([]);
    house.beat(at(10, 9), at(10, 11));
    expect(toldBy("no-acknowledge")).toEqual(["p-shift-leader"]);
    expect(house.events(`ticket:${only().no}`)).toContain("acknowledgement-expired");
    expect(only().acknowledgedBy).toBeUndefined();
  });

  test("an entry in between renews the acknowledgement", () => {
    step("acknowledge", at(0, 10));
    step("note", at(8), { note: "对讲已接通,2 人" });
    house.beat(at(0, 10), at(12));
    expect(toldBy("no-acknowledge")).toEqual([]);
  });

  test("a sensor that recovers never closes the ticket", () => {
    house.take({ type: "conditions", transitions: [freed] }, at(4));
    expect(only()).toMatchObject({ state: "dispatched", recovered: true });
    expect(only().closedAt).toBeUndefined();
    expect(house.events(`ticket:${only().no}`)).toContain("source-recovered");
    house.beat(at(4), at(16));
    expect(toldBy("no-onsite")).toEqual(["p-project-manager"]);
  });

  test("closing wants the mandatory steps and a quiet source", () => {
    step("accept", at(3));
    step("arrive", at(10));
    step("mitigate", at(20));
    step("repair", at(40));
    expect(step("close", at(41)).refusal).toMatchObject({
      status: 409,
      code: "steps-open",
      detail: { open: ["talk", "empty"] },
    });
    step("sop", at(41), { sop: "talk" });
    step("sop", at(41), { sop: "empty" });
    expect(step("close", at(42)).refusal).toMatchObject({ status: 409, code: "source-active" });
    house.take({ type: "conditions", transitions: [freed] }, at(43));
    expect(step("close", at(44)).refusal).toBeUndefined();
    expect(only()).toMatchObject({ state: "closed", closedAt: at(44) });
    expect(only().ladder.filter((row) => row.state === "waiting")).toEqual([]);
    expect(only().clocks.filter((one) => one.state === "running")).toEqual([]);
    expect(house.outbox.size).toBe(0);
    house.beat(at(44), at(60));
    expect(house.said.filter((message) => message.createdAt > at(44))).toEqual([]);
  });

  test("a supervisor may close with a reason while the source is active, and the entry says so", () => {
    step("accept", at(3));
    step("repair", at(40));
    expect(step("close", at(41), { note: "传感器已拆" }).refusal).toBeDefined();
    expect(step("close", at(41), { note: "传感器已拆" }, supervisor).refusal).toBeUndefined();
    expect(house.journal.at(-1)).toMatchObject({ event: "ticket-close", data: { override: true, note: "传感器已拆" } });
  });

  test("whoever is sent by name is told; a name that the site does not know is only written down", () => {
    step("dispatch", at(1), { assignee: "team-lead" });
    const sent = () => house.said.filter((message) => message.role === "assignee");
    expect(sent()).toMatchObject([{ to: "p-team-lead", ticket: only().no, channel: "console" }]);
    step("dispatch", at(2), { assignee: "维保张工" });
    expect(sent()).toHaveLength(1);
    expect(only().assignee).toBe("维保张工");
  });

  test("a false alarm ends the ladder and the clocks; closing stays a word of its own", () => {
    step("false-alarm", at(3), { note: "检修人员误触，车内无人" });
    const before = house.said.length;
    house.beat(at(3), at(130));
    expect(house.said.slice(before)).toEqual([]);
    expect(only()).toMatchObject({ state: "verifying", falseAlarm: true });
    house.take({ type: "conditions", transitions: [freed] }, at(131));
    expect(step("close", at(132)).refusal).toBeUndefined();
  });

  test("a step that does not fit is refused with what would", () => {
    expect(step("close", at(1)).refusal).toMatchObject({ status: 409, code: "wrong-state" });
    expect(step("note", at(1)).refusal).toMatchObject({ status: 422, code: "note-needed" });
    expect(step("dispatch", at(1)).refusal).toMatchObject({ status: 422, code: "assignee-needed" });
    expect(step("sop", at(1), { sop: "nonsense" }).refusal).toMatchObject({ status: 422, code: "no-such-sop-step" });
  });

  test("a back-entry carries its own time; one outside the ticket's life is refused", () => {
    step("accept", at(3));
    step("arrive", at(30), { occurredAt: at(12), who: "staff" });
    expect(clock("staff-onsite")).toMatchObject({ state: "met", metAt: at(12) });
    expect(step("note", at(30), { note: "x", occurredAt: at(31) }).refusal).toMatchObject({ code: "wrong-time" });
    expect(step("note", at(30), { note: "x", occurredAt: instant(TEN - 1) }).refusal).toMatchObject({
      code: "wrong-time",
    });
  });
});

describe("the process is killed at 10:04:50 and is up again at 10:17", () => {
  test("overdue steps run once each, in order, marked late, in one message per person; the next is on time", () => {
    house.beat(TEN, at(4, 50));
    const before = house.said.length;
    house.take({ type: "started", lastSeen: at(4, 50) }, at(17));
    const late = house.journal
      .filter((entry) => entry.event === "step-run" && entry.at === at(17))
      .map((entry) => entry.data as { step: string; late: boolean; lateBy: number });
    expect(late).toMatchObject([
      { step: "no-accept", late: true, lateBy: minutes(12) },
      { step: "no-onsite", late: true, lateBy: minutes(2) },
    ]);
    const manager = house.said.slice(before).filter((message) => message.to === "p-project-manager");
    expect(manager).toHaveLength(1);
    expect(manager[0]?.text.zh).toContain("迟发 12 分钟");
    expect(manager[0]?.text.zh).toContain("迟发 2 分钟");
    const reminders = house.said.slice(before).filter((message) => message.step.startsWith("feedback-missed"));
    expect(reminders).toHaveLength(1);
    expect(clock("feedback")).toMatchObject({ dueAt: at(20) });
    house.beat(at(17), at(30));
    expect(house.journal.filter((entry) => entry.event === "step-run").at(-1)).toMatchObject({
      occurredAt: at(30),
      data: { step: "not-mitigated", late: false },
    });
  });
});

describe("the wall clock steps", () => {
  test.each([
    ["one hour forward", minutes(60)],
    ["twenty minutes back", minutes(-20)],
  ])("%s: nothing fires, elapsed time stays, the due instant moves with it", (_name, by) => {
    house.beat(TEN, at(4));
    const before = house.journal.filter((entry) => entry.event === "step-run").length;
    const moved = instant(at(4, 1) + by);
    house.take({ type: "clock-step", by }, moved);
    house.take({ type: "tick" }, moved);
    expect(house.journal.filter((entry) => entry.event === "step-run")).toHaveLength(before);
    expect(clock("staff-onsite")).toMatchObject({ dueAt: instant(at(15) + by) });
    house.beat(moved, instant(at(5) + by));
    expect(toldBy("no-accept")).toEqual(["p-project-manager"]);
  });
});

describe("a step that waits for clocks of several classes", () => {
  const shared = (unless: string[]) => {
    const ladder = policy.ladders.S1.map((one) => (one.id === "no-onsite" ? { ...one, unless: unless as never } : one));
    house = createPureHouse(building({ policy: { ...policy, ladders: { ...policy.ladders, S1: ladder } } }));
    house.take({ type: "conditions", transitions: [trapped] }, TEN);
  };

  test("is dropped once the clocks that this ticket carries are met", () => {
    shared(["onsite", "staff-onsite"]);
    step("arrive", at(10), { who: "staff" });
    house.beat(at(10), at(16));
    expect(toldBy("no-onsite")).toEqual([]);
  });

  test("runs when the ticket carries none of them: silence would be worse", () => {
    shared(["onsite", "verify"]);
    step("arrive", at(10), { who: "staff" });
    house.beat(at(10), at(16));
    expect(toldBy("no-onsite")).toEqual(["p-project-manager"]);
  });
});

test("forty activations of one alarm are one ticket and one set of messages", () => {
  const told = house.said.length;
  for (let n = 1; n <= 39; n += 1) {
    house.take({ type: "conditions", transitions: [freed] }, instant(TEN + n * 4_000));
    house.take({ type: "conditions", transitions: [trapped] }, instant(TEN + n * 4_000 + 2_000));
  }
  expect(house.tickets.size).toBe(1);
  expect(house.alarms.get("elevator.entrapment@lift-1")).toMatchObject({ occurrence: 1, count: 40 });
  expect(house.said.length).toBe(told);
});

test("the policy is frozen into the ticket", () => {
  expect(only().policyVersion).toBe("test.1");
  expect(only().policy.clocks).toContainEqual({ kind: "staff-onsite", target: seconds(900) });
});
