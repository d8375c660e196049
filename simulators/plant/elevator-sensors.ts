/** What the sensors of an elevator say: noise, flicker, levelling error, and contacts that are really short. */
import type { Chance } from "../chance.ts";
import type { ElevatorParams } from "./elevator-params.ts";
import type { ElevatorState } from "./elevator-state.ts";
import { createPresence, type Mood } from "./presence.ts";

const kilogramsPerPerson = 75;
/** Metres past a terminal landing at which its limit switch acts. */
const limitSwitch = 0.24;
/** Relevelling is counted over this long, s. */
const relevelWindow = 3600;
/** Levelling beyond it is corrected, mm. */
export const relevelBeyond = 20;
/** Weighing and temperature are slow: a new value twice a second is enough. */
const slowEverySteps = 10;

export interface ElevatorSensors {
  readonly readings: Readonly<Record<string, number>>;
  /** The car has stopped at a landing: draws the levelling error of this stop. */
  landed(): void;
  /** The car has been brought back to its landing. */
  relevelled(): void;
  step(seconds: number, steps: number): void;
  /** A step in which the car stands empty behind closed doors and nothing is ordered. True when `occupied` changes. */
  rest(seconds: number, steps: number): boolean;
}

export function createElevatorSensors(
  params: ElevatorParams,
  state: Readonly<ElevatorState>,
  chance: Chance,
): ElevatorSensors {
  const presence = createPresence(chance);
  let levelling = 0;
  /** Plant seconds of the relevellings of the last hour, and of now. */
  let relevels: number[] = [];
  let elapsed = 0;
  let motorHeat = chance.between(0, 3);
  const ambient = chance.between(22, 27);
  const readings = {
    heartbeat: 0,
    service_mode: 1,
    car_status: 0,
    direction: 0,
    floor_index: 0,
    speed: 0,
    position: 0,
    door_zone: 1,
    door_closed: 1,
    door_open_limit: 0,
    door_state: 0,
    landing_lock: 1,
    safety_circuit: 1,
    brake_released: 0,
    occupied: 0,
    person_count: 0,
    load_pct: 0,
    alarm_button: 0,
    fault_code: 0,
    limit_up: 0,
    limit_down: 0,
    leveling_error: 0,
    main_power: 1,
    power_source: 0,
    fire_recall: 0,
    run_count: 0,
    run_hours: 0,
    door_cycles: 0,
    relevel_count: 0,
    machine_temp: ambient,
  };
  const bit = (value: boolean) => (value ? 1 : 0);
  const mood = (): Mood => {
    if (state.persons === 0) return "empty";
    if (state.restless) return "restless";
    return state.settling ? "settling" : "calm";
  };
  const slowly = (seconds: number) => {
    const load = state.persons * kilogramsPerPerson * (1 + chance.normal(0, 0.02));
    readings.load_pct = Math.max(0, (100 * load) / params.ratedLoad);
    // The machine room warms by about 8 K under steady travel and follows within half an hour.
    motorHeat += (((state.car.moving ? 8 : 0) - motorHeat) * seconds * slowEverySteps) / 1800;
    readings.machine_temp = ambient + motorHeat + chance.normal(0, 0.1);
    if (relevels.length > 0) relevels = relevels.filter((at) => at > elapsed - relevelWindow);
    readings.relevel_count = relevels.length;
  };
  return {
    readings,
    landed() {
      // N(0, 3 mm) and 0.1 mm of rope stretch per 10 kg in the car.
      levelling = state.levelDrift + chance.normal(0, 3) - (0.1 * state.persons * kilogramsPerPerson) / 10;
      if (Math.abs(levelling) > relevelBeyond) relevels.push(elapsed);
    },
    relevelled() {
      relevels.push(elapsed);
    },
    step(seconds, steps) {
      const { car, doors } = state;
      elapsed = steps * seconds;
      readings.heartbeat = Math.floor(steps * seconds + 1e-9) % 65_536;
      readings.service_mode = state.serviceMode;
      readings.car_status = bit(car.moving);
      readings.direction = car.speed > 0 ? 1 : car.speed < 0 ? 2 : 0;
      readings.floor_index = params.lowestFloor + car.landing;
      readings.speed = car.moving ? car.speed + chance.between(-0.02, 0.02) : 0;
      readings.position = car.position;
      readings.door_zone = bit(car.inDoorZone);
      readings.door_closed = bit(doors.closed && !state.lockBounce);
      readings.door_open_limit = bit(doors.fullyOpen);
      readings.door_state = doors.state;
      readings.landing_lock = bit(doors.closed && !state.lockBounce);
      readings.safety_circuit = bit(state.safetyCircuit);
      readings.brake_released = bit(car.brakeReleased);
      readings.occupied = bit(presence.step(seconds, mood()) || state.ghost);
      readings.person_count = state.persons;
      readings.alarm_button = bit(state.alarmButton);
      readings.fault_code = state.faultCode;
      const top = (params.floors - 1) * params.pitch;
      readings.limit_up = bit(car.position >= top + limitSwitch);
      readings.limit_down = bit(car.position <= -limitSwitch);
      readings.fire_recall = bit(state.recalled);
      readings.leveling_error = levelling - (doors.fullyOpen ? 1000 * car.offLanding : 0);
      readings.main_power = bit(state.mains);
      readings.power_source = bit(!state.mains);
      readings.run_count = state.runs;
      readings.run_hours = Math.floor(state.runSeconds / 3600);
      readings.door_cycles = state.doorCycles;
      if (steps % slowEverySteps === 0) slowly(seconds);
    },
    rest(seconds, steps) {
      elapsed = steps * seconds;
      const was = readings.occupied;
      readings.occupied = bit(presence.step(seconds, "empty"));
      if (steps % slowEverySteps === 0) {
        readings.heartbeat = Math.floor(steps * seconds + 1e-9) % 65_536;
        slowly(seconds);
      }
      return readings.occupied !== was;
    },
  };
}
