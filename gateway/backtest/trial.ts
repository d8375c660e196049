/** What the rules of a site would have said with learned values in the place of those in force: old against new, per device. */
import { type Learnable, learnedParams } from "#model/learned";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import { concerned } from "../../rules/tuning/in-force.ts";
import type { WouldBe } from "./lane.ts";
import { readsOf } from "./reads.ts";
import type { Replayed } from "./replay.ts";
import { type BacktestAlarm, compareSides, sideOf } from "./report.ts";
import { replayStored } from "./run-backtest.ts";
import type { Suggested } from "./suggest.ts";

/** One rule on one device. */
export interface TrialRow {
  readonly rule: string;
  /** Alarms with the value in force, and with the learned one. */
  readonly before: number;
  readonly after: number;
  readonly same: number;
  /** The first `SHOWN` of each. */
  readonly missed: readonly BacktestAlarm[];
  readonly missedCount: number;
  readonly extra: readonly BacktestAlarm[];
  readonly extraCount: number;
}

export interface DeviceSuggestion extends Suggested {
  readonly device: string;
}
export interface Tried extends DeviceSuggestion {
  readonly trial: readonly TrialRow[];
}

const SHOWN = 20;

/**
 * Values of one kind are tried on all devices together, so that there are five replays at most however many devices learn.
 * Throws NoHistory, or SQLite's error when the file cannot be read.
 */
export function tryValues(
  site: Site,
  wanted: readonly DeviceSuggestion[],
  range: { readonly from: Instant; readonly to: Instant },
  folder: string,
  progress: (share: number) => void,
): readonly Tried[] {
  const kindOf = new Map(site.devices.map(({ id, kind }) => [id, kind]));
  const whats = [...new Set(wanted.map(({ what }) => what))];
  const rulesFor = (what: Learnable): RuleDefinition[] => {
    const kinds = new Set(wanted.filter((one) => one.what === what).map(({ device }) => kindOf.get(device)));
    return [...kinds].flatMap((kind) => (kind ? concerned(site.rules, kind, what) : []));
  };
  const all = [...new Set(whats.flatMap(rulesFor))];
  let done = 0;
  const play = (variant: Site, rules: readonly RuleDefinition[]): Replayed => {
    const part = (share: number) => progress((done + share) / (whats.length + 1));
    const reads = readsOf(variant, rules);
    const source = { folder };
    const { replayed } = replayStored({
      site: variant,
      rules,
      reads,
      ...range,
      source,
      pending: false,
      progress: part,
    });
    done += 1;
    return replayed;
  };
  if (all.length === 0) return wanted.map((one) => ({ ...one, trial: [] }));
  const now = play(site, all).asIs;
  return whats.flatMap((what) => {
    const own = wanted.filter((one) => one.what === what);
    const rules = rulesFor(what);
    const then = play(withValues(site, own), rules).asIs;
    return own.map((one) => ({ ...one, trial: rules.map((rule) => rowOf(site, rule, one.device, now, then)) }));
  });
}

function rowOf(
  site: Site,
  rule: RuleDefinition,
  device: string,
  now: readonly WouldBe[],
  then: readonly WouldBe[],
): TrialRow {
  const own = (alarms: readonly WouldBe[]) => alarms.filter((one) => one.rule === rule.id && one.device === device);
  const [before, after] = [own(now), own(then)];
  const { same, missed, extra } = compareSides(before, sideOf(site, rule, before), after, sideOf(site, rule, after));
  return {
    rule: rule.id,
    before: before.length,
    after: after.length,
    same,
    missed: missed.slice(0, SHOWN),
    missedCount: missed.length,
    extra: extra.slice(0, SHOWN),
    extraCount: extra.length,
  };
}

function withValues(site: Site, wanted: readonly DeviceSuggestion[]): Site {
  const more = new Map(wanted.map(({ device, what, values }) => [device, learnedParams(what, values)]));
  return {
    ...site,
    devices: site.devices.map((device) => {
      const own = more.get(device.id);
      return own ? { ...device, params: { ...device.params, ...own } } : device;
    }),
  };
}
