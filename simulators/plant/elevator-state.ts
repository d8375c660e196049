/** What an elevator is made of, and what stories can see and do. */
import type { Car } from "./car.ts";
import type { Doors } from "./doors.ts";
import type { ElevatorParams } from "./elevator-params.ts";
import type { Plant } from "./plant.ts";
import type { Trip } from "./traffic.ts";

/** idle … moving: normal service · landing: brake set, door not yet commanded · halted: stands where it stopped. */
export type ElevatorPhase =
  | "idle"
  | "opening"
  | "open"
  | "closing"
  | "starting"
  | "moving"
  | "landing"
  | "halted"
  | "crawling";

/** What the sensors look at; the sensors add noise and flicker. */
export interface ElevatorState {
  readonly car: Car;
  readonly doors: Doors;
  phase: ElevatorPhase;
  persons: number;
  /** GB/T 24476: 1 normal, 2 inspection. */
  serviceMode: number;
  faultCode: number;
  safetyCircuit: boolean;
  mains: boolean;
  alarmButton: boolean;
  /** Passengers know that something is wrong. */
  restless: boolean;
  settling: boolean;
  /** The lock contact chatters: landing and car door read open although they are not. */
  lockBounce: boolean;
  /** Fire recall by panel or switch. */
  recalled: boolean;
  /** mm that every stop is off, beside its own error. */
  levelDrift: number;
  /** The motion sensor sees something that is not there. */
  ghost: boolean;
  runs: number;
  runSeconds: number;
  doorCycles: number;
}

export interface Elevator extends Plant {
  readonly kind: "elevator";
  readonly params: ElevatorParams;
  readonly state: Readonly<ElevatorState>;
  /** The trip whose passengers are in the car. */
  readonly carrying: Trip | undefined;
  /** Landing where the car stands or will stop next, 0 at the bottom. */
  readonly nextLanding: number;
  /** Nobody else calls any more; this trip is the next. Whoever is in the car gets out at the next stop. */
  order(trip: Trip): void;
  /** Cuts the safety circuit: motor off, brake set, fault code (1 unless told) after 0.2 s. */
  openSafetyCircuit(code?: number): void;
  /** The lock contact opens for so many seconds. */
  bounceLock(seconds: number): void;
  /** The drive runs away to `speed` (m/s, signed) within `seconds`; the governor's switch trips at 1.18 of rated speed. */
  runAway(speed: number, seconds: number, governor: boolean): void;
  /** The car goes past the terminal landing where it stands, until its limit switch stops it. */
  passTerminal(): void;
  /** The motor turns the sheave on the spot: brake open, no way made; the run limiter ends it after 45 s. */
  slip(): void;
  /** Inspection by a mechanic on the car: service mode 2, runs of 0.3 m/s by `creep`. */
  inspect(on: boolean): void;
  creep(speed: number): void;
  /** Somebody stands in the door. */
  holdDoor(on: boolean): void;
  dirtyBeam(on: boolean): void;
  setFault(code: number): void;
  driftLevel(millimetres: number): void;
  /** Somebody calls, beside all others. */
  call(trip: Trip): void;
  /** Something heavy is rolled in at the next opening: the car sinks so far, and relevels with its door open. */
  sink(millimetres: number): void;
  /** Nobody calls any more until recovery. */
  park(): void;
  /** One false pulse of the motion sensor. */
  ghostPulse(): void;
  /** To the home floor, and the door stays open there. */
  recall(on: boolean): void;
  /** The next openings of the door fail, once per length; then fault code 3 and the car stays. */
  jamDoors(blips: readonly number[]): void;
  makeRestless(): void;
  pressAlarm(seconds: number): void;
  loseMains(): void;
  /** The rescue device, if one is fitted, does nothing until recovery. */
  killRescueDevice(): void;
  restoreMains(): void;
  /** Rescuers switch to inspection and wind the car to the nearest landing. */
  beginRescue(): void;
  /** Rescuers open the door; everybody gets out. */
  openByHand(): void;
}
