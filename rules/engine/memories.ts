/** What remembers at a node, whatever it stands in: to be saved and loaded, and to learn of late samples. */
import { FLAT, MACHINE, MOMENT, WINDOW } from "./blueprint.ts";
import type { Fittings } from "./fittings.ts";
import type { LateInput, Machine } from "./machine.ts";

export type Memory = Pick<Machine, "save" | "load">;

export interface Memories {
  machineAt(node: number): Machine | undefined;
  memoryAt(node: number): Memory | undefined;
  /** A sample came late; the node must run after it. */
  insertAt(node: number, late: LateInput): void;
}

export function createMemories({ at: placeOf, moments, windows, flatMachines, machines }: Fittings): Memories {
  const machineAt = (node: number): Machine | undefined => {
    const { kind, at } = placeOf(node);
    return kind === MACHINE ? machines[at] : kind === FLAT ? flatMachines[at] : undefined;
  };
  return {
    machineAt,
    memoryAt(node) {
      const { kind, at } = placeOf(node);
      const cells = kind === MOMENT ? moments : kind === WINDOW ? windows : undefined;
      if (!cells) return machineAt(node);
      return { save: (mono) => cells.save(at, mono), load: (saved, mono) => cells.load(at, saved, mono) };
    },
    insertAt(node, late) {
      const { kind, at } = placeOf(node);
      if (kind === MOMENT) moments.insert(at, late);
      else if (kind === WINDOW) windows.insert(at, late);
      else machineAt(node)?.insert?.(late);
    },
  };
}
