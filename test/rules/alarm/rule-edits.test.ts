/** Rules are edited while alarms stand: nothing is forgotten, nothing is raised anew, and what changed is said. */
import { beforeEach, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { RuleDefinition } from "#model/rule";
import type { Severity } from "#model/severity";
import { instant } from "#model/time";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const id = "door.fault@lift-1";
const traits = { severity: "S3" as Severity, ticket: "general_fault" as const };
const { rule } = verdict("door.fault", "lift-1", "active", traits).instance;
const siteWith = (...rules: RuleDefinition[]) => building({ rules });
const say = (to: "active" | "normal" | "known", minute: number, edited = rule) =>
  house.take(
    {
      type: "conditions",
      transitions: [
        { ...verdict("door.fault", "lift-1", to, traits), instance: { index: 0, id, device: "lift-1", rule: edited } },
      ],
    },
    at(minute),
  );
const entry = (event: string) => house.journal.findLast((one) => one.about === `alarm:${id}` && one.event === event);
let house: PureHouse;
const alarm = () => {
  const found = house.alarms.get(id);
  if (!found) throw new Error("no alarm");
  return found;
};
const ticket = () => house.tickets.get(alarm().ticket ?? "");

beforeEach(() => {
  house = createPureHouse(siteWith(rule));
  say("active", 0);
  house.take(
    {
      type: "command",
      id: "a",
      actor: operator,
      command: { do: "acknowledge-alarm", alarm: id, occurrence: 1, reason: "real" },
    },
    at(1),
  );
});

test("a restart with the same rules says nothing about them", () => {
  house.edit(siteWith(rule), at(2));
  expect(house.events(`alarm:${id}`)).not.toContain("rule-revised");
});

test("new words are shown on the alarm that stands; state, occurrence and acknowledgement are kept", () => {
  house.edit(siteWith({ ...rule, title: { zh: "门机故障", en: "Door drive fault" } }), at(2));
  expect(alarm()).toMatchObject({ title: { zh: "门机故障" }, occurrence: 1, acknowledge: "acknowledged" });
  expect(entry("rule-revised")?.data).toMatchObject({ logic: false, words: true });
});

test("a graver severity asks for a new acknowledgement, as a rise of the level does", () => {
  house.edit(siteWith({ ...rule, severity: "S2" }), at(2));
  expect(alarm()).toMatchObject({ severity: "S2", acknowledge: "unacknowledged", occurrence: 1 });
});

const stricter = { ...rule, when: { ...rule.when, text: "x > 2" } };
test("new limits under which it is not true any more: it returns and says why, its ticket stays with a note", () => {
  house.edit(siteWith(stricter), at(2));
  expect(shownState(alarm())).toBe("acknowledged");
  say("normal", 3, stricter);
  expect(shownState(alarm())).toBe("normal");
  expect(entry("returned")?.data).toMatchObject({ reason: "rule-change" });
  expect(ticket()).toMatchObject({ state: "new" });
  expect(house.events(`ticket:${ticket()?.no}`)).toContain("rule-changed");
});

test("new limits under which it is still true: it goes on, and its later return is an ordinary one", () => {
  house.edit(siteWith(stricter), at(2));
  say("known", 3, stricter);
  say("normal", 9, stricter);
  expect(entry("returned")?.data).not.toHaveProperty("reason");
});

test.each([
  ["the rule was deleted", building({ rules: [] })],
  ["the device was taken out", building({ rules: [rule], devices: building().devices.slice(1) })],
])("%s: what was open is closed where everybody sees it, and its ticket stays", (_, site) => {
  house.edit(site, at(2));
  expect(shownState(alarm())).toBe("normal");
  expect(entry("closed")?.data).toMatchObject({ reason: "rule-deleted" });
  expect(ticket()?.closedAt).toBeUndefined();
  expect(house.events(`ticket:${ticket()?.no}`)).toContain("rule-deleted");
});

test("it ended while the house was down: the return says between when", () => {
  house.edit(siteWith(rule), at(20), at(4));
  say("normal", 21);
  expect(entry("returned")?.data).toMatchObject({
    uncertain: { from: new Date(at(4)).toISOString(), to: new Date(at(21)).toISOString() },
  });
  expect(instant(TEN)).toBe(at(0));
});

test("the device lost the points that the rule needs: nothing could ever end it, so it is closed as if the rule were gone", () => {
  house.edit(siteWith(rule), at(2), undefined, new Set(["another@lift-1"]));
  expect(shownState(alarm())).toBe("normal");
  expect(entry("closed")?.data).toMatchObject({ reason: "rule-deleted" });
  expect(ticket()?.closedAt).toBeUndefined();
});

test("a rule that still has its points keeps its alarm, and so does a device that does not answer", () => {
  house.take({ type: "communication", changes: [{ device: "lift-2", state: "offline", since: at(1) }] }, at(1));
  house.beat(at(1), at(3));
  house.edit(siteWith(rule), at(4), undefined, new Set([id]));
  expect(shownState(alarm())).toBe("acknowledged");
  expect(house.alarms.get("comms_loss@lift-2")?.process).toBe("active");
});
