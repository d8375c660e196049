import { beforeEach, describe, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { Happening } from "#model/plan";
import type { Instant } from "#model/time";
import { at, building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

let house: PureHouse;
const ID = "pump.fault@booster-1";
const say = (to: "active" | "normal" | "unknown" | "known", now: Instant, more = {}): void => {
  house.take(
    { type: "conditions", transitions: [verdict("pump.fault", "booster-1", to, { severity: "S3", ...more })] },
    now,
  );
};
const acknowledge = (now: Instant, occurrence = 1, id = `a${now}`) => {
  const happening: Happening = {
    type: "command",
    id,
    actor: operator,
    command: { do: "acknowledge-alarm", alarm: ID, occurrence },
  };
  return house.take(happening, now);
};
const alarm = () => {
  const found = house.alarms.get(ID);
  if (!found) throw new Error("no alarm");
  return found;
};
const shown = () => shownState(alarm());

beforeEach(() => {
  const { rule } = verdict("pump.fault", "booster-1", "active", { severity: "S3" }).instance;
  house = createPureHouse(building({ rules: [{ ...rule, kind: "water" }] }));
});

describe("rows of the transition table", () => {
  test("4, 15, 7: activated, acknowledged, returned: normal", () => {
    say("active", at(0));
    expect(shown()).toBe("unacknowledged");
    acknowledge(at(1));
    expect(shown()).toBe("acknowledged");
    say("normal", at(2));
    expect(shown()).toBe("normal");
    expect(house.events(`alarm:${ID}`)).toEqual(["activated", "alarm-acknowledged", "returned", "closed"]);
  });

  test("6, 16: returned first, stays on the list until somebody has seen it", () => {
    say("active", at(0));
    say("normal", at(1));
    expect(shown()).toBe("returned-unacknowledged");
    acknowledge(at(2));
    expect(shown()).toBe("normal");
    expect(house.events(`alarm:${ID}`).filter((event) => event === "closed")).toHaveLength(1);
  });

  test("12: again within a minute is the same occurrence; 13: later is a new one", () => {
    say("active", at(0));
    say("normal", at(1));
    say("active", at(1, 59));
    expect(alarm()).toMatchObject({ occurrence: 1, count: 2 });
    say("normal", at(2));
    say("active", at(3));
    expect(alarm()).toMatchObject({ occurrence: 2, count: 1 });
    expect(house.events(`alarm:${ID}`)).toContain("superseded");
  });

  test("11, 17: a latched alarm stays latched after return and acknowledgement", () => {
    say("active", at(0), { latch: true });
    say("normal", at(1), { latch: true });
    expect(shown()).toBe("latched-unacknowledged");
    acknowledge(at(2));
    expect(shown()).toBe("latched-acknowledged");
    say("active", at(3), { latch: true });
    expect(alarm()).toMatchObject({ occurrence: 2, acknowledge: "unacknowledged" });
  });

  test("18: an acknowledgement of an old occurrence is refused with the present state", () => {
    say("active", at(0));
    acknowledge(at(1));
    say("normal", at(2));
    say("active", at(5));
    const { refusal } = acknowledge(at(6), 1);
    expect(refusal).toMatchObject({
      status: 409,
      code: "old-occurrence",
      detail: { occurrence: 2, state: "unacknowledged" },
    });
    expect(shown()).toBe("unacknowledged");
  });

  test("19: a second operator learns who was first", () => {
    say("active", at(0));
    acknowledge(at(1), 1, "one");
    expect(acknowledge(at(1), 1, "two")).toMatchObject({ answer: { already: "王工" } });
    expect(house.events(`alarm:${ID}`).filter((event) => event === "alarm-acknowledged")).toHaveLength(1);
  });

  test("44, 45: a bad input holds an active alarm and says so; a good one takes the mark off", () => {
    say("active", at(0));
    say("unknown", at(1));
    expect(alarm()).toMatchObject({ process: "active", quality: { state: "bad", since: at(1) } });
    acknowledge(at(2));
    expect(shown()).toBe("acknowledged");
    say("known", at(3));
    expect(alarm()).toMatchObject({ process: "active", occurrence: 1, quality: { state: "good" } });
  });

  test("43: a bad input never raises", () => {
    say("unknown", at(0));
    expect(house.alarms.size).toBe(0);
  });

  test("49: after a restart an active alarm is held as not known and not announced again", () => {
    say("active", at(0));
    acknowledge(at(1));
    house.take({ type: "started", lastSeen: at(2) }, at(5));
    expect(alarm()).toMatchObject({
      process: "active",
      acknowledge: "acknowledged",
      quality: { state: "bad", reason: "restart" },
    });
    expect(house.events(`alarm:${ID}`).filter((event) => event === "activated")).toHaveLength(1);
  });
});

test("the last journal entry about a row carries the row as it stands", () => {
  say("active", TEN);
  acknowledge(at(1));
  const last = house.journal.filter((entry) => entry.about === `alarm:${ID}`).at(-1);
  expect(last?.after?.alarm).toEqual(alarm());
});

describe("a device that does not answer", () => {
  const silent = (now: Instant, state: "degraded" | "offline" | "online", device = "lift-1", since = now) =>
    house.take({ type: "communication", changes: [{ device, state, since }] }, now);

  test("raises one alarm and one ticket after 60 s, and is not closed by its return", () => {
    silent(at(0), "offline");
    house.beat(at(0), at(0, 59));
    expect(house.alarms.size).toBe(0);
    house.beat(at(0, 59), at(5));
    expect(house.alarms.get("comms_loss@lift-1")).toMatchObject({ severity: "S2", process: "active" });
    const [ticket] = house.tickets.values();
    expect(ticket).toMatchObject({ class: "comms_loss", severity: "S2" });
    expect(ticket?.clocks[0]).toMatchObject({ kind: "onsite", target: 15 * 60_000 });
    silent(at(6), "online");
    expect(house.alarms.get("comms_loss@lift-1")).toMatchObject({ process: "normal" });
    expect([...house.tickets.values()]).toMatchObject([{ recovered: true }]);
    expect([...house.tickets.values()][0]?.closedAt).toBeUndefined();
  });

  test("neither clears nor raises an emergency on that device", () => {
    house.take(
      {
        type: "conditions",
        transitions: [verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment" })],
      },
      at(0),
    );
    silent(at(1), "offline");
    expect(house.alarms.get("elevator.entrapment@lift-1")).toMatchObject({
      process: "active",
      quality: { state: "bad", reason: "no-link" },
    });
    house.beat(at(1), at(3));
    expect([...house.tickets.values()].map((ticket) => ticket.class)).toEqual(["elevator_entrapment", "comms_loss"]);
  });

  test("a short silence is no alarm", () => {
    silent(at(0), "degraded");
    house.beat(at(0), at(2));
    silent(at(2), "offline", "lift-1", at(2));
    silent(at(2, 30), "online");
    house.beat(at(2), at(5));
    expect(house.alarms.size).toBe(0);
  });
});
