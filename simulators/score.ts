/** What really happened against what was told: detected, late, missed, false, and the delay of every rule. Pure. */
import type { Severity } from "./scenarios/scenario.ts";
import { type Expected, observerSeconds, type TruthRecord } from "./truth.ts";

/** An alarm as the gateway told it. Instants are ms since the epoch. */
export interface SeenAlarm {
  /** `<rule>@<device>` */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  /** The present one. */
  readonly severity: Severity;
  readonly at: number;
  /** When it first had each severity; absent where only the present one is known. */
  readonly reached?: Readonly<Partial<Record<Severity, number>>>;
  /** It hangs under what explains it: nobody was disturbed by it alone. */
  readonly suppressed?: boolean;
  /** Classes of the tickets that it was on, one after the other: a graver emergency takes an alarm over. */
  readonly ticketClasses?: readonly string[];
  /** Of the ticket that it is on now. */
  readonly ticketSeverity?: Severity;
}

export type Verdict = "detected" | "late" | "missed" | "wrong-ticket";

export interface Scored {
  readonly scenario: string;
  readonly device: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly verdict: Verdict;
  /** Seconds that were allowed, after the start of the story. */
  readonly within: number;
  /** Seconds after the start of the story; absent when missed. */
  readonly delay?: number;
}

export interface FalseAlarm {
  readonly alarm: string;
  readonly severity: Severity;
  readonly at: number;
  /** The story that ran; absent: none did. */
  readonly scenario?: string;
}

export interface RuleScore {
  readonly rule: string;
  readonly expected: number;
  readonly detected: number;
  readonly late: number;
  readonly missed: number;
  readonly false: number;
  /** Seconds: the median, the longest, and the smallest distance to a deadline, the observer's two seconds included. */
  readonly medianDelay?: number;
  readonly longestDelay?: number;
  readonly margin?: number;
}

export interface Score {
  readonly detected: number;
  readonly late: number;
  readonly missed: number;
  readonly false: number;
  readonly rules: readonly RuleScore[];
  readonly results: readonly Scored[];
  readonly falseAlarms: readonly FalseAlarm[];
}

const order: readonly Severity[] = ["S1", "S2", "S3", "S4"];
/** After the end of a story its plant finds its way to normal; what was allowed before is allowed so long after, ms. */
const grace = 120_000;
/** Clocks of the two processes, and the step in which a plant began. */
const early = 1_000;

interface Story {
  readonly scenario: string;
  readonly device: string;
  readonly from: number;
  readonly to: number;
  readonly must: readonly Expected[];
  readonly may: ReadonlySet<string>;
  readonly concerns: ReadonlySet<string>;
}

/** The stories of the truth log, each from its start to its end, its abortion, or `now`. */
function stories(truth: readonly TruthRecord[], now: number): Story[] {
  return truth
    .filter((record) => record.kind === "start")
    .map((start) => {
      const end = truth.find(
        (record) =>
          record.seq > start.seq && record.play === start.play && (record.kind === "end" || record.kind === "stopped"),
      );
      const must = start.mustFollow ?? [];
      return {
        scenario: start.scenario ?? "",
        device: start.device,
        from: Date.parse(start.at),
        to: end ? Date.parse(end.at) : now,
        must,
        may: new Set([...must.map(({ rule }) => rule), ...(start.mayFollow ?? [])]),
        concerns: new Set(start.concerns ?? [start.device]),
      };
    });
}

/** When the alarm was at least as grave as asked for; undefined when it never was. */
function graveSince(alarm: SeenAlarm, severity: Severity): number | undefined {
  const grave = order.slice(0, order.indexOf(severity) + 1);
  const { reached } = alarm;
  if (!reached) return grave.includes(alarm.severity) ? alarm.at : undefined;
  const instants = grave.flatMap((one) => reached[one] ?? []);
  return instants.length > 0 ? Math.min(...instants) : undefined;
}

/** On a ticket of the class that was asked for, or taken over by one at least as grave. */
const rightly = (alarm: SeenAlarm, { ticketClass, severity }: Expected): boolean =>
  (alarm.ticketClasses ?? []).includes(ticketClass) ||
  (alarm.ticketSeverity !== undefined && order.indexOf(alarm.ticketSeverity) <= order.indexOf(severity));

