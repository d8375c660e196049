/** The same seed is the same day to the last bit: at any speed of a story, however real time is cut, and for every kind. */
import { describe, expect, test } from "vitest";
import { openBuilding } from "../../simulators/building.ts";
import type { FleetUnit } from "../../simulators/fleet.ts";
import { scenarios } from "../../simulators/scenarios/index.ts";
import type { Scenario } from "../../simulators/scenarios/scenario.ts";
import { createSimulatedDevice } from "../../simulators/simulated-device.ts";
import { createTruthLog } from "../../simulators/truth.ts";
import { createHandClock } from "./hand-clock.ts";
import { trainingBuilding } from "./stage/training-building.ts";

const { fleet } = await trainingBuilding();
const units = fleet.ports.flatMap((port) => port.units);
const unitOf = (kind: string): FleetUnit => {
  const unit = units.find((one) => one.kind === (kind === "any" ? "elevator" : kind));
  if (!unit) throw new Error(`the training building has no ${kind}`);
  return unit;
};
const kinds = [...new Set(units.map(({ kind }) => kind))];

function born(unit: FleetUnit, seed: number) {
  const clock = createHandClock();
  const truth = createTruthLog(clock.wall);
  const device = createSimulatedDevice({ ...unit, seed }, 8, { clock, truth, nextPlay: () => 1 });
  return { clock, truth, device };
}

const usual = (scenario: Scenario) =>
  Object.fromEntries(Object.entries(scenario.parameters).map(([name, parameter]) => [name, parameter.default]));

/** What happened in the plant's own time, mark by mark, with the values that were true. */
function played(scenario: Scenario, speed: number, tickMs: number): readonly unknown[] {
  const { clock, truth, device } = born(unitOf(scenario.kind), 5);
  device.play(scenario, { speed, seed: 3, values: usual(scenario) });
  for (let ticks = 0; device.phase !== undefined; ticks += 1) {
    if (ticks > 500_000) throw new Error("it never ended");
    clock.advance(tickMs);
    device.advance(tickMs / 1000);
  }
  return truth.after(0).map(({ kind, plantSeconds, tells, values }) => [kind, plantSeconds, tells.en, values]);
}

const hour = 3_600;
const short = scenarios.filter((scenario) => scenario.endsAfter(usual(scenario)) <= hour);

describe("a story is the same at any speed", () => {
  test("and those that are played here are nearly all, of every kind that has stories", () => {
    expect(short.length).toBeGreaterThan(35);
    expect(new Set(short.map(({ kind }) => kind))).toEqual(new Set(scenarios.map(({ kind }) => kind)));
  });
  test.each(short.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) => {
    const slowly = played(scenario, 1, 50);
    expect(slowly.length).toBeGreaterThan(2);
    for (const [speed, tick] of [
      [60, 33],
      [1_000, 50],
    ] as const)
      expect([speed, played(scenario, speed, tick)]).toEqual([speed, slowly]);
  });
});

test.each(kinds)("%s: real time in pieces of 50, 33 or 7 ms makes the same half hour, another seed another", (kind) => {
  const lives = (seed: number, tickMs: number) => {
    const { device } = born(unitOf(kind), seed);
    const seen: (readonly number[])[] = [];
    const { plant } = device;
    while (plant.elapsed < hour / 2) {
      const before = plant.elapsed;
      device.advance(tickMs / 1000);
      // Each minute of the plant is looked at after the step that ends it.
      if (
        Math.floor(plant.elapsed / 60) !== Math.floor(before / 60) &&
        plant.elapsed - before < plant.stepSeconds * 1.5
      )
        seen.push([Math.round(plant.elapsed * 1000), ...Object.values(plant.readings)]);
    }
    return seen;
  };
  const first = lives(7, 50);
  expect(first.length).toBeGreaterThan(25);
  expect(lives(7, 33)).toEqual(first);
  expect(lives(7, 7)).toEqual(first);
  expect(lives(8, 50)).not.toEqual(first);
});

test("a whole building lives the same ten minutes twice, wires and stories included", async () => {
  const lived = async () => {
    const clock = createHandClock();
    const truth = createTruthLog(clock.wall);
    const building = await openBuilding(fleet, { host: "127.0.0.1", basePort: 0, hour: 8, clock, truth });
    try {
      const supply = building.devices.find(({ device }) => device.kind === "utility")?.device;
      const story = scenarios.find(({ name }) => name === "power-outage");
      if (!supply || !story) throw new Error("no supply, or no outage");
      clock.advance(60_000);
      supply.play(story, { speed: 10, seed: 2, values: usual(story) });
      clock.advance(540_000);
      return {
        readings: building.devices.map(({ device }) => [device.id, { ...device.plant.readings }]),
        truth: truth.after(0),
      };
    } finally {
      await building.close();
    }
  };
  const once = await lived();
  expect(once.truth.length).toBeGreaterThan(3);
  expect(await lived()).toEqual(once);
}, 60_000);
