/** An uninterruptible power supply with its battery, in fixed steps of 50 ms. Pure: no clock, no socket. */
import { createChance } from "../chance.ts";
import type { Plant } from "./plant.ts";
import type { UpsParams } from "./supply-params.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
const publishEverySteps = 10;
/** 24 V under load when full, 21 V when empty, 27.3 V on the charger. */
const volts = { full: 24, empty: 21, charging: 27.3 } as const;
/** A battery gives less the faster it is drained (Peukert). */
const peukert = 1.15;
const lowBelow = 20;
/** Hours from empty to full. */
const chargeHours = 8;
const selfTestSeconds = 3;

/** Minutes that a full battery carries `load` percent when it carries the full rating for `atFull` minutes. */
export const runtimeMinutes = (atFull: number, load: number): number =>
  load <= 0 ? 10_000 : Math.min(10_000, atFull * (100 / load) ** peukert);

export interface UpsState {
  /** The supply before it is in order; told by the wiring. */
  input: boolean;
  /** Share of the battery that is left, 0 to 1. */
  charge: number;
  load: number;
  onBattery: boolean;
  bypass: boolean;
  chargerFailed: boolean;
  worn: boolean;
}

export interface Ups extends Plant {
  readonly kind: "ups";
  readonly params: UpsParams;
  readonly state: Readonly<UpsState>;
  feelInput(present: boolean): void;
  setLoad(percent: number): void;
  setBypass(on: boolean): void;
  failCharger(on: boolean): void;
  wearBattery(on: boolean): void;
  /** Some seconds on the battery, as it does by itself every other week. */
  selfTest(): void;
}

/** The same parameters and seed give the same readings, step by step. */
export function createUps(params: UpsParams, seed: number): Ups {
  const chance = createChance(seed, "ups");
  const state: UpsState = {
    input: true,
    charge: 1,
    load: params.load,
    onBattery: false,
    bypass: false,
    chargerFailed: false,
    worn: false,
  };
  let steps = 0;
  let onBatteryFor = 0;
  let testLeft = 0;
  /** What is told has changed since it was last told. */
  let touched = false;
  let stirred = 0;
  const readings: Record<string, number> = { heartbeat: 0 };

  const left = () => state.charge * runtimeMinutes(params.fullLoadMinutes, state.load);
  const publish = () => {
    const under = volts.empty + (volts.full - volts.empty) * state.charge;
    readings.battery_pct = 100 * state.charge;
    readings.runtime = Math.min(9_999, left());
    readings.battery_v = (state.onBattery ? under : volts.charging) + chance.normal(0, 0.03);
    readings.load_pct = Math.max(0, state.load + chance.normal(0, 0.4));
    readings.battery_temp = 25 + chance.normal(0, 0.1);
  };
  const tell = () => {
    if (touched) stirred = steps;
    touched = false;
    readings.heartbeat = Math.floor(steps / stepsPerSecond) % 65_536;
    readings.on_battery = Number(state.onBattery);
    readings.battery_low = Number(state.charge * 100 < lowBelow);
    readings.battery_depleted = Number(state.charge <= 0);
    readings.battery_temp_bad = 0;
    // The card tells the inverse: 1 is a bad input.
    readings.input_ok = Number(!state.input);
    readings.output_bad = Number(state.charge <= 0 && !state.input);
    readings.overload = Number(state.load > 100);
    readings.on_bypass = Number(state.bypass);
    readings.charger_fault = Number(state.chargerFailed);
    readings.battery_replace = Number(state.worn);
    readings.seconds_on_battery = Math.min(65_534, Math.floor(onBatteryFor));
  };
  publish();
  tell();

  return {
    kind: "ups",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    readings,
    get stirred() {
      return (state.onBattery || state.charge < 1 ? steps : stirred) / stepsPerSecond;
    },
    step() {
      steps += 1;
      testLeft = Math.max(0, testLeft - stepSeconds);
      const was = state.onBattery;
      state.onBattery = state.charge > 0 && (!state.input || testLeft > 0);
      touched ||= state.onBattery !== was;
      onBatteryFor = state.onBattery ? onBatteryFor + stepSeconds : 0;
      if (state.onBattery) {
        const minutes = runtimeMinutes(params.fullLoadMinutes, state.load) * (state.worn ? 0.4 : 1);
        state.charge = Math.max(0, state.charge - stepSeconds / 60 / minutes);
      } else if (state.input && !state.chargerFailed) {
        state.charge = Math.min(1, state.charge + stepSeconds / 3600 / chargeHours);
      }
      const due = steps % publishEverySteps === 0;
      if (due) publish();
      if (due || touched) tell();
    },
    feelInput(present) {
      touched ||= state.input !== present;
      state.input = present;
    },
    setLoad(percent) {
      state.load = percent;
      touched = true;
    },
    setBypass(on) {
      state.bypass = on;
      touched = true;
    },
    failCharger(on) {
      state.chargerFailed = on;
      touched = true;
    },
    wearBattery(on) {
      state.worn = on;
      touched = true;
    },
    selfTest() {
      testLeft = selfTestSeconds;
    },
    recover() {
      state.load = params.load;
      state.bypass = false;
      state.chargerFailed = false;
      state.worn = false;
      touched = true;
    },
  };
}
