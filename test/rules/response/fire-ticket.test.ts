/** A fire ticket by the shipped policy: looked at on the spot while people work, and a false alarm only by two people. */
import { readFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { Command } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Device } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { readPolicy } from "../../../gateway/site/policy.ts";
import { createProblemList, formatProblem } from "../../../gateway/site/problems.ts";
import { readYaml } from "../../../gateway/site/read-yaml.ts";
import { at, building, operator, people, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const path = new URL("../../../rules/response/policy.yaml", import.meta.url);

async function shippedPolicy(): Promise<Policy> {
  const problems = createProblemList();
  const policy = readPolicy(readYaml("policy.yaml", await readFile(path), problems), "urban", problems);
  if (!policy)
    throw new Error(
      problems
        .list()
        .map((problem) => formatProblem(problem, "en"))
        .join("\n"),
    );
  return policy;
}
const policy = await shippedPolicy();

const panel: Device = { ...(building().devices[0] as Device), id: "fire-1", kind: "fire" };
const officer = "fire-safety-officer";
const site = building({
  policy,
  devices: [panel],
  people: {
    ...people,
    people: [...people.people, { id: `p-${officer}`, name: officer }],
    teams: [
      ...people.teams,
      { id: officer, name: { zh: "责任人", en: officer }, roles: [officer], people: [`p-${officer}`] },
    ],
  },
});
const fire = verdict("fire.alarm", "fire-1", "active", { ticket: "fire_alarm", lifeSafety: true });
const quiet = verdict("fire.alarm", "fire-1", "normal", { ticket: "fire_alarm", lifeSafety: true });
const conditions = (...transitions: ReturnType<typeof verdict>[]) => ({ type: "conditions" as const, transitions });

let house: PureHouse;
let serial = 0;
const open = (): Ticket[] => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);
const only = (): Ticket => {
  expect(open()).toHaveLength(1);
  return open()[0] as Ticket;
};
const clock = (kind: string) => only().clocks.find((one) => one.kind === kind);
const told = (step: string) => house.said.filter((message) => message.step === step).map((message) => message.to);
const step = (
  name: string,
  now: Instant,
  more: Partial<Extract<Command, { do: "ticket-step" }>> = {},
  actor: Actor = operator,
) => {
  serial += 1;
  const command = { do: "ticket-step" as const, ticket: only().no, step: name as never, ...more };
  return house.take({ type: "command", id: `c${serial}`, actor, command }, now);
};

beforeEach(() => {
  house = createPureHouse(site);
  house.take(conditions(fire), TEN);
});

test("it opens as S1 with the clocks of the policy, and waits for people to look", () => {
  expect(only()).toMatchObject({ class: "fire_alarm", severity: "S1", state: "new" });
  expect(only().clocks.map(({ kind, dueAt }) => [kind, (dueAt - TEN) / 1000])).toEqual([
    ["acknowledge", 30],
    ["plan", 300],
    ["onsite", 300],
    ["verify", 300],
    ["resolve", 86_400],
    ["feedback", 600],
  ]);
  house.beat(TEN, at(5, 1));
  expect(clock("verify")).toMatchObject({ state: "breached", breachedAt: at(5) });
  expect(told("fire-not-verified")).toEqual(
    expect.arrayContaining(["p-shift-leader", "p-security-lead", "p-property-manager"]),
  );
});

describe("confirmed on the spot", () => {
  test.each([[[]], [["accept"]], [["accept", "depart"]], [["accept", "depart", "arrive"]]])(
    "after %j it meets the verify clock, changes no state, and tells those who answer for fire safety",
    (before) => {
      for (const name of before) step(name, at(0, 20));
      const { state } = only();
      expect(told("class-verified")).toEqual([]);
      expect(step("verify", at(2), { note: "三层起火" }).refusal).toBeUndefined();
      expect(only().state).toBe(state);
      expect(clock("verify")).toMatchObject({ state: "met", metAt: at(2) });
      expect(clock("resolve")?.state).toBe("running");
      expect(told("class-verified")).toContain(`p-${officer}`);
      house.beat(at(2), at(6));
      expect(told("fire-not-verified")).toEqual([]);
    },
  );

  test("is said once; after the repair the step means what it means everywhere", () => {
    step("accept", at(1));
    step("verify", at(2));
    expect(step("verify", at(3)).refusal).toMatchObject({ status: 409, code: "wrong-state" });
    step("repair", at(30));
    step("verify", at(31));
    expect(only().state).toBe("verifying");
  });

  test("is not possible where the class has no verify clock", () => {
    house.take(conditions(quiet), at(0, 1));
    house = createPureHouse(site);
    house.take(conditions(verdict("fire.fault", "fire-1", "active", { severity: "S2", ticket: "general_fault" })), TEN);
    expect(step("verify", at(1)).refusal).toMatchObject({ status: 409, code: "wrong-state" });
  });
});

