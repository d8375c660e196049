/** A standby generator with its transfer switch, in fixed steps of 50 ms. Pure: no clock, no socket. */
import { createChance } from "../chance.ts";
import type { Plant } from "./plant.ts";
import type { GeneratorParams } from "./supply-params.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
const tolerance = 1e-9;
const publishEverySteps = 10;
/** Cranks for at most 15 s, rests 7 s, three attempts (Generac manuals); a healthy engine fires after 2 to 4 s. */
const crank = { longest: 15, rest: 7, attempts: 3, fires: [2, 4] as const } as const;
const runUpSeconds = 2;
const rated = { volts: 230, hertz: 50, rpm: 1500, oil: 420, coolant: 84 } as const;
/** Litres an hour at the load of a building, and without load. */
const burns = { loaded: 60, idle: 12 } as const;
const phases = ["voltage_l1", "voltage_l2", "voltage_l3"] as const;
const starter = { charged: 27.2, cranking: 22 } as const;

export type GeneratorPhase = "standby" | "waiting" | "cranking" | "resting" | "running" | "cooling" | "failed";

export interface GeneratorState {
  phase: GeneratorPhase;
  /** What the transfer switch feels on its utility side; told by the wiring. */
  utility: boolean;
  auto: boolean;
  /** The switch on the generator's side. */
  transferred: boolean;
  /** Share of rated speed. */
  speed: number;
  attempts: number;
  fuel: number;
}

export interface Generator extends Plant {
  readonly kind: "generator";
  readonly params: GeneratorParams;
  readonly state: Readonly<GeneratorState>;
  /** It feeds the building at present. */
  readonly carries: boolean;
  feelUtility(present: boolean): void;
  setAuto(on: boolean): void;
  /** The engine turns but does not fire. */
  refuseToFire(on: boolean): void;
  /** The transfer switch does not follow its order. */
  jamSwitch(on: boolean): void;
  setFuel(percent: number): void;
  /** A run without load, ended by `false`. */
  testRun(on: boolean): void;
}

