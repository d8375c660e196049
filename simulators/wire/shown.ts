/** A device as the wires that name their points show it: values in their own units, and what its faults make of them. */
import type { SimulatorClock } from "../clock.ts";
import type { Profile, ProfilePoint } from "../profile/profile.ts";
import type { DeviceFaults } from "./device-faults.ts";

export interface ShownDevice {
  readonly id: string;
  readonly profile: Profile;
  readonly faults: DeviceFaults;
  show(point: ProfilePoint): number | string;
}

/** The present value of a point on the wire; `raw` is before scale and offset. */
export interface Shown {
  value(point: ProfilePoint): number | string;
  raw(point: ProfilePoint): number | string;
}

/** Freezes, empties and fills; a device that is behind by some seconds shows what it showed then. */
export function createShown(device: ShownDevice): Shown {
  const { faults } = device.faults;
  let frozen: Map<string, number | string> | undefined;
  device.faults.onSwitch((fault, on) => {
    if (fault !== "old-data") return;
    frozen = on ? new Map(device.profile.points.map((point) => [point.id, device.show(point)])) : undefined;
  });
  const value: Shown["value"] = (point) => {
    if (faults.has("zeros")) return point.type === "text" ? "" : 0;
    if (faults.has("ffff")) return point.type === "text" ? "\u00ff" : point.type === "bool" ? 1 : 65_535;
    return frozen?.get(point.id) ?? device.show(point);
  };
  return {
    value,
    raw(point) {
      const now = value(point);
      if (typeof now === "string" || faults.has("zeros") || faults.has("ffff")) return now;
      const word = Object.entries(point.words ?? {}).find(([, number]) => number === now)?.[0];
      if (word !== undefined && Number.isNaN(Number(word))) return word;
      return (now - point.offset) / point.scale;
    },
  };
}

/** Seconds by which what a device says comes late, for wires that push; 0 while no such fault is on. */
export function lag(faults: DeviceFaults, chance: { between(low: number, high: number): number }): number {
  const late = faults.faults.get("late-reply") ?? faults.faults.get("slow");
  if (late !== undefined) return late;
  const jitter = faults.faults.get("jitter");
  return jitter === undefined ? 0 : chance.between(0, jitter);
}

/** Looks at every device so often, ms: as often as plants step. */
export const lookMs = 100;

/** Calls `look` for ever, at the pace of the clock. */
export const looking = (clock: SimulatorClock, look: () => void): (() => void) => clock.every(lookMs, look);
