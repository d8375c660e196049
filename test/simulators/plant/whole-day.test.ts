/** A whole day of every kind of plant, at any seed: numbers stay numbers within what is physical, and water is not made. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FleetUnit } from "../../../simulators/fleet.ts";
import type { Booster } from "../../../simulators/plant/booster.ts";
import { createPlant } from "../../../simulators/plants.ts";
import { trainingBuilding } from "../stage/training-building.ts";

const day = 86_400;
const { fleet } = await trainingBuilding();
const kinds = [
  ...Map.groupBy(
    fleet.ports.flatMap(({ units }) => units),
    ({ kind }) => kind,
  ).values(),
].flatMap(([first]) => first ?? []);
const born = (unit: FleetUnit, seed: number) => {
  const params = unit.kind === "booster" ? { ...unit.params, day: "residential" as const } : unit.params;
  return createPlant({ ...unit, seed, params } as FleetUnit, 0).plant;
};

/** [lowest, highest] of what a sensor may say on an ordinary day, by the end of its point's name. */
const limits: readonly (readonly [RegExp, number, number])[] = [
  [/^speed$/, -1.8, 1510],
  [/^position$/, -0.25, 57.25],
  [/^floor_index$/, 1, 20],
  [/person_count$/, 0, 6],
  [/load_pct$/, 0, 110],
  [/leveling_error$/, -25, 25],
  [/machine_temp$/, 10, 40],
  [/outlet_pressure$/, 0.45, 0.65],
  [/inlet_pressure$/, 0.1, 0.3],
  [/^flow$/, 0, 84],
  [/tank_level$/, 1.5, 2.3],
  [/sump_level$/, 0.2, 1],
  [/_freq$|^frequency$/, 0, 50.2],
  [/^p\d_current$/, 0, 20],
  [/_temp$/, 10, 95],
  [/voltage_l\d$/, 0, 245],
  [/battery_pct$/, 0, 100],
  [/conc_lel$/, -1, 1],
  [/open_seconds$/, 0, 30],
  [/alarm_state$/, 0, 0],
  [/fire_count$|fault_count$|fault_code$/, 0, 0],
];
/** What is noise, counts time, or creeps over hours. */
const restless = /heartbeat|battery|_temp$|load_pct|lock_current|voltage|frequency|conc_lel|fuel|oil|speed$|runtime/;

test.each(kinds.map((unit) => [unit.kind, unit] as const))(
  "%s: no reading leaves its limits in a day, and a plant that does not stir tells no news",
  (_kind, unit) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const plant = born(unit, seed);
        const perSecond = Math.round(1 / plant.stepSeconds);
        const points = Object.keys(plant.readings).map((point) => ({
          point,
          limit: limits.find(([name]) => name.test(point)),
          still: !restless.test(point),
        }));
        let before: Record<string, number> = {};
        let seenAt = -1;
        for (let second = 0; second < day; second += 1) {
          for (let step = 0; step < perSecond; step += 1) plant.step();
          // Most seconds are like their neighbours.
          if (second % 17 !== 0) continue;
          const quiet = plant.stirred !== undefined && plant.stirred < seenAt;
          for (const { point, limit, still } of points) {
            const value = plant.readings[point] as number;
            if (!Number.isFinite(value)) throw new Error(`${point} is ${value} after ${second} s`);
            if (limit && (value < limit[1] || value > limit[2]))
              throw new Error(`${point} is ${value} after ${second} s, outside ${limit[1]} to ${limit[2]}`);
            if (quiet && still && value !== before[point])
              throw new Error(`${point} went from ${before[point]} to ${value} in secret after ${second} s`);
          }
          before = { ...plant.readings };
          seenAt = plant.elapsed;
        }
      }),
      { numRuns: 1 },
    );
  },
  120_000,
);

test.each(kinds.map((unit) => [unit.kind, unit] as const))(
  "%s: the same seed lives the same six hours, another does not",
  (_kind, unit) => {
    const lives = (seed: number) => {
      const plant = born(unit, seed);
      const seen: number[] = [];
      for (let step = 1; step <= day / 4 / plant.stepSeconds; step += 1) {
        plant.step();
        if (step % 6000 === 0) seen.push(...Object.values(plant.readings));
      }
      return seen.join();
    };
    expect(lives(7)).toBe(lives(7));
    expect(lives(7)).not.toBe(lives(8));
  },
  60_000,
);

test("what the meter counts in a day is what flowed, and the tank holds what came in less what went out", () => {
  const unit = kinds.find(({ kind }) => kind === "booster");
  if (!unit) throw new Error("the training building has no booster");
  const booster = born(unit, 11) as Booster;
  booster.shutInlet(true);
  const { total, tankLevel } = booster.state;
  let flowed = 0;
  // Until the tank of 12 m2 has lost a metre.
  while (booster.state.tankLevel > tankLevel - 1) {
    booster.step();
    flowed += (booster.state.flow * booster.stepSeconds) / 3600;
  }
  expect(booster.state.total - total).toBeCloseTo(flowed, 6);
  expect(flowed).toBeCloseTo(12, 1);
});
