/** Cases of the alarm research that no other file shows by its number. */
import { expect, test } from "vitest";
import { minutes } from "#model/time";
import { createAlarmDesk } from "../../support/alarm-desk.ts";
import { at, operator, supervisor } from "../../support/building.ts";

test("a restart while acknowledged: no new annunciation, no second ticket, and still known by whom (11)", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  desk.acknowledge(at(1));
  desk.restart(at(5));
  desk.verdict("known", at(6));
  expect(desk.alarm()).toMatchObject({ acknowledge: "acknowledged", acknowledgedBy: operator.name, occurrence: 1 });
  expect(desk.events().filter((one) => one === "activated" || one === "annunciated")).toEqual(["activated"]);
  expect(desk.house.tickets.size).toBe(1);
});

test("silent while unacknowledged: told on by the ladder, returned by the first good sample, still to be seen (28)", () => {
  const desk = createAlarmDesk({ severity: "S1", lifeSafety: true, ticket: "elevator_entrapment" });
  desk.verdict("active", at(0));
  desk.verdict("unknown", at(0, 20));
  const before = desk.house.outbox.size;
  // The steps of its ladder come due although its device does not answer.
  for (let minute = 1; minute <= 6; minute += 1) desk.tick(at(minute));
  expect(desk.shown()).toBe("unacknowledged");
  expect(desk.house.outbox.size).toBeGreaterThan(before);
  desk.verdict("known", at(7));
  desk.verdict("normal", at(7));
  expect(desk.shown()).toBe("returned-unacknowledged");
  expect(desk.openTickets()).toHaveLength(1);
});

test.each([
  ["acknowledged, then returned", ["acknowledge", "normal"], 1],
  ["returned, then acknowledged", ["normal", "acknowledge"], 1],
  ["both in one moment", ["acknowledge", "normal"], 0],
] as const)("%s: normal, and closed once (29)", (_what, steps, apart) => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  steps.forEach((step, n) => {
    const now = at(1 + n * apart);
    if (step === "normal") desk.verdict("normal", now);
    else desk.acknowledge(now);
  });
  expect(desk.shown()).toBe("normal");
  expect(desk.events().filter((one) => one === "closed")).toHaveLength(1);
});

test("two acknowledge within a moment: one did it, the other learns who (30)", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  desk.acknowledge(at(1));
  expect(desk.acknowledge(at(1), supervisor).answer).toMatchObject({ already: operator.name });
  expect(desk.events().filter((one) => one === "alarm-acknowledged")).toHaveLength(1);
});

test("a shelf ends while active, with a return and a new activation inside: told once, the latest start, one ticket (33)", () => {
  const desk = createAlarmDesk();
  desk.verdict("active", at(0));
  desk.command({ do: "shelve", kind: "timed", for: minutes(30), reason: "换件" }, at(1));
  desk.verdict("normal", at(5));
  desk.verdict("active", at(15));
  desk.tick(at(31));
  expect(desk.alarm()).toMatchObject({ acknowledge: "unacknowledged", activeSince: at(15) });
  expect(desk.events().filter((one) => one === "annunciated")).toHaveLength(1);
  expect(desk.house.tickets.size).toBe(1);
});
