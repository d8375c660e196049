/** Acknowledging what was on the screen: a list of occurrences, each answered for itself; refusals stand in the journal. */
import { beforeEach, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { Command } from "#model/plan";
import { at, building, operator, supervisor, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const traits = { severity: "S3", ticket: "general_fault" } as const;
let house: PureHouse;
let sent = 0;

const say = (rule: string, to: "active" | "normal", minute: number, severity: "S1" | "S3" = "S3") =>
  house.take({ type: "conditions", transitions: [verdict(rule, "lift-1", to, { ...traits, severity })] }, at(minute));
const send = (command: Command, minute: number, actor = operator) => {
  sent += 1;
  return house.take({ type: "command", id: `s${sent}`, actor, command }, at(minute));
};
const seen = (...list: [string, number][]): Command => ({
  do: "acknowledge-seen",
  seen: list.map(([rule, occurrence]) => ({ alarm: `${rule}@lift-1`, occurrence })),
});
const stateOf = (rule: string) => {
  const alarm = house.alarms.get(`${rule}@lift-1`);
  return alarm && shownState(alarm);
};
const rows = (rule: string, event: string) =>
  house.journal.filter((row) => row.about === `alarm:${rule}@lift-1` && row.event === event);

beforeEach(() => {
  house = createPureHouse(building());
  for (const rule of ["door", "light", "fan"]) say(rule, "active", 0);
});

test("what was seen is acknowledged, and what came meanwhile is not", () => {
  say("pump", "active", 1);
  const plan = send(seen(["door", 1], ["light", 1], ["fan", 1]), 2);
  expect(plan.answer?.seen?.map((one) => one.outcome)).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
  expect(["door", "light", "fan", "pump"].map(stateOf)).toEqual([
    "acknowledged",
    "acknowledged",
    "acknowledged",
    "unacknowledged",
  ]);
  expect(house.tickets.get(house.alarms.get("door@lift-1")?.ticket ?? "")?.acknowledgedBy).toBeDefined();
});

test("an old occurrence, one that is gone, and one that somebody had: each is answered for itself", () => {
  say("light", "normal", 1);
  say("light", "active", 5);
  send({ do: "acknowledge-alarm", alarm: "fan@lift-1", occurrence: 1 }, 6, supervisor);
  const plan = send(seen(["light", 1], ["nothing", 1], ["fan", 1], ["door", 1]), 7);
  expect(plan.answer?.seen).toMatchObject([
    {
      alarm: "light@lift-1",
      occurrence: 1,
      outcome: "refused",
      refusal: { status: 409, code: "old-occurrence" },
      present: { occurrence: 2, state: "unacknowledged" },
    },
    { alarm: "nothing@lift-1", outcome: "refused", refusal: { status: 404 } },
    { alarm: "fan@lift-1", outcome: "already", by: supervisor.name },
    { alarm: "door@lift-1", outcome: "acknowledged" },
  ]);
  expect(stateOf("light")).toBe("unacknowledged");
  expect(rows("light", "acknowledge-refused")).toMatchObject([
    { actor: operator.id, data: { occurrence: 2, asked: 1, code: "old-occurrence" } },
  ]);
  expect(rows("nothing", "acknowledge-refused")).toEqual([]);
});

test("an emergency among them takes its reason; without one only it is refused", () => {
  say("trapped", "active", 1, "S1");
  const without = send(seen(["trapped", 1], ["door", 1]), 2);
  expect(without.answer?.seen).toMatchObject([
    { outcome: "refused", refusal: { status: 422, code: "reason-needed" } },
    { outcome: "acknowledged" },
  ]);
  const named = send({ ...seen(["trapped", 1]), reason: "real" } as Command, 3);
  expect(named.answer?.seen).toMatchObject([{ outcome: "acknowledged" }]);
});

test("the same one twice in a list: the second time it has been acknowledged already", () => {
  const plan = send(seen(["door", 1], ["door", 1]), 1);
  expect(plan.answer?.seen).toMatchObject([{ outcome: "acknowledged" }, { outcome: "already", by: operator.name }]);
  expect(rows("door", "alarm-acknowledged")).toHaveLength(1);
});

test.each<[string, Command, string]>([
  ["an old acknowledgement", { do: "acknowledge-alarm", alarm: "door@lift-1", occurrence: 9 }, "acknowledge-refused"],
  ["a reset while it is true", { do: "reset-alarm", alarm: "door@lift-1" }, "reset-refused"],
  [
    "a shelf of a week",
    { do: "shelve", alarm: "door@lift-1", kind: "timed", for: 604_800_000 as never, reason: "换件" },
    "shelve-refused",
  ],
  ["an unshelving of what is on no shelf", { do: "unshelve", alarm: "door@lift-1" }, "unshelve-refused"],
])("%s is refused, and the journal says who wanted it and why not", (_what, command, event) => {
  const before = structuredClone(house.alarms.get("door@lift-1"));
  const plan = send(command, 1);
  expect(plan.refusal).toBeDefined();
  expect(plan.alarms).toEqual([]);
  expect(house.alarms.get("door@lift-1")).toEqual(before);
  expect(rows("door", event)).toMatchObject([
    { actor: operator.id, data: { code: plan.refusal?.code, because: plan.refusal?.message } },
  ]);
  // No picture of a row that did not change: replaying the journal must not bring back an older one.
  expect(rows("door", event)[0]).not.toHaveProperty("after");
});

test("what is asked of an alarm that does not exist writes no rows", () => {
  const plan = send({ do: "acknowledge-alarm", alarm: "a".repeat(60), occurrence: 1 }, 1);
  expect(plan).toMatchObject({ refusal: { status: 404 }, journal: [] });
});
