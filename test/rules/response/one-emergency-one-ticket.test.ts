import { beforeEach, expect, test } from "vitest";
import type { Ticket } from "#model/ticket";
import { minutes } from "#model/time";
import { at, building, operator, people, policy, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

let house: PureHouse;
const open = (): Ticket[] => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);
const conditions = (...transitions: ReturnType<typeof verdict>[]) => ({ type: "conditions" as const, transitions });

const safetyCircuit = verdict("elevator.safety_circuit", "lift-1", "active", {
  severity: "S2",
  ticket: "general_fault",
});
const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" });
const button = verdict("elevator.alarm_button", "lift-1", "active", { ticket: "elevator_entrapment" });

beforeEach(() => {
  house = createPureHouse(building());
});

test("the broken safety circuit comes first, the entrapment takes its ticket over: one stays open", () => {
  house.take(conditions(safetyCircuit), TEN);
  expect(open()).toMatchObject([{ class: "general_fault", severity: "S2" }]);
  house.take(conditions(trapped), at(0, 30));
  expect(open()).toMatchObject([
    {
      class: "elevator_entrapment",
      severity: "S1",
      alarms: ["elevator.entrapment@lift-1", "elevator.safety_circuit@lift-1"],
    },
  ]);
  const merged = [...house.tickets.values()].find((ticket) => ticket.state === "merged");
  expect(merged?.ladder.filter((row) => row.state === "waiting")).toEqual([]);
  expect(house.alarms.get("elevator.safety_circuit@lift-1")?.ticket).toBe(open()[0]?.no);
  expect([...house.outbox.values()].filter((message) => message.ticket === merged?.no)).toEqual([]);
});

test("a second alarm of the class, and a fault that follows from it, join the open ticket", () => {
  house.take(conditions(trapped), TEN);
  house.take(conditions(button), at(0, 8));
  house.take(conditions(safetyCircuit), at(0, 9));
  expect(open()).toHaveLength(1);
  expect(open()[0]?.alarms).toHaveLength(3);
});

test("the same class on another device is another ticket, numbered on", () => {
  house.take(
    conditions(trapped, verdict("elevator.entrapment", "lift-2", "active", { ticket: "elevator_entrapment" })),
    TEN,
  );
  expect(open().map((ticket) => ticket.no)).toEqual(["GD20261121-000001", "GD20261121-000002"]);
});

test("the ticket has the higher of the alarm's severity and its class default", () => {
  house.take(conditions({ ...trapped, severity: "S3" }), TEN);
  expect(open()[0]?.severity).toBe("S1");
  house.take(
    conditions(verdict("elevator.overspeed", "lift-2", "active", { severity: "S1", ticket: "general_fault" })),
    TEN,
  );
  expect(open()[1]).toMatchObject({ class: "general_fault", severity: "S1" });
});

test("a rise in severity drops the acknowledgement and starts the graver ladder from now", () => {
  const door = verdict("elevator.door", "lift-1", "active", { severity: "S3", ticket: "general_fault" });
  house.take(conditions(door), TEN);
  const no = open()[0]?.no ?? "";
  house.take(
    { type: "command", id: "a", actor: operator, command: { do: "ticket-step", ticket: no, step: "acknowledge" } },
    at(1),
  );
  expect(open()[0]?.acknowledgedBy).toBe("王工");
  house.take(conditions({ ...door, to: "level", severity: "S2" }), at(3));
  expect(open()[0]).toMatchObject({ severity: "S2" });
  expect(open()[0]?.acknowledgedBy).toBeUndefined();
  expect(house.alarms.get("elevator.door@lift-1")).toMatchObject({ severity: "S2", acknowledge: "unacknowledged" });
  expect(open()[0]?.clocks.find((clock) => clock.kind === "accept")?.startedAt).toBe(TEN);
  house.beat(at(3), at(18));
  const runs = house.journal
    .filter((entry) => entry.event === "step-run")
    .map((entry) => (entry.data as { step: string }).step);
  expect(runs).toEqual(["opened", "opened", "no-accept"]);
});

test("a graver severity takes the graver targets and brings the clocks that only it has", () => {
  const fault = policy.classes.general_fault;
  if (!fault) throw new Error("no such class");
  const S2 = [
    ...fault.clocks.map((clock) => (clock.kind === "accept" ? { ...clock, target: minutes(5) } : clock)),
    { kind: "onsite" as const, target: minutes(15) },
  ];
  house = createPureHouse(
    building({
      policy: { ...policy, classes: { ...policy.classes, general_fault: { ...fault, bySeverity: { S2 } } } },
    }),
  );
  const door = verdict("elevator.door", "lift-1", "active", { severity: "S3", ticket: "general_fault" });
  house.take(conditions(door), TEN);
  house.take(conditions({ ...door, to: "level", severity: "S2" }), at(3));
  const clocks = open()[0]?.clocks ?? [];
  expect(clocks.find((clock) => clock.kind === "accept")).toMatchObject({ startedAt: TEN, dueAt: at(5) });
  expect(clocks.find((clock) => clock.kind === "onsite")).toMatchObject({ startedAt: at(3), dueAt: at(18) });
});

test("a step whose role has nobody on duty is told to the fallback in the same instant, and journalled", () => {
  const nobody = { ...people, teams: people.teams.filter((team) => team.id !== "shift-leader") };
  house = createPureHouse(building({ people: nobody }));
  house.take(conditions(trapped), TEN);
  house.beat(TEN, at(0, 30));
  expect(house.said.filter((message) => message.step === "no-acknowledge").map((message) => message.to)).toEqual([
    "p-last",
  ]);
  expect(house.journal.filter((entry) => entry.event === "nobody-on-duty")).toMatchObject([
    { at: at(0, 30), data: { role: "shift-leader", step: "no-acknowledge" } },
  ]);
});

test("every configured channel gets its own message under its own key", () => {
  house = createPureHouse(building({ channels: [{ id: "hook", kind: "webhook", settings: {} }] }));
  house.take(conditions(trapped), TEN);
  const keys = house.said.filter((message) => message.to === "p-security-lead").map((message) => message.key);
  expect(keys).toEqual([
    "GD20261121-000001/1/opened/0/p-security-lead/console",
    "GD20261121-000001/1/opened/0/p-security-lead/hook",
  ]);
});

test("a ticket opened by hand has the same clocks; a second one of the class is refused with its number", () => {
  const command = {
    do: "open-ticket" as const,
    class: "elevator_entrapment" as const,
    device: "lift-1",
    description: "业主来电:1 号梯有人被困",
    occurredAt: at(-2),
  };
  const plan = house.take({ type: "command", id: "1", actor: operator, command }, TEN);
  expect(plan.answer?.ticket).toBe("GD20261121-000001");
  expect(open()[0]).toMatchObject({ openedAt: at(-2), severity: "S1" });
  const again = house.take({ type: "command", id: "2", actor: operator, command }, TEN);
  expect(again.refusal).toMatchObject({ status: 409, detail: { ticket: "GD20261121-000001" } });
  const wrong = house.take(
    { type: "command", id: "3", actor: operator, command: { ...command, device: "lift-99" } },
    TEN,
  );
  expect(wrong.refusal).toMatchObject({ status: 422, code: "no-such-device" });
});
