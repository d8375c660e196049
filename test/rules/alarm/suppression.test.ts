/** Causes and consequences: what is explained disturbs nobody, and what is still true afterwards is told. */
import { beforeEach, describe, expect, test } from "vitest";
import { shownState } from "#model/alarm";
import type { RuleCause } from "#model/rule";
import type { Severity } from "#model/severity";
import { type Device, linkPart } from "#model/site";
import { type Instant, later, minutes, seconds } from "#model/time";
import { at, building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const second = (count: number): Instant => later(TEN, seconds(count));
const site = building();
let house: PureHouse;

const shown = (id: string) => {
  const alarm = house.alarms.get(id);
  return alarm && shownState(alarm);
};
const open = () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);
const events = (id: string) => house.events(`alarm:${id}`);

describe("a cut cable", () => {
  const link = `comms_loss@${linkPart("l")}`;
  const says = (state: "offline" | "online", now: Instant, ...devices: string[]) =>
    house.take({ type: "communication", changes: devices.map((device) => ({ device, state, since: now })) }, now);
  const all = site.devices.map((device) => device.id);
  beforeEach(() => {
    house = createPureHouse(site);
    says("online", TEN, ...all);
  });

  test("every device of the link falls silent: one alarm, one ticket, the devices hang under it", () => {
    says("offline", second(10), ...all);
    house.beat(second(10), second(80));
    expect(shown(link)).toBe("unacknowledged");
    for (const device of all) expect(shown(`comms_loss@${device}`), device).toBe("suppressed");
    expect(open()).toMatchObject([{ class: "comms_loss", device: linkPart("l"), severity: "S2" }]);
    expect(open()[0]?.title.zh).toContain("通讯链路 l");
  });

  test("one device was silent before: its ticket is kept, and points to the one of the link", () => {
    says("offline", second(10), "lift-1");
    house.beat(second(10), second(75));
    expect(shown("comms_loss@lift-1")).toBe("unacknowledged");
    says("offline", second(100), "lift-2", "booster-1");
    house.beat(second(100), second(165));
    expect(shown("comms_loss@lift-1")).toBe("suppressed");
    const [first, whole] = open();
    expect(first).toMatchObject({ device: "lift-1", parent: whole?.no });
    expect(whole).toMatchObject({ device: linkPart("l") });
  });

  /** One poll after the other finds out that the cable is cut; silent for 60 s, each device is due before the link is. */
  const cutPollByPoll = (first = second(10)) => {
    all.forEach((device, index) => {
      says("offline", later(first, seconds(index * 2)), device);
    });
    house.beat(first, later(first, seconds(75)));
  };

  test("the polls find the cut one after the other: the devices wait for the link, and no ticket but its own opens", () => {
    cutPollByPoll();
    expect([...house.tickets.values()]).toMatchObject([{ device: linkPart("l"), severity: "S2" }]);
    for (const device of all) expect(shown(`comms_loss@${device}`), device).toBe("suppressed");
  });

  test("one answers while they wait: the silent ones are told at once, each with its own ticket", () => {
    says("offline", second(10), "lift-1");
    says("offline", second(14), "lift-2", "booster-1");
    house.beat(second(10), second(71));
    expect(shown("comms_loss@lift-1")).toBe("suppressed");
    says("online", second(72), "lift-2");
    house.beat(second(72), second(76));
    expect(shown("comms_loss@lift-1")).toBe("unacknowledged");
    expect(open().map(({ device }) => device)).toEqual(["booster-1", "lift-1"]);
  });

  describe("a device's ticket opened within a minute before the link's", () => {
    const early = () => {
      says("offline", second(10), "lift-1");
      house.beat(second(10), second(75));
      const [first] = open();
      if (!first) throw new Error("no ticket");
      return first;
    };
    const cut = () => {
      says("offline", second(40), "lift-2", "booster-1");
      house.beat(second(75), second(105));
      const whole = open().find(({ device }) => device === linkPart("l"));
      if (!whole) throw new Error("no ticket of the link");
      return whole;
    };
    const step = (ticket: string, name: "accept", now: Instant) =>
      house.take(
        {
          type: "command",
          id: `${name}-${now}`,
          actor: supervisor,
          command: { do: "ticket-step", ticket, step: name, note: "去看了" },
        },
        now,
      );

    test("it goes into the link's: one ladder goes on, at least as grave", () => {
      const { no, severity } = early();
      const whole = cut();
      expect(open()).toHaveLength(1);
      const merged = house.tickets.get(no);
      expect(merged).toMatchObject({ state: "merged", mergedInto: whole.no, closedAt: second(100) });
      expect(merged?.ladder.filter(({ state }) => state === "waiting")).toEqual([]);
      expect([severity, whole.severity]).toEqual(["S2", "S2"]);
      expect(whole.ladder.some(({ state }) => state !== "cancelled")).toBe(true);
      expect(house.alarms.get("comms_loss@lift-1")?.ticket).toBe(whole.no);
    });

    test("it stays silent when the link is back: it has a ticket of its own again, and the link's is recovered", () => {
      early();
      const whole = cut();
      says("online", second(110), "lift-2", "booster-1");
      house.beat(second(110), second(145));
      const [first, second_] = open();
      expect(first).toMatchObject({ no: whole.no, recovered: true });
      expect(second_).toMatchObject({ device: "lift-1", class: "comms_loss", recovered: false });
      expect(house.alarms.get("comms_loss@lift-1")?.ticket).toBe(second_?.no);
    });

    test("somebody has taken it up: it is kept, and points to the link's", () => {
      const { no } = early();
      step(no, "accept", second(80));
      const whole = cut();
      expect(house.tickets.get(no)).toMatchObject({ state: "accepted", parent: whole.no });
    });
  });

  test("a device of the link still answers: each silent one stands for itself", () => {
    says("offline", second(10), "lift-1", "lift-2");
    house.beat(second(10), second(90));
    expect(house.alarms.get(link)).toBeUndefined();
    expect(shown("comms_loss@lift-1")).toBe("unacknowledged");
  });

  test("the cable is back, one device is not: it is told half a minute later, with its own beginning", () => {
    says("offline", second(10), ...all);
    house.beat(second(10), second(80));
    says("online", second(100), "lift-1", "booster-1");
    expect(shown(link)).toBe("returned-unacknowledged");
    house.beat(second(100), second(129));
    expect(shown("comms_loss@lift-2")).toBe("suppressed");
    house.beat(second(129), second(131));
    expect(shown("comms_loss@lift-2")).toBe("unacknowledged");
    expect(house.alarms.get("comms_loss@lift-2")?.activeSince).toBe(second(70));
    expect(open().map((ticket) => ticket.device)).toContain("lift-2");
    // What came and went under the link was never shown, and asks for nobody.
    expect(shown("comms_loss@lift-1")).toBe("normal");
    expect(events("comms_loss@lift-1")).toContain("auto-acknowledged");
  });
});

