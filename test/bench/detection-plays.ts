/** What the detection bench plays: each story at its defaults and along the ranges of its parameters, with changing seeds. */
import { findScenario, scenarios } from "../../simulators/scenarios/index.ts";
import type { Parameter } from "../../simulators/scenarios/scenario.ts";

export interface Play {
  readonly scenario: string;
  readonly seed: number;
  readonly params: Readonly<Record<string, number>>;
}

const defaultSeeds = [1, 2, 3];
/** Places in each range, from the lowest (0) to the highest (1) value; every one gets a seed of its own. */
const places = [0, 1 / 3, 2 / 3, 1];
/** Situations are played for at most so many times their usual length: waiting longer finds nothing new. */
const longest = 2;
/** Days long each, so they are played once. */
const once = new Set(["night-leak"]);

function valueAt(place: number, { min, max, default: usual, unit }: Parameter): number {
  const top = unit === "s" ? Math.min(max, Math.max(min, longest * usual)) : max;
  const value = min + place * (top - min);
  return [min, max, usual].every(Number.isInteger) ? Math.round(value) : value;
}

/** The plays of one story, the defaults first. */
export function playsOf(scenario: string): readonly Play[] {
  const parameters = Object.entries(findScenario(scenario)?.parameters ?? {});
  if (once.has(scenario)) return [{ scenario, seed: 1, params: {} }];
  const usual = defaultSeeds.map((seed) => ({ scenario, seed, params: {} }));
  if (parameters.length === 0) return usual;
  const along = places.map((place, index) => ({
    scenario,
    seed: defaultSeeds.length + 1 + index,
    params: Object.fromEntries(parameters.map(([name, parameter]) => [name, valueAt(place, parameter)])),
  }));
  return [...usual, ...along];
}

export const allPlays = (): readonly Play[] => scenarios.flatMap(({ name }) => playsOf(name));
