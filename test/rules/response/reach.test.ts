/** By which ways a person is told and when; who has answered is told no more; calls by phone are confirmed. */
import { expect, test } from "vitest";
import type { Site } from "#model/site";
import { between, minutes } from "#model/time";
import { at, building, operator, people, policy, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const channels = ["wecom", "sms", "voice", "smtp", "webhook"].map((kind) => ({ id: kind, kind, settings: {} }));
const reachable: Site["people"] = {
  ...people,
  people: people.people.map((one) => ({
    ...one,
    phone: "0001",
    ...(one.id === "p-security-lead" ? {} : { email: "a@b" }),
  })),
};
function trapped(site: Partial<Site> = {}) {
  const house = createPureHouse(building({ channels, people: reachable, ...site }));
  house.take(
    {
      type: "conditions",
      transitions: [verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" })],
    },
    at(0),
  );
  const no = [...house.tickets.keys()][0]!;
  let commands = 0;
  return {
    house,
    no,
    take(step: "acknowledge" | "accept" | "confirm-phone", minute: number, second: number, more: object = {}) {
      commands += 1;
      const command = { do: "ticket-step", ticket: no, step, ...more } as const;
      return house.take({ type: "command", id: `c${commands}`, actor: operator, command }, at(minute, second));
    },
    ways: (person: string) =>
      house.said
        .filter((one) => one.to === person && one.state === "pending")
        .map((one) => `${one.channel} ${between(one.createdAt, one.nextTryAt) / 1_000}`),
    waiting: (person: string) =>
      [...house.outbox.values()].filter((one) => one.to === person).map((one) => one.channel),
  };
}

test("an emergency: screen, robot and mail at once, a text after a minute, a call after two", () => {
  const { ways } = trapped();
  expect(ways("p-control-room-operator")).toEqual([
    "console 0",
    "wecom 0",
    "sms 60",
    "voice 120",
    "smtp 0",
    "webhook 0",
  ]);
  expect(ways("p-security-lead")).not.toContain("smtp 0");
});

test("what the policy does not use for a severity, and what needs a contact that is not there, is left out", () => {
  const house = createPureHouse(building({ channels }));
  house.take(
    {
      type: "conditions",
      transitions: [verdict("r", "lift-1", "active", { severity: "S3", ticket: "general_fault" })],
    },
    at(0),
  );
  expect(house.said.map((one) => one.channel)).toEqual(["console", "wecom", "webhook"]);
});

test("acknowledged at 59.9 s: the text that was due at 60 s stays unsent, the technician's goes on until he accepts", () => {
  const { take, waiting, house } = trapped();
  for (const message of house.outbox.values()) if (message.nextTryAt <= at(0)) house.outbox.delete(message.key);
  expect(waiting("p-control-room-operator")).toEqual(["sms", "voice"]);
  take("acknowledge", 0, 59);
  expect(waiting("p-control-room-operator")).toEqual([]);
  expect(waiting("p-technician-on-duty")).toEqual(["sms", "voice"]);
  take("accept", 1, 30);
  expect(waiting("p-technician-on-duty")).toEqual([]);
  // Managers are called until somebody confirms that they were reached.
  expect(waiting("p-property-manager")).toEqual(["sms", "voice"]);
});

test("a call by phone is owed by name, is confirmed by name, and only then stops what waits for that person", () => {
  const { house, no, take, waiting } = trapped();
  expect(house.tickets.get(no)?.calls?.map((one) => one.person)).toEqual([
    "p-department-supervisor",
    "p-property-manager",
  ]);
  expect(take("confirm-phone", 1, 0, { assignee: "nobody" }).refusal).toMatchObject({
    code: "not-to-be-called",
    detail: { names: ["department-supervisor", "property-manager"] },
  });
  take("confirm-phone", 1, 0, { assignee: "property-manager", note: "已在路上" });
  expect(house.tickets.get(no)?.calls).toMatchObject([
    { person: "p-department-supervisor" },
    { by: operator.name, at: at(1) },
  ]);
  expect(house.tickets.get(no)?.calls?.[0]?.at).toBeUndefined();
  expect(waiting("p-property-manager")).toEqual([]);
  expect(waiting("p-department-supervisor").length).toBeGreaterThan(0);
  expect(house.events(`ticket:${no}`)).toContain("ticket-confirm-phone");
  expect(take("confirm-phone", 2, 0, { assignee: "property-manager" }).refusal?.status).toBe(422);
});

test("a clock that no step waits for is told when it is overdue, once", () => {
  const { house, no } = trapped({ policy: { ...policy, overdue: { tell: ["team-lead"] } } });
  house.beat(at(0), at(31));
  const overdue = house.said.filter((one) => one.step.startsWith("overdue-") && one.channel === "console");
  // Of its clocks only the rescuers' has no step in this ladder.
  expect(overdue.map((one) => [one.step.split("-").slice(1, 3).join("-"), one.to])).toEqual([
    ["rescue-onsite", "p-team-lead"],
  ]);
  expect(house.tickets.get(no)?.clocks.find((one) => one.kind === "rescue-onsite")?.state).toBe("breached");
});

test("a step of the clock moves what still waits: a text after a minute is a text after a minute", () => {
  const { house } = trapped();
  const text = () => [...house.outbox.values()].find(({ to, channel }) => to === "p-shift-leader" && channel === "sms");
  house.beat(at(0), at(0, 30));
  expect(text()?.nextTryAt).toBe(at(1, 30));
  house.take({ type: "clock-step", by: minutes(60) }, at(60, 40));
  expect(text()?.nextTryAt).toBe(at(61, 30));
  house.take({ type: "clock-step", by: minutes(-60) }, at(0, 50));
  expect(text()?.nextTryAt).toBe(at(1, 30));
});

test("each reminder has a key of its own, so that the second one is not taken for the first", () => {
  const { house, take } = trapped();
  house.beat(at(0), at(31));
  const keys = (step: string) =>
    new Set(house.said.filter((one) => one.step.startsWith(step) && one.channel === "console").map(({ key }) => key));
  expect(keys("feedback-missed-").size).toBe(3);
  // One for each round of reports, and the one that runs.
  expect(keys("warn-feedback-").size).toBe(3);
  expect(take("acknowledge", 31, 0).refusal).toBeUndefined();
});
