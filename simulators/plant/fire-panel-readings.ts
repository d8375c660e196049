/** What a fire panel tells over its wire: system word, counts, zones, outputs, event ring, and the status of each address. */
import type { Chance } from "../chance.ts";
import { type Component, type FirePanelState, outputs, ringSize, zoneCount } from "./fire-panel-state.ts";

/** Zones that the register map has places for; those that the building lacks stay normal. */
export const mappedZones = 64;
/** One entry of the event ring. */
export const eventParts = ["seq", "time", "type", "loop", "address", "component", "status"] as const;
const zoneStates = { normal: 0, prealarm: 1, alarm: 2, fault: 3, disabled: 4, supervisory: 6 } as const;
/** V, of the meter in the panel. */
const meterNoise = 0.02;

const bit = (value: boolean): number => (value ? 1 : 0);

/** Status word of a component after GB/T 26875.3: b0 in service, b1 fire, b2 fault, b3 disabled, b6 feedback, b7 prealarm. */
function statusOf(which: Component): number {
  return (
    1 |
    (bit(which.latched) << 1) |
    (bit(which.lost) << 2) |
    (bit(which.disabled) << 3) |
    (bit(which.feedback) << 6) |
    (bit(which.prealarm) << 7)
  );
}

function zoneState(its: readonly Component[]): number {
  if (its.some((one) => one.latched)) return zoneStates.alarm;
  if (its.some((one) => one.prealarm)) return zoneStates.prealarm;
  if (its.some((one) => one.lost)) return zoneStates.fault;
  if (its.every((one) => one.disabled)) return zoneStates.disabled;
  return zoneStates.normal;
}

export interface FirePanelReadings {
  readonly readings: Readonly<Record<string, number>>;
  statusOf(which: Component): number;
  step(steps: number, stepsPerSecond: number, changed: boolean): void;
}

export function createFirePanelReadings(state: Readonly<FirePanelState>, chance: Chance): FirePanelReadings {
  const readings: Record<string, number> = { heartbeat: 0, battery_v: state.volts };
  const zones = Array.from({ length: zoneCount }, (_, index) =>
    state.components.filter((one) => one.zone === index + 1),
  );
  for (let zone = 1; zone <= mappedZones; zone += 1) readings[`zone${zone}_state`] = zoneStates.normal;

  const publishWord = () => {
    const count = (test: (one: Component) => boolean) =>
      state.components.reduce((sum, one) => sum + (test(one) ? 1 : 0), 0);
    const fires = count((one) => one.latched);
    const prealarms = count((one) => one.prealarm);
    const faults = count((one) => one.lost) + bit(state.loopFault);
    const disabled = count((one) => one.disabled);
    readings.normal_mode = bit(!state.test);
    readings.fire_alarm = bit(fires > 0);
    readings.panel_fault = bit(faults > 0);
    readings.disablement = bit(disabled > 0);
    readings.supervisory = bit(state.supervisory);
    readings.output_started = bit(state.commands.size > 0);
    readings.output_feedback = bit(state.feedbacks.size > 0 || count((one) => one.feedback) > 0);
    readings.delay_active = 0;
    readings.mains_fail = bit(state.mainsFail);
    readings.battery_fail = bit(state.batteryFail);
    readings.loop_fault = bit(state.loopFault);
    readings.manual_mode = bit(state.manual);
    readings.config_changed = 0;
    readings.panel_reset = bit(state.resetting);
    readings.fire_count = fires;
    readings.prealarm_count = prealarms;
    readings.fault_count = faults;
    readings.disable_count = disabled;
    readings.supv_count = bit(state.supervisory);
    readings.first_fire_zone = state.first?.zone ?? 0;
    // Loop 1, so 1023 is L1D23.
    readings.first_fire_addr = state.first ? 1000 + state.first.address : 0;
    for (const output of outputs) {
      readings[`out_${output}_cmd`] = bit(state.commands.has(output));
      readings[`out_${output}_fb`] = bit(state.feedbacks.has(output));
    }
  };
  const publishPlaces = () => {
    for (const [index, its] of zones.entries()) readings[`zone${index + 1}_state`] = zoneState(its);
    for (const one of state.components) readings[`component_${one.address}`] = statusOf(one);
  };
  const publishEvents = () => {
    readings.event_seq = state.eventSeq;
    for (const event of state.events) {
      const slot = `event${event.seq % ringSize}`;
      readings[`${slot}_seq`] = event.seq % 65_536;
      readings[`${slot}_time`] = event.time;
      readings[`${slot}_type`] = event.type;
      readings[`${slot}_loop`] = bit(event.address > 0);
      readings[`${slot}_address`] = event.address;
      readings[`${slot}_component`] = event.componentType;
      readings[`${slot}_status`] = event.status;
    }
  };
  for (let slot = 0; slot < ringSize; slot += 1) {
    for (const part of eventParts) readings[`event${slot}_${part}`] = 0;
  }
  publishWord();
  publishPlaces();
  publishEvents();

  return {
    readings,
    statusOf,
    step(steps, stepsPerSecond, changed) {
      if (steps % stepsPerSecond === 0) {
        readings.heartbeat = (steps / stepsPerSecond) % 65_536;
        readings.battery_v = state.volts + chance.normal(0, meterNoise);
      }
      // A panel is silent for days: only what changed costs time.
      if (!changed) return;
      publishWord();
      publishPlaces();
      publishEvents();
    },
  };
}
