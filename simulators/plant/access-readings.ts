/** What an access controller tells over its wire: itself, and each door by the prefix d1_ to d4_. */
import type { Chance } from "../chance.ts";
import type { AccessState, Door } from "./access-state.ts";

/** A, of a magnet that holds. */
const holding = { current: 0.45, noise: 0.01, pulledOff: 0.05 } as const;
const meterNoise = 0.02;
const told: Readonly<Record<string, (door: Door) => number | boolean>> = {
  door_open: (door) => door.contact,
  lock_locked: (door) => door.locked,
  lock_cmd: (door) => door.commandedLocked,
  rex: (door) => door.exitButton,
  tamper_reader: (door) => door.readerTamper,
  reader_online: (door) => door.readerOnline,
  duress: (door) => door.duress,
  grant: (door) => door.granted,
  alarm_state: (door) => door.alarm,
  door_mode: (door) => door.mode,
  // As much as the register can show.
  open_seconds: (door) => Math.min(6_553, door.openFor),
  event_code: (door) => door.event.code,
  event_seq: (door) => door.event.seq,
  event_time: (door) => door.event.time,
};

export interface AccessReadings {
  readonly readings: Readonly<Record<string, number>>;
  /** A door (0 for the first), or the controller itself, may say something else than before. */
  publishDoor(index: number): void;
  publishController(): void;
  step(steps: number, stepsPerSecond: number): void;
}

export function createAccessReadings(state: Readonly<AccessState>, chance: Chance): AccessReadings {
  const readings: Record<string, number> = { heartbeat: 0, battery_v: state.volts };
  // Spelt once: a story plays a whole day of steps.
  const currents = state.doors.map((_, index) => `d${index + 1}_lock_current`);
  const writers = state.doors.map((door, index) => {
    const points = Object.entries(told).map(([point, value]) => [`d${index + 1}_${point}`, value] as const);
    return () => {
      for (const [point, value] of points) readings[point] = Number(value(door));
    };
  });
  const publishController = () => {
    readings.mains_ok = Number(state.mains);
    readings.tamper_ctrl = Number(state.cabinetOpen);
    readings.fire_input = Number(state.fireInput);
    readings.controller_online = 1;
  };
  const measure = () => {
    readings.battery_v = state.volts + chance.normal(0, meterNoise);
    for (let index = 0; index < currents.length; index += 1) {
      const door = state.doors[index] as Door;
      const full = door.leafOpen ? holding.pulledOff : holding.current;
      const drawn = door.locked ? Math.max(0, full + chance.normal(0, holding.noise)) : 0;
      readings[currents[index] as string] = drawn;
    }
  };
  publishController();
  for (const write of writers) write();
  measure();
  return {
    readings,
    publishController,
    publishDoor: (index) => writers[index]?.(),
    step(steps, stepsPerSecond) {
      if (steps % (stepsPerSecond / 2) === 0) measure();
      if (steps % stepsPerSecond === 0) readings.heartbeat = (steps / stepsPerSecond) % 65_536;
    },
  };
}
