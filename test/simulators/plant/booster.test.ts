/** The booster set and its sump against the computed figures of the model. Tolerances stand beside the figures. */
import { describe, expect, test } from "vitest";
import { type Booster, createBooster } from "../../../simulators/plant/booster.ts";
import { BoosterParams } from "../../../simulators/plant/booster-params.ts";
import { holeFlow, shaftPower } from "../../../simulators/plant/hydraulics.ts";
import { createSump } from "../../../simulators/plant/sump.ts";

/** 8 m³/h without swings, settled for 10 s, as the figures assume. */
function steadySet(params: object = {}): Booster {
  const booster = createBooster(BoosterParams.parse({ day: "steady", swing: 0, ...params }), 1, 10);
  advance(booster, 10);
  return booster;
}
function advance(booster: Booster, seconds: number): void {
  for (let step = 0; step < Math.round(seconds * 20); step += 1) booster.step();
}
/** Pressure in bar and flow in m³/h at each of the given seconds after now. */
function course(booster: Booster, seconds: readonly number[]) {
  let at = 0;
  return seconds.map((second) => {
    advance(booster, second - at);
    at = second;
    return { second, pressure: booster.state.pressure, flow: booster.state.flow };
  });
}
const running = (booster: Booster) => booster.state.pumps.filter((pump) => pump.running).length;

test("a hole lets out what its diameter says at 5.5 bar", () => {
  for (const [mm, flow] of [
    [6, 2.1],
    [10, 5.8],
    [16, 14.9],
    [20, 23.3],
    [30, 52],
  ] as const) {
    expect(Math.abs(holeFlow(mm, 1, 5.5) - flow)).toBeLessThan(0.01 * flow + 0.1);
  }
});

test("a pump takes 2.1 kW at 8, 3.2 kW at 14 and 4.6 kW at 20 m³/h (within 5 %)", () => {
  for (const [flow, hz, power] of [
    [8, 44.1, 2.1],
    [14, 45.6, 3.2],
    [20, 47.9, 4.6],
  ] as const) {
    expect(Math.abs(shaftPower(hz, flow) / power - 1)).toBeLessThan(0.05);
  }
});

test("a set pressure that was written is held from then on, and shown", () => {
  const booster = steadySet();
  booster.written?.("pressure_setpoint", 0.5);
  advance(booster, 60);
  expect(booster.state.pressure).toBeCloseTo(5, 1);
  expect(booster.readings.pressure_setpoint).toBe(0.5);
  booster.written?.("pressure_setpoint", 0.58);
  advance(booster, 60);
  expect(booster.state.pressure).toBeCloseTo(5.8, 1);
});

describe("at rest", () => {
  test("one pump holds 5.50 bar at 8 m³/h with 44.1 Hz, about 6 A and 2–3 kW", () => {
    const booster = steadySet();
    expect(booster.state.pressure).toBeCloseTo(5.5, 1);
    expect(booster.state.flow).toBeCloseTo(8, 0);
    expect(booster.state.control.hz).toBeCloseTo(44.1, 1);
    expect(running(booster)).toBe(1);
    expect(Math.abs((booster.readings.p1_current ?? 0) - 6)).toBeLessThan(0.6);
    expect(booster.readings.p1_power).toBeGreaterThan(2);
    expect(booster.readings.p1_power).toBeLessThan(3);
  });

  test("the pressure sensor is noisy by 0.02 bar", () => {
    const booster = steadySet();
    const seen: number[] = [];
    for (let sample = 0; sample < 1000; sample += 1) {
      advance(booster, 0.5);
      seen.push((booster.readings.outlet_pressure ?? 0) * 10 - booster.state.pressure);
    }
    const deviation = Math.sqrt(seen.reduce((sum, error) => sum + error * error, 0) / seen.length);
    expect(Math.abs(deviation - 0.02)).toBeLessThan(0.002);
  });
});

