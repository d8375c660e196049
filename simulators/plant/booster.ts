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
const suctionPressure = 0.2;
/** A clogged strainer: what is left of the suction pressure, MPa, and how long it takes. */
const clogged = { pressure: 0.02, seconds: 60 } as const;
/** A shut valve is never quite tight, m³/h. */
const valveLeak = 0.09;
/** A pump that runs against a closed valve heats its water by so many K per minute, to 95 °C at most. */
const deadHead = { perMinute: 1.5, most: 95 } as const;
const tank = { area: 12, low: 1.8, full: 2.1, edge: 3, inflow: 25, airBelow: 0.3, airSeconds: 2.5 } as const;

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
  /** What the controller is told of the pressure: its sensor's wire is broken. */
  sensorBroken: boolean;
  /** A pump whose drive no longer answers the controller, 1 to 3; 0 for none. */
  lostDrive: number;
  /** Steam and air in the pumps, 0 to 1. */
  cavitation: number;
  /** Air in place of water in the pumps, 0 to 1: the tank is empty. */
  air: number;
  /** Mains pressure before the pumps, MPa. */
  inlet: number;
  /** The valve behind the pumps. */
  outletOpen: boolean;
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
  /** A mechanic has switched pump 1–3 off for maintenance: it is not in automatic and stands. */
  servePump(pump: number, on: boolean): void;
  /** The main valve in the street is shut: the tank is not filled any more. */
  shutInlet(shut: boolean): void;
  setTank(level: number): void;
  /** The valve behind the pumps is shut; a set that sleeps would stop, this one does not. */
  shutOutlet(shut: boolean): void;
  /** While no pump runs, so much flows back through the check valve (m³/h); the lead pump no longer changes. */
  leakBack(flow: number): void;
  breakSensor(broken: boolean): void;
  loseDrive(pump: number): void;
  /** The suction strainer clogs within a minute. */
  cavitate(on: boolean): void;
  /** Sump pump 1 trips, pump 2 is not in automatic. */
  failSump(failed: boolean): void;
  setSump(level: number): void;
  /** The sump's floats have slipped to a band of 5 cm, and so much water runs in (m³/h). */
  narrowSump(inflow: number): void;
  /** So much runs into the sump besides (m³/h). */
  rainIn(inflow: number): void;
  losePower(): void;
  /** The controller waits so many seconds before it starts its first pump. */
  restorePower(wait: number): void;
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
    sensorBroken: false,
    lostDrive: 0,
    cavitation: 0,
    air: 0,
    inlet: suctionPressure,
    outletOpen: true,
  };
  const sensors = createBoosterSensors(params, state, createChance(seed, "sensors"));
  let steps = 0;
  let hole: { diameter: number; seconds: number; toSump: number; age: number } | undefined;
  let filling = false;
  let inletShut = false;
  let backFlow = 0;
  let clogging = false;
  let sumpInflow = 0;

  /** Moves pressure and flows on by `seconds`; answers what runs out of the hole, m³/h. */
  const settleManifold = (seconds: number, base: number) => {
    let running = 0;
    for (const pump of pumps) if (pump.running) running += 1;
    // Bubbles collapse one to three times a second: the flow swings by 15 % either way.
    const rattle = state.cavitation === 0 ? 1 : 1 + 0.15 * Math.sin(2 * Math.PI * 1.3 * (steps * stepSeconds));
    state.flowPerPump = pumpFlow(state.control.hz, state.pressure) * (1 - state.air) * rattle;
    state.flow = running * state.flowPerPump;
    const open = hole ? Math.min(1, hole.age / hole.seconds) : 0;
    const lost = hole ? holeFlow(hole.diameter, open, state.pressure) : 0;
    const taps = state.outletOpen ? demandFlow(base, state.pressure, setpoint) : valveLeak;
    const back = running === 0 ? backFlow : 0;
    const drawn = taps + back;
    const change = ((state.flow - drawn - lost) * seconds) / (3600 * capacity(state.pressure));
    state.pressure = Math.max(0, state.pressure + change);
    return lost;
  };

  const settleTank = () => {
    if (inletShut) filling = false;
    else if (state.tankLevel < tank.low) filling = true;
    else if (state.tankLevel >= tank.full) filling = false;
    const net = (filling ? tank.inflow : 0) - state.flow;
    state.tankLevel = Math.min(tank.edge, Math.max(0, state.tankLevel + (net * stepSeconds) / 3600 / tank.area));
    // Below the suction mark the pumps draw air within seconds and lose their flow.
    const target = state.tankLevel < tank.airBelow ? 1 : 0;
    state.air += ((target - state.air) * stepSeconds) / tank.airSeconds;
  };

  const change = (number: number, to: Partial<BoosterPump>) => {
    const pump = pumps[number - 1];
    if (pump) Object.assign(pump, to);
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
      state.control.step(stepSeconds, state.sensorBroken ? 0 : state.pressure, state.flow);
      if (hole) hole.age += stepSeconds;
      const parts = state.pressure + 1 < 5 ? emptyVesselSteps : 1;
      let lost = 0;
      for (let part = 0; part < parts; part += 1) lost = settleManifold(stepSeconds / parts, base);
      state.total += (state.flow * stepSeconds) / 3600;
      settleTank();
      const toSump = hole ? lost * hole.toSump : 0;
      state.wetFloor = toSump > 0;
      state.sump.step(stepSeconds, toSump + sumpInflow);
      const clogStep = ((suctionPressure - clogged.pressure) * stepSeconds) / clogged.seconds;
      state.inlet += clogging
        ? -Math.min(clogStep, state.inlet - clogged.pressure)
        : Math.min(clogStep * 4, suctionPressure - state.inlet);
      const clogShare = (suctionPressure - state.inlet) / (suctionPressure - clogged.pressure);
      state.cavitation = clogShare > 0.9 ? 1 : 0;
      if (!state.outletOpen) {
        for (const pump of pumps) {
          const hotter = pump.temperature + (deadHead.perMinute * stepSeconds) / 60;
          if (pump.running) pump.temperature = Math.min(deadHead.most, hotter);
        }
      }
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
    tripPump: (number) => change(number, { fault: true, running: false, alarm: 48 }),
    repairPump: (number) => change(number, { fault: false, alarm: 0 }),
    servePump: (number, on) => change(number, { auto: !on }),
    shutInlet(shut) {
      inletShut = shut;
    },
    setTank(level) {
      state.tankLevel = level;
    },
    shutOutlet(shut) {
      state.outletOpen = !shut;
      state.control.maySleep(!shut);
    },
    leakBack(flow) {
      backFlow = flow;
      state.control.rotate(flow === 0);
    },
    breakSensor(broken) {
      state.sensorBroken = broken;
    },
    loseDrive(number) {
      state.lostDrive = number;
    },
    cavitate(on) {
      clogging = on;
    },
    failSump(failed) {
      const [first, second] = state.sump.pumps;
      if (first) first.fault = failed;
      if (second) second.auto = !failed;
    },
    setSump: (level) => state.sump.set(level),
    narrowSump(inflow) {
      sumpInflow = inflow;
      state.sump.narrow(inflow > 0);
    },
    rainIn(inflow) {
      sumpInflow = inflow;
    },
    losePower() {
      state.control.power(false, 0);
      state.sump.power(false);
    },
    restorePower(wait) {
      state.control.power(true, wait);
      state.sump.power(true);
    },
    recover() {
      hole = undefined;
      inletShut = false;
      backFlow = 0;
      clogging = false;
      sumpInflow = 0;
      state.sensorBroken = false;
      state.lostDrive = 0;
      state.outletOpen = true;
      state.control.maySleep(true);
      state.control.rotate(true);
      state.control.power(true, 0);
      state.sump.narrow(false);
      state.sump.power(true);
      demand.fix(undefined);
      for (const pump of pumps) Object.assign(pump, { fault: false, alarm: 0, auto: true });
      for (const pump of state.sump.pumps) {
        pump.fault = false;
        pump.auto = true;
      }
    },
  };
}
