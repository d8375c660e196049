/** What only looks like an entrapment: maintenance, held doors, rescue devices, relevelling, ordinary traffic. */
import { describe, expect, test } from "vitest";
import { carWith, emergencyStop, lift, passing, traffic } from "./car.ts";
import { chanceOf, during, lines, motion, noisy, seeds, steps } from "./courses.ts";
import { readLibrary } from "./installation.ts";
import { play } from "./stand.ts";

const rules = await readLibrary();
const plain = await lift();
const poll = 0.5;
const minutes = 60;
const hours = 3_600;
const phases = [0, 0.25, 0.5, 0.75, 0.99];

describe("what only looks like an entrapment", () => {
  test("maintenance: a mechanic on a stopped car, slow runs, ten minutes", () => {
    const chance = chanceOf(1);
    const signals = carWith({
      service_mode: steps([-100, 1], [-60, 2]),
      door_zone: steps([-100, 1], [-30, 0]),
      speed: noisy((t) => 0.3 * during([60, 20], [200, 30], [400, 15])(t), 0.02, chance),
      occupied: motion(-70, 700, chance),
      safety_circuit: during([-100, 150], [70, 600]),
    });
    expect(play(plain, rules, signals, { from: -100, to: 600 }).raised).toEqual([]);
  });

  test("a door that is held: a note after two minutes, graver after three, silence when it closes", () => {
    const chance = chanceOf(2);
    const signals = carWith({
      door_closed: steps([-100, 1], [-2.5, 0], [203, 1]),
      door_open_limit: steps([-100, 0], [0, 1], [200, 0]),
      occupied: motion(-30, 200, chance),
    });
    const told = play(plain, rules, signals, { from: -40, to: 400 });
    expect(told.raised).toEqual(["elevator.door_open_too_long"]);
    expect(told.first("elevator.door_open_too_long")).toBeLessThanOrEqual(120 + poll);
    expect(told.first("elevator.door_open_too_long")).toBeGreaterThan(115);
    expect(told.reached("elevator.door_open_too_long", "S2")).toBeLessThanOrEqual(180 + poll);
    expect(told.reached("elevator.door_open_too_long", "S2")).toBeGreaterThan(170);
    expect(told.active("elevator.door_open_too_long")).toBe(false);
  });

  test.each([3, 4])("doors that stand open in fire mode %i are meant to", (mode) => {
    const signals = carWith({ service_mode: mode, door_closed: 0, door_open_limit: 1 });
    expect(play(plain, rules, signals, { from: 0, to: 400 }).raised).toEqual([]);
  });

  test.each(phases)("a power cut with a rescue device is a power cut (phase %f)", async (phase) => {
    const chance = chanceOf(3);
    const signals = emergencyStop(chance, {
      main_power: steps([-100, 1], [0, 0], [600, 1]),
      service_mode: steps([-100, 1], [1, 5], [600, 1]),
      speed: noisy(
        lines([-12, 0], [-9, 1.75], [0, 1.75], [0.9, 0], [7, 0], [7.2, 0.2], [14.4, 0.2], [14.5, 0]),
        0.02,
        chance,
      ),
      car_status: steps([-100, 0], [-12, 1], [0.9, 0], [7, 1], [14.5, 0]),
      brake_released: steps([-100, 0], [-12, 1], [0, 0], [7, 1], [14.5, 0]),
      door_zone: (t) => (t < -11.5 ? 1 : t < 0 ? passing(t) : t < 13.5 ? 0 : 1),
      door_closed: steps([-100, 1], [-25, 0], [-13, 1], [15, 0], [28, 1]),
      door_open_limit: steps([-100, 0], [-22.5, 1], [-16, 0], [17.5, 1], [25, 0]),
      occupied: motion(-20, 24, chance),
    });
    const told = play(await lift({ rescueDevice: true }), rules, signals, { from: -100, to: 700, phase });
    expect(told.raised).toEqual(["elevator.power_lost"]);
    expect(told.first("elevator.power_lost")).toBeLessThanOrEqual(5 + poll);
    expect(told.active("elevator.power_lost")).toBe(false);
  });

  test.each([
    ["without a rescue device after 30 s", {}, 31],
    ["with a rescue device that failed after 90 s", { rescueDevice: true }, 91],
  ] as const)("a power cut that leaves somebody between floors is an entrapment %s", async (_, params, deadline) => {
    for (const phase of phases) {
      const signals = emergencyStop(chanceOf(4), { main_power: steps([-100, 1], [0, 0]) });
      const told = play(await lift(params), rules, signals, { from: -100, to: 200, phase });
      expect(told.first("elevator.entrapment_off_landing")).toBeLessThanOrEqual(deadline + poll);
      expect(told.first("elevator.entrapment_off_landing")).toBeGreaterThan(deadline - 2);
      expect(told.first("elevator.power_lost")).toBeLessThanOrEqual(5 + poll);
    }
  });

  test("relevelling under load and blips of the closed contact at a landing", () => {
    const relevel = during(...Array.from({ length: 60 }, (_, n): [number, number] => [n * 60 + 5, 1.5]));
    const blip = during(...Array.from({ length: 60 }, (_, n): [number, number] => [n * 60 + 25, 1.8]));
    const signals = carWith({
      speed: (t) => 0.08 * relevel(t),
      car_status: relevel,
      brake_released: relevel,
      door_closed: (t) => 1 - blip(t),
    });
    expect(play(plain, rules, signals, { from: 0, to: hours }).raised).toEqual([]);
  });

  test.each(seeds)("half an hour of ordinary traffic (seed %i)", (seed) => {
    const told = play(plain, rules, traffic(seed, 30 * minutes), { from: 0, to: 30 * minutes });
    expect(told.raised).toEqual([]);
  });
});
