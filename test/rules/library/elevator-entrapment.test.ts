/** Passengers who are trapped: when the elevator pack must say so, and when it must let go. */
import { describe, expect, test } from "vitest";
import { carWith, emergencyStop, lift, passing } from "./car.ts";
import { blurred, chanceOf, changedFrom, during, lines, motion, noisy, seeds, steps } from "./courses.ts";
import { readLibrary, withPoint } from "./installation.ts";
import { play } from "./stand.ts";

const rules = await readLibrary();
const plain = await lift();
const poll = 0.5;
const hours = 3_600;
const trapped = ["elevator.entrapment_off_landing", "elevator.entrapment_at_landing", "elevator.alarm_button"];

describe("passengers trapped between floors", () => {
  const story = (seed: number) => {
    const chance = chanceOf(seed);
    const press = chance.between(5, 25);
    const presses: [number, number][] = [];
    for (let t = press; t < 840; t += chance.between(20, 60)) presses.push([t, 3]);
    const signals = emergencyStop(chance, {
      safety_circuit: steps([-100, 1], [0, 0]),
      fault_code: steps([-100, 0], [0.2, 1]),
      occupied: motion(-20, 875, chance),
      alarm_button: during(...presses),
      // Rescuers switch to inspection after 14 min, wind the car to the landing, and open half a minute later.
      service_mode: steps([-100, 1], [840, 2]),
      door_zone: (t) => (t < -11.5 ? 1 : t < 0 ? passing(t) : t < 862 ? 0 : 1),
      door_closed: steps([-100, 1], [-25, 0], [-13, 1], [868, 0]),
      door_open_limit: steps([-100, 0], [-22.5, 1], [-16, 0], [870, 1]),
      load_pct: 14,
    });
    return { press, signals };
  };

  test.each(seeds)("are noticed within 31 s, and their button within 8 s (seed %i)", (seed) => {
    const { press, signals } = story(seed);
    const told = play(plain, rules, signals, { from: -100, to: 900, phase: (seed % 10) / 10 });
    expect(told.first("elevator.safety_circuit_open")).toBeLessThanOrEqual(2 + poll);
    expect(told.first("elevator.entrapment_off_landing")).toBeLessThanOrEqual(31 + poll);
    expect(told.first("elevator.alarm_button")).toBeLessThanOrEqual(press + 8 + poll);
    expect(told.first("elevator.stopped_outside_zone")).toBeLessThanOrEqual(61 + 2 * poll);
    expect(told.reached("elevator.stopped_outside_zone", "S1")).toBeLessThanOrEqual(61 + 2 * poll);
    expect(told.raised).toEqual([
      "elevator.alarm_button",
      "elevator.entrapment_off_landing",
      "elevator.safety_circuit_open",
      "elevator.stopped_outside_zone",
    ]);
  });

  test.each(seeds)("are noticed although the speed signal of a standing car spikes (seed %i)", (seed) => {
    const chance = chanceOf(seed);
    const { signals } = story(seed);
    const speed = signals.speed as (t: number) => number;
    const told = play(plain, rules, { ...signals, speed: blurred(speed, 0.025, chance) }, { from: -100, to: 60 });
    expect(told.first("elevator.entrapment_off_landing")).toBeLessThanOrEqual(31 + 2 * poll);
  });

  test("stay an alarm while rescuers work, until the door stands open at a landing", () => {
    const told = play(plain, rules, story(1).signals, { from: -100, to: 900 });
    for (const rule of ["elevator.entrapment_off_landing", "elevator.alarm_button"]) {
      expect(told.times(rule), rule).toBe(1);
      expect(told.cleared(rule), rule).toBeGreaterThanOrEqual(872);
      expect(told.cleared(rule), rule).toBeLessThanOrEqual(872 + 2 * poll);
    }
  });

  test("stay an alarm while the device cannot be read", () => {
    const { signals } = story(2);
    const cut = changedFrom(60, signals, () => Number.NaN);
    const told = play(plain, rules, cut, { from: -100, to: 500 });
    expect(told.times("elevator.entrapment_off_landing")).toBe(1);
    expect(told.active("elevator.entrapment_off_landing")).toBe(true);
    expect(told.said.some((s) => s.rule === "elevator.entrapment_off_landing" && s.to === "unknown")).toBe(true);
  });

  test("are told with floor and speed in both languages", () => {
    const told = play(plain, rules, story(3).signals, { from: -100, to: 40 });
    const found = told.said.find((s) => s.rule === "elevator.entrapment_off_landing");
    expect(found?.zh).toContain("30 秒");
    expect(found?.en).toMatch(/near floor 9\b.*30 s/);
  });

  test.each([2, 7])("are not suspected in mode %i", (mode) => {
    const told = play(plain, rules, { ...story(4).signals, service_mode: mode }, { from: -100, to: 300 });
    expect(told.raised).toEqual([]);
  });

  test("a lift that reports a count of persons needs no pulses", () => {
    const signals = emergencyStop(chanceOf(5), { occupied: 0, person_count: 2 });
    const told = play(withPoint(plain, "person_count", "number"), rules, signals, { from: -100, to: 60 });
    expect(told.first("elevator.entrapment_off_landing")).toBeLessThanOrEqual(31 + poll);
  });
});

