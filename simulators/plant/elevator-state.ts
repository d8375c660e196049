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
  /** Cuts the safety circuit: motor off, brake set, fault code 1 after 0.2 s. */
  openSafetyCircuit(): void;
  /** The next openings of the door fail, once per length; then fault code 3 and the car stays. */
  jamDoors(blips: readonly number[]): void;
  makeRestless(): void;
  pressAlarm(seconds: number): void;
  loseMains(): void;
  /** Rescuers switch to inspection and wind the car to the nearest landing. */
  beginRescue(): void;
  /** Rescuers open the door; everybody gets out. */
  openByHand(): void;
}
