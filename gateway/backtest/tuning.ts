/** Where the limits and delays of rules stand near the truth: what almost became an alarm, and what could not be judged. Pure. */
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { parseSpan } from "#model/time";
import type { WouldBe } from "./lane.ts";
import type { Replayed } from "./replay.ts";

/** One row per rule and device. */
export interface Tuning {
  readonly rule: string;
  readonly device: string;
  readonly alarms: number;
  /** Times the condition held and ended before the delay was over. */
  readonly pendingCancelled: number;
  /** Those among them that lasted at least 80 % of the delay. */
  readonly nearMisses: number;
  /** The longest of them, seconds. */
  readonly longestPending: number;
  /** Seconds in which a point of the rule was bad or unknown. */
  readonly unknown: number;
}

const NEAR = 0.8;

export const overlaps = (a: WouldBe, b: WouldBe): boolean =>
  a.alarm === b.alarm && a.from <= (b.to ?? Number.POSITIVE_INFINITY) && b.from <= (a.to ?? Number.POSITIVE_INFINITY);

/** The on-delay on this device in ms; 0 without one. */
function delayOf(site: Site, rule: RuleDefinition, device: string): number {
  const text = rule.onDelay?.text.trim();
  if (text === undefined) return 0;
  const own = site.devices.find(({ id }) => id === device)?.params[text];
  return parseSpan(text) ?? Number(own ?? rule.params[text]?.default ?? 0);
}

/** Rows of which there is something to say, by rule and device. */
export function tuningOf(site: Site, rules: readonly RuleDefinition[], replayed: Replayed): readonly Tuning[] {
  const asIs = Map.groupBy(replayed.asIs, ({ alarm }) => alarm);
  const undelayed = Map.groupBy(replayed.undelayed, ({ alarm }) => alarm);
  const gaps = Map.groupBy(replayed.gaps, ({ rule, device }) => `${rule}@${device}`);
  const wanted = [...new Set([...asIs.keys(), ...undelayed.keys(), ...gaps.keys()])].sort();
  return wanted.flatMap((id) => {
    const place = id.indexOf("@");
    const rule = rules.find((one) => one.id === id.slice(0, place));
    if (!rule) return [];
    const device = id.slice(place + 1);
    const alarms = asIs.get(id) ?? [];
    const pending = (undelayed.get(id) ?? []).filter(
      (spell) => spell.to !== undefined && !alarms.some((alarm) => overlaps(spell, alarm)),
    );
    const delay = delayOf(site, rule, device);
    const lengths = pending.map((spell) => (spell.to as number) - spell.from);
    return {
      rule: rule.id,
      device,
      alarms: alarms.length,
      pendingCancelled: pending.length,
      nearMisses: lengths.filter((length) => length >= delay * NEAR).length,
      longestPending: lengths.reduce((most, length) => Math.max(most, length), 0) / 1_000,
      unknown: (gaps.get(id) ?? []).reduce((sum, { from, to }) => sum + (to - from), 0) / 1_000,
    };
  });
}
