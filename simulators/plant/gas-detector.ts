/** A room with a gas leak, its detector, and the controller with shut-off valve and exhaust fan, in fixed steps of 0.1 s. Pure. */
import { createChance } from "../chance.ts";
import type { Plant } from "./plant.ts";
import type { GasParams } from "./supply-params.ts";

/** Gas spreads over minutes; a valve and a fan need seconds. */
const stepsPerSecond = 10;
const stepSeconds = 1 / stepsPerSecond;
const tolerance = 1e-9;
const publishEverySteps = 5;
/** Methane: 5 % by volume is 100 % LEL. */
const explosive = 0.05;
/** A catalytic sensor shows 90 % of a step within 30 s. */
const sensorSeconds = 30 / Math.log(10);
const stages = { low: 25, high: 50 } as const;
const delays = { valve: 2, fan: 8 } as const;

export interface GasState {
  /** Share of the room's air that is gas. */
  concentration: number;
  /** m³/h that leak while the valve is open. */
  leak: number;
  valveClosed: boolean;
  fanRuns: boolean;
}

export interface GasDetector extends Plant {
  readonly kind: "gas";
  readonly params: GasParams;
  readonly state: Readonly<GasState>;
  leak(cubicMetresPerHour: number): void;
  /** The valve does not follow its order. */
  stickValve(on: boolean): void;
  failFan(on: boolean): void;
  failSensor(on: boolean): void;
  /** By hand at the controller: the valve opens again and the fan stops. */
  reset(): void;
}

/** The same parameters and seed give the same readings, step by step. */
export function createGasDetector(params: GasParams, seed: number): GasDetector {
  const chance = createChance(seed, "gas");
  const state: GasState = { concentration: 0, leak: 0, valveClosed: false, fanRuns: false };
  let steps = 0;
  let shown = 0;
  let valveWanted = false;
  let fanWanted = false;
  let valveFor = 0;
  let fanFor = 0;
  let stuck = false;
  let fanBroken = false;
  let broken = false;
  /** What is told may have changed since it was last told. */
  let touched = false;
  let stirred = 0;
  const readings: Record<string, number> = { heartbeat: 0 };

  const publish = () => {
    const noise = chance.normal(0, 0.15);
    readings.conc_lel = broken ? 0 : Math.min(100, shown + noise);
    readings.sensor_life = 80;
  };
  const tell = () => {
    if (touched) stirred = steps;
    touched = false;
    readings.heartbeat = Math.floor(steps / stepsPerSecond) % 65_536;
    readings.level1 = Number(!broken && shown >= stages.low);
    readings.level2 = Number(!broken && shown >= stages.high);
    readings.fault = Number(broken);
    readings.valve_closed = Number(state.valveClosed);
    readings.valve_cmd = Number(valveWanted);
    readings.fan_run = Number(state.fanRuns);
    readings.fan_cmd = Number(fanWanted);
  };
  publish();
  tell();

  return {
    kind: "gas",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    readings,
    get stirred() {
      return (state.concentration > 0 || fanWanted || valveWanted ? steps : stirred) / stepsPerSecond;
    },
    step() {
      steps += 1;
      const changes = state.fanRuns ? params.fanChanges : params.airChanges;
      const inflow = state.valveClosed ? 0 : state.leak / params.room;
      state.concentration += ((inflow - changes * state.concentration) * stepSeconds) / 3600;
      state.concentration = Math.max(0, state.concentration);
      shown += (((100 * state.concentration) / explosive - shown) * stepSeconds) / sensorSeconds;
      if (!broken && shown >= stages.low) fanWanted = true;
      if (!broken && shown >= stages.high) valveWanted = true;
      valveFor = valveWanted && !stuck ? valveFor + stepSeconds : 0;
      fanFor = fanWanted && !fanBroken ? fanFor + stepSeconds : 0;
      state.valveClosed = valveFor >= delays.valve - tolerance;
      state.fanRuns = fanFor >= delays.fan - tolerance;
      const due = steps % publishEverySteps === 0;
      if (due) publish();
      if (due || touched || fanWanted || valveWanted) tell();
    },
    leak(cubicMetresPerHour) {
      state.leak = cubicMetresPerHour;
    },
    stickValve(on) {
      stuck = on;
    },
    failFan(on) {
      fanBroken = on;
    },
    failSensor(on) {
      broken = on;
      touched = true;
    },
    reset() {
      touched = true;
      valveWanted = false;
      fanWanted = false;
    },
    recover() {
      touched = true;
      state.leak = 0;
      state.concentration = 0;
      shown = 0;
      stuck = false;
      fanBroken = false;
      broken = false;
      valveWanted = false;
      fanWanted = false;
    },
  };
}
