/** The access controller against its figures: grant, relock, bounce, forced, held, duress, fire release, battery. */
import { expect, test } from "vitest";
import { createAccessController } from "../../../simulators/plant/access-controller.ts";
import { AccessParams } from "../../../simulators/plant/access-params.ts";
import { type AccessController, alarmStates, doorModes, eventCodes } from "../../../simulators/plant/access-state.ts";

const doors = ["door-1", "door-2", "door-3", "door-4"];
const quiet = (seed = 1) => createAccessController(AccessParams.parse({ doors, perHour: 0 }), seed, 10);
const busy = (seed: number) => createAccessController(AccessParams.parse({ doors, perHour: 40 }), seed, 7);
const run = (plant: AccessController, seconds: number, look?: () => void) => {
  for (let step = 0; step < Math.round(seconds / plant.stepSeconds); step += 1) {
    plant.step();
    look?.();
  }
};
/** Seconds from now until it is so; Infinity when it never is within `most`. */
const when = (plant: AccessController, most: number, isSo: () => boolean): number => {
  const from = plant.elapsed;
  while (plant.elapsed - from < most) {
    plant.step();
    if (isSo()) return plant.elapsed - from;
  }
  return Number.POSITIVE_INFINITY;
};
const seen = (plant: AccessController, point: string) => plant.readings[point] ?? Number.NaN;

test("a grant releases the lock after 0.3 s; the door shuts at +6 s and is locked 0.2 s later", () => {
  const plant = quiet();
  run(plant, 5);
  plant.visit(1, 1.5, 4.5);
  expect(when(plant, 5, () => seen(plant, "d1_lock_locked") === 0)).toBeCloseTo(0.3, 1);
  expect(seen(plant, "d1_grant")).toBe(1);
  expect(0.3 + when(plant, 5, () => seen(plant, "d1_event_code") === eventCodes.opened)).toBeCloseTo(1.5, 1);
  expect(1.5 + when(plant, 9, () => seen(plant, "d1_lock_locked") === 1)).toBeCloseTo(6.2, 1);
  expect([seen(plant, "d1_grant"), seen(plant, "d1_alarm_state"), seen(plant, "d2_event_code")]).toEqual([0, 0, 201]);
});

test("the contact bounces for 50 to 200 ms at every movement of the leaf, and then says where it is", () => {
  let toggles = 0;
  for (let seed = 1; seed <= 30; seed += 1) {
    const plant = quiet(seed);
    plant.visit(1, 1, 5);
    run(plant, 0.95);
    let was = seen(plant, "d1_door_open");
    run(plant, 0.5, () => {
      const is = seen(plant, "d1_door_open");
      if (is !== was) toggles += 1;
      was = is;
    });
    expect(was).toBe(1);
  }
  expect(toggles).toBeGreaterThan(35);
});

test("a door opened by nobody's leave is forced after 0.4 s, until it is shut; with a card it never is", () => {
  const plant = quiet();
  run(plant, 10);
  plant.moveLeaf(2, true);
  const told = when(plant, 2, () => seen(plant, "d2_alarm_state") === alarmStates.forced);
  expect(told).toBeGreaterThan(0.35);
  expect(told).toBeLessThan(0.7);
  expect([seen(plant, "d2_lock_locked"), seen(plant, "d2_event_code")]).toEqual([1, eventCodes.forced]);
  run(plant, 5);
  plant.moveLeaf(2, false);
  run(plant, 1);
  expect(seen(plant, "d2_alarm_state")).toBe(alarmStates.normal);
});

test("a contact that trembles for less than 0.3 s at a time is no forced door", () => {
  const plant = quiet();
  for (const _ of [1, 2, 3, 4, 5]) {
    plant.shakeContact(1, 0.25);
    run(plant, 0.4, () => expect(seen(plant, "d1_alarm_state")).toBe(alarmStates.normal));
  }
});

test("held open after 30 s, but not in the open hours, where the time begins at their end", () => {
  const plant = quiet();
  plant.visit(1, 1, 500);
  const held = when(plant, 60, () => seen(plant, "d1_alarm_state") === alarmStates.heldOpen);
  expect(held).toBeGreaterThan(31);
  expect(held).toBeLessThan(31.4);
  plant.setMode(3, doorModes.openHours);
  run(plant, 1);
  plant.moveLeaf(3, true);
  run(plant, 600);
  expect([seen(plant, "d3_alarm_state"), seen(plant, "d3_lock_cmd")]).toEqual([alarmStates.normal, 0]);
  plant.setMode(3, doorModes.controlled);
  expect(when(plant, 60, () => seen(plant, "d3_alarm_state") === alarmStates.heldOpen)).toBeCloseTo(30, 0);
});

