/** What an access controller tells over its wire: itself, and each door by the prefix d1_ to d4_. */
import type { Chance } from "../chance.ts";
import type { AccessState } from "./access-state.ts";

/** A, of a magnet that holds. */
const holding = { current: 0.45, noise: 0.01, pulledOff: 0.05 } as const;
const meterNoise = 0.02;
const bit = (value: boolean): number => (value ? 1 : 0);

export interface AccessReadings {
  readonly readings: Readonly<Record<string, number>>;
  step(steps: number, stepsPerSecond: number): void;
}

export function createAccessReadings(state: Readonly<AccessState>, chance: Chance): AccessReadings {
  const readings: Record<string, number> = { heartbeat: 0, battery_v: state.volts };
  const publish = () => {
    readings.mains_ok = bit(state.mains);
    readings.tamper_ctrl = bit(state.cabinetOpen);
    readings.fire_input = bit(state.fireInput);
    readings.controller_online = 1;
    for (const [index, door] of state.doors.entries()) {
      const at = `d${index + 1}_`;
      readings[`${at}door_open`] = bit(door.contact);
      readings[`${at}lock_locked`] = bit(door.locked);
      readings[`${at}lock_cmd`] = bit(door.commandedLocked);
      readings[`${at}rex`] = bit(door.exitButton);
      readings[`${at}tamper_reader`] = bit(door.readerTamper);
      readings[`${at}reader_online`] = bit(door.readerOnline);
      readings[`${at}duress`] = bit(door.duress);
      readings[`${at}grant`] = bit(door.granted);
      readings[`${at}alarm_state`] = door.alarm;
      readings[`${at}door_mode`] = door.mode;
      readings[`${at}open_seconds`] = Math.min(6_553, door.openFor);
      readings[`${at}event_code`] = door.event.code;
      readings[`${at}event_seq`] = door.event.seq;
      readings[`${at}event_time`] = door.event.time;
    }
  };
  const measure = () => {
    readings.battery_v = state.volts + chance.normal(0, meterNoise);
    for (const [index, door] of state.doors.entries()) {
      const full = door.leafOpen ? holding.pulledOff : holding.current;
      const drawn = door.locked ? Math.max(0, full + chance.normal(0, holding.noise)) : 0;
      readings[`d${index + 1}_lock_current`] = drawn;
    }
  };
  publish();
  measure();
  return {
    readings,
    step(steps, stepsPerSecond) {
      publish();
      if (steps % (stepsPerSecond / 5) === 0) measure();
      if (steps % stepsPerSecond === 0) readings.heartbeat = (steps / stepsPerSecond) % 65_536;
    },
  };
}