describe("a false alarm takes two people", () => {
  const finding = { note: "厨房蒸汽，无火" };

  test("the first one only records it: clocks and ladder go on", () => {
    step("acknowledge", at(0, 10));
    expect(step("false-alarm", at(2), finding).refusal).toBeUndefined();
    expect(only()).toMatchObject({
      falseAlarm: false,
      state: "new",
      falseAlarmClaim: { name: operator.name, at: at(2) },
    });
    expect([clock("verify")?.state, clock("plan")?.state, clock("resolve")?.state]).toEqual([
      "running",
      "running",
      "running",
    ]);
    expect(house.events(`ticket:${only().no}`)).toContain("ticket-false-alarm-claimed");
    house.beat(at(2), at(5, 1));
    expect(clock("verify")?.state).toBe("breached");
  });

  test("the same account cannot be the second", () => {
    step("false-alarm", at(2), finding);
    expect(step("false-alarm", at(3), finding).refusal).toMatchObject({ status: 409, code: "second-person-needed" });
    expect(only().falseAlarm).toBe(false);
  });

  test("a token is no person: it is neither the first nor the second", () => {
    const token = { kind: "token", id: "t-1", name: "脚本", role: "supervisor" } as const;
    const refused = { status: 403, code: "person-needed" };
    expect(step("false-alarm", at(1), finding, token).refusal).toMatchObject(refused);
    expect(only().falseAlarmClaim).toBeUndefined();
    step("false-alarm", at(2), finding);
    expect(step("false-alarm", at(3), finding, token).refusal).toMatchObject(refused);
    expect(only()).toMatchObject({ falseAlarm: false, state: "new" });
  });

  test("the second one makes it so, and it may be closed once the panel is quiet", () => {
    step("false-alarm", at(2), finding);
    expect(step("false-alarm", at(3), { note: "复核属实" }, supervisor).refusal).toBeUndefined();
    expect(only()).toMatchObject({ falseAlarm: true, state: "verifying" });
    expect(clock("verify")).toMatchObject({ state: "met", metAt: at(3) });
    expect(clock("resolve")?.state).toBe("cancelled");
    expect(step("close", at(4)).refusal).toMatchObject({ code: "source-active" });
    house.take(conditions(quiet), at(5));
    expect(step("close", at(6)).refusal).toBeUndefined();
    expect(open()).toEqual([]);
  });

  test("nobody is texted or called any more: what still waited for its turn goes to nobody", () => {
    const waiting = () => [...house.outbox.values()].filter(({ ticket }) => ticket === only().no);
    step("false-alarm", at(2), finding);
    expect(waiting().length).toBeGreaterThan(0);
    step("false-alarm", at(3), { note: "复核属实" }, supervisor);
    expect(waiting()).toEqual([]);
  });

  test("both must say what they saw", () => {
    expect(step("false-alarm", at(2)).refusal).toMatchObject({ code: "note-needed" });
    step("false-alarm", at(2), finding);
    expect(step("false-alarm", at(3), {}, supervisor).refusal).toMatchObject({ code: "note-needed" });
  });

  test("of another class it takes one", () => {
    house = createPureHouse(site);
    house.take(conditions(verdict("fire.fault", "fire-1", "active", { severity: "S2", ticket: "general_fault" })), TEN);
    step("false-alarm", at(2), finding);
    expect(only()).toMatchObject({ falseAlarm: true, state: "verifying" });
  });
});

describe("one emergency, one ticket", () => {
  test("the prealarm's ticket goes into the fire's; confirmation and missing feedbacks join it", () => {
    house = createPureHouse(site);
    house.take(
      conditions(verdict("fire.prealarm", "fire-1", "active", { severity: "S3", ticket: "general_fault" })),
      TEN,
    );
    expect(only().class).toBe("general_fault");
    house.take(conditions(fire), at(0, 16));
    house.take(conditions(verdict("fire.confirmed", "fire-1", "active", { ticket: "fire_alarm" })), at(1, 20));
    house.take(conditions(verdict("fire.feedback_fan", "fire-1", "active", { ticket: "fire_alarm" })), at(2));
    house.take(
      conditions(verdict("fire.fault", "fire-1", "active", { severity: "S2", ticket: "general_fault" })),
      at(3),
    );
    expect(only().alarms).toEqual([
      "fire.alarm@fire-1",
      "fire.prealarm@fire-1",
      "fire.confirmed@fire-1",
      "fire.feedback_fan@fire-1",
      "fire.fault@fire-1",
    ]);
  });
});
