/** A rule that cannot be judged: its condition is unknown because points that it reads are bad, and has been for a while. */
import type { RuleDefinition } from "#model/rule";
import { type Graph, isConstant, type Term } from "./graph.ts";
import { TRUTH } from "./scope.ts";

/** ms: domain rule for life safety ("input bad for more than 30 s"). A good sample at that very moment is in time. */
export const TROUBLE_AFTER = 30_000;

/** Life safety asks for it unless its rule says `on_bad: hold`; trouble is not fire, but nobody would see the fire. */
export const tellsTrouble = ({ onBad, lifeSafety }: RuleDefinition): boolean =>
  (onBad ?? (lifeSafety ? "trouble" : "hold")) === "trouble";

/** `blind` ends a trouble, `lasting` begins it: a restart in the middle times the blindness anew, and is no end of it. */
export interface Trouble {
  readonly blind: Term;
  readonly lasting: Term;
}

/**
 * Blind while `when` is unknown and one of `points` is bad; lasting after `TROUBLE_AFTER` of it. A window that is not filled yet is no
 * trouble, neither is a point before its first sample. `undefined` for a condition that reads no point.
 */
export function troubleOf(
  graph: Graph,
  when: Term,
  points: readonly Term[],
  keyOf: (point: Term) => string,
): Trouble | undefined {
  if (points.length === 0 || isConstant(when)) return undefined;
  const bad = points.map((point) => graph.input("is_bad", point.handle, keyOf(point), TRUTH));
  const anyBad = graph.apply("vote", bad, TRUTH, [1]);
  const blind = graph.apply("&&", [graph.apply("unknown", [when], TRUTH), anyBad], TRUTH);
  return { blind, lasting: graph.apply("held", [blind], TRUTH, [TROUBLE_AFTER]) };
}