/** A line goes by another name at the gateway, so any device that no story names will do for it. */
const belongs = (alarm: SeenAlarm, expected: Expected, story: Story): boolean =>
  alarm.id === expected.alarm ||
  (expected.rule === "comms_loss" &&
    alarm.rule === expected.rule &&
    (story.concerns.has(alarm.device) || alarm.device.includes(":")));

/**
 * Compares what was told with what had to be. Demands whose deadline lies after `now` are not judged yet; alarms that began
 * before the first record of the truth belong to nobody here.
 */
export function score(truth: readonly TruthRecord[], alarms: readonly SeenAlarm[], now: number): Score {
  const played = stories(truth, now);
  const results: Scored[] = [];
  const explained = new Set<SeenAlarm>();
  for (const story of played) {
    for (const expected of story.must) {
      const by = Date.parse(expected.by);
      const candidates = alarms.flatMap((alarm) => {
        if (!belongs(alarm, expected, story)) return [];
        const at = graveSince(alarm, expected.severity);
        return at !== undefined && at >= story.from - early && at <= story.to + grace ? [{ alarm, at }] : [];
      });
      const first = candidates.sort((one, other) => one.at - other.at)[0];
      if (!first && by > now) continue;
      for (const { alarm } of candidates) explained.add(alarm);
      const rightTicket =
        expected.ticketClass === "none" ||
        first?.alarm.suppressed === true ||
        candidates.some(({ alarm }) => rightly(alarm, expected));
      const verdict: Verdict = !first ? "missed" : first.at > by ? "late" : rightTicket ? "detected" : "wrong-ticket";
      results.push({
        scenario: story.scenario,
        device: expected.alarm.slice(expected.rule.length + 1),
        rule: expected.rule,
        severity: expected.severity,
        verdict,
        within: expected.within,
        ...(first && { delay: Math.round((first.at - story.from) / 10) / 100 }),
      });
    }
  }
  const since = truth[0] ? Date.parse(truth[0].at) : now;
  const falseAlarms = alarms.flatMap((alarm): FalseAlarm[] => {
    if (explained.has(alarm) || alarm.suppressed || alarm.at < since - early) return [];
    const during = played.filter((story) => alarm.at >= story.from - early && alarm.at <= story.to + grace);
    const about = during.filter(({ concerns }) => concerns.has(alarm.device) || alarm.device.includes(":"));
    if (about.some(({ may }) => may.has(alarm.rule))) return [];
    const [story] = about.length > 0 ? about : during;
    return [{ alarm: alarm.id, severity: alarm.severity, at: alarm.at, ...(story && { scenario: story.scenario }) }];
  });
  const count = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  return {
    detected: count("detected"),
    late: count("late"),
    missed: count("missed") + count("wrong-ticket"),
    false: falseAlarms.length,
    rules: byRule(results, falseAlarms),
    results,
    falseAlarms,
  };
}

/** Marks by rule, in the order of their names. */
export function byRule(results: readonly Scored[], falseAlarms: readonly FalseAlarm[]): RuleScore[] {
  const ruleOf = ({ alarm }: FalseAlarm) => alarm.slice(0, alarm.indexOf("@"));
  const names = [...new Set([...results.map(({ rule }) => rule), ...falseAlarms.map(ruleOf)])].sort();
  return names.map((rule) => {
    const own = results.filter((one) => one.rule === rule);
    const delays = own.flatMap(({ delay }) => delay ?? []).sort((one, other) => one - other);
    const margins = own.flatMap(({ delay, within }) => (delay === undefined ? [] : within + observerSeconds - delay));
    const count = (verdict: Verdict) => own.filter((one) => one.verdict === verdict).length;
    const median = delays[Math.floor(delays.length / 2)];
    const longest = delays.at(-1);
    return {
      rule,
      expected: own.length,
      detected: count("detected"),
      late: count("late"),
      missed: count("missed") + count("wrong-ticket"),
      false: falseAlarms.filter((one) => ruleOf(one) === rule).length,
      ...(median !== undefined && { medianDelay: median }),
      ...(longest !== undefined && { longestDelay: longest }),
      ...(margins.length > 0 && { margin: Math.round(Math.min(...margins) * 100) / 100 }),
    };
  });
}
