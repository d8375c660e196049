/**
 * The cables between the plants of a building: who is fed by the utility and its generator, whom the fire panel commands.
 * Plants know nothing of one another; what one says is carried to the others here, step by step.
 */
import * as z from "zod";
import type { AccessController } from "./plant/access-state.ts";
import type { Booster } from "./plant/booster.ts";
import type { Elevator } from "./plant/elevator-state.ts";
import type { FirePanel } from "./plant/fire-panel-state.ts";
import type { Generator } from "./plant/generator.ts";
import type { Plant } from "./plant/plant.ts";
import type { Ups } from "./plant/ups.ts";
import type { Utility } from "./plant/utility.ts";

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

export const Wire = z.union([
  z.strictObject({
    /** The incoming supply, its generator if there is one, and what hangs on both. */
    supply: Name,
    generator: Name.optional(),
    feeds: z.array(Name).max(500).default([]),
  }),
  z.strictObject({
    /** A fire panel, the lifts that it recalls, and the controllers whose doors it releases. */
    panel: Name,
    recalls: z.array(Name).max(200).default([]),
    releases: z.array(Name).max(200).default([]),
  }),
]);
export type Wire = z.output<typeof Wire>;

/** Pumps come back one set after another, so many seconds apart. */
const restartApart = 5;
/** Somebody arms the doors so long after the panel was reset, s. */
const rearmAfter = 60;

/** Every plant that a wire names. */
export const ends = (wire: Wire): readonly string[] =>
  "supply" in wire
    ? [wire.supply, ...(wire.generator === undefined ? [] : [wire.generator]), ...wire.feeds]
    : [wire.panel, ...wire.recalls, ...wire.releases];

/** The first end, whose stories the others follow. */
export const leader = (wire: Wire): string => ("supply" in wire ? wire.supply : wire.panel);

export interface Wiring {
  /** Carries what has changed; to be called after each slice of `seconds`. */
  carry(seconds: number): void;
}

/** `find` answers the plant of a name; wires to plants that are not there carry nothing. */
export function createWiring(wires: readonly Wire[], find: (name: string) => Plant | undefined): Wiring {
  const carriers = wires.map((wire) => ("supply" in wire ? carrySupply(wire, find) : carryCommands(wire, find)));
  return {
    carry(seconds) {
      for (const carrier of carriers) carrier(seconds);
    },
  };
}

type Find = (name: string) => Plant | undefined;
const found = (names: readonly string[], find: Find): Plant[] => names.flatMap((name) => find(name) ?? []);

function carrySupply(wire: Extract<Wire, { supply: string }>, find: Find): (seconds: number) => void {
  const utility = find(wire.supply) as Utility | undefined;
  const generator = (wire.generator === undefined ? undefined : find(wire.generator)) as Generator | undefined;
  const fed = found(wire.feeds, find);
  let live = true;
  return () => {
    if (!utility) return;
    const healthy = utility.state.healthy;
    generator?.feelUtility(healthy);
    utility.setOnGenerator(generator?.state.transferred ?? false);
    const now = (healthy && !generator?.state.transferred) || (generator?.carries ?? false);
    if (now === live) return;
    live = now;
    let sets = 0;
    for (const plant of fed) {
      feed(plant, live, 1 + restartApart * sets);
      if (plant.kind === "booster") sets += 1;
    }
  };
}

function feed(plant: Plant, live: boolean, wait: number): void {
  switch (plant.kind) {
    case "elevator":
      if (live) (plant as Elevator).restoreMains();
      else (plant as Elevator).loseMains();
      return;
    case "booster":
      if (live) (plant as Booster).restorePower(wait);
      else (plant as Booster).losePower();
      return;
    case "fire-panel":
    case "access":
      if (live) (plant as FirePanel | AccessController).restoreMains();
      else (plant as FirePanel | AccessController).loseMains();
      return;
    case "ups":
      (plant as Ups).feelInput(live);
      return;
    default:
  }
}

function carryCommands(wire: Extract<Wire, { panel: string }>, find: Find): (seconds: number) => void {
  const panel = find(wire.panel) as FirePanel | undefined;
  const lifts = found(wire.recalls, find) as Elevator[];
  const doors = found(wire.releases, find) as AccessController[];
  let recalled = false;
  let released = false;
  let rearmIn: number | undefined;
  return (seconds) => {
    if (!panel) return;
    const recall = panel.state.commands.has("lift_recall");
    if (recall !== recalled) for (const lift of lifts) lift.recall(recall);
    recalled = recall;
    const release = panel.state.commands.has("door_release");
    if (release !== released) {
      for (const one of doors) one.setFireInput(release);
      rearmIn = release ? undefined : rearmAfter;
    }
    released = release;
    if (rearmIn === undefined) return;
    rearmIn -= seconds;
    if (rearmIn > 0) return;
    rearmIn = undefined;
    for (const one of doors) one.rearm();
  };
}
