/** 自动恢复: what went away by itself before anybody took it, who hears of that, and what never closes by itself. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Command, TicketStep } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { days, type Instant, instant, later, minutes } from "#model/time";
import { at, building, operator, people, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let policy: Policy;
let house: PureHouse;
let commands = 0;
beforeAll(async () => {
  policy = await shippedPolicy();
});
beforeEach(() => {
  const sms = { id: "sms", kind: "sms" as const, settings: {} };
  const withPhones = people.people.map((one) => ({ ...one, phone: "0001" }));
  house = createPureHouse(building({ policy, channels: [sms], people: { ...people, people: withPhones } }));
});
const only = (): Ticket => [...house.tickets.values()].at(-1) as Ticket;
const fault = (to: "active" | "normal", now: Instant, severity: Severity = "S3", rule = "door.fault") =>
  house.take(
    { type: "conditions", transitions: [verdict(rule, "lift-1", to, { severity, ticket: "general_fault" })] },
    now,
  );
const step = (step: TicketStep, now: Instant, more: Partial<Extract<Command, { do: "ticket-step" }>> = {}) => {
  commands += 1;
  const command: Command = { do: "ticket-step", ticket: only().no, step, ...more };
  return house.take({ type: "command", id: `r${commands}`, actor: supervisor, command }, now);
};
/** Delivered: what was pending at `now` is gone from the outbox. */
const deliver = (now: Instant) => {
  for (const [key, message] of house.outbox) if (message.nextTryAt <= now) house.outbox.delete(key);
};
const overTold = () =>
  house.said.filter((one) => one.step === "auto-recovered").map(({ to, channel }) => `${to} ${channel}`);

describe("a lesser fault that went away by itself", () => {
  test("closes its ticket half an hour later, marked, its clocks stopped at the true instant", () => {
    fault("active", TEN);
    fault("normal", at(5));
    expect(only()).toMatchObject({ state: "new", recovered: true, recoversAt: at(35) });
    house.take({ type: "tick" }, at(34, 59));
    expect(only().closedAt).toBeUndefined();
    house.take({ type: "tick" }, at(40));
    expect(only()).toMatchObject({ state: "closed", closedAt: at(40), autoRecovered: true });
    expect(only().clocks.filter(({ state }) => state === "running")).toEqual([]);
    expect(
      only()
        .clocks.find(({ kind }) => kind === "resolve")
        ?.segments.at(-1)?.to,
    ).toBe(at(35));
    expect(house.journal.find(({ event }) => event === "ticket-auto-recovered")).toMatchObject({
      occurredAt: at(35),
      at: at(40),
      actor: "gatehouse",
    });
  });

  test("is told to those who were told of the fault, by the ways by which it went out, once, and to nobody else", () => {
    fault("active", TEN);
    deliver(TEN);
    fault("normal", at(1));
    // Texts of lesser faults wait a quarter of an hour: the technician's went out, the team lead's has not.
    house.beat(at(1), at(15));
    deliver(at(15));
    house.beat(at(15), at(25));
    const said = new Set(
      house.said.filter(({ key }) => !house.outbox.has(key)).map(({ to, channel }) => `${to} ${channel}`),
    );
    expect(said).toContain("p-technician-on-duty sms");
    expect(said).toContain("p-team-lead console");
    expect(said).not.toContain("p-team-lead sms");
    house.beat(at(25), at(40));
    expect([...overTold()].sort()).toEqual([...said].sort());
    expect([...house.outbox.values()].every((message) => message.step === "auto-recovered")).toBe(true);
    house.beat(at(40), at(50));
    expect(overTold()).toHaveLength(said.size);
  });

  test("of which nobody had heard when it ended is told to nobody", () => {
    fault("active", TEN);
    fault("normal", at(1));
    house.take({ type: "tick" }, at(31));
    expect(only().state).toBe("closed");
    expect(overTold().filter((one) => one.endsWith("sms"))).toEqual([]);
    expect([...house.outbox.values()]).toEqual([]);
  });

  test("survives a step of the clock: half an hour is half an hour of elapsed time", () => {
    fault("active", TEN);
    fault("normal", at(5));
    house.take({ type: "clock-step", by: minutes(60) }, at(66));
    house.take({ type: "tick" }, at(70));
    expect(only().closedAt).toBeUndefined();
    house.take({ type: "tick" }, at(95));
    expect(only().state).toBe("closed");
  });
});

