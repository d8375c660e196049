/** A booster set of three pumps on one manifold, with its tank and the sump of its room, in fixed steps of 50 ms. */
import { type Chance, createChance } from "../chance.ts";
import type { BoosterParams } from "./booster-params.ts";
import { createBoosterSensors } from "./booster-sensors.ts";
import { createDemand } from "./demand.ts";
import { capacity, demandFlow, frequencyFor, holeFlow, pumpFlow } from "./hydraulics.ts";
import type { Plant } from "./plant.ts";
import { type ControlledPump, createPumpControl, type PumpControl } from "./pump-control.ts";
import { createSump, type Sump } from "./sump.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
/** With the vessel empty the manifold answers within milliseconds: shorter steps keep the sum stable. */
const emptyVesselSteps = 5;
const barPerMegapascal = 10;
const tank = { area: 12, low: 1.8, full: 2.1, edge: 3, inflow: 25, airBelow: 0.3, airSeconds: 5 } as const;

export interface BoosterPump extends ControlledPump {
  hours: number;
  /** Code of the drive, 48 = overload. */
  alarm: number;
  temperature: number;
}

/** What the sensors look at. */
export interface BoosterState {
  readonly pumps: readonly BoosterPump[];
  readonly control: PumpControl;
  readonly sump: Sump;
  /** What the controller holds, bar. */
  setpoint: number;
  /** bar, gauge */
  pressure: number;
  /** m³/h through all pumps, and through each one that runs. */
  flow: number;
  flowPerPump: number;
  /** m³ since the meter was new */
  total: number;
  tankLevel: number;
  /** Water runs over the floor of the pump room. */
  wetFloor: boolean;
}

export interface Booster extends Plant {
  readonly kind: "booster";
  readonly params: BoosterParams;
  readonly state: Readonly<BoosterState>;
  /** Base demand in m³/h; `undefined` gives it back to the hour of the day. */
  fixDemand(flow: number | undefined): void;
  /** A hole of `diameter` mm opens within `seconds`; the share `toSump` of its water ends in the sump. */
  burst(diameter: number, seconds: number, toSump: number): void;
  /** The valve before the hole is shut. */
  isolateBurst(): void;
  /** Pump 1–3 trips on overload. */
  tripPump(pump: number): void;
  repairPump(pump: number): void;
}

/**
 * `hour` is the hour of the day at the start (0–24). The same parameters, seed and hour give the same readings, step
 * by step. Starts in balance with one pump running.
 */
export function createBooster(params: BoosterParams, seed: number, hour: number): Booster {
  const chance: Chance = createChance(seed, "booster");
  const setpoint = params.setpoint * barPerMegapascal;
  const demand = createDemand(params, createChance(seed, "demand"));
  const pumps: BoosterPump[] = [1, 2, 3].map((number) => ({
    running: false,
    fault: false,
    auto: true,
    starts: chance.whole(500, 9000),
    hours: chance.whole(1000, 20_000),
    alarm: 0,
    // The first pump has been running and is warm.
    temperature: number === 1 ? 50 : 30,
  }));
  const state: BoosterState = {
    pumps,
    control: createPumpControl(pumps, setpoint, frequencyFor(params.flow, setpoint)),
    sump: createSump(chance.between(0.35, 0.85), [chance.whole(50, 900), chance.whole(50, 900)]),
    setpoint,
    pressure: setpoint,
    flow: params.flow,
    flowPerPump: params.flow,
    total: chance.whole(10_000, 200_000),
    tankLevel: 2,
    wetFloor: false,
  };
  const sensors = createBoosterSensors(params, state, createChance(seed, "sensors"));
  let steps = 0;
  let hole: { diameter: number; seconds: number; toSump: number; age: number } | undefined;
  let filling = false;
  let air = 0;

  /** Moves pressure and flows on by `seconds`; answers what runs out of the hole, m³/h. */
  const settleManifold = (seconds: number, base: number) => {
    const running = pumps.reduce((sum, pump) => sum + (pump.running ? 1 : 0), 0);
    state.flowPerPump = pumpFlow(state.control.hz, state.pressure) * (1 - air);
    state.flow = running * state.flowPerPump;
    const open = hole ? Math.min(1, hole.age / hole.seconds) : 0;
    const lost = hole ? holeFlow(hole.diameter, open, state.pressure) : 0;
    const drawn = demandFlow(base, state.pressure, setpoint);
    const change = ((state.flow - drawn - lost) * seconds) / (3600 * capacity(state.pressure));
    state.pressure = Math.max(0, state.pressure + change);
    return lost;
  };

  const settleTank = () => {
    if (state.tankLevel < tank.low) filling = true;
    else if (state.tankLevel >= tank.full) filling = false;
    const net = (filling ? tank.inflow : 0) - state.flow;
    state.tankLevel = Math.min(tank.edge, Math.max(0, state.tankLevel + (net * stepSeconds) / 3600 / tank.area));
    // Below the suction mark the pumps draw air within seconds and lose their flow.
    const target = state.tankLevel < tank.airBelow ? 1 : 0;
    air += ((target - air) * stepSeconds) / tank.airSeconds;
  };

  return {
    kind: "booster",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    readings: sensors.readings,
    step() {
      steps += 1;
      const base = demand.step(stepSeconds, (hour + (steps * stepSeconds) / 3600) % 24);
      // The controller damps its sensor; the noise is in what it publishes.
      state.control.step(stepSeconds, state.pressure, state.flow);
      if (hole) hole.age += stepSeconds;
      const parts = state.pressure + 1 < 5 ? emptyVesselSteps : 1;
      let lost = 0;
      for (let part = 0; part < parts; part += 1) lost = settleManifold(stepSeconds / parts, base);
      state.total += (state.flow * stepSeconds) / 3600;
      settleTank();
      const toSump = hole ? lost * hole.toSump : 0;
      state.wetFloor = toSump > 0;
      state.sump.step(stepSeconds, toSump);
      for (const pump of pumps) if (pump.running) pump.hours += stepSeconds / 3600;
      sensors.step(stepSeconds, steps);
    },
    written(point, value) {
      if (point !== "pressure_setpoint") return;
      state.setpoint = value * barPerMegapascal;
      state.control.aim(state.setpoint);
    },
    fixDemand: (flow) => demand.fix(flow),
    burst(diameter, seconds, toSump) {
      hole = { diameter, seconds, toSump, age: 0 };
    },
    isolateBurst() {
      hole = undefined;
    },
    tripPump(number) {
      const pump = pumps[number - 1];
      if (!pump) return;
      pump.fault = true;
      pump.running = false;
      pump.alarm = 48;
    },
    repairPump(number) {
      const pump = pumps[number - 1];
      if (!pump) return;
      pump.fault = false;
      pump.alarm = 0;
    },
    recover() {
      hole = undefined;
      demand.fix(undefined);
      for (const pump of pumps) {
        pump.fault = false;
        pump.alarm = 0;
      }
    },
  };
}