describe("a burst", () => {
  test("of 20 mm dips to 4.86 bar at about +11 s, brings a second pump, and settles at 31.3 m³/h", () => {
    const booster = steadySet();
    booster.burst(20, 2, 0);
    let lowest = { pressure: 9, at: 0 };
    let secondPumpAt = 0;
    for (let step = 1; step <= 30 * 20; step += 1) {
      booster.step();
      if (booster.state.pressure < lowest.pressure) lowest = { pressure: booster.state.pressure, at: step / 20 };
      if (secondPumpAt === 0 && running(booster) === 2) secondPumpAt = step / 20;
    }
    expect(Math.abs(lowest.pressure - 4.86)).toBeLessThan(0.03);
    expect(Math.abs(lowest.at - 11)).toBeLessThan(1);
    expect(Math.abs(secondPumpAt - 11.5)).toBeLessThan(0.5);
    advance(booster, 30);
    expect(Math.abs(booster.state.flow - 31.3)).toBeLessThan(0.3);
    expect(Math.abs(booster.state.pressure - 5.5)).toBeLessThan(0.02);
  });

  test("of 20 mm follows the time course (0.03 bar, 1 m³/h)", () => {
    const booster = steadySet();
    booster.burst(20, 2, 0);
    for (const { second, pressure, flow } of course(booster, [1, 3, 5, 7, 12, 14, 17, 30])) {
      const bar = { 1: 5.44, 3: 5.15, 5: 4.98, 14: 5.47, 17: 5.82, 30: 5.52 }[second];
      const m3h = { 1: 10, 3: 19, 5: 24, 7: 28, 12: 55 }[second];
      if (bar !== undefined) expect([second, Math.abs(pressure - bar) < 0.03]).toEqual([second, true]);
      if (m3h !== undefined) expect([second, Math.abs(flow - m3h) < 1]).toEqual([second, true]);
    }
  });

  test("of 10 mm never lowers the pressure below 5.39 bar and needs no second pump", () => {
    const booster = steadySet();
    booster.burst(10, 2, 0);
    let lowest = 9;
    for (let step = 0; step < 60 * 20; step += 1) {
      booster.step();
      lowest = Math.min(lowest, booster.state.pressure);
    }
    expect(Math.abs(lowest - 5.39)).toBeLessThan(0.02);
    expect(Math.abs(booster.state.flow - 13.8)).toBeLessThan(0.2);
    expect(Math.abs(booster.state.control.hz - 45.6)).toBeLessThan(0.1);
    expect(running(booster)).toBe(1);
  });

  test("of 50 mm collapses to 0.18 bar at +3 s and three pumps at 84 m³/h hold only 1.65 bar", () => {
    const booster = steadySet();
    booster.burst(50, 2, 0);
    const [one, two, three, eight, thirteen, later] = course(booster, [1, 2, 3, 8, 13, 30]);
    expect(Math.abs((one?.pressure ?? 0) - 5.13)).toBeLessThan(0.05);
    expect(Math.abs((two?.pressure ?? 0) - 4.34)).toBeLessThan(0.05);
    expect(Math.abs((three?.pressure ?? 0) - 0.18)).toBeLessThan(0.05);
    expect(Math.abs((eight?.pressure ?? 0) - 0.73)).toBeLessThan(0.05);
    expect(Math.abs((thirteen?.pressure ?? 0) - 1.65)).toBeLessThan(0.05);
    expect(Math.abs((later?.pressure ?? 0) - 1.65)).toBeLessThan(0.02);
    expect(later?.flow).toBeCloseTo(84, 1);
    expect(running(booster)).toBe(3);
  });

  test("once isolated, the set goes back to one pump", () => {
    const booster = steadySet();
    booster.burst(20, 2, 0);
    advance(booster, 60);
    booster.isolateBurst();
    advance(booster, 60);
    expect(running(booster)).toBe(1);
    expect(Math.abs(booster.state.pressure - 5.5)).toBeLessThan(0.05);
  });
});

describe("failing pumps", () => {
  test("a tripped duty pump is replaced after 3 s; the pressure dips by 0.2–0.4 bar and is back by +15 s", () => {
    const booster = steadySet();
    booster.tripPump(1);
    advance(booster, 0.5);
    expect([booster.readings.p1_fault, booster.readings.p1_run, booster.readings.p1_alarm]).toEqual([1, 0, 48]);
    advance(booster, 2.3);
    expect(running(booster)).toBe(0);
    let lowest = booster.state.pressure;
    advance(booster, 0.3);
    expect(running(booster)).toBe(1);
    for (let step = 0; step < 11.9 * 20; step += 1) {
      lowest = Math.min(lowest, booster.state.pressure);
      booster.step();
    }
    expect(5.5 - lowest).toBeGreaterThan(0.2);
    expect(5.5 - lowest).toBeLessThan(0.4);
    expect(Math.abs(booster.state.pressure - 5.5)).toBeLessThan(0.2);
  });

  test("a pump that a mechanic has switched off stands, another takes over, and it is taken back", () => {
    const booster = steadySet();
    booster.servePump(1, true);
    advance(booster, 4);
    expect([booster.readings.p1_run, booster.readings.p1_auto, booster.readings.all_auto]).toEqual([0, 0, 0]);
    expect([booster.readings.p1_fault, running(booster)]).toEqual([0, 1]);
    advance(booster, 60);
    expect(Math.abs(booster.state.pressure - 5.5)).toBeLessThan(0.2);
    booster.servePump(1, false);
    advance(booster, 1);
    expect([booster.readings.p1_auto, booster.readings.all_auto]).toEqual([1, 1]);
  });

  test("with all pumps out the vessel empties at +22.5 s, 0 bar at +28 s, and nothing flows (0.05 bar, 0.5 s)", () => {
    const booster = steadySet();
    for (const pump of [1, 2, 3]) booster.tripPump(pump);
    for (const { second, pressure, flow } of course(booster, [1, 5, 10, 15, 20])) {
      const bar = { 1: 5.41, 5: 5.07, 10: 4.7, 15: 4.39, 20: 4.12 }[second] ?? 0;
      expect([second, Math.abs(pressure - bar) < 0.05, flow]).toEqual([second, true, 0]);
    }
    let emptyAt = 0;
    for (let step = 1; emptyAt === 0; step += 1) {
      booster.step();
      if (booster.state.pressure <= 4) emptyAt = 20 + step / 20;
    }
    expect(Math.abs(emptyAt - 22.5)).toBeLessThan(0.5);
    advance(booster, 28.5 - emptyAt);
    expect(booster.state.pressure).toBeLessThan(0.05);
    expect(booster.readings.flow).toBe(0);
  });
});

