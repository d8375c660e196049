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
/** A place in the ranges that makes a story last longer than this is moved towards the defaults, s. */
const patience = 172_800;
/** Days long each, so they are played once. */
const once = new Set(["night-leak"]);

function valueAt(place: number, { min, max, default: usual, unit }: Parameter): number {
  const top = unit === "s" ? Math.min(max, Math.max(min, longest * usual)) : max;
  const value = min + place * (top - min);
  return [min, max, usual].every(Number.isInteger) ? Math.round(value) : value;
}

/** The values, or ones so near to the defaults that the story does not take weeks. */
function bearable(scenario: string, values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const story = findScenario(scenario);
  if (!story || story.endsAfter(values) <= patience) return values;
  const nearer = Object.entries(values).map(([name, value]) => {
    const usual = story.parameters[name]?.default ?? value;
    return [name, Number.isInteger(value) ? Math.round((value + usual) / 2) : (value + usual) / 2];
  });
  return bearable(scenario, Object.fromEntries(nearer));
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
    params: bearable(scenario, Object.fromEntries(parameters.map(([name, one]) => [name, valueAt(place, one)]))),
  }));
  return [...usual, ...along];
}

export const allPlays = (): readonly Play[] => scenarios.flatMap(({ name }) => playsOf(name));

/** The plays by rounds, every story once before any is played again, those of days last: a run that is cut short has seen most. */
export function inRounds(plays: readonly Play[]): readonly Play[] {
  const round = ({ scenario, seed }: Play) => (once.has(scenario) ? Number.POSITIVE_INFINITY : seed);
  return [...plays].sort((one, other) => (round(one) === round(other) ? 0 : round(one) - round(other)));
}
