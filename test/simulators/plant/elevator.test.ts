/** The elevator's model against its figures: doors, runs, short contacts, flicker, emergency stops, rescue device. */
import { describe, expect, test } from "vitest";
import { createElevator } from "../../../simulators/plant/elevator.ts";
import { ElevatorParams } from "../../../simulators/plant/elevator-params.ts";
import type { Elevator } from "../../../simulators/plant/elevator-state.ts";

const quiet = { startsPerDay: 0 };
const lift = (params: object = quiet, seed = 7): Elevator => createElevator(ElevatorParams.parse(params), seed, 10);

/** Steps until `until` is true and answers the plant seconds it took; fails after ten minutes. */
function run(elevator: Elevator, until: () => boolean): number {
  const start = elevator.elapsed;
  while (!until()) {
    elevator.step();
    if (elevator.elapsed - start > 600) throw new Error("it never happened");
  }
  return elevator.elapsed - start;
}
const twoSteps = 0.11;
const on = (elevator: Elevator, point: string) => () => elevator.readings[point] === 1;
const off = (elevator: Elevator, point: string) => () => elevator.readings[point] === 0;

describe("an ordinary trip", () => {
  test("door opens in 2.5 s, stays 4 s and 1 s per passenger, closes in 3 s, and the car leaves 0.5 s later", () => {
    const elevator = lift();
    const from = elevator.nextLanding;
    const to = from < 10 ? from + 1 : from - 1;
    elevator.order({ from, to, persons: 3 });
    elevator.step();
    expect(elevator.readings.door_closed).toBe(0);
    expect(elevator.readings.door_open_limit).toBe(0);
    expect(Math.abs(run(elevator, on(elevator, "door_open_limit")) - 2.5)).toBeLessThan(twoSteps);
    expect(Math.abs(run(elevator, off(elevator, "door_open_limit")) - (4 + 3))).toBeLessThan(twoSteps);
    // The light beam may reopen a door; this seed's does not.
    expect(Math.abs(run(elevator, on(elevator, "door_closed")) - 3)).toBeLessThan(twoSteps);
    expect(Math.abs(run(elevator, on(elevator, "car_status")) - 0.5)).toBeLessThan(twoSteps);
    expect(elevator.readings.brake_released).toBe(1);
    expect(Math.abs(run(elevator, off(elevator, "car_status")) - 4.8)).toBeLessThan(twoSteps);
    expect(elevator.state.runs).toBe(elevator.readings.run_count);
    run(elevator, on(elevator, "door_open_limit"));
    expect(elevator.readings.person_count).toBe(0);
  });

  test("a run and a door cycle are counted once", () => {
    const elevator = lift();
    const { run_count: runs = 0, door_cycles: cycles = 0 } = { ...elevator.readings };
    expect([runs, cycles]).toEqual([0, 0]);
    elevator.step();
    const before = { ...elevator.readings };
    const from = elevator.nextLanding;
    elevator.order({ from, to: from === 0 ? 5 : 0, persons: 1 });
    run(elevator, on(elevator, "car_status"));
    run(elevator, () => elevator.state.phase === "idle");
    expect(elevator.readings.run_count).toBe((before.run_count ?? 0) + 1);
    expect(elevator.readings.door_cycles).toBe((before.door_cycles ?? 0) + 2);
  });

  test("a landing passed at rated speed shows the door zone for 0.23 s, so a slow poll misses it", () => {
    const elevator = lift();
    elevator.order({ from: 0, to: 19, persons: 1 });
    run(elevator, () => elevator.state.phase === "moving" && elevator.carrying !== undefined);
    run(elevator, () => elevator.state.car.position > 9);
    run(elevator, off(elevator, "door_zone"));
    run(elevator, on(elevator, "door_zone"));
    const seconds = run(elevator, off(elevator, "door_zone"));
    expect(Math.abs(seconds - 0.23)).toBeLessThanOrEqual(0.05);
    expect(Math.abs((elevator.readings.speed ?? 0) - 1.75)).toBeLessThanOrEqual(0.02);
    expect(elevator.readings.direction).toBe(1);
  });

  test("the heartbeat counts seconds, and stops level within some millimetres", () => {
    const elevator = lift({ startsPerDay: 3000 });
    const errors: number[] = [];
    while (elevator.elapsed < 3600) {
      const runs = elevator.readings.run_count;
      elevator.step();
      if (elevator.readings.run_count !== runs) errors.push(elevator.readings.leveling_error ?? 0);
    }
    expect(elevator.readings.heartbeat).toBe(3600);
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.every((error) => Math.abs(error) < 20)).toBe(true);
    expect(new Set(errors).size).toBeGreaterThan(40);
  });
});