/** The same parameters and seed give the same readings, step by step. */
export function createGenerator(params: GeneratorParams, seed: number): Generator {
  const chance = createChance(seed, "generator");
  const state: GeneratorState = {
    phase: "standby",
    utility: true,
    auto: true,
    transferred: false,
    speed: 0,
    attempts: 0,
    fuel: chance.between(75, 95),
  };
  let steps = 0;
  /** Seconds in this phase, of steady voltage, and of steady utility. */
  let inPhase = 0;
  let steady = 0;
  let utilityFor = 1e6;
  let firesAfter = 0;
  let dead = false;
  let jammed = false;
  let testing = false;
  let coolant = 40;
  let seconds = chance.whole(100, 900) * 3600;
  /** What is told has changed since it was last told. */
  let touched = false;
  let stirred = 0;
  const readings: Record<string, number> = { heartbeat: 0 };

  const enter = (phase: GeneratorPhase) => {
    state.phase = phase;
    inPhase = 0;
    touched = true;
  };
  const turning = () => state.phase === "running" || state.phase === "cooling";
  const wanted = () => testing || (state.auto && !state.utility);
  const beginCranking = () => {
    state.attempts += 1;
    firesAfter = chance.between(...crank.fires);
    enter("cranking");
  };

  const control = () => {
    inPhase += stepSeconds;
    utilityFor = state.utility ? utilityFor + stepSeconds : 0;
    switch (state.phase) {
      case "standby":
        state.attempts = 0;
        if (wanted()) enter("waiting");
        return;
      case "waiting":
        if (!wanted()) enter("standby");
        else if (testing || inPhase >= params.startDelay - tolerance) beginCranking();
        return;
      case "cranking":
        if (!dead && state.fuel > 0 && inPhase >= firesAfter) enter("running");
        else if (inPhase >= crank.longest - tolerance) enter(state.attempts < crank.attempts ? "resting" : "failed");
        return;
      case "resting":
        if (inPhase >= crank.rest - tolerance) beginCranking();
        return;
      case "running":
        if (state.fuel <= 0) enter("failed");
        else if (!testing && utilityFor >= params.backAfter - tolerance && inPhase > params.backAfter) enter("cooling");
        else if (!testing && !state.transferred && state.utility && utilityFor >= params.backAfter) enter("cooling");
        return;
      case "cooling":
        if (wanted() && !testing) enter("running");
        else if (inPhase >= params.coolDown - tolerance) enter("standby");
        return;
      case "failed":
        return;
    }
  };

  const transfer = () => {
    steady = turning() && state.speed >= 0.99 ? steady + stepSeconds : 0;
    const want =
      state.phase === "running" && steady >= params.warmUp - tolerance && utilityFor < params.backAfter && !testing;
    // It leaves the utility only while the utility is away, and comes back only when that has been steady.
    const to = state.transferred ? state.phase === "running" && !testing : want && !state.utility;
    const was = state.transferred;
    if (!jammed) state.transferred = to && state.speed > 0.9;
    touched ||= state.transferred !== was;
  };

  const publish = () => {
    const volts = turning() ? rated.volts * Math.min(1, state.speed) : 0;
    for (const phase of phases) readings[phase] = volts > 0 ? Math.max(0, volts + chance.normal(0, 0.4)) : 0;
    readings.frequency = turning() ? Math.max(0, rated.hertz * state.speed + chance.normal(0, 0.02)) : 0;
    readings.speed = Math.max(0, rated.rpm * state.speed + (state.speed > 0 ? chance.normal(0, 2) : 0));
    readings.oil_pressure = turning() ? Math.max(0, rated.oil * state.speed + chance.normal(0, 4)) : 0;
    readings.coolant_temp = coolant + chance.normal(0, 0.1);
    readings.fuel_level = Math.max(0, Math.min(100, state.fuel + chance.normal(0, 0.05)));
    readings.battery_v = (state.phase === "cranking" ? starter.cranking : starter.charged) + chance.normal(0, 0.03);
    readings.run_hours = Math.floor(seconds / 3600);
  };
  const tell = () => {
    if (touched) stirred = steps;
    touched = false;
    readings.heartbeat = Math.floor(steps / stepsPerSecond) % 65_536;
    readings.running = Number(turning());
    readings.ready = Number(state.auto && state.phase === "standby" && state.fuel > 0);
    readings.in_auto = Number(state.auto);
    readings.start_cmd = Number(state.phase !== "standby" && state.phase !== "waiting" && state.phase !== "cooling");
    readings.common_fault = Number(state.phase === "failed");
    readings.start_fault = Number(state.phase === "failed" && !turning());
    readings.breaker_closed = Number(state.transferred);
  };
  publish();
  tell();

  return {
    kind: "generator",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    get carries() {
      return state.transferred && turning();
    },
    readings,
    get stirred() {
      return (state.phase === "standby" && state.speed === 0 ? stirred : steps) / stepsPerSecond;
    },
    step() {
      steps += 1;
      control();
      const target = turning() ? 1 : state.phase === "cranking" ? 0.15 : 0;
      const most = stepSeconds / runUpSeconds;
      state.speed += Math.min(most, Math.max(-most, target - state.speed));
      transfer();
      if (turning()) {
        seconds += stepSeconds;
        const rate = state.transferred ? burns.loaded : burns.idle;
        state.fuel = Math.max(0, state.fuel - (100 * rate * stepSeconds) / 3600 / params.tank);
      }
      coolant += (((turning() ? rated.coolant : 40) - coolant) * stepSeconds) / 300;
      const due = steps % publishEverySteps === 0;
      if (due) publish();
      // It stands for weeks: only what changed is told between two looks at the meters.
      if (due || touched) tell();
    },
    feelUtility(present) {
      state.utility = present;
    },
    setAuto(on) {
      state.auto = on;
      touched = true;
    },
    refuseToFire(on) {
      dead = on;
    },
    jamSwitch(on) {
      jammed = on;
    },
    setFuel(percent) {
      state.fuel = percent;
      touched = true;
    },
    testRun(on) {
      if (testing && !on && state.phase === "running") enter("cooling");
      testing = on;
    },
    recover() {
      dead = false;
      jammed = false;
      testing = false;
      state.auto = true;
      touched = true;
      state.fuel = Math.max(state.fuel, 75);
      if (state.phase === "failed") enter("standby");
    },
  };
}
