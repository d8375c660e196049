import { describe, expect, test } from "vitest";
import { formatInstant, hours, milliseconds, minutes } from "#model/time";
import { type AlarmDesk, createAlarmDesk, engineer } from "../../support/alarm-desk.ts";
import { at, operator } from "../../support/building.ts";

const reason = "更换门机";
const shelve = (desk: AlarmDesk, now = at(0), span = minutes(30), by = operator) =>
  desk.command({ do: "shelve", kind: "timed", for: span, reason }, now, by);
const oneShot = (desk: AlarmDesk, now = at(0), by = operator) =>
  desk.command({ do: "shelve", kind: "one-shot", reason }, now, by);

describe("who may shelve what for how long", () => {
  test("an operator 8 hours at a time, an engineer 24", () => {
    const desk = createAlarmDesk();
    expect(shelve(desk, at(0), hours(8.5)).refusal).toMatchObject({
      status: 422,
      code: "shelf-too-long",
      detail: { longest: "PT8H" },
    });
    expect(shelve(desk, at(0), hours(8)).refusal).toBeUndefined();
    const other = createAlarmDesk();
    expect(shelve(other, at(0), hours(24.1), engineer).refusal).toMatchObject({ code: "shelf-too-long" });
    expect(shelve(other, at(0), hours(24), engineer).refusal).toBeUndefined();
  });

  test.each(["viewer", "maintainer"] as const)("a %s never", (role) => {
    expect(shelve(createAlarmDesk(), at(0), minutes(5), { ...operator, role }).refusal).toMatchObject({ status: 403 });
  });

  test.each([
    ["an emergency", { severity: "S1" as const }],
    ["life safety of any severity", { severity: "S4" as const, lifeSafety: true }],
  ])("%s never, with a sentence, whether it is active or not", (_what, traits) => {
    const desk = createAlarmDesk(traits);
    for (const by of [operator, engineer]) {
      const { refusal } = shelve(desk, at(0), minutes(5), by);
      expect(refusal).toMatchObject({ status: 422, code: "never-shelved" });
      expect(refusal?.message.zh).toMatch(/不能搁置.*。$/);
    }
    desk.verdict("active", at(1));
    expect(oneShot(desk, at(2)).refusal).toMatchObject({ status: 422, code: "never-shelved" });
    expect(desk.shown()).toBe("unacknowledged");
  });

  test("a silent fire panel's own alarm is an emergency; a lift's is not", () => {
    const desk = createAlarmDesk();
    const plan = desk.house.take(
      {
        type: "command",
        id: "c",
        actor: operator,
        command: { do: "shelve", alarm: "comms_loss@lift-1", kind: "timed", for: minutes(30), reason },
      },
      at(0),
    );
    expect(plan.alarms).toMatchObject([{ id: "comms_loss@lift-1", occurrence: 0, process: "normal" }]);
    desk.house.take({ type: "communication", changes: [{ device: "lift-1", state: "offline", since: at(1) }] }, at(1));
    desk.house.beat(at(1), at(29, 59));
    expect(desk.house.alarms.get("comms_loss@lift-1")?.process).toBe("active");
    expect(desk.openTickets()).toEqual([]);
    desk.house.beat(at(29, 59), at(30));
    expect(desk.openTickets()).toMatchObject([{ class: "comms_loss" }]);
  });

  test.each(["no.rule@lift-1", "door.fault@no-device", "door.fault@booster-1", "door.fault", "@lift-1"])(
    "%s is no alarm of this site",
    (alarm) => {
      const desk = createAlarmDesk();
      const command = { do: "shelve", alarm, kind: "timed", for: minutes(5), reason } as const;
      const plan = desk.house.take({ type: "command", id: "c", actor: operator, command }, at(0));
      expect(plan.refusal).toMatchObject({ status: 404, code: "no-such-alarm" });
    },
  );

  test.each([milliseconds(0), milliseconds(-1), milliseconds(Number.NaN)])("not into the past: %d ms", (span) => {
    expect(shelve(createAlarmDesk(), at(0), span).refusal).toMatchObject({ code: "shelf-already-over" });
  });

  test("what was seen is what is shelved: an old occurrence is refused", () => {
    const desk = createAlarmDesk();
    desk.verdict("active", at(0));
    const plan = desk.command({ do: "shelve", occurrence: 2, kind: "timed", for: minutes(5), reason }, at(1));
    expect(plan.refusal).toMatchObject({ status: 409, code: "old-occurrence", detail: { occurrence: 1 } });
  });
});

