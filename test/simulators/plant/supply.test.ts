/** Utility, generator, UPS and gas against their figures, and the wires between plants. */
import { expect, test } from "vitest";
import { createGasDetector } from "../../../simulators/plant/gas-detector.ts";
import { createGenerator } from "../../../simulators/plant/generator.ts";
import type { Plant } from "../../../simulators/plant/plant.ts";
import { GasParams, GeneratorParams, UpsParams, UtilityParams } from "../../../simulators/plant/supply-params.ts";
import { createUps, runtimeMinutes } from "../../../simulators/plant/ups.ts";
import { createUtility } from "../../../simulators/plant/utility.ts";
import { createWiring } from "../../../simulators/wiring.ts";

const run = (plants: readonly Plant[], seconds: number, each: () => void = () => {}) => {
  for (let step = 0; step < seconds * 20; step += 1) {
    for (const plant of plants) plant.step();
    each();
  }
};
/** Seconds until it is so; Infinity when it never is within `most`. */
const when = (plant: Plant, most: number, isSo: () => boolean): number => {
  const from = plant.elapsed;
  for (let step = 0; step < most * 20; step += 1) {
    plant.step();
    if (isSo()) return plant.elapsed - from;
  }
  return Number.POSITIVE_INFINITY;
};

test("1 m³/h of gas into 50 m³ with one air change rests at 40 % LEL and passes 25 % after 59 min", () => {
  const gas = createGasDetector(GasParams.parse({}), 1);
  gas.failFan(true);
  gas.leak(1);
  const passes = when(gas, 5400, () => gas.state.concentration >= 0.25 * 0.05);
  expect(Math.abs(passes / 60 / 58.85 - 1)).toBeLessThan(0.05);
  run([gas], 4 * 3600);
  expect(Math.abs((gas.readings.conc_lel ?? 0) / 40 - 1)).toBeLessThan(0.05);
});

test("the exhaust fan starts at the first stage, the valve shuts at the second; stuck, it is commanded and does not tell", () => {
  const gas = createGasDetector(GasParams.parse({}), 2);
  gas.failFan(true);
  gas.stickValve(true);
  gas.leak(5);
  run([gas], 1800);
  expect([gas.readings.fan_cmd, gas.readings.fan_run, gas.readings.valve_cmd, gas.readings.valve_closed]).toEqual([
    1, 0, 1, 0,
  ]);
  gas.failFan(false);
  gas.stickValve(false);
  run([gas], 10);
  expect([gas.readings.fan_run, gas.readings.valve_closed]).toEqual([1, 1]);
});

test("a battery that carries the full load for 10 min carries 40 % for 28.7 min (Peukert 1.15), falling from 24 to 21 V", () => {
  expect(runtimeMinutes(10, 100)).toBeCloseTo(10, 9);
  const ups = createUps(UpsParams.parse({}), 1);
  run([ups], 2);
  ups.feelInput(false);
  run([ups], 1);
  expect(ups.readings.battery_v).toBeCloseTo(24, 0);
  const empty = when(ups, 3600, () => ups.readings.battery_depleted === 1);
  expect(Math.abs((empty + 1) / 60 / 28.68 - 1)).toBeLessThan(0.05);
  run([ups], 1);
  expect([ups.readings.output_bad, ups.readings.on_battery]).toEqual([1, 0]);
});

test.each([1, 2, 3, 4, 5, 6])(
  "a generator carries the load 10 to 15 s after the utility failed, and gives it back (seed %i)",
  (seed) => {
    const generator = createGenerator(GeneratorParams.parse({ backAfter: 15 }), seed);
    run([generator], 5);
    generator.feelUtility(false);
    const carries = when(generator, 60, () => generator.carries);
    expect(carries).toBeGreaterThan(9);
    expect(carries).toBeLessThan(15);
    run([generator], 60);
    expect(Math.abs((generator.readings.frequency ?? 0) - 50)).toBeLessThan(0.2);
    generator.feelUtility(true);
    expect(when(generator, 60, () => !generator.carries)).toBeCloseTo(15, 0);
    run([generator], 70);
    expect([generator.readings.running, generator.readings.ready]).toEqual([0, 1]);
  },
);

test("an engine that does not fire is cranked three times for 15 s and tells a failed start after about a minute", () => {
  const generator = createGenerator(GeneratorParams.parse({}), 1);
  generator.refuseToFire(true);
  generator.feelUtility(false);
  expect(
    Math.abs(when(generator, 120, () => generator.readings.start_fault === 1) / (3 + 3 * 15 + 2 * 7) - 1),
  ).toBeLessThan(0.05);
});

test("the relay drops out below 85 % and the wires carry the outage to generator and UPS, and the return of power", () => {
  const utility = createUtility(UtilityParams.parse({}), 1);
  const generator = createGenerator(GeneratorParams.parse({}), 1);
  const ups = createUps(UpsParams.parse({}), 1);
  const plants: Record<string, Plant> = { u: utility, g: generator, p: ups };
  const wiring = createWiring([{ supply: "u", generator: "g", feeds: ["p"] }], (name) => plants[name]);
  const all = [utility, generator, ups];
  const pass = (seconds: number) => run(all, seconds, () => wiring.carry(0.05));
  pass(5);
  utility.setVoltage(0.87);
  pass(5);
  expect([utility.readings.utility_ok, ups.readings.on_battery]).toEqual([1, 0]);
  utility.setVoltage(0);
  pass(3);
  expect([utility.readings.utility_ok, ups.readings.on_battery, generator.readings.running]).toEqual([0, 1, 0]);
  pass(15);
  expect([utility.readings.on_generator, ups.readings.on_battery, generator.readings.breaker_closed]).toEqual([
    1, 0, 1,
  ]);
});

test("the same seed gives the same readings to the last bit", () => {
  const told = () => {
    const plants = [
      createUtility(UtilityParams.parse({}), 9),
      createGenerator(GeneratorParams.parse({}), 9),
      createUps(UpsParams.parse({}), 9),
      createGasDetector(GasParams.parse({}), 9),
    ];
    run(plants, 300);
    return JSON.stringify(plants.map(({ readings }) => readings));
  };
  expect(told()).toBe(told());
});
