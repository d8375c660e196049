/** What a replay comes to: alarms and the tickets they ask for, old rule against new, what almost became an alarm, and gaps. Pure. */
import type { TicketClass } from "#model/policy";
import type { RuleDefinition } from "#model/rule";
import { graver, type Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, instant, parseSpan } from "#model/time";
import type { WouldBe } from "./lane.ts";
import type { Replayed } from "./replay.ts";

/** Times are ISO 8601 in UTC, spans are seconds. */
export interface BacktestAlarm {
  readonly alarm: string;
  readonly device: string;
  readonly severity: Severity;
  readonly from: string;
  /** Absent while it lasts beyond the end. */
  readonly to?: string;
  readonly heldFor: number;
  readonly because: Text;
  /** The ticket that it opens or joins. */
  readonly ticket?: { readonly class: TicketClass; readonly severity: Severity };
}

/** One row per device: where the limits and delays of the rule stand near the truth. */
export interface Tuning {
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

export interface BacktestReport {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly samples: number;
  readonly devices: number;
  readonly alarms: readonly BacktestAlarm[];
  /** With a changed rule: what it would have raised, and how that differs. */
  readonly changed?: {
    readonly alarms: readonly BacktestAlarm[];
    readonly same: number;
    /** Alarms of the rule as it is that the changed one does not raise. */
    readonly missed: readonly BacktestAlarm[];
    readonly extra: readonly BacktestAlarm[];
  };
  readonly tuning: readonly Tuning[];
  /** Stretches that could not be judged; the first 200. */
  readonly gaps: readonly { readonly device: string; readonly from: string; readonly to: string }[];
  readonly gapCount: number;
  /** Rows of the history that could not be read. */
  readonly broken: number;
}

const NEAR = 0.8;
const GAPS_SHOWN = 200;
const time = (ms: number): string => formatInstant(instant(ms));
const overlaps = (a: WouldBe, b: WouldBe): boolean =>
  a.alarm === b.alarm && a.from <= (b.to ?? Number.POSITIVE_INFINITY) && b.from <= (a.to ?? Number.POSITIVE_INFINITY);

/** The on-delay on this device in ms; 0 without one. */
function delayOf(site: Site, rule: RuleDefinition, device: string): number {
  const text = rule.onDelay?.text.trim();
  if (text === undefined) return 0;
  const own = site.devices.find(({ id }) => id === device)?.params[text];
  return parseSpan(text) ?? Number(own ?? rule.params[text]?.default ?? 0);
}

export interface ReportInput {
  readonly site: Site;
  readonly rule: RuleDefinition;
  readonly changed?: RuleDefinition;
  readonly from: number;
  readonly to: number;
  readonly replayed: Replayed;
  readonly broken: number;
}

export function report(input: ReportInput): BacktestReport {
  const { site, rule, replayed } = input;
  const { asIs, undelayed, changed } = replayed;
  const body = (of: RuleDefinition) => (alarm: WouldBe) => alarmBody(site, of, alarm);
  const devices = [...new Set([...asIs, ...undelayed].map(({ device }) => device))];
  const unknown = new Map<string, number>();
  for (const { device, from, to } of replayed.gaps) unknown.set(device, (unknown.get(device) ?? 0) + (to - from));
  const tuned = [...new Set([...devices, ...unknown.keys()])].sort();
  return {
    rule: rule.id,
    from: time(input.from),
    to: time(input.to),
    samples: replayed.samples,
    devices: replayed.instances,
    alarms: asIs.map(body(rule)),
    ...(changed && input.changed
      ? {
          changed: {
            alarms: changed.map(body(input.changed)),
            same: asIs.filter((one) => changed.some((other) => overlaps(one, other))).length,
            missed: asIs.filter((one) => !changed.some((other) => overlaps(one, other))).map(body(rule)),
            extra: changed.filter((one) => !asIs.some((other) => overlaps(one, other))).map(body(input.changed)),
          },
        }
      : {}),
    tuning: tuned.map((device) => tuningOf(input, device, unknown.get(device) ?? 0)),
    gaps: replayed.gaps
      .slice(0, GAPS_SHOWN)
      .map(({ device, from, to }) => ({ device, from: time(from), to: time(to) })),
    gapCount: replayed.gaps.length,
    broken: input.broken,
  };
}

function tuningOf({ site, rule, replayed, to }: ReportInput, device: string, unknown: number): Tuning {
  const alarms = replayed.asIs.filter((one) => one.device === device);
  const pending = replayed.undelayed.filter(
    (spell) => spell.device === device && spell.to !== undefined && !alarms.some((alarm) => overlaps(spell, alarm)),
  );
  const delay = delayOf(site, rule, device);
  const lengths = pending.map((spell) => (spell.to ?? to) - spell.from);
  return {
    device,
    alarms: alarms.length,
    pendingCancelled: pending.length,
    nearMisses: lengths.filter((length) => length >= delay * NEAR).length,
    longestPending: Math.max(0, ...lengths) / 1_000,
    unknown: unknown / 1_000,
  };
}

function alarmBody(site: Site, rule: RuleDefinition, alarm: WouldBe): BacktestAlarm {
  const policy = rule.ticket && (site.policy.classes[rule.ticket] ?? site.policy.classes.general_fault);
  return {
    alarm: alarm.alarm,
    device: alarm.device,
    severity: alarm.severity,
    from: time(alarm.from),
    ...(alarm.to === undefined ? {} : { to: time(alarm.to) }),
    heldFor: alarm.heldFor / 1_000,
    because: { zh: alarm.because.zh, en: alarm.because.en },
    ...(rule.ticket && policy
      ? { ticket: { class: rule.ticket, severity: graver(alarm.severity, policy.severity) } }
      : {}),
  };
}
