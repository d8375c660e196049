/** Row 48: what cannot be judged is told as that; trouble is not fire. */
import { beforeEach, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { RuleDefinition, Transition } from "#model/rule";
import { type Instant, later, seconds } from "#model/time";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const trapped = {
  severity: "S1",
  ticket: "elevator_entrapment",
  lifeSafety: true,
} as const;
const id = "elevator.entrapment@lift-1";
const trouble = "elevator.entrapment.trouble@lift-1";
const { rule } = verdict("elevator.entrapment", "lift-1", "active", trapped).instance;
const second = (count: number): Instant => later(TEN, seconds(count));
let house: PureHouse;

const say = (to: Transition["to"], now: Instant) => {
  const said = verdict("elevator.entrapment", "lift-1", to, trapped);
  const troubled = to === "trouble" || to === "trouble-over";
  return house.take(
    {
      type: "conditions",
      transitions: [{ ...said, severity: troubled ? "S2" : "S1", instance: { ...said.instance, rule, trouble } }],
    },
    now,
  );
};
const link = (state: "offline" | "online", now: Instant) =>
  house.take({ type: "communication", changes: [{ device: "lift-1", state, since: now }] }, now);
const shown = (alarm: string) => {
  const found = house.alarms.get(alarm);
  return found && shownState(found);
};
const open = () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);

beforeEach(() => {
  house = createPureHouse(building({ rules: [rule] }));
  for (const device of ["lift-1", "lift-2", "booster-1"])
    house.take({ type: "communication", changes: [{ device, state: "online", since: TEN }] }, TEN);
});

test("an alarm of its own beside the one that cannot be judged, and never a fire", () => {
  say("trouble", second(40));
  house.beat(second(40), second(46));
  expect(shown(trouble)).toBe("unacknowledged");
  expect(house.alarms.get(trouble)).toMatchObject({
    severity: "S2",
    lifeSafety: false,
    title: { zh: "无法判断：elevator.entrapment" },
  });
  expect(house.alarms.has(id)).toBe(false);
  expect(open()).toMatchObject([{ class: "general_fault", device: "lift-1" }]);
});

test("acknowledging it acknowledges nothing else, and the alarm keeps its own state", () => {
  say("active", second(1));
  say("trouble", second(40));
  house.beat(second(40), second(46));
  const command = { do: "acknowledge-alarm", alarm: trouble, occurrence: 1 } as const;
  house.take({ type: "command", id: "a", actor: operator, command }, second(50));
  expect(shown(trouble)).toBe("acknowledged");
  expect(shown(id)).toBe("unacknowledged");
});

test("it can be judged again: the trouble has returned, the alarm is what it was", () => {
  say("active", second(1));
  say("trouble", second(40));
  house.beat(second(40), second(46));
  say("trouble-over", second(60));
  expect(shown(trouble)).toBe("returned-unacknowledged");
  expect(shown(id)).toBe("unacknowledged");
});

test("the whole device is silent: its own alarm comes, and the trouble hangs under it from the first moment", () => {
  link("offline", second(5));
  say("trouble", second(35));
  house.beat(second(35), second(90));
  expect(shown("comms_loss@lift-1")).toBe("unacknowledged");
  expect(shown(trouble)).toBe("suppressed");
  const told = house.journal.filter((row) => row.about === `alarm:${trouble}` && row.event === "annunciated");
  expect(told).toEqual([]);
  expect(open()).toMatchObject([{ class: "comms_loss" }]);
});

test("the device answers again before its alarm: the trouble that ended meanwhile was never shown", () => {
  link("offline", second(5));
  say("trouble", second(35));
  link("online", second(50));
  say("trouble-over", second(51));
  house.beat(second(51), second(120));
  expect(shown("comms_loss@lift-1")).toBeUndefined();
  expect(house.tickets.size).toBe(0);
  expect(shown(trouble)).toBe("normal");
  expect(house.alarms.get(trouble)?.acknowledgedBy).toBe("auto:suppressed");
  expect(house.journal.some((row) => row.about === `alarm:${trouble}` && row.event === "activated")).toBe(true);
});

test("the device answers and its points are still bad: the trouble is told after all", () => {
  link("offline", second(5));
  say("trouble", second(35));
  link("online", second(50));
  house.beat(second(50), second(80));
  expect(shown(trouble)).toBe("unacknowledged");
});

test("a restart leaves it as it is, without a doubt about its own inputs", () => {
  say("trouble", second(40));
  house.beat(second(40), second(46));
  house.take({ type: "started", lastSeen: second(50) }, at(5));
  expect(house.alarms.get(trouble)).toMatchObject({ process: "active", quality: { state: "good" } });
});

test("the rule tells no trouble any more: what stood is closed where everybody sees it", () => {
  say("trouble", second(40));
  house.beat(second(40), second(46));
  const silent: RuleDefinition = { ...rule, onBad: "hold" };
  house.edit(building({ rules: [silent] }), at(5));
  expect(shown(trouble)).toBe("normal");
  expect(house.events(`alarm:${trouble}`).at(-1)).toBe("closed");
  expect(open()).toHaveLength(1);
});

test("it may be shelved, unlike the alarm beside it", () => {
  say("trouble", second(40));
  house.beat(second(40), second(46));
  const shelve = (alarm: string, n: string) =>
    house.take(
      {
        type: "command",
        id: n,
        actor: operator,
        command: { do: "shelve", alarm, kind: "timed", for: seconds(600), reason: "换件" },
      },
      at(2),
    );
  expect(shelve(id, "1").refusal?.code).toBe("never-shelved");
  expect(shelve(trouble, "2").refusal).toBeUndefined();
});
