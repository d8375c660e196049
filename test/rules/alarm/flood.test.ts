/** The flood of a desk: when it begins and ends, what it changes, and whom it never hides. */
import { beforeEach, expect, test } from "vitest";
import { inWindow } from "#model/flood";
import type { Severity } from "#model/severity";
import { hours, type Instant, instant, later, minutes, seconds } from "#model/time";
import { building, operator, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const second = (count: number): Instant => later(TEN, seconds(count));
let house: PureHouse;
let n = 0;
const alarm = (now: Instant, more: { severity?: Severity; lifeSafety?: boolean } = {}, device = "lift-1") => {
  n += 1;
  const id = `r${n}`;
  house.take({ type: "conditions", transitions: [verdict(id, device, "active", { severity: "S3", ...more })] }, now);
  return `${id}@${device}`;
};
const flood = (position = "site") => house.tides.get(position)?.flood;
const events = () => house.events("position:site");

beforeEach(() => {
  house = createPureHouse(building());
});

test("ten alarms in ten minutes are none, the eleventh makes it one (39)", () => {
  for (let i = 0; i < 10; i += 1) alarm(second(i * 59));
  expect(flood()).toBeUndefined();
  alarm(second(599));
  expect(flood()).toEqual({ since: second(599), told: 11, peak: 11 });
  expect(events()).toEqual(["flood-began"]);
});

test("the eleventh a moment after the first has left the window is none", () => {
  for (let i = 0; i < 10; i += 1) alarm(second(i));
  alarm(second(600));
  expect(flood()).toBeUndefined();
});

test("five in the window: still a flood; four: it ends, and the journal has its figures (39)", () => {
  for (let i = 0; i < 11; i += 1) alarm(second(i));
  for (let i = 0; i < 5; i += 1) alarm(second(300 + i));
  house.beat(second(310), second(899));
  expect(flood()).toMatchObject({ told: 16, peak: 16 });
  house.take({ type: "tick" }, second(900));
  expect(flood()).toBeUndefined();
  expect(events()).toEqual(["flood-began", "flood-ended"]);
  expect(house.journal.at(-1)?.data).toEqual({ told: 16, peak: 16, lasted: 890_000 });
});

test("what is low is listed and journalled, but not told, while it lasts; nothing graver is held back", () => {
  for (let i = 0; i < 11; i += 1) alarm(second(i));
  const low = alarm(second(20), { severity: "S4" });
  const grave = alarm(second(21), { severity: "S1" });
  const life = alarm(second(22), { severity: "S4", lifeSafety: true });
  const told = (id: string) => house.journal.find((row) => row.about === `alarm:${id}` && row.event === "activated");
  expect(told(low)?.data).toMatchObject({ annunciated: false, flood: true });
  expect(house.alarms.get(low)).toMatchObject({ process: "active", acknowledge: "unacknowledged" });
  for (const id of [grave, life]) expect(told(id)?.data).not.toHaveProperty("annunciated");
  // It counts all the same, or a flood of trifles would end in the middle.
  expect(inWindow(house.tides.get("site") ?? { position: "site", seconds: [] })).toBe(14);
});

test("what nobody is told of makes no flood: it is on the shelf", () => {
  for (let i = 0; i < 20; i += 1) {
    n += 1;
    const id = `r${n}`;
    const { rule } = verdict(id, "lift-1", "active", { severity: "S3" }).instance;
    house.edit(building({ rules: [rule] }), second(i));
    const command = { do: "shelve", alarm: `${id}@lift-1`, kind: "timed", for: hours(1), reason: "x" } as const;
    expect(house.take({ type: "command", id, actor: operator, command }, second(i)).refusal).toBeUndefined();
    house.take({ type: "conditions", transitions: [verdict(id, "lift-1", "active", { severity: "S3" })] }, second(i));
  }
  expect(flood()).toBeUndefined();
  expect(house.tides.size).toBe(0);
});

test("a site sets its own numbers", () => {
  house = createPureHouse(building({ flood: { enter: 2, leave: 1, within: minutes(1) } }));
  for (let i = 0; i < 3; i += 1) alarm(second(i));
  expect(flood()).toBeDefined();
  house.beat(second(3), second(61));
  expect(flood()).toBeDefined();
  house.take({ type: "tick" }, second(62));
  expect(flood()).toBeUndefined();
});

test("in a site of two buildings the desk of one is flooded, the other is not", () => {
  const [lift, other] = building().devices;
  if (!lift || !other) throw new Error("two devices");
  house = createPureHouse(building({ devices: [lift, { ...other, place: { building: "B" } }] }));
  for (let i = 0; i < 11; i += 1) alarm(second(i));
  alarm(second(12), {}, other.id);
  expect(flood("building:A")).toBeDefined();
  expect(flood("building:B")).toBeUndefined();
  expect(flood("site")).toMatchObject({ told: 12 });
});

test.each([1, -1])("the wall clock moved by %i h: the flood goes on and ends after its ten minutes", (by) => {
  for (let i = 0; i < 11; i += 1) alarm(second(i));
  const moved = (count: number) => instant(second(count) + hours(by));
  house.take({ type: "clock-step", by: hours(by) }, moved(20));
  house.beat(moved(20), moved(605));
  expect(flood()).toBeDefined();
  house.beat(moved(605), moved(607));
  expect(flood()).toBeUndefined();
  expect(house.journal.at(-1)?.data).toMatchObject({ lasted: 596_000 });
});