describe("relevelling", () => {
  test("a car that sinks under its load is brought back at 0.05 m/s with its door open, and that is counted for an hour", () => {
    const elevator = lift();
    const from = elevator.nextLanding;
    elevator.order({ from, to: from === 0 ? 5 : 0, persons: 2 });
    elevator.sink(24);
    run(elevator, on(elevator, "brake_released"));
    expect(elevator.readings.door_open_limit).toBe(1);
    expect(elevator.readings.door_zone).toBe(1);
    expect(elevator.readings.leveling_error).toBeLessThan(-12);
    expect(run(elevator, off(elevator, "brake_released"))).toBeCloseTo(0.024 / 0.05, 0);
    expect(Math.abs(elevator.readings.leveling_error ?? 99)).toBeLessThan(12);
    run(elevator, () => elevator.readings.relevel_count === 1);
    run(elevator, () => elevator.state.phase === "moving");
    run(elevator, () => elevator.state.phase === "idle");
    for (let step = 0; step < 3600 * 20; step += 1) elevator.step();
    expect(elevator.readings.relevel_count).toBe(0);
  });

  test("the car stays where a light load leaves it", () => {
    const elevator = lift();
    const from = elevator.nextLanding;
    elevator.order({ from, to: from === 0 ? 5 : 0, persons: 2 });
    elevator.sink(15);
    run(elevator, () => elevator.state.phase === "closing");
    expect([elevator.readings.relevel_count, elevator.readings.brake_released]).toEqual([0, 0]);
    run(elevator, () => elevator.state.phase === "moving");
    run(elevator, () => elevator.state.phase === "idle");
    expect(elevator.state.car.offLanding).toBe(0);
  });
});

describe("the motion sensor flickers", () => {
  /** Lengths of pulses, and the seconds from one rise to the next. */
  function pulses(elevator: Elevator, seconds: number) {
    const lengths: number[] = [];
    const gaps: number[] = [];
    let rise = Number.NaN;
    let was = elevator.readings.occupied;
    const end = elevator.elapsed + seconds;
    while (elevator.elapsed < end) {
      elevator.step();
      const is = elevator.readings.occupied;
      if (is === 1 && was === 0) {
        if (!Number.isNaN(rise)) gaps.push(elevator.elapsed - rise);
        rise = elevator.elapsed;
      }
      if (is === 0 && was === 1 && !Number.isNaN(rise)) lengths.push(elevator.elapsed - rise);
      was = is;
    }
    return { lengths, gaps };
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  test("people who are shut in give pulses of 1.0–1.5 s every 4–8 s", () => {
    const elevator = lift();
    elevator.order({ from: elevator.nextLanding, to: elevator.nextLanding === 0 ? 9 : 0, persons: 2 });
    run(elevator, on(elevator, "car_status"));
    elevator.openSafetyCircuit();
    elevator.makeRestless();
    const { lengths, gaps } = pulses(elevator, 600);
    for (const length of lengths.slice(1)) expect(length).toBeGreaterThanOrEqual(0.95);
    for (const length of lengths) expect(length).toBeLessThanOrEqual(1.55);
    for (const gap of gaps.slice(1)) expect(gap).toBeGreaterThanOrEqual(3.95);
    for (const gap of gaps.slice(1)) expect(gap).toBeLessThanOrEqual(8.05);
  });

  test("people who stand calmly give a pulse about every 6 s, an empty car one in half an hour", () => {
    const elevator = lift();
    elevator.order({ from: elevator.nextLanding, to: elevator.nextLanding === 0 ? 9 : 0, persons: 1 });
    run(elevator, on(elevator, "car_status"));
    elevator.openSafetyCircuit();
    const calm = pulses(elevator, 7200);
    // Movement within a pulse prolongs it, so rises are a little rarer than movements.
    expect(mean(calm.gaps)).toBeGreaterThan(5.5);
    expect(mean(calm.gaps)).toBeLessThan(9);
    const ghosts = pulses(lift(), 6 * 3600).lengths.length;
    expect(ghosts).toBeGreaterThan(3);
    expect(ghosts).toBeLessThan(28);
  });
});

describe("an emergency stop", () => {
  test("from 1.75 m/s takes 0.7–1.35 s and 0.6–1.3 m, sets the brake at once and fault 1 after 0.2 s", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const elevator = lift(quiet, seed);
      elevator.order({ from: 0, to: 19, persons: 2 });
      run(elevator, () => elevator.carrying !== undefined && elevator.state.car.speed >= 1.75);
      const from = elevator.state.car.position;
      elevator.openSafetyCircuit();
      elevator.step();
      expect([elevator.readings.brake_released, elevator.readings.safety_circuit]).toEqual([0, 0]);
      const latched = 0.05 + run(elevator, () => elevator.readings.fault_code === 1);
      expect(Math.abs(latched - 0.2)).toBeLessThan(twoSteps);
      const seconds = latched + run(elevator, off(elevator, "car_status"));
      expect(seconds).toBeGreaterThanOrEqual(0.7);
      expect(seconds).toBeLessThanOrEqual(1.35);
      const metres = elevator.state.car.position - from;
      expect(metres).toBeGreaterThanOrEqual(0.6);
      expect(metres).toBeLessThanOrEqual(1.3);
      expect([elevator.readings.speed, elevator.readings.direction]).toEqual([0, 0]);
    }
  });

  test("leaves the car where it is until somebody helps", () => {
    const elevator = lift();
    elevator.order({ from: 0, to: 19, persons: 2 });
    run(elevator, () => elevator.carrying !== undefined && elevator.state.car.speed >= 1.75);
    elevator.openSafetyCircuit();
    run(elevator, off(elevator, "car_status"));
    const at = elevator.state.car.position;
    while (elevator.elapsed < 900) elevator.step();
    expect(elevator.state.car.position).toBe(at);
    elevator.recover();
    run(elevator, on(elevator, "door_open_limit"));
    expect([elevator.readings.door_zone, elevator.readings.person_count]).toEqual([1, 0]);
    run(elevator, () => elevator.state.phase === "idle");
  });
});

