/** Ordinary days with their awkward moments, in which nothing may ring. */
import type { AccessController } from "../../../simulators/plant/access-state.ts";
import type { Booster } from "../../../simulators/plant/booster.ts";
import type { Elevator } from "../../../simulators/plant/elevator-state.ts";
import type { FirePanel } from "../../../simulators/plant/fire-panel-state.ts";
import type { Generator } from "../../../simulators/plant/generator.ts";
import type { Plant } from "../../../simulators/plant/plant.ts";
import type { Ups } from "../../../simulators/plant/ups.ts";
import type { Utility } from "../../../simulators/plant/utility.ts";
import type { SeenAlarm } from "../../../simulators/score.ts";
import { createStage } from "./stage.ts";

const minute = 60;
const hour = 3600;
const day = 24 * hour;

interface Moment {
  /** Seconds after midnight. */
  readonly at: number;
  /** Only on every so many-th day, from this one on; absent: daily. */
  readonly on?: { readonly every: number; readonly from: number };
  readonly device: string;
  act(plant: Plant): void;
}
const lift = (plant: Plant) => plant as Elevator;
const doors = (plant: Plant) => plant as AccessController;
const pumps = (plant: Plant) => plant as Booster;

/** What happens in a building without being an emergency. Peaks of traffic and water come by themselves. */
const moments: readonly Moment[] = [
  // Cleaners keep a lift door open for a minute and a half while they load their cart.
  { at: 6.5 * hour, device: "lift-1", act: (plant) => lift(plant).holdDoor(true) },
  { at: 6.5 * hour + 90, device: "lift-1", act: (plant) => lift(plant).holdDoor(false) },
  // The mechanic comes every fortnight.
  { at: 9 * hour, on: { every: 14, from: 1 }, device: "lift-1", act: (plant) => lift(plant).inspect(true) },
  { at: 9.2 * hour, on: { every: 14, from: 1 }, device: "lift-1", act: (plant) => lift(plant).creep(0.3) },
  { at: 9.2 * hour + 4, on: { every: 14, from: 1 }, device: "lift-1", act: (plant) => lift(plant).creep(0) },
  { at: 9.7 * hour, on: { every: 14, from: 1 }, device: "lift-1", act: (plant) => lift(plant).inspect(false) },
  // Furniture is moved in: the car sinks under it and relevels with its door open, three times within the hour.
  { at: 10.1 * hour, on: { every: 3, from: 0 }, device: "lift-1", act: (plant) => lift(plant).sink(24) },
  { at: 10.3 * hour, on: { every: 3, from: 0 }, device: "lift-1", act: (plant) => lift(plant).sink(30) },
  { at: 10.5 * hour, on: { every: 3, from: 0 }, device: "lift-1", act: (plant) => lift(plant).sink(22) },
  // The pumps get their bearings greased, one after the other, whichever is running.
  ...[1, 2, 3].flatMap((pump): Moment[] => [
    {
      at: (13 + pump / 2) * hour,
      on: { every: 14, from: 1 },
      device: "booster-1",
      act: (p) => pumps(p).servePump(pump, true),
    },
    {
      at: (13.4 + pump / 2) * hour,
      on: { every: 14, from: 1 },
      device: "booster-1",
      act: (p) => pumps(p).servePump(pump, false),
    },
  ]),
  // A parcel keeps a door open for twenty seconds; the main door stands open by order at lunch.
  { at: 11 * hour, device: "access-1", act: (plant) => doors(plant).visit(2, 1, 20) },
  { at: 12 * hour, device: "access-1", act: (plant) => doors(plant).setMode(1, 2) },
  { at: 13 * hour, device: "access-1", act: (plant) => doors(plant).setMode(1, 0) },
  // Three detectors are disabled for work in the morning; linkage is in manual while somebody stands at the panel.
  { at: 14 * hour, on: { every: 7, from: 2 }, device: "fire-1", act: (p) => (p as FirePanel).setDisabled(80, true) },
  { at: 15.5 * hour, on: { every: 7, from: 2 }, device: "fire-1", act: (p) => (p as FirePanel).setDisabled(80, false) },
  { at: 10 * hour, on: { every: 7, from: 3 }, device: "fire-1", act: (p) => (p as FirePanel).setManual(true) },
  {
    at: 10 * hour + 20 * minute,
    on: { every: 7, from: 3 },
    device: "fire-1",
    act: (p) => (p as FirePanel).setManual(false),
  },
  // The generator's weekly run without load, the self-test of the UPS, a dip of the utility.
  { at: 10.5 * hour, on: { every: 7, from: 1 }, device: "generator-1", act: (p) => (p as Generator).testRun(true) },
  {
    at: 10.5 * hour + 10 * minute,
    on: { every: 7, from: 1 },
    device: "generator-1",
    act: (p) => (p as Generator).testRun(false),
  },
  { at: 3 * hour, on: { every: 14, from: 0 }, device: "ups-1", act: (p) => (p as Ups).selfTest() },
  { at: 17 * hour, on: { every: 3, from: 0 }, device: "utility-1", act: (p) => (p as Utility).setVoltage(0.88) },
  { at: 17 * hour + 0.4, on: { every: 3, from: 0 }, device: "utility-1", act: (p) => (p as Utility).setVoltage(1) },
];

/** A test of the fire panel: told to nobody, because the crew has put the panel into test first. */
const testDay: readonly Moment[] = [
  { at: 9.5 * hour, act: (panel: FirePanel) => panel.setTest(true) },
  { at: 9.5 * hour + 5 * minute, act: (panel: FirePanel) => panel.steamAt(3) },
  { at: 9.5 * hour + 8 * minute, act: (panel: FirePanel) => panel.pressCallPoint(2) },
  { at: 9.5 * hour + 20 * minute, act: (panel: FirePanel) => panel.airOut() },
  { at: 9.5 * hour + 24 * minute, act: (panel: FirePanel) => panel.recover() },
].map(({ at, act }) => ({ at, on: { every: 30, from: 12 }, device: "fire-1", act: (p) => act(p as FirePanel) }));

const devices = ["utility-1", "generator-1", "lift-1", "booster-1", "fire-1", "access-1", "ups-1", "gas-1"];

/**
 * Plays so many days from midnight on and answers every alarm that was told; those that a test suppressed were told to nobody.
 * `slowest`: seconds between two polls of what never rests; the default is the gateway's own pace.
 */
export async function quietDays(days: number, seed = 1, slowest = 0): Promise<readonly SeenAlarm[]> {
  const stage = await createStage({
    devices,
    seed,
    hour: 0,
    slowest,
    params: { "booster-1": { day: "residential" } },
    facts: { "booster-1": { normalFlow: 14 } },
  });
  for (let number = 0; number < days; number += 1) {
    let now = 0;
    const today = [...moments, ...testDay]
      .filter(({ on }) => !on || (number >= on.from && (number - on.from) % on.every === 0))
      .sort((one, other) => one.at - other.at);
    for (const { at, device, act } of today) {
      stage.pass(Math.max(0, at - now));
      now = Math.max(now, at);
      act(stage.device(device).plant);
    }
    stage.pass(day - now);
  }
  return stage.alarms().filter(({ suppressed }) => !suppressed);
}
