/** FS11: the building burns, and one lift stays away with somebody inside. Two emergencies, each in full, and each names the other. */
import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Command } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Device, Site } from "#model/site";
import type { Instant } from "#model/time";
import { at, building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";
import { shippedPolicy } from "./shipped-policy.ts";

const lift = building().devices[0] as Device;
const devices: readonly Device[] = [
  { ...lift, id: "lift-a", name: { zh: "1 号梯", en: "Lift 1" } },
  { ...lift, id: "lift-b", place: { building: "B" } },
  { ...lift, id: "lift-recalled", place: { building: "B" }, dependsOn: ["panel"] },
  { ...lift, id: "lift-nowhere", place: {} },
  { ...lift, id: "panel", kind: "fire" },
];
let policy: Policy;
let house: PureHouse;
const begin = (more: Partial<Site> = {}) => {
  house = createPureHouse(building({ policy, devices, ...more }));
};
beforeAll(async () => {
  policy = await shippedPolicy();
});
beforeEach(() => begin());

const raise = (ticket: "fire_alarm" | "elevator_entrapment", on: string, now: Instant) => {
  const rule = ticket === "fire_alarm" ? "fire.alarm" : "elevator.entrapment";
  house.take({ type: "conditions", transitions: [verdict(rule, on, "active", { ticket, lifeSafety: true })] }, now);
  const found = [...house.tickets.values()].find((one) => one.class === ticket && one.device === on);
  if (!found) throw new Error(`no ticket about ${on}`);
  return () => house.tickets.get(found.no) ?? found;
};
const command = (wish: Command, now: Instant, actor = supervisor, id = `c${house.journal.length}`) =>
  house.take({ type: "command", id, actor, command: wish }, now);

test("somebody is trapped during the fire: a ticket of its own with its whole ladder at once, hanging under the fire's", () => {
  const fire = raise("fire_alarm", "panel", TEN);
  const alone = (() => {
    const other = createPureHouse(building({ policy, devices }));
    const trapped = verdict("elevator.entrapment", "lift-a", "active", {
      ticket: "elevator_entrapment",
      lifeSafety: true,
    });
    other.take({ type: "conditions", transitions: [trapped] }, at(3));
    return other;
  })();
  const said = house.said.length;
  const trapped = raise("elevator_entrapment", "lift-a", at(3));
  expect(trapped()).toMatchObject({ parent: fire().no, severity: "S1", state: "dispatched", openedAt: at(3) });
  // Nothing of it is folded or later than without a fire.
  const [usual] = alone.tickets.values();
  expect(trapped().clocks).toEqual(usual?.clocks);
  expect(trapped().ladder).toEqual(usual?.ladder);
  const own = house.said.slice(said).filter(({ ticket }) => ticket === trapped().no);
  expect(own.map(({ step, to, nextTryAt }) => [step, to, nextTryAt])).toEqual(
    alone.said.map(({ step, to, nextTryAt }) => [step, to, nextTryAt]),
  );
  house.beat(at(3), at(40));
  alone.beat(at(3), at(40));
  expect(trapped().ladder).toEqual([...alone.tickets.values()][0]?.ladder);
});

test("whoever leads at the fire hears who waits where, once, and both time lines tell it", () => {
  const fire = raise("fire_alarm", "panel", TEN);
  const trapped = raise("elevator_entrapment", "lift-a", at(3));
  const told = house.said.filter(({ step }) => step.startsWith("trapped-"));
  expect(told.map(({ to, ticket }) => [to, ticket])).toEqual([
    ["p-control-room-operator", fire().no],
    ["p-security-lead", fire().no],
  ]);
  expect(told[0]?.text.zh).toContain(`火警期间：1 号梯 电梯困人（${trapped().no}），请立即告知现场指挥和消防队`);
  expect(told[0]?.text.en).toContain("the fire brigade");
  expect(house.events(`ticket:${trapped().no}`)).toContain("ticket-hangs-under");
  expect(house.events(`ticket:${fire().no}`).filter((event) => event === "trapped-in-fire")).toHaveLength(1);
  house.beat(at(3), at(20));
  expect(house.said.filter(({ step }) => step.startsWith("trapped-"))).toHaveLength(2);
});

test("a fire that begins while people wait in a lift takes that ticket under it as well", () => {
  const trapped = raise("elevator_entrapment", "lift-a", TEN);
  const before = trapped();
  const fire = raise("fire_alarm", "panel", at(2));
  expect(trapped()).toEqual({ ...before, parent: fire().no });
  expect(house.said.some(({ step, ticket }) => step.startsWith("trapped-") && ticket === fire().no)).toBe(true);
});

test.each([
  ["of another building", "lift-b", false],
  ["of another building that this panel recalls", "lift-recalled", true],
  ["whose building nobody wrote down", "lift-nowhere", true],
])("a lift %s", (_, on, hangs) => {
  const fire = raise("fire_alarm", "panel", TEN);
  expect(raise("elevator_entrapment", on, at(1))().parent).toBe(hangs ? fire().no : undefined);
});

test("a fire that two people found to be none, or that is a drill, has nothing hanging under it", () => {
  const fire = raise("fire_alarm", "panel", TEN);
  command({ do: "ticket-step", ticket: fire().no, step: "false-alarm", note: "蒸汽" }, at(1), operator);
  command({ do: "ticket-step", ticket: fire().no, step: "false-alarm", note: "蒸汽" }, at(2));
  expect(fire().falseAlarm).toBe(true);
  expect(raise("elevator_entrapment", "lift-a", at(3))().parent).toBeUndefined();
  begin();
  const drill = { overReal: false };
  const made = command({ do: "open-ticket", class: "fire_alarm", device: "panel", description: "火警", drill }, at(0));
  expect(made.refusal).toBeUndefined();
  expect(raise("elevator_entrapment", "lift-a", at(1))().parent).toBeUndefined();
});

test("neither disappears in the other: the lift's ticket is not merged into the fire's, and closing the fire leaves it open", () => {
  const fire = raise("fire_alarm", "panel", TEN);
  const trapped = raise("elevator_entrapment", "lift-a", at(1));
  const merge = command({ do: "ticket-step", ticket: trapped().no, step: "merge", into: fire().no }, at(2));
  expect(merge.refusal?.code).toBe("stands-alone");
  command({ do: "ticket-step", ticket: fire().no, step: "accept" }, at(3));
  command({ do: "ticket-step", ticket: fire().no, step: "repair" }, at(4));
  command({ do: "ticket-step", ticket: fire().no, step: "close", note: "已扑灭" }, at(5));
  expect(fire().state).toBe("closed");
  expect(trapped()).toMatchObject({ parent: fire().no, state: "dispatched" });
  expect(trapped().closedAt).toBeUndefined();
});
