/** The incoming utility supply with its meter and voltage relay, in fixed steps of 50 ms. Pure: no clock, no socket. */
import { createChance } from "../chance.ts";
import type { Plant } from "./plant.ts";
import type { UtilityParams } from "./supply-params.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
/** The meter measures twice a second. */
const publishEverySteps = 10;
/** Its voltage relay drops out below 85 % of nominal, after 0.1 s, and comes back after 2 s (engineering judgement). */
const relay = { share: 0.85, drop: 0.1, back: 2 } as const;
/** A dead cable still shows a volt or two of induction. */
const induced = 1;
const powerFactor = 0.9;

export interface UtilityState {
  /** Share of the nominal voltage on each phase, as the network gives it. */
  readonly phases: number[];
  /** What the relay says. */
  healthy: boolean;
  /** The transfer switch stands on the generator. */
  onGenerator: boolean;
}

export interface Utility extends Plant {
  readonly kind: "utility";
  readonly params: UtilityParams;
  readonly state: Readonly<UtilityState>;
  /** All three phases at this share of nominal: 0 is an outage. */
  setVoltage(share: number): void;
  setPhase(phase: 1 | 2 | 3, share: number): void;
  /** Where the transfer switch stands; told by the wiring. */
  setOnGenerator(on: boolean): void;
}

/** The same parameters and seed give the same readings, step by step. */
export function createUtility(params: UtilityParams, seed: number): Utility {
  const chance = createChance(seed, "utility");
  const state: UtilityState = { phases: [1, 1, 1], healthy: true, onGenerator: false };
  let steps = 0;
  let lowFor = 0;
  let goodFor: number = relay.back;
  let swing = 0;
  let hertz = 50;
  let energy = chance.whole(100_000, 900_000);
  let low = false;
  const readings: Record<string, number> = { heartbeat: 0 };
  const volts = ["voltage_l1", "voltage_l2", "voltage_l3"] as const;
  const currents = ["current_l1", "current_l2", "current_l3"] as const;

  const publish = () => {
    swing = 0.98 * swing + chance.normal(0, 0.2);
    hertz = 50 + 0.95 * (hertz - 50) + chance.normal(0, 0.004);
    let power = 0;
    for (let phase = 0; phase < 3; phase += 1) {
      const share = state.phases[phase] as number;
      const felt = share > 0 ? share * params.nominal + swing + chance.normal(0, 0.15) : induced;
      const carries = state.healthy && !state.onGenerator;
      const amps = carries ? Math.max(0, params.load * share * (1 + chance.normal(0, 0.02))) : 0;
      readings[volts[phase] as string] = Math.max(0, felt);
      readings[currents[phase] as string] = amps;
      power += (felt * amps * powerFactor) / 1000;
    }
    energy += (power * publishEverySteps * stepSeconds) / 3600;
    readings.frequency = state.phases.some((share) => share > 0.2) ? hertz : 0;
    readings.active_power = power;
    readings.energy = energy;
  };
  const tell = () => {
    readings.heartbeat = Math.floor(steps / stepsPerSecond) % 65_536;
    readings.utility_ok = Number(state.healthy);
    readings.on_generator = Number(state.onGenerator);
    readings.breaker_closed = Number(!state.onGenerator);
  };
  const feel = () => {
    low = state.phases.every((share) => share < relay.share);
  };
  publish();
  tell();

  return {
    kind: "utility",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    readings,
    step() {
      steps += 1;
      const was = state.healthy;
      lowFor = low ? lowFor + stepSeconds : 0;
      goodFor = low ? 0 : goodFor + stepSeconds;
      if (lowFor >= relay.drop - 1e-9) state.healthy = false;
      else if (goodFor >= relay.back - 1e-9) state.healthy = true;
      const due = steps % publishEverySteps === 0;
      if (due) publish();
      // Most steps change nothing that the meter tells.
      if (due || state.healthy !== was) tell();
    },
    setVoltage(share) {
      state.phases.fill(share);
      feel();
    },
    setPhase(phase, share) {
      state.phases[phase - 1] = share;
      feel();
    },
    setOnGenerator(on) {
      if (state.onGenerator === on) return;
      state.onGenerator = on;
      tell();
    },
    recover() {
      state.phases.fill(1);
      feel();
    },
  };
}
