/** Runs that go wrong: open doors, overspeed, over-travel, run timeouts, doors that cycle. */
import { describe, expect, test } from "vitest";
import { carWith, emergencyStop, facts, lift, passing } from "./car.ts";
import { chanceOf, during, lines, noisy, steps } from "./courses.ts";
import { install, readLibrary } from "./installation.ts";
import { play, type Signals } from "./stand.ts";

const rules = await readLibrary();
const plain = await lift();
const poll = 0.5;
const phases = [0, 0.25, 0.5, 0.75, 0.99];

describe("a run that goes wrong", () => {
  const bounce = (t: number) => (t >= 0 && t < 0.6 ? 0 : 1);
  const openRun = (code: number) =>
    emergencyStop(chanceOf(6), {
      speed: lines([-12, 0], [-9, 1.75], [0.15, 1.75], [0.9, 0]),
      door_closed: bounce,
      landing_lock: bounce,
      safety_circuit: steps([-100, 1], [0.05, 0]),
      fault_code: steps([-100, 0], [0.05, code]),
      occupied: 0,
    });

  test.each(phases)("a lock that opens in a run is caught by one sample and the latched code (phase %f)", (phase) => {
    const told = play(plain, rules, openRun(8), { from: -100, to: 20, phase });
    expect(told.first("elevator.open_door_run")).toBeLessThanOrEqual(0.6 + poll);
  });

  test.each(phases)("or by two samples when it is polled every 250 ms (phase %f)", async (phase) => {
    const fast = await lift({ openRunHold: 250 });
    const told = play(fast, rules, openRun(1), { from: -100, to: 20, phase, poll: 250 });
    expect(told.first("elevator.open_door_run")).toBeLessThanOrEqual(0.6 + 0.25);
    expect(told.first("elevator.safety_circuit_open")).toBeLessThanOrEqual(2 + 0.25);
  });

  test.each(phases)("and always by the safety circuit (phase %f)", (phase) => {
    const told = play(plain, rules, openRun(1), { from: -100, to: 20, phase });
    expect(told.first("elevator.safety_circuit_open")).toBeLessThanOrEqual(2 + poll);
  });

  const downwards = (speed: (t: number) => number, signals: Signals = {}) =>
    emergencyStop(chanceOf(7), { direction: steps([-100, 0], [-12, 2], [2.6, 0]), speed, occupied: 0, ...signals });

  test.each(phases)("overspeed that the governor stops is caught by the latched code (phase %f)", (phase) => {
    const speed = lines([-12, 0], [-9, -1.75], [0, -1.75], [1.5, -2.1], [2.6, 0]);
    const signals = downwards(speed, {
      car_status: steps([-100, 0], [-12, 1], [2.6, 0]),
      safety_circuit: steps([-100, 1], [1.4, 0]),
      fault_code: steps([-100, 0], [1.4, 11]),
    });
    const told = play(plain, rules, signals, { from: -100, to: 20, phase });
    expect(told.first("elevator.overspeed")).toBeLessThanOrEqual(1.4 + poll);
    expect(told.first("elevator.safety_circuit_open")).toBeLessThanOrEqual(2.4 + poll);
  });

  test.each(phases)("overspeed that nothing stops is caught within a second (phase %f)", (phase) => {
    const speed = noisy(steps([-12, 0], [-9, -1.75], [0, -2.05], [4, -1.75]), 0.02, chanceOf(8));
    const told = play(plain, rules, downwards(speed, { door_zone: passing }), { from: -100, to: 20, phase });
    expect(told.first("elevator.overspeed")).toBeLessThanOrEqual(1 + poll);
  });

  test("without a rated speed overspeed is known by its code alone", async () => {
    const unrated = await install("default-elevator", { floors: 20 });
    const speed = steps([-12, 0], [-9, -1.75], [0, -2.05], [4, -1.75]);
    expect(play(unrated, rules, downwards(speed), { from: -100, to: 20 }).raised).not.toContain("elevator.overspeed");
  });

  test.each(phases)("over-travel at the top is caught by the final limit (phase %f)", (phase) => {
    const signals = carWith({
      floor_index: 20,
      direction: steps([-100, 0], [-5, 1], [1.4, 0]),
      car_status: steps([-100, 0], [-5, 1], [1.4, 0]),
      speed: steps([-100, 0], [-5, 0.25], [1.4, 0]),
      door_zone: steps([-100, 1], [0.5, 0]),
      limit_up: steps([-100, 0], [1.2, 1]),
      fault_code: steps([-100, 0], [1.3, 9]),
    });
    const told = play(plain, rules, signals, { from: -100, to: 30, phase });
    expect(told.first("elevator.over_travel")).toBeLessThanOrEqual(1.2 + poll);
    expect(told.raised).not.toContain("elevator.overspeed");
  });

  test.each([
    ["top", 20, 1],
    ["bottom", -2, 2],
  ] as const)(
    "at the %s a car that goes on for 8 s is over-travel also without a limit switch",
    async (_, floor, way) => {
      const signals = carWith({ floor_index: floor, direction: way, car_status: 1, speed: steps([-10, 0], [0, 0.15]) });
      const deep = await install("default-elevator", { ...facts, floors: 23, lowestFloor: -2 }, [
        "limit_up",
        "limit_down",
      ]);
      const told = play(deep, rules, signals, { from: -10, to: 20 });
      expect(told.first("elevator.over_travel")).toBeLessThanOrEqual(8 + poll);
      expect(told.first("elevator.over_travel")).toBeGreaterThan(7.9);
    },
  );

  test.each(phases)("a car that does not move with the brake released is a run timeout (phase %f)", (phase) => {
    const signals = carWith({
      direction: steps([-100, 0], [0, 1], [45, 0]),
      car_status: steps([-100, 0], [0, 1], [45, 0]),
      brake_released: steps([-100, 0], [0, 1], [45, 0]),
      speed: steps([-100, 0], [0, 0.06], [45, 0]),
      fault_code: steps([-100, 0], [45, 6]),
    });
    const told = play(plain, rules, signals, { from: -100, to: 60, phase });
    expect(told.raised).toEqual(["elevator.run_timeout"]);
    expect(told.first("elevator.run_timeout")).toBeLessThanOrEqual(45 + poll);
  });

  test.each(phases)(
    "a door that opens and closes again and again is told at the fifth cycle of 15 s (phase %f)",
    (phase) => {
      const arriving = {
        car_status: steps([-100, 0], [-20, 1], [-0.2, 0]),
        direction: steps([-100, 0], [-20, 1], [-0.2, 0]),
        speed: lines([-20, 0], [-17, 1.75], [-3, 1.75], [-0.2, 0]),
        door_zone: (t: number) => (t < -19 ? 1 : t < -1 ? passing(t) : 1),
      };
      const dirtyBeam = carWith({
        ...arriving,
        door_open_limit: during(...Array.from({ length: 6 }, (_, n): [number, number] => [2.5 + 15 * n, 6])),
        door_closed: steps([-100, 1], [0, 0], [95, 1]),
        fault_code: steps([-100, 0], [90, 2]),
      });
      const told = play(plain, rules, dirtyBeam, { from: -100, to: 240, phase });
      expect(told.raised).toEqual(["elevator.door_cycling"]);
      expect(told.first("elevator.door_cycling")).toBeLessThanOrEqual(70 + poll);
      expect(told.active("elevator.door_cycling")).toBe(false);

      // A lock that does not make: the door reaches its closed contact each time, and opens again.
      const badLock = carWith({
        ...arriving,
        door_open_limit: during(...Array.from({ length: 6 }, (_, n): [number, number] => [2.5 + 15 * n, 5])),
        door_closed: (t) => 1 - during(...Array.from({ length: 6 }, (_, n): [number, number] => [15 * n, 11]))(t),
      });
      const locked = play(plain, rules, badLock, { from: -100, to: 240, phase });
      expect(locked.raised).toEqual(["elevator.door_cycling"]);
      expect(locked.first("elevator.door_cycling")).toBeLessThanOrEqual(70 + poll);
    },
  );

  test.each(phases)("a door that comes back every 11 s is told at its fourth time (phase %f)", (phase) => {
    const quick = carWith({
      door_open_limit: during(...Array.from({ length: 6 }, (_, n): [number, number] => [2.5 + 11 * n, 6])),
      door_closed: steps([-100, 1], [0, 0], [75, 1]),
    });
    const told = play(plain, rules, quick, { from: -100, to: 240, phase });
    expect(told.raised).toEqual(["elevator.door_cycling"]);
    expect(told.first("elevator.door_cycling")).toBeLessThanOrEqual(46.5 + poll);
  });
});
