/** Plays one story of the training building through the gateway's rules and says what was told of it. */
import type { Booster } from "../../../simulators/plant/booster.ts";
import { findScenario } from "../../../simulators/scenarios/index.ts";
import type { Scenario } from "../../../simulators/scenarios/scenario.ts";
import { type Score, score } from "../../../simulators/score.ts";
import { createStage, type Stage } from "./stage.ts";

const targets: Readonly<Record<string, string>> = {
  elevator: "lift-1",
  booster: "booster-1",
  "fire-panel": "fire-1",
  access: "access-1",
  utility: "utility-1",
  gas: "gas-1",
  any: "lift-1",
};
/** Stories that need another device than the first of their kind, or more than one. */
const casts: Readonly<Record<string, readonly string[]>> = {
  "elevator-power-fail": ["lift-2"],
  // Lift 2 is the one with a rescue device.
  "elevator-power-fail-trapped dead": ["lift-2"],
  "bus-cut": ["lift-1", "lift-2"],
  "burst-in-shaft": ["booster-1", "lift-1"],
  "fire-in-building": ["fire-1", "lift-1", "lift-2", "access-1"],
  "fire-lift-stuck": ["fire-1", "lift-1", "access-1"],
  "alarm-storm": ["fire-1", "access-1"],
  "power-outage": ["utility-1", "generator-1", "lift-1", "lift-2", "booster-1", "fire-1", "access-1", "ups-1"],
};
/** Rules that compare with the last minutes need them; night-leak needs a week. */
const warmUp: Readonly<Partial<Record<Scenario["kind"], number>>> = { booster: 900, utility: 900 };
const usualWarmUp = 130;
const afterwards = 150;
const day = 86_400;

export interface Played {
  readonly scenario: Scenario;
  readonly score: Score;
  readonly stage: Stage;
}

export interface StoryOptions {
  readonly seed?: number;
  readonly params?: Readonly<Record<string, number>>;
  readonly hour?: number;
  /** Called every half second of the story, for whoever looks for the cause of a miss. */
  look?(stage: Stage, device: string): void;
}

/** `params` replace the story's defaults. Throws when the story never begins. */
export async function playStory(name: string, options: StoryOptions = {}): Promise<Played> {
  const scenario = findScenario(name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  const values: Record<string, number> = {};
  for (const [key, { default: usual }] of Object.entries(scenario.parameters))
    values[key] = options.params?.[key] ?? usual;
  const cast = casts[values.dead ? `${name} dead` : name] ?? [targets[scenario.kind] ?? scenario.kind];
  const [target = ""] = cast;
  const learns = name === "night-leak";
  const { demand } = values;
  const stage = await createStage({
    devices: cast,
    seed: options.seed ?? 1,
    hour: options.hour ?? (learns ? 18 : 10),
    // What the story takes for granted is what the building is used to.
    ...(demand !== undefined && { facts: { "booster-1": { normalFlow: demand } } }),
    ...(learns && {
      params: { "booster-1": { day: "residential" } },
      facts: { "booster-1": { normalFlow: 14 } },
      slowest: 10,
    }),
  });
  if (demand !== undefined) (stage.device(target).plant as Booster).fixDemand(demand);
  stage.pass(learns ? 8 * day : (warmUp[scenario.kind] ?? usualWarmUp));
  const before = stage.truth.after(0).length;
  stage.device(target).play(scenario, { speed: 1, seed: options.seed ?? 1, values });
  const limit = scenario.endsAfter(values) + 3 * day;
  const stride = options.look ? 0.5 : 5;
  for (let waited = 0; stage.device(target).playing; waited += stride) {
    if (waited > limit) throw new Error(`${name} does not end`);
    stage.pass(stride);
    options.look?.(stage, target);
  }
  const began = stage.truth.after(before).some((record) => record.kind === "start");
  if (!began) throw new Error(`${name} did not begin (seed ${options.seed ?? 1})`);
  stage.pass(afterwards);
  return { scenario, stage, score: score(stage.truth.after(0), stage.alarms(), stage.now()) };
}
