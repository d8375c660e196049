/** Row 26: what was acknowledged and is still active asks again after the time that its rule names. */
import { expect, test } from "vitest";
import { hours, instant, minutes, seconds } from "#model/time";
import { createAlarmDesk, engineer } from "../../support/alarm-desk.ts";
import { at, supervisor } from "../../support/building.ts";

const again = { reAlarm: minutes(30) };

function acknowledged() {
  const desk = createAlarmDesk(again);
  desk.verdict("active", at(0));
  desk.acknowledge(at(5));
  return desk;
}

test("half an hour after the acknowledgement, not a second before, and as if it had just occurred", () => {
  const desk = acknowledged();
  desk.tick(at(34, 59));
  expect(desk.shown()).toBe("acknowledged");
  desk.tick(at(35));
  expect(desk.shown()).toBe("unacknowledged");
  expect(desk.alarm()).toMatchObject({ occurrence: 1, reAlarms: 1, activeSince: at(0) });
  expect(desk.alarm()).not.toHaveProperty("reAlarmAt");
  expect(desk.entry("re-alarmed")).toMatchObject({ times: 1 });
  desk.tick(at(36));
  expect(desk.events().filter((one) => one === "re-alarmed")).toHaveLength(1);
  desk.acknowledge(at(40), supervisor);
  desk.tick(at(70));
  expect(desk.alarm()).toMatchObject({ acknowledge: "unacknowledged", reAlarms: 2 });
  expect(desk.house.tickets.size).toBe(1);
});

test("a rule that names no time never asks again", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  desk.acknowledge(at(1));
  desk.tick(instant(at(0) + hours(48)));
  expect(desk.shown()).toBe("acknowledged");
});

test("what has returned does not ask again", () => {
  const desk = acknowledged();
  desk.verdict("normal", at(10));
  desk.tick(at(60));
  expect(desk.shown()).toBe("normal");
  expect(desk.alarm()).not.toHaveProperty("reAlarmAt");
});

test("nobody is asked while it is on the shelf or out of service", () => {
  const shelved = acknowledged();
  shelved.command({ do: "shelve", kind: "timed", for: hours(2), reason: "换件" }, at(10));
  shelved.tick(at(60));
  expect(shelved.events()).not.toContain("re-alarmed");
  const out = acknowledged();
  out.command({ do: "out-of-service", reason: "换件", reviewAt: instant(at(0) + hours(48)) }, at(10), engineer);
  out.tick(at(60));
  expect(out.events()).not.toContain("re-alarmed");
});

test("due while the house was down: asked once at the start, marked late", () => {
  const desk = acknowledged();
  desk.restart(at(95));
  expect(desk.shown()).toBe("unacknowledged");
  expect(desk.entry("re-alarmed")).toMatchObject({ late: true, lateBy: hours(1) });
  desk.tick(at(96));
  expect(desk.events().filter((one) => one === "re-alarmed")).toHaveLength(1);
});

test.each([1, -1])("the wall clock moved by %i h: it asks after the half hour that was meant", (by) => {
  const desk = acknowledged();
  const moved = (minute: number) => instant(at(minute) + hours(by));
  desk.clockStep(hours(by), moved(10));
  desk.tick(instant(moved(35) - seconds(1)));
  expect(desk.shown()).toBe("acknowledged");
  desk.tick(moved(35));
  expect(desk.shown()).toBe("unacknowledged");
});