describe("passengers shut in at a landing", () => {
  const story = (seed: number, fault: boolean) => {
    const chance = chanceOf(seed);
    return carWith({
      floor_index: 5,
      car_status: steps([-100, 0], [-15, 1], [-0.3, 0]),
      direction: steps([-100, 0], [-15, 1], [-0.3, 0]),
      speed: noisy(lines([-15, 0], [-12, 1.75], [-3, 1.75], [-0.3, 0]), 0.02, chance),
      door_zone: (t) => (t < -14 ? 1 : t < -1 ? passing(t) : 1),
      // Three tries: the leaves move for up to 2 s and fall back.
      door_closed: (t) => 1 - during([0.3, 2], [13, 1.4], [26, 1.9])(t),
      fault_code: steps([-100, 0], [39, fault ? 3 : 0]),
      occupied: motion(-25, 900, chance),
    });
  };

  test.each(seeds)("are noticed within 60 s when the door reports a fault (seed %i)", (seed) => {
    const told = play(plain, rules, story(seed, true), { from: -100, to: 300, phase: seed / 10 - 0.05 });
    expect(told.first("elevator.entrapment_at_landing")).toBeLessThanOrEqual(60 + poll);
    expect(told.raised).toEqual(["elevator.entrapment_at_landing"]);
    expect(told.times("elevator.entrapment_at_landing")).toBe(1);
  });

  test.each(seeds)("are noticed within 90 s without a fault code (seed %i)", (seed) => {
    const told = play(plain, rules, story(seed, false), { from: -100, to: 300, phase: seed / 10 - 0.05 });
    expect(told.first("elevator.entrapment_at_landing")).toBeGreaterThan(60);
    expect(told.first("elevator.entrapment_at_landing")).toBeLessThanOrEqual(90 + poll);
    expect(told.raised).toEqual(["elevator.entrapment_at_landing"]);
  });

  test("are noticed within 60 s when the call they gave is not served", () => {
    const signals = { ...story(3, false), call_pending: 1 };
    const told = play(withPoint(plain, "call_pending", "bool"), rules, signals, { from: -100, to: 300 });
    expect(told.first("elevator.entrapment_at_landing")).toBeLessThanOrEqual(60 + poll);
  });

  test("are free again when the door has stood open for 2 s", () => {
    const signals = {
      ...story(1, true),
      door_open_limit: steps([-100, 0], [600, 1]),
      door_closed: steps([-100, 1], [597.5, 0]),
    };
    const told = play(plain, rules, signals, { from: -100, to: 700 });
    expect(told.cleared("elevator.entrapment_at_landing")).toBeGreaterThanOrEqual(602);
    expect(told.cleared("elevator.entrapment_at_landing")).toBeLessThanOrEqual(602 + 2 * poll);
  });

  test.each(seeds.slice(0, 3))(
    "an empty parked car with ghosts on its sensor is no entrapment in three hours (seed %i)",
    (seed) => {
      const every600 = during(...Array.from({ length: 19 }, (_, n): [number, number] => [n * 600 + seed * 7, 1.2]));
      const told = play(plain, rules, carWith({ occupied: every600 }), { from: 0, to: 3 * hours });
      expect(told.raised).toEqual([]);
    },
  );

  test.each(seeds)("nor when the ghosts come at random, three times as often as usual (seed %i)", (seed) => {
    const chance = chanceOf(seed);
    const ghosts: [number, number][] = [];
    for (let t = chance.wait(600); t < 3 * hours; t += chance.wait(600)) ghosts.push([t, 1.2]);
    const told = play(plain, rules, carWith({ occupied: during(...ghosts) }), { from: 0, to: 3 * hours });
    expect(told.raised).toEqual([]);
  });

  test("passengers who have just walked out do not count as shut in", () => {
    const chance = chanceOf(1);
    const signals = carWith({
      occupied: motion(-40, 3, chance),
      door_closed: steps([-100, 1], [-30, 0], [2, 1]),
      door_open_limit: steps([-100, 0], [-27.5, 1], [-1, 0]),
      fault_code: steps([-100, 0], [1, 2]),
    });
    expect(play(plain, rules, signals, { from: -100, to: 200 }).raised).toEqual([]);
  });

  test("a sensor that reports a steady level is believed only where the lift says so", async () => {
    const signals = carWith({ occupied: steps([-100, 0], [-20, 1]) });
    expect(play(plain, rules, signals, { from: -100, to: 200 }).raised).toEqual([]);
    const steady = await lift({ presenceSteady: true });
    expect(play(steady, rules, signals, { from: -100, to: 200 }).raised).toEqual(["elevator.entrapment_at_landing"]);
  });
});

test("every entrapment rule guards lives and opens an entrapment ticket; of the others only the recall guards lives", () => {
  for (const rule of rules.filter((r) => r.kind === "elevator")) {
    expect(rule.lifeSafety, rule.id).toBe([...trapped, "elevator.not_recalled"].includes(rule.id));
    expect(rule.ticket === "elevator_entrapment", rule.id).toBe(trapped.includes(rule.id));
  }
});