describe("when the mains fail", () => {
  const inFlight = (params: object) => {
    const elevator = lift({ ...quiet, ...params });
    elevator.order({ from: 0, to: 19, persons: 2 });
    run(elevator, () => elevator.carrying !== undefined && elevator.state.car.speed >= 1.75);
    elevator.loseMains();
    run(elevator, off(elevator, "car_status"));
    return elevator;
  };

  test("a rescue device crawls at 0.2 m/s to the nearest landing after 5–10 s, opens for 10 s and closes", () => {
    const elevator = inFlight({ rescueDevice: true });
    expect([elevator.readings.main_power, elevator.readings.power_source]).toEqual([0, 1]);
    const waited = run(elevator, on(elevator, "car_status"));
    expect(waited).toBeGreaterThan(4.9);
    expect(waited).toBeLessThan(10.1);
    elevator.step();
    expect(Math.abs(Math.abs(elevator.readings.speed ?? 0) - 0.2)).toBeLessThanOrEqual(0.021);
    run(elevator, on(elevator, "door_open_limit"));
    expect([elevator.readings.door_zone, elevator.readings.person_count]).toEqual([1, 0]);
    expect(Math.abs(run(elevator, off(elevator, "door_open_limit")) - 10)).toBeLessThan(twoSteps);
    run(elevator, on(elevator, "door_closed"));
    const at = elevator.state.car.position;
    const until = elevator.elapsed + 300;
    while (elevator.elapsed < until) elevator.step();
    expect([elevator.state.car.position, elevator.readings.car_status]).toEqual([at, 0]);
  });

  test("a car without one stays between the landings", () => {
    const elevator = inFlight({});
    const until = elevator.elapsed + 300;
    while (elevator.elapsed < until) elevator.step();
    expect([elevator.readings.car_status, elevator.readings.door_closed]).toEqual([0, 1]);
  });
});

test("the same seed gives the same readings bit for bit, another seed does not", () => {
  const play = (seed: number) => {
    const elevator = lift({ startsPerDay: 3000 }, seed);
    while (elevator.elapsed < 600) elevator.step();
    return JSON.stringify(elevator.readings);
  };
  expect(play(5)).toBe(play(5));
  expect(play(5)).not.toBe(play(6));
});