describe("a rule's own causes", () => {
  const causes: readonly RuleCause[] = [{ rule: "power.lost", where: "building" }];
  const mains: Device = { ...(site.devices[0] as Device), id: "mains", kind: "power", link: "other" };
  const elsewhere: Device = { ...mains, id: "mains-b", place: { building: "B" } };
  const lost = (device = "mains", severity: Severity = "S2") =>
    verdict("power.lost", device, "active", { severity, ticket: "power_outage" });
  const fault = (device = "lift-1", more: { lifeSafety?: boolean; severity?: Severity } = {}) =>
    verdict("lift.power", device, "active", { severity: "S3", ticket: "general_fault", ...more });
  const say = (now: Instant, ...transitions: ReturnType<typeof verdict>[]) =>
    house.take({ type: "conditions", transitions }, now);
  const ended = (one: ReturnType<typeof verdict>) => ({ ...one, to: "normal" as const });

  beforeEach(() => {
    const power = { ...lost().instance.rule, kind: "power" as const };
    const lift = { ...fault().instance.rule, suppressBy: causes };
    house = createPureHouse(building({ rules: [power, lift], devices: [...site.devices, mains, elsewhere] }));
  });

  test("the cause is there already: the consequence is quiet from its first moment, and opens no ticket", () => {
    say(TEN, lost());
    say(second(1), fault());
    expect(shown("lift.power@lift-1")).toBe("suppressed");
    expect(house.alarms.get("lift.power@lift-1")?.suppressedBy).toEqual(["power.lost@mains"]);
    expect(open()).toHaveLength(1);
  });

  test("the consequence comes first and waits a moment: its cause arrives, and nobody was disturbed", () => {
    say(TEN, fault());
    expect(shown("lift.power@lift-1")).toBe("suppressed");
    say(second(1), lost());
    house.beat(second(1), second(20));
    expect(shown("lift.power@lift-1")).toBe("suppressed");
    expect(open().map((ticket) => ticket.class)).toEqual(["power_outage"]);
    expect(events("lift.power@lift-1")).not.toContain("annunciated");
  });

  test("no cause comes: it is told after the wait, with its own beginning, and its ticket opens", () => {
    say(TEN, fault());
    house.beat(TEN, second(1));
    expect(open()).toEqual([]);
    house.beat(second(1), second(5));
    expect(shown("lift.power@lift-1")).toBe("unacknowledged");
    expect(house.alarms.get("lift.power@lift-1")?.activeSince).toBe(TEN);
    expect(open()).toHaveLength(1);
  });

  test("the cause comes after it was shown: it hangs under it, occurrence and ticket kept", () => {
    say(TEN, fault());
    house.beat(TEN, second(6));
    say(second(60), lost());
    expect(shown("lift.power@lift-1")).toBe("suppressed");
    const [child, parent] = open();
    expect(child).toMatchObject({ class: "general_fault", parent: parent?.no });
    expect(house.alarms.get("lift.power@lift-1")).toMatchObject({ occurrence: 1, ticket: child?.no });
  });

  test("life safety, another building's cause, a shelved one and a lesser one explain nothing", () => {
    say(TEN, lost("mains-b"), fault("lift-2", { lifeSafety: true }));
    expect(shown("lift.power@lift-2")).toBe("unacknowledged");
    say(second(1), lost());
    say(second(2), fault("lift-1", { severity: "S1" }));
    house.beat(second(2), second(10));
    expect(shown("lift.power@lift-1")).toBe("unacknowledged");

    house = createPureHouse(house0());
    say(TEN, lost("mains", "S3"));
    house.take(
      {
        type: "command",
        id: "s",
        actor: operator,
        command: { do: "shelve", alarm: "power.lost@mains", kind: "timed", for: minutes(30), reason: "检修" },
      },
      second(1),
    );
    say(second(2), fault());
    house.beat(second(2), second(10));
    expect(shown("lift.power@lift-1")).toBe("unacknowledged");
  });
  const house0 = () =>
    building({
      rules: [
        { ...lost().instance.rule, kind: "power" as const },
        { ...fault().instance.rule, suppressBy: causes },
      ],
      devices: [...site.devices, mains, elsewhere],
    });

  test("a consequence that becomes graver than its cause comes out at once", () => {
    say(TEN, lost());
    say(second(1), fault());
    say(second(2), { ...fault(), to: "level", severity: "S1" });
    house.beat(second(2), second(3));
    expect(shown("lift.power@lift-1")).toBe("unacknowledged");
  });

  test("it came back and went again under its cause: nothing is left to do when that ends", () => {
    say(TEN, lost());
    say(second(1), fault());
    say(second(10), ended(fault()));
    say(second(100), fault());
    say(second(110), ended(fault()), ended(lost()));
    house.beat(second(110), second(141));
    expect(shown("lift.power@lift-1")).toBe("normal");
    expect(house.alarms.get("lift.power@lift-1")?.occurrence).toBe(2);
  });

  test("a restart and a step of the clock change neither the suppression nor the length of a wait", () => {
    say(TEN, fault());
    house.take({ type: "clock-step", by: minutes(60) }, at(60));
    house.take({ type: "tick" }, at(60, 1));
    expect(shown("lift.power@lift-1")).toBe("suppressed");
    house.take({ type: "tick" }, at(60, 3));
    expect(shown("lift.power@lift-1")).toBe("unacknowledged");
    say(at(61), lost());
    house.take({ type: "started" }, at(62));
    house.beat(at(62), at(63));
    expect(shown("lift.power@lift-1")).toBe("suppressed");
  });
});
