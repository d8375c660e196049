/** Sixty faults within a minute, and somebody trapped in the middle of them. */
import { beforeEach, expect, test } from "vitest";
import type { Severity } from "#model/severity";
import type { Device } from "#model/site";
import { type Instant, later, minutes, seconds } from "#model/time";
import { building, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const lift = building().devices[0] as Device;
const lifts = Array.from({ length: 60 }, (_, index): Device => ({ ...lift, id: `lift-${index + 1}` }));
let house: PureHouse;
const fault = (device: string, now: Instant, severity: Severity = "S3") =>
  house.take(
    {
      type: "conditions",
      transitions: [verdict("elevator.door", device, "active", { severity, ticket: "general_fault" })],
    },
    now,
  );
const storm = () => [...house.tickets.values()].filter((ticket) => ticket.storm);
const own = () => [...house.tickets.values()].filter((ticket) => !ticket.storm);

beforeEach(() => {
  house = createPureHouse(building({ devices: lifts }));
});

test("five open tickets of their own, the others go into one about all of them, and none is lost", () => {
  lifts.forEach(({ id }, index) => {
    fault(id, later(TEN, seconds(index)));
  });
  expect(own()).toHaveLength(5);
  expect(storm()).toHaveLength(1);
  expect(storm()[0]?.alarms).toHaveLength(55);
  for (const { id } of lifts) expect(house.alarms.get(`elevator.door@${id}`)?.ticket, id).toBeDefined();
  const told = house.said.filter((message) => message.step === "opened");
  expect(new Set(told.map((message) => message.ticket)).size).toBe(6);
});

test("an emergency in the middle has its ticket and its ladder at once, and so has what is grave", () => {
  lifts.slice(0, 20).forEach(({ id }) => {
    fault(id, TEN);
  });
  house.take(
    {
      type: "conditions",
      transitions: [verdict("elevator.entrapment", "lift-30", "active", { ticket: "elevator_entrapment" })],
    },
    TEN,
  );
  fault("lift-40", TEN, "S2");
  expect(own().map((ticket) => [ticket.device, ticket.severity])).toEqual(
    expect.arrayContaining([
      ["lift-30", "S1"],
      ["lift-40", "S2"],
    ]),
  );
});

test("life safety of a low severity has a ticket of its own, and a played storm takes in nothing real", () => {
  for (const { id } of lifts.slice(0, 10)) fault(id, TEN);
  const alarm = { severity: "S3", ticket: "general_fault", lifeSafety: true } as const;
  const transitions = [verdict("elevator.smoke", "lift-30", "active", alarm)];
  house.take({ type: "conditions", transitions }, TEN);
  expect(own().map(({ device }) => device)).toContain("lift-30");

  house = createPureHouse(building({ devices: lifts, simulated: true }));
  for (const { id } of lifts.slice(0, 10)) fault(id, TEN);
  expect(storm()).toMatchObject([{ simulated: true }]);
  house.edit(building({ devices: lifts }), TEN);
  for (const { id } of lifts.slice(20, 30)) fault(id, TEN);
  expect(storm().map(({ simulated, alarms }) => [simulated, alarms.length])).toEqual([
    [true, 5],
    [false, 5],
  ]);
});

test("faults of a clock that ran years ahead make no storm of the first one after it was put right", () => {
  const ahead = later(TEN, minutes(3 * 365 * 24 * 60));
  for (const { id } of lifts.slice(0, 10)) fault(id, ahead);
  expect(storm()).toHaveLength(1);
  fault("lift-20", TEN);
  expect(own().map(({ device }) => device)).toContain("lift-20");
});

test("one more opens each minute, and when it has been quiet for a while they open as usual", () => {
  for (const { id } of lifts.slice(0, 8)) fault(id, TEN);
  fault("lift-10", later(TEN, seconds(61)));
  fault("lift-11", later(TEN, seconds(62)));
  expect(own().map((ticket) => ticket.device)).toContain("lift-10");
  expect(own().map((ticket) => ticket.device)).not.toContain("lift-11");
  fault("lift-12", later(TEN, minutes(30)));
  expect(own().map((ticket) => ticket.device)).toContain("lift-12");
});
