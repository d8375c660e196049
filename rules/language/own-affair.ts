/** Rules whose meaning rests on nothing but their own device, and what two devices must share for such a rule to mean the same. */
import type { PointDefinition } from "#model/points";
import type { RuleDefinition } from "#model/rule";
import type { Device } from "#model/site";

/**
 * What a rule may hold for its meaning to depend on nothing but the points and facts of its device. A field that is not
 * named here makes the rule be resolved on each device by itself.
 */
const OWN_AFFAIR: ReadonlySet<string> = new Set<keyof RuleDefinition>([
  "id",
  "kind",
  "title",
  "severity",
  "lifeSafety",
  "latch",
  "let",
  "when",
  "clear",
  "onDelay",
  "offDelay",
  "levels",
  "optional",
  "params",
  "ticket",
  "because",
  "advice",
  "source",
  "file",
  "deadband",
  "onBad",
  "suppressBy",
  "becauseAt",
  "calendars",
  "reAlarm",
]);
/** `building.utility_power`, `floor3.*.smoke`: a name with a dot leads to another device. */
const DOTTED = /[\p{L}\p{N}_)\]*]\s*\.\s*[\p{L}_*]/u;

/** Beside its selection of devices, which `standing.ts` knows. */
export const hasOddField = (rule: RuleDefinition): boolean =>
  Object.keys(rule).some((key) => key !== "each" && !OWN_AFFAIR.has(key));

export function isOwnAffair(rule: RuleDefinition): boolean {
  if (rule.each || hasOddField(rule)) return false;
  const texts = [
    ...Object.values(rule.let),
    rule.when,
    rule.clear,
    rule.onDelay,
    rule.offDelay,
    rule.deadband,
    ...rule.levels.map((level) => level.when),
  ];
  return !texts.some((expression) => expression && DOTTED.test(expression.text)) && !DOTTED.test(placeholders(rule));
}
const placeholders = ({ because }: RuleDefinition): string =>
  [because.zh, because.en].flatMap((text) => text.match(/\{[^{}]*\}/g) ?? []).join(" ");

/** Two devices with equal keys are told apart by no rule that is their own affair. */
export function shapeKey({ kind, params, points: handles }: Device, points: readonly PointDefinition[]): string {
  const keys = handles.map((handle) => {
    const point = points[handle];
    return point ? `${point.key}:${point.unit ?? ""}:${point.type}:${point.tags.join(" ")}` : "";
  });
  return `${kind}|${JSON.stringify(params)}|${keys.join()}`;
}
