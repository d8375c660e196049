/** An engine that evaluates nothing: the door is tried alone. */
import type { RuleEngine } from "../../rules/engine/engine.ts";

export const idle: RuleEngine = {
  instances: [],
  step: () => [],
  insert: () => {},
  evaluated: () => 0,
  takeCancelled: () => new Map(),
  nextWake: () => Number.POSITIVE_INFINITY as never,
  pages: () => [],
  restore: () => {},
  skip: () => {},
  resume: () => {},
};
