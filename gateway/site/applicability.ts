/** Which rules watch which devices, and why a rule does not: what `gatehouse check` lists. */
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { checkRules } from "../../rules/language/check.ts";

export interface Applicability {
  readonly rule: string;
  readonly device: string;
  readonly applies: boolean;
  /** Why not. */
  readonly because?: Text;
}

/** One row per rule and device of its kind, sorted by device, then rule. */
export function describeApplicability(site: Site): readonly Applicability[] {
  return [...checkRules(site.rules, site.devices, site.points).applies].sort((a, b) =>
    a.device === b.device ? (a.rule < b.rule ? -1 : 1) : a.device < b.device ? -1 : 1,
  );
}
