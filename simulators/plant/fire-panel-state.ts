/** What a fire panel is made of, and what stories can do to it. */
import type { FirePanelParams } from "./fire-panel-params.ts";
import type { Plant } from "./plant.ts";

export const zoneCount = 16;
/** Of each zone: eight smoke detectors, a flow switch, and a manual call point. */
export const addressesPerZone = 10;
export const addressCount = zoneCount * addressesPerZone;

/** Types of GB/T 26875.3, table 5. */
export const componentTypes = { callPoint: 23, smoke: 42, flowSwitch: 96 } as const;

export const outputs = ["lift_recall", "fan", "power_cut", "door_release", "pump"] as const;
export type Output = (typeof outputs)[number];

export interface Component {
  readonly address: number;
  readonly zone: number;
  readonly type: number;
  /** In alarm, until the panel is reset. */
  latched: boolean;
  prealarm: boolean;
  /** Does not answer any more. */
  lost: boolean;
  disabled: boolean;
  /** A flow switch that sees water. */
  feedback: boolean;
}

/** Kinds of the event ring's entries. */
export const eventTypes = {
  fire: 1,
  prealarm: 2,
  fault: 3,
  faultGone: 4,
  disablement: 5,
  supervisory: 6,
  command: 7,
  feedback: 8,
  confirmed: 9,
  reset: 10,
  power: 11,
  mode: 12,
} as const;

export interface PanelEvent {
  readonly seq: number;
  /** Seconds since the panel was switched on. */
  readonly time: number;
  readonly type: number;
  /** 0 when the event belongs to no component. */
  readonly address: number;
  readonly componentType: number;
  readonly status: number;
}
export const ringSize = 32;

export interface FirePanelState {
  readonly components: readonly Component[];
  /** The first component in alarm since the last reset. */
  first: Component | undefined;
  /** Two components of one zone are in alarm. */
  confirmed: boolean;
  readonly commands: Set<Output>;
  readonly feedbacks: Set<Output>;
  loopFault: boolean;
  mains: boolean;
  /** The panel tells a mains failure only when it lasts. */
  mainsFail: boolean;
  manual: boolean;
  /** Maintenance: the system word says so in bit 0. */
  test: boolean;
  supervisory: boolean;
  resetting: boolean;
  /** Newest last. */
  events: readonly PanelEvent[];
  eventSeq: number;
  volts: number;
  batteryFail: boolean;
}

export interface FirePanel extends Plant {
  readonly kind: "fire-panel";
  readonly params: FirePanelParams;
  readonly state: Readonly<FirePanelState>;
  /** A smouldering fire at this detector; the others are told how many metres farther away they are. */
  startFire(address: number, others: readonly { readonly address: number; readonly metres: number }[]): void;
  /** A fire that began `age` seconds ago and was hidden until now. */
  discoverFire(address: number, age: number): void;
  steamAt(address: number): void;
  pressCallPoint(zone: number): void;
  flowAt(zone: number): void;
  /** This output will be commanded, but its feedback never comes. */
  withholdFeedback(output: Output): void;
  /** The cable breaks behind the components `from` to `to`. */
  openLoop(from: number, to: number): void;
  closeLoop(): void;
  loseMains(): void;
  restoreMains(): void;
  closeValve(closed: boolean): void;
  setManual(on: boolean): void;
  setTest(on: boolean): void;
  setDisabled(address: number, on: boolean): void;
  airOut(): void;
  /** By hand at the panel. Refused (false) while a component still sees smoke. */
  reset(): boolean;
}
