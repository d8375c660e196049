/** What the controller of a booster set publishes, twice a second, with the noise of its sensors. */
import type { Chance } from "../chance.ts";
import type { BoosterState } from "./booster.ts";
import type { BoosterParams } from "./booster-params.ts";
import { motorCurrent, shaftPower } from "./hydraulics.ts";
import { sumpMarks } from "./sump.ts";

/** The controller hands its values over every 0.5 s. */
const publishEverySteps = 10;
/** 4–20 mA over 0–16 bar: 0.02 bar. */
const pressureNoise = 0.002;
const motorLoss = 1.15;
const roomTemperature = 28;
/** Kelvin per kW taken up, reached within about 20 min. */
const warming = { perKilowatt: 10, seconds: 1200 } as const;
/** Electromagnetic flow meters are set to some damping, s (engineering judgement); a check valve chatters faster than that. */
const flowDamping = 0.5;
/** Below it a flow meter shows nothing, m³/h. */
const lowFlowCut = 0.1;
/** A cavitating pump takes so much less power. */
const cavitationLoss = 0.12;

const pumpTells = [
  "comm_ok",
  "run",
  "fault",
  "auto",
  "freq",
  "current",
  "power",
  "temp",
  "hours",
  "starts",
  "alarm",
] as const;
const sumpTells = ["run", "fault", "auto", "current", "hours"] as const;
const spell = <Point extends string>(pump: string, points: readonly Point[]) =>
  Object.fromEntries(points.map((point) => [point, `${pump}_${point}`])) as Record<Point, string>;

export interface BoosterSensors {
  readonly readings: Readonly<Record<string, number>>;
  step(seconds: number, steps: number): void;
}

export function createBoosterSensors(
  params: BoosterParams,
  state: Readonly<BoosterState>,
  chance: Chance,
): BoosterSensors {
  const readings: Record<string, number> = {
    heartbeat: 0,
    sump_high_float: 0,
    leak_rope: 0,
    room_flood: 0,
    control_power: 1,
    valve_open: 1,
    plc_fault: 0,
    all_auto: 1,
    inlet_pressure: state.inlet,
    outlet_pressure: params.setpoint,
    pressure_setpoint: params.setpoint,
    flow: 0,
    flow_total: 0,
    tank_level: 0,
    sump_level: 0,
    turbidity: 0.3,
    chlorine: 0.3,
    ph: 7.5,
  };
  const bit = (value: boolean) => (value ? 1 : 0);
  // Spelt once: a day is 172,800 looks at the meters.
  const pumpPoints = state.pumps.map((_, index) => spell(`p${index + 1}`, pumpTells));
  const sumpPoints = state.sump.pumps.map((_, index) => spell(`s${index + 1}`, sumpTells));
  let mainsSwing = 0;
  let metered = state.flow;

  const publishPump = (index: number, interval: number) => {
    const pump = state.pumps[index];
    const name = pumpPoints[index];
    if (!pump || !name) return;
    const hz = pump.running ? state.control.hz : 0;
    const power = pump.running
      ? shaftPower(hz, state.flowPerPump) * motorLoss * (1 - cavitationLoss * state.cavitation)
      : 0;
    const target = roomTemperature + warming.perKilowatt * power;
    // Against a closed valve the water itself heats up, faster than the motor cools.
    if (state.outletOpen || !pump.running) {
      pump.temperature += ((target - pump.temperature) * interval) / warming.seconds;
    }
    // Whoever asks a controller for a drive that is lost gets what it said last.
    readings[name.comm_ok] = bit(state.lostDrive !== index + 1);
    if (state.lostDrive === index + 1) return;
    readings[name.run] = bit(pump.running);
    readings[name.fault] = bit(pump.fault);
    readings[name.auto] = bit(pump.auto);
    readings[name.freq] = hz;
    readings[name.current] = pump.running ? Math.max(0, motorCurrent(hz, power) + chance.normal(0, 0.05)) : 0;
    readings[name.power] = pump.running ? Math.max(0, power + chance.normal(0, 0.01)) : 0;
    readings[name.temp] = pump.temperature + chance.normal(0, 0.1);
    readings[name.hours] = Math.floor(pump.hours);
    readings[name.starts] = pump.starts;
    readings[name.alarm] = pump.alarm;
  };

  const publishSumpPump = (index: number) => {
    const pump = state.sump.pumps[index];
    const name = sumpPoints[index];
    if (!pump || !name) return;
    readings[name.run] = bit(pump.running);
    readings[name.fault] = bit(pump.fault);
    readings[name.auto] = bit(pump.auto);
    readings[name.current] = state.sump.current(index);
    readings[name.hours] = Math.floor(pump.hours);
  };

  const publish = (interval: number) => {
    mainsSwing = 0.995 * mainsSwing + chance.normal(0, 0.001);
    readings.inlet_pressure = state.inlet + mainsSwing + chance.normal(0, pressureNoise);
    readings.pressure_setpoint = state.setpoint / 10;
    readings.outlet_pressure = state.sensorBroken
      ? 0
      : Math.max(0, state.pressure / 10 + chance.normal(0, pressureNoise));
    readings.flow = metered > lowFlowCut ? Math.max(0, metered + chance.normal(0, 0.05)) : 0;
    readings.flow_total = Math.floor(state.total * 10) / 10;
    readings.tank_level = state.tankLevel + chance.normal(0, 0.003);
    readings.sump_level = Math.max(0, state.sump.level + chance.normal(0, 0.002));
    readings.sump_high_float = bit(state.sump.highFloat);
    readings.leak_rope = bit(state.wetFloor);
    readings.room_flood = bit(state.sump.level >= sumpMarks.edge);
    readings.all_auto = bit(state.pumps.every((pump) => pump.auto));
    readings.turbidity = Math.max(0, chance.normal(0.3, 0.01));
    readings.chlorine = Math.max(0, chance.normal(0.3, 0.005));
    readings.ph = chance.normal(7.5, 0.01);
    for (let index = 0; index < state.pumps.length; index += 1) publishPump(index, interval);
    for (let index = 0; index < state.sump.pumps.length; index += 1) publishSumpPump(index);
  };
  publish(0);

  return {
    readings,
    step(seconds, steps) {
      metered += ((state.flow - metered) * seconds) / flowDamping;
      if (steps % publishEverySteps !== 0) return;
      readings.heartbeat = Math.floor(steps * seconds + 1e-9) % 65_536;
      publish(seconds * publishEverySteps);
    },
  };
}