describe("renewals", () => {
  test("three, and then no more", () => {
    const desk = createAlarmDesk();
    shelve(desk);
    for (const minute of [10, 20, 30]) expect(shelve(desk, at(minute)).refusal).toBeUndefined();
    expect(desk.alarm().shelf).toMatchObject({ since: at(0), until: at(60), renewals: 3 });
    expect(shelve(desk, at(40)).refusal).toMatchObject({ status: 422, code: "shelf-renewed-enough" });
    expect(desk.alarm().shelf).toMatchObject({ until: at(60) });
  });

  test("24 hours in total, also for an engineer", () => {
    const desk = createAlarmDesk();
    shelve(desk, at(0), hours(8));
    shelve(desk, at(7 * 60), hours(8));
    shelve(desk, at(14 * 60), hours(8));
    expect(shelve(desk, at(17 * 60), hours(8), engineer).refusal).toMatchObject({ code: "shelf-renewed-enough" });
    expect(shelve(desk, at(17 * 60), hours(7), engineer).refusal).toBeUndefined();
    expect(desk.alarm().shelf).toMatchObject({ until: at(24 * 60) });
  });
});

describe("time", () => {
  test.each([hours(1), hours(-1), hours(30)])(
    "a step of the wall clock by %d ms neither ends nor prolongs a shelf",
    (by) => {
      const desk = createAlarmDesk();
      desk.verdict("active", at(0));
      shelve(desk, at(1));
      const moved = (minute: number, second = 0) => (at(minute, second) + by) as ReturnType<typeof at>;
      desk.clockStep(by, moved(10));
      desk.tick(moved(30, 59));
      expect(desk.shown()).toBe("shelved");
      desk.tick(moved(31));
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.entry("clock-step")).toMatchObject({ by });
    },
  );

  test("the end is told once, by the first beat at or after it", () => {
    const desk = createAlarmDesk();
    desk.verdict("active", at(0));
    shelve(desk, at(1));
    desk.house.beat(at(30), at(35));
    expect(desk.events().filter((event) => event === "unshelved")).toHaveLength(1);
    expect(desk.entry("unshelved")).toEqual({ occurrence: 1, cause: "expired", until: formatInstant(at(31)) });
  });
});

test("an acknowledgement goes on underneath, and does not outlive the shelf", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  shelve(desk, at(1));
  desk.acknowledge(at(2));
  expect(desk.alarm()).toMatchObject({ acknowledge: "acknowledged", acknowledgedBy: "王工" });
  expect(desk.shown()).toBe("shelved");
  desk.command({ do: "unshelve" }, at(3));
  expect(desk.alarm()).toMatchObject({ acknowledge: "unacknowledged" });
  expect(desk.alarm().acknowledgedBy).toBeUndefined();
});

test("a ticket from before the shelf stays, says when its source comes and goes, and no second one opens", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  const [before] = desk.openTickets();
  shelve(desk, at(1));
  desk.verdict("normal", at(2));
  expect(desk.openTickets()).toMatchObject([{ no: before?.no, recovered: true }]);
  desk.verdict("active", at(5));
  expect(desk.openTickets()).toMatchObject([{ no: before?.no, recovered: false }]);
  desk.tick(at(31));
  expect(desk.house.tickets.size).toBe(1);
  expect(desk.alarm()).toMatchObject({ occurrence: 2, ticket: before?.no, activeSince: at(5) });
});

test("several occurrences inside one shelf: none is left for anybody, one entry each", () => {
  const desk = createAlarmDesk();
  shelve(desk);
  for (const minute of [1, 5, 9]) {
    desk.verdict("active", at(minute));
    desk.verdict("normal", at(minute + 1));
  }
  desk.tick(at(30));
  expect(desk.shown()).toBe("normal");
  expect(desk.events().filter((event) => event === "auto-acknowledged")).toHaveLength(3);
  expect(desk.events()).not.toContain("superseded");
  expect(desk.house.tickets.size).toBe(0);
});

test("an alarm that becomes an emergency inside the shelf is told before it is activated quietly", () => {
  const desk = createAlarmDesk();
  shelve(desk);
  desk.verdict("active", at(1), { severity: "S1" });
  expect(desk.shown()).toBe("unacknowledged");
  expect(desk.events()).toEqual(["shelved", "unshelved", "activated", "alarm-joined"]);
  expect(desk.entry("activated")).not.toHaveProperty("annunciated");
  expect(desk.openTickets()).toMatchObject([{ severity: "S1" }]);
});

test("taking off what is not on the shelf is refused", () => {
  const desk = createAlarmDesk();
  expect(desk.command({ do: "unshelve" }, at(0)).refusal).toMatchObject({ status: 404 });
  desk.verdict("active", at(0));
  expect(desk.command({ do: "unshelve" }, at(1)).refusal).toMatchObject({ status: 409, code: "not-shelved" });
});
