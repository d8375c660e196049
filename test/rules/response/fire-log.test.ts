import { describe, expect, test } from "vitest";
import type { Actor } from "#model/account";
import type { FireLog } from "#model/fire-log";
import type { Plan } from "#model/plan";
import { hours, type Instant, instant, later, minutes, seconds } from "#model/time";
import { fireLogTimes } from "../../../rules/response/fire-log.ts";
import { building, operator, policy, supervisor } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const at = (text: string): Instant => instant(Temporal.Instant.from(`${text}+08:00`).epochMilliseconds);
const TEN_PM = at("2026-11-21T22:00:00");
const zhou = { ...operator, id: "zhou", name: "周杰" } satisfies Actor;
const fireLog = {
  every: hours(2),
  grace: minutes(15),
  roles: ["control-room-operator"],
  tell: ["shift-leader"],
  checks: [{ id: "mains", text: { zh: "主电源正常", en: "Mains" } }],
};

function createRoom(devices = building().devices) {
  const panel = { ...devices[0]!, id: "panel-1", kind: "fire" as const };
  const fault = policy.classes.general_fault!;
  const classes = { ...policy.classes, fire_alarm: { ...fault, class: "fire_alarm" as const } };
  const house = createPureHouse(building({ policy: { ...policy, classes, fireLog }, devices: [...devices, panel] }));
  let commands = 0;
  const logs = (): FireLog[] => [...house.papers.values()].filter((one) => one.kind === "fire-log");
  const fill = (now: Instant, more = {}): Plan => {
    commands += 1;
    const log = logs().at(-1)?.id ?? "none";
    const command = { do: "fill-fire-log" as const, log, panel: "normal" as const, linkage: "automatic" as const };
    return house.take(
      {
        type: "command",
        id: `c${commands}`,
        actor: zhou,
        command: { ...command, checks: { mains: true }, remarks: "", ...more },
      },
      now,
    );
  };
  const told = () => house.said.filter(({ step, channel }) => step === "fire-log-overdue" && channel === "console");
  return { house, logs, fill, told };
}

