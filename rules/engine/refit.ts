/**
 * An engine that takes other facts of its devices while it runs: it is made anew and takes back what the one before
 * remembers, as after a restart in which no time has passed. Windows, delays and verdicts that do not rest on what changed
 * go on.
 */
import type { Device } from "#model/site";
import type { Moment } from "#model/time";
import type { RuleEngine } from "./engine.ts";

export interface FittedEngine extends RuleEngine {
  /** Between two steps. The devices are the same ones in the same order; the next step looks at everything once. */
  refit(devices: readonly Device[], at: Moment): void;
}

export function createFittedEngine(
  make: (devices: readonly Device[]) => RuleEngine,
  devices: readonly Device[],
): FittedEngine {
  let engine = make(devices);
  let evaluated = 0;
  /** What the engines before had counted and nobody has asked for yet. */
  let cancelled = new Map<string, number>();

  return {
    get instances() {
      return engine.instances;
    },
    step: (changed, count, at) => engine.step(changed, count, at),
    insert: (late) => engine.insert(late),
    evaluated: () => evaluated + engine.evaluated(),
    takeCancelled() {
      const taken = engine.takeCancelled();
      if (cancelled.size === 0) return taken;
      const all = cancelled;
      for (const [id, times] of taken) all.set(id, (all.get(id) ?? 0) + times);
      cancelled = new Map();
      return all;
    },
    nextWake: () => engine.nextWake(),
    pages: (at, whole) => engine.pages(at, whole),
    restore: (notes, at) => engine.restore(notes, at),
    skip: (from, at) => engine.skip(from, at),
    resume: (active) => engine.resume(active),
    refit(devices, at) {
      const next = make(devices);
      next.restore(new Map(engine.pages(at, true)), at);
      for (const [id, times] of engine.takeCancelled()) cancelled.set(id, (cancelled.get(id) ?? 0) + times);
      evaluated += engine.evaluated();
      engine = next;
    },
  };
}