describe("what never ends by itself", () => {
  test.each<Severity>(["S1", "S2"])("%s waits for a person's word", (severity) => {
    fault("active", TEN, severity);
    fault("normal", at(1), severity);
    house.take({ type: "tick" }, at(600));
    expect(only()).toMatchObject({ recovered: true });
    expect(only().closedAt).toBeUndefined();
  });

  test.each<[TicketStep, object]>([
    ["accept", {}],
    ["note", { note: "已派人查看" }],
    ["feedback", { note: "正在查" }],
    ["sop", { sop: "describe" }],
    ["promise", { what: "finish", until: at(300) }],
  ])("what somebody took up (%s), before or after it recovered", (word, more) => {
    for (const when of [at(2), at(10)]) {
      begin();
      fault("active", TEN);
      if (when < at(5)) step(word, when, more);
      fault("normal", at(5));
      if (when > at(5)) step(word, when, more);
      house.take({ type: "tick" }, at(120));
      expect(only().closedAt, word).toBeUndefined();
    }
  });

  test("but seeing it and sending somebody is not working on it: whoever was sent hears that they need not go", () => {
    fault("active", TEN);
    step("acknowledge", at(1));
    step("dispatch", at(2), { assignee: "technician-on-duty" });
    deliver(at(2));
    fault("normal", at(5));
    house.take({ type: "tick" }, at(35));
    expect(only()).toMatchObject({ state: "closed", autoRecovered: true });
    expect(only().offers?.some(({ state }) => state === "open")).toBe(false);
    expect(overTold()).toContain("p-technician-on-duty console");
  });

  test("a fault that somebody reported by hand", () => {
    const command: Command = { do: "open-ticket", class: "general_fault", device: "lift-1", description: "异响" };
    house.take({ type: "command", id: "h", actor: operator, command }, TEN);
    house.take({ type: "tick" }, at(300));
    expect(only().closedAt).toBeUndefined();
  });
});

describe("a fault that comes and goes", () => {
  test("every ten minutes for six hours: one ticket, one round, and its steps are told once", () => {
    for (let minute = 0; minute < 360; minute += 10) {
      fault("active", at(minute));
      fault("normal", at(minute + 5));
      house.beat(at(minute + 5), at(minute + 10));
    }
    expect(house.tickets.size).toBe(1);
    expect(only()).toMatchObject({ round: 1, recovered: true });
    const keys = house.said.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    house.take({ type: "tick" }, at(400));
    expect(only().state).toBe("closed");
  });

  test("three days running: the same ticket, no graver for it, and a rectification beside it", () => {
    const onDay = (day: number, minute: number) => instant(later(at(minute), days(day)));
    for (const day of [0, 1, 2]) {
      fault("active", onDay(day, 0));
      fault("normal", onDay(day, 1));
      house.take({ type: "tick" }, onDay(day, 40));
    }
    const [ticket, ...others] = house.tickets.values();
    expect(ticket).toMatchObject({ round: 3, severity: "S3", state: "closed", autoRecovered: true });
    expect(ticket?.past).toMatchObject([{ autoRecovered: true }, { autoRecovered: true }]);
    expect(others).toMatchObject([{ rectifies: [ticket?.no] }]);
  });
});

function begin(): void {
  house = createPureHouse(building({ policy }));
}

describe("an acknowledgement that ran out", () => {
  const trapped = () =>
    house.take(
      {
        type: "conditions",
        transitions: [verdict("lift.trapped", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true })],
      },
      TEN,
    );
  const leader = () => house.said.filter(({ to, channel }) => to === "p-shift-leader" && channel === "console");

  test("tells the leader what is the matter, and who is on the way, instead of that nobody acknowledged", () => {
    trapped();
    step("acknowledge", at(0, 10));
    step("accept", at(3), { assignee: "维保张工" });
    house.beat(at(3), at(12, 59));
    expect(leader()).toEqual([]);
    house.beat(at(12, 59), at(14));
    expect(leader().map(({ text }) => text.zh)).toEqual([
      expect.stringMatching(/：确认后 10 分钟没有新的记录（维保张工 已接单），请跟进并记录进展$/),
    ]);
    expect(leader()[0]?.text.en).toContain(
      "nothing was entered for 10 min after the acknowledgement (维保张工: Accepted)",
    );
  });

  test("never does so while somebody keeps on entering what happens", () => {
    trapped();
    step("acknowledge", at(0, 10));
    for (const minute of [5, 14, 23]) step("feedback", at(minute), { note: "对讲安抚中" });
    house.beat(at(23), at(32));
    expect(leader().filter(({ text }) => text.zh.includes("没有新的记录"))).toEqual([]);
  });
});
