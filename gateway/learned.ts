/** Learned values in the running house: which are in force, the engine that goes by them, and what is said of those that are not. */
import type { Paper } from "#model/paper";
import type { Device, Site } from "#model/site";
import type { Moment } from "#model/time";
import type { RuleEngine } from "../rules/engine/engine.ts";
import { createFittedEngine, type FittedEngine } from "../rules/engine/refit.ts";
import { type Fitted, fitLearned } from "../rules/tuning/in-force.ts";
import type { Log } from "./log.ts";

export interface LearnedInForce {
  readonly engine: FittedEngine;
  /** Devices with what was applied, and how each applied row stands. */
  fitted(): Fitted;
  /** The papers have changed. */
  refit(papers: Iterable<Paper>, at: Moment): void;
}

/** `make`: an engine over these devices. */
export function createLearned(
  site: Site,
  kept: Iterable<Paper>,
  make: (devices: readonly Device[]) => RuleEngine,
  log: Log,
): LearnedInForce {
  let fitted = fitLearned(site, kept);
  for (const standing of fitted.standing) {
    if (standing.state === "in-force") continue;
    log.warn({ id: standing.row.id, because: standing.because.en }, "a learned value is not in force");
  }
  const engine = createFittedEngine(make, fitted.devices);
  return {
    engine,
    fitted: () => fitted,
    refit(papers, at) {
      fitted = fitLearned(site, papers);
      engine.refit(fitted.devices, at);
    },
  };
}
