/** What the parts of an elevator share: the machine itself, and what its controller has in mind. */
import type { Chance } from "../chance.ts";
import type { Car } from "./car.ts";
import type { Doors } from "./doors.ts";
import type { ElevatorParams } from "./elevator-params.ts";
import type { ElevatorSensors } from "./elevator-sensors.ts";
import type { ElevatorState } from "./elevator-state.ts";
import type { Trip } from "./traffic.ts";

export const stepsPerSecond = 20;
export const stepSeconds = 1 / stepsPerSecond;
/** Sums of steps miss round numbers by the last bit of a float. */
export const tolerance = 1e-6;
export const dwellSeconds = 4;
/** m/s² */
export const acceleration = 0.8;
export const speeds = { rescueDevice: 0.2, byHand: 0.1, homing: 0.2, relevel: 0.05 } as const;

/** Seconds count down to zero. */
export interface Memory {
  calls: Trip[];
  trip: Trip | undefined;
  /** Whoever ordered the trip has stepped in. */
  boarded: boolean;
  target: number;
  /** Seconds left in a phase that ends by itself. */
  left: number;
  closedFor: number;
  alarmLeft: number;
  /** A fault that is latched in a moment. */
  faultIn: { code: number; seconds: number } | undefined;
  openCalls: boolean;
  rescueIn: number | undefined;
  rescueDead: boolean;
  rescuers: boolean;
  bounceLeft: number;
  ghostLeft: number;
  governed: boolean;
  slipLeft: number;
  heldOpen: boolean;
  beamDirty: boolean;
  /** mm by which the car sinks at the next opening. */
  sinks: number;
}

export interface Works {
  readonly params: ElevatorParams;
  /** Landing, from 0. */
  readonly home: number;
  readonly car: Car;
  readonly doors: Doors;
  readonly state: ElevatorState;
  readonly sensors: ElevatorSensors;
  readonly chance: Chance;
  readonly memory: Memory;
}

/** A car that stands at `landing`, and nobody wants anything of it. */
export const freshMemory = (landing: number): Memory => ({
  calls: [],
  trip: undefined,
  boarded: false,
  target: landing,
  left: 0,
  closedFor: 0,
  alarmLeft: 0,
  faultIn: undefined,
  openCalls: true,
  rescueIn: undefined,
  rescueDead: false,
  rescuers: false,
  bounceLeft: 0,
  ghostLeft: 0,
  governed: false,
  slipLeft: 0,
  heldOpen: false,
  beamDirty: false,
  sinks: 0,
});