describe("demand", () => {
  test("by night it falls to 0.6 m³/h and the set sleeps, waking 0.5 bar below its setpoint", () => {
    const booster = createBooster(BoosterParams.parse({ swing: 0 }), 1, 2);
    advance(booster, 120);
    expect(booster.state.control.asleep).toBe(true);
    let lowest = 9;
    for (let step = 0; step < 400 * 20; step += 1) {
      booster.step();
      lowest = Math.min(lowest, booster.state.pressure);
    }
    expect(lowest).toBeLessThan(5.01);
    expect(lowest).toBeGreaterThan(4.9);
  });

  test("peaks at 14 m³/h in the evening and swings by about a tenth", () => {
    const booster = createBooster(BoosterParams.parse({}), 1, 18);
    const flows: number[] = [];
    for (let minute = 0; minute < 110; minute += 1) {
      advance(booster, 60);
      flows.push(booster.state.flow);
    }
    const mean = flows.reduce((sum, flow) => sum + flow, 0) / flows.length;
    expect(Math.abs(mean - 14)).toBeLessThan(0.6);
    const deviation = Math.sqrt(flows.reduce((sum, flow) => sum + (flow - mean) ** 2, 0) / flows.length);
    expect(Math.abs(deviation / mean - 0.1)).toBeLessThan(0.03);
  });
});

describe("the sump", () => {
  const minutesUntil = (sump: ReturnType<typeof createSump>, inflow: number, until: () => boolean) => {
    let seconds = 0;
    while (!until()) {
      sump.step(1, inflow);
      seconds += 1;
      if (seconds > 100_000) throw new Error("it never happened");
    }
    return seconds / 60;
  };

  test("fills in 288 min by seepage and is pumped down in 9.9 min", () => {
    const sump = createSump(0.3, [0, 0]);
    expect(Math.abs(minutesUntil(sump, 0, () => sump.level >= 0.9) - 288)).toBeLessThan(1);
    sump.step(1, 0);
    expect(sump.pumps.filter((pump) => pump.running)).toHaveLength(1);
    expect(Math.abs(minutesUntil(sump, 0, () => sump.level <= 0.3) - 9.9)).toBeLessThan(0.1);
  });

  test("without pumps, a burst of 23.3 m³/h raises it from 0.90 to 1.40 m in 5.1 min and over the edge in 9.3 min", () => {
    const sump = createSump(0.9, [0, 0]);
    for (const pump of sump.pumps) pump.fault = true;
    expect(Math.abs(minutesUntil(sump, 22.8, () => sump.highFloat) - 5.1)).toBeLessThan(0.1);
    expect(Math.abs(5.15 + minutesUntil(sump, 22.8, () => sump.level >= 1.8) - 9.3)).toBeLessThan(0.1);
  });

  test("one pump alone holds it below the float for 14.5 min, two pumps lower it by 2.8 cm/min", () => {
    const one = createSump(0.9, [0, 0]);
    const second = one.pumps[1];
    if (second) second.auto = false;
    expect(Math.abs(minutesUntil(one, 22.8, () => one.highFloat) - 14.5)).toBeLessThan(0.2);
    const two = createSump(1.3, [0, 0]);
    for (let second = 0; second < 60; second += 1) two.step(1, 22.8);
    expect(Math.abs(1.3 - two.level - 0.028)).toBeLessThan(0.002);
  });

  test("takes the water of a burst that reaches it: 9.7 cm/min, and the leak rope is wet", () => {
    const booster = steadySet();
    booster.burst(20, 2, 1);
    advance(booster, 40);
    const before = booster.state.sump.level;
    advance(booster, 60);
    const pumped = booster.state.sump.pumps.some((pump) => pump.running) ? 15 / 60 / 4 : 0;
    expect(Math.abs(booster.state.sump.level + pumped - before - 0.099)).toBeLessThan(0.004);
    expect(booster.readings.leak_rope).toBe(1);
  });
});

test("an inlet that fails lets the tank fall by 1.11 cm/min at 8 m³/h until the float valve opens again", () => {
  const booster = steadySet();
  const before = booster.state.tankLevel;
  advance(booster, 600);
  expect(Math.abs(before - booster.state.tankLevel - 0.111)).toBeLessThan(0.002);
  advance(booster, 3600);
  expect(booster.state.tankLevel).toBeGreaterThan(1.7);
});

test("the same seed gives the same readings bit for bit, another seed does not", () => {
  const play = (seed: number) => {
    const booster = createBooster(BoosterParams.parse({}), seed, 7);
    advance(booster, 600);
    return JSON.stringify(booster.readings);
  };
  expect(play(5)).toBe(play(5));
  expect(play(5)).not.toBe(play(6));
});