test("the fire input lets every door go within 3 s but the stuck one; armed again they lock", () => {
  const plant = quiet();
  run(plant, 5);
  plant.setFireInput(true, 3);
  run(plant, 3);
  expect([1, 2, 3, 4].map((door) => seen(plant, `d${door}_lock_locked`))).toEqual([0, 0, 1, 0]);
  expect(seen(plant, "d1_door_mode")).toBe(doorModes.fireRelease);
  plant.moveLeaf(1, true);
  run(plant, 60, () => expect(seen(plant, "d1_alarm_state")).toBe(alarmStates.freeAccess));
  plant.moveLeaf(1, false);
  plant.setFireInput(false);
  run(plant, 60);
  expect([seen(plant, "d1_door_mode"), seen(plant, "d1_lock_locked")]).toEqual([doorModes.controlled, 0]);
  plant.rearm();
  run(plant, 1);
  expect([1, 2, 3, 4].map((door) => seen(plant, `d${door}_lock_locked`))).toEqual([1, 1, 1, 1]);
});

test("a torn-off reader tells tamper at once and is lost after 8 s; duress is a usual opening with a latch", () => {
  const plant = quiet();
  plant.cutReader(1);
  run(plant, 0.1);
  expect([seen(plant, "d1_tamper_reader"), seen(plant, "d1_reader_online")]).toEqual([1, 1]);
  expect(when(plant, 20, () => seen(plant, "d1_reader_online") === 0)).toBeCloseTo(8, 0);
  plant.visitUnderDuress(2, 1, 4);
  run(plant, 10);
  expect([seen(plant, "d2_duress"), seen(plant, "d2_alarm_state"), seen(plant, "d2_lock_locked")]).toEqual([1, 0, 1]);
});

test("without mains the battery falls from 12.6 V, and after four hours the magnets let go", () => {
  const plant = quiet();
  plant.loseMains();
  run(plant, 7200);
  expect(plant.state.volts).toBeCloseTo(11.55, 2);
  expect(seen(plant, "d1_lock_locked")).toBe(1);
  run(plant, 7300);
  expect([seen(plant, "mains_ok"), seen(plant, "d1_lock_locked"), seen(plant, "d1_lock_current")]).toEqual([0, 0, 0]);
});

test.each([1, 2, 3])(
  "four lively hours with cards, buttons and refusals: never forced, never held (seed %i)",
  (seed) => {
    const plant = busy(seed);
    const codes = new Set<number>();
    run(plant, 4 * 3600, () => {
      for (const door of plant.state.doors) {
        codes.add(door.event.code);
        if (door.alarm !== alarmStates.normal) throw new Error(`alarm ${door.alarm} after ${plant.elapsed} s`);
      }
    });
    expect([...codes].sort((one, other) => one - other)).toEqual([0, 27, 200, 201, 202]);
  },
);

test("the same seed gives the same readings, step by step, and another seed others", () => {
  const [one, other, third] = [busy(5), busy(5), busy(6)];
  let differed = false;
  for (let step = 0; step < 20_000; step += 1) {
    for (const plant of [one, other, third]) plant.step();
    if (step % 100 === 0) expect(one.readings).toEqual(other.readings);
    differed ||= one.readings.d1_door_open !== third.readings.d1_door_open;
  }
  expect(differed).toBe(true);
});

test("recovery leaves doors that are shut and locked, whatever a story did to them", () => {
  const plant = quiet();
  plant.moveLeaf(1, true);
  plant.cutReader(2);
  plant.wearLock(3);
  plant.visitUnderDuress(4, 1, 100);
  plant.setFireInput(true, 1);
  plant.openCabinet(true);
  plant.loseMains();
  run(plant, 60);
  plant.recover();
  run(plant, 5);
  const rest = quiet();
  run(rest, 65);
  for (const [point, value] of Object.entries(rest.readings)) {
    if (/_event_|battery_v|lock_current/.test(point)) continue;
    expect([point, seen(plant, point)]).toEqual([point, value]);
  }
});