describe("the log of the fire control room", () => {
  test("asks for an entry every two hours from midnight on, once each", () => {
    const { house, logs } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    house.beat(later(TEN_PM, seconds(7198)), later(TEN_PM, seconds(7203)));
    expect(logs().map(({ id }) => id)).toEqual(["XF20261121-2200", "XF20261122-0000"]);
    expect(logs()[0]).toMatchObject({ state: "open", onDuty: ["p-control-room-operator"] });
    expect(house.events("paper:XF20261121-2200")).toEqual(["fire-log-due", "fire-log-overdue"]);
    expect(house.events("paper:XF20261122-0000")).toEqual(["fire-log-due"]);
  });

  test("is not kept where no fire panel is, and asks a new house for nothing that was due before", () => {
    const none = createPureHouse(
      building({ policy: { ...policy, fireLog }, devices: building().devices.filter(({ kind }) => kind !== "fire") }),
    );
    none.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    expect(none.papers.size).toBe(0);
    const { house, logs } = createRoom();
    house.beat(later(TEN_PM, minutes(30)), later(TEN_PM, minutes(31)));
    expect(logs()).toEqual([]);
  });

  test("is filled in once, by name, with what the house knew; after that it stays as it is", () => {
    const { house, logs, fill, told } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    expect(fill(later(TEN_PM, minutes(4)), { checks: {} }).refusal?.code).toBe("checks-open");
    for (const odd of [{ panel: "fault" as const }, { linkage: "manual" as const }, { checks: { mains: false } }])
      expect(fill(later(TEN_PM, minutes(4)), { ...odd, remarks: "  " }).refusal?.code).toBe("note-needed");
    expect(fill(later(TEN_PM, minutes(5)), { linkage: "manual", remarks: "检修中，两人在岗" }).refusal).toBeUndefined();
    expect(logs()[0]).toMatchObject({
      state: "closed",
      entry: { panel: "normal", linkage: "manual", remarks: "检修中，两人在岗" },
      checks: [{ id: "mains", ok: true }],
      seen: { alarms: [], silent: [] },
      filledBy: { account: "zhou", name: "周杰" },
    });
    expect(fill(later(TEN_PM, minutes(6))).refusal?.code).toBe("log-filled");
    expect(fill(later(TEN_PM, minutes(6)), { log: "XF20200101-0000" }).refusal?.code).toBe("no-such-log");
    house.beat(later(TEN_PM, minutes(15)), later(TEN_PM, minutes(16)));
    expect(told()).toEqual([]);
  });

  test("is told to the lead once when nobody makes the entry in time; a late one is still taken and dated as it was made", () => {
    const { house, logs, fill, told } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, minutes(14)));
    expect(told()).toEqual([]);
    house.take({ type: "tick" }, later(TEN_PM, minutes(15)));
    expect(told()).toHaveLength(1);
    house.beat(later(TEN_PM, minutes(15)), later(TEN_PM, minutes(20)));
    expect(told().map(({ to }) => to)).toEqual(["p-shift-leader"]);
    expect(told()[0]?.text.zh).toContain("22:00 未填写");
    expect(house.events("paper:XF20261121-2200")).toEqual(["fire-log-due", "fire-log-overdue"]);
    expect(fill(later(TEN_PM, minutes(40))).refusal).toBeUndefined();
    expect(logs()[0]?.filledBy?.at).toBe(later(TEN_PM, minutes(40)));
    expect([...house.outbox.values()].filter(({ state }) => state === "pending")).toEqual([]);
  });

  test("opens what fell due while the house was down, each once, and tells the lead of all of them in one message", () => {
    const { house, logs, told } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    const up = later(TEN_PM, minutes(5 * 60));
    for (let start = 0; start < 3; start += 1) house.beat(later(up, minutes(start)), later(up, minutes(start + 1)));
    expect(logs().map(({ id }) => id)).toEqual(["XF20261121-2200", "XF20261122-0000", "XF20261122-0200"]);
    expect(told()).toHaveLength(1);
    expect(told()[0]?.text.zh).toContain("22:00、00:00、02:00 未填写");
    // The newest one carries it: that is the one that can still be made in time.
    expect(told()[0]?.ticket).toBe("paper:XF20261122-0200");
  });

  test("names a fire drill that ran since the entry before as a drill, and no other drill and no real fire", () => {
    const { house, logs, fill } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    const open = (kind: "fire_alarm" | "general_fault", id: string, drill?: { overReal: boolean }) =>
      house.take(
        {
          type: "command",
          id,
          actor: supervisor,
          command: { do: "open-ticket", class: kind, description: "地下室火警", ...(drill ? { drill } : {}) },
        },
        later(TEN_PM, minutes(1)),
      );
    const refusals = [
      open("fire_alarm", "d1", { overReal: true }),
      open("general_fault", "d2", { overReal: true }),
      open("fire_alarm", "d3"),
    ].map(({ refusal }) => refusal?.code);
    expect(refusals).toEqual([undefined, undefined, undefined]);
    fill(later(TEN_PM, minutes(2)));
    expect(logs()[0]?.seen?.drills).toMatchObject([
      { title: { zh: expect.stringMatching(/^【演练】/) }, from: later(TEN_PM, minutes(1)) },
    ]);
    const drill = logs()[0]?.seen?.drills?.[0];
    expect(drill).not.toHaveProperty("to");
    // It ends: the next entry tells from when to when it was, the one after that does not know it any more.
    const midnight = later(TEN_PM, hours(2));
    const end = (step: "false-alarm" | "close", now: Instant, actor = supervisor) => {
      const command = { do: "ticket-step", ticket: drill?.ticket ?? "", step, note: "演练结束" } as const;
      return house.take({ type: "command", id: `${step}${actor.id}`, actor, command }, now);
    };
    end("false-alarm", later(TEN_PM, minutes(30)));
    end("close", later(TEN_PM, minutes(31)));
    for (const [n, known] of [1, 0].entries()) {
      const now = later(midnight, hours(2 * n));
      house.take({ type: "tick" }, now);
      expect(fill(later(now, minutes(1))).refusal).toBeUndefined();
      expect(logs().at(-1)?.seen?.drills ?? []).toHaveLength(known);
    }
    expect(logs()[1]?.seen?.drills?.[0]).toMatchObject({ ticket: drill?.ticket, to: later(TEN_PM, minutes(31)) });
  });

  test("keeps as missed what nobody wrote within a day, and looks no further back than that", () => {
    const { house, logs, fill } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    const later50 = later(TEN_PM, hours(50));
    house.take({ type: "tick" }, later(TEN_PM, hours(50)));
    expect(logs()).toHaveLength(13);
    house.beat(later50, later(later50, seconds(3)));
    expect(logs()[0]).toMatchObject({ id: "XF20261121-2200", state: "closed" });
    expect(logs()[0]?.filledBy).toBeUndefined();
    expect(logs().filter(({ state }) => state === "open")).toHaveLength(12);
    expect(fill(later(later50, seconds(9)), { log: "XF20261121-2200" }).refusal?.code).toBe("log-missed");
  });

  test("is missed a day after it was due, and not a second before", () => {
    const { house, logs } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), TEN_PM);
    const first = () => logs()[0]?.state;
    house.take({ type: "tick" }, later(TEN_PM, (hours(24) - 1) as never));
    expect(first()).toBe("open");
    house.take({ type: "tick" }, later(TEN_PM, hours(24)));
    expect(first()).toBe("closed");
    expect(house.events("paper:XF20261121-2200").at(-1)).toBe("fire-log-missed");
  });

  test("falls due once where the clocks go forward, also every hour", () => {
    const day = Temporal.PlainDate.from("2026-03-29").toZonedDateTime("Europe/Berlin").epochMilliseconds;
    const times = fireLogTimes(hours(1), instant(day - 1), instant(day + hours(4)), "Europe/Berlin");
    expect(times.map((one) => one - day)).toEqual([0, hours(1), hours(2), hours(3), hours(4)]);
  });

  test("asks for nothing twice when the wall clock is set back", () => {
    const { house, logs } = createRoom();
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    house.beat(later(TEN_PM, minutes(-20)), later(TEN_PM, seconds(5)));
    expect(logs()).toHaveLength(1);
  });

  test("goes on at once when a clock that ran years ahead was put right", () => {
    const { house, logs } = createRoom();
    const years = hours(3 * 365 * 24);
    house.beat(later(TEN_PM, (years - 3_000) as never), later(TEN_PM, (years + 5_000) as never));
    expect(logs()).toHaveLength(1);
    house.beat(later(TEN_PM, seconds(-3)), later(TEN_PM, seconds(5)));
    expect(logs().map(({ at }) => at)).toContain(TEN_PM);
  });

  test("follows the clock on the wall through a change to summer time", () => {
    const day = Temporal.PlainDate.from("2026-03-29").toZonedDateTime("Europe/Berlin").epochMilliseconds;
    const times = fireLogTimes(hours(2), instant(day - 1), instant(day + hours(23) - 1), "Europe/Berlin");
    const wall = times.map((one) =>
      Temporal.Instant.fromEpochMilliseconds(one)
        .toZonedDateTimeISO("Europe/Berlin")
        .toPlainTime()
        .toString()
        .slice(0, 5),
    );
    expect(wall).toEqual([
      "00:00",
      "03:00",
      "04:00",
      "06:00",
      "08:00",
      "10:00",
      "12:00",
      "14:00",
      "16:00",
      "18:00",
      "20:00",
      "22:00",
    ]);
  });
});
