/** Lets time pass for all devices of a fleet; those that wires join go in small slices, so that none runs ahead of the others. */
import type { Fleet } from "./fleet.ts";
import type { SimulatedDevice } from "./simulated-device.ts";
import { createWiring, ends, leader } from "./wiring.ts";

/** Plant seconds between two looks at the wires. */
const slice = 0.1;

export interface Ensemble {
  /** Lets `seconds` of real time pass. */
  advance(seconds: number): void;
}

export function createEnsemble(devices: readonly SimulatedDevice[], fleet: Pick<Fleet, "wiring">): Ensemble {
  const byName = new Map(devices.map((device) => [device.id, device]));
  const joined = new Set(fleet.wiring.flatMap(ends));
  const alone = devices.filter((device) => !joined.has(device.id));
  const together = devices.filter((device) => joined.has(device.id));
  const wiring = createWiring(fleet.wiring, (name) => byName.get(name)?.plant);
  const followed = new Map(
    together.map((device) => [
      device,
      fleet.wiring.flatMap((wire) => (ends(wire).includes(device.id) ? (byName.get(leader(wire)) ?? []) : [])),
    ]),
  );
  /** Whoever is wired to a playing device lives at its pace. */
  const paceOf = (device: SimulatedDevice): number => {
    if (device.phase) return device.pace;
    const leading = (followed.get(device) ?? []).find((other) => other.phase === "running");
    return leading?.pace ?? 1;
  };
  /** Nobody plays, so nobody hurries: most slices of a building's life. */
  const passCalmly = (seconds: number) => {
    const slices = Math.max(1, Math.round(seconds / slice));
    for (let count = 0; count < slices; count += 1) {
      for (const device of together) device.advance(seconds / slices);
      wiring.carry(seconds / slices);
    }
  };
  return {
    advance(seconds) {
      for (const device of alone) device.advance(seconds);
      if (together.length === 0) return;
      if (together.every(({ phase }) => phase === undefined)) {
        passCalmly(seconds);
        return;
      }
      let left = seconds;
      while (left > 1e-9) {
        const fastest = together.reduce((most, device) => Math.max(most, paceOf(device)), 1);
        const part = Math.min(left, slice / fastest);
        for (const device of together) device.advance(part, paceOf(device));
        wiring.carry(part * fastest);
        left -= part;
      }
    },
  };
}
