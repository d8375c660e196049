/** What stands right now, for the figures that are no history: active, unacknowledged, stale, suppressed, never seen. Pure. */
import { type Alarm, isAnnunciated, stateBeneath } from "#model/alarm";
import { between, days, hours, type Instant, type Span } from "#model/time";
import { listSuppressed } from "./suppressed-lists.ts";

/** Active for longer: it has become part of the furniture. */
export const STALE = hours(24);
export const NEVER = days(90);

export interface StandingAlarms {
  readonly active: number;
  readonly unacknowledged: number;
  /** Oldest first. */
  readonly stale: readonly { readonly alarm: string; readonly age: Span }[];
  readonly shelved: number;
  readonly suppressed: number;
  readonly outOfService: number;
  readonly overdue: number;
  /** Rules that have been active on no device for 90 days; tells something only once so long a record exists. */
  readonly neverFired: readonly string[];
}

export function standingAlarms(
  alarms: Iterable<Alarm>,
  rules: readonly string[],
  now: Instant,
  at: (alarm: string) => boolean,
): StandingAlarms {
  const here = [...alarms].filter((alarm) => at(alarm.id));
  const told = here.filter(isAnnunciated);
  const active = told.filter((alarm) => alarm.process === "active");
  const lists = listSuppressed(here, now).filter((one) => !one.requested);
  const fired = new Set(
    here
      .filter((one) => one.occurrence > 0 && (one.process === "active" || between(one.activeSince, now) < NEVER))
      .map((one) => one.rule),
  );
  return {
    active: active.length,
    unacknowledged: told.filter((alarm) => stateBeneath(alarm).endsWith("unacknowledged")).length,
    stale: active
      .map((alarm) => ({ alarm: alarm.id, age: between(alarm.activeSince, now) }))
      .filter(({ age }) => age > STALE)
      .sort((a, b) => b.age - a.age),
    shelved: lists.filter((one) => one.list === "shelved").length,
    suppressed: lists.filter((one) => one.list === "suppressed").length,
    outOfService: lists.filter((one) => one.list === "out-of-service").length,
    overdue: lists.filter((one) => one.overdue).length,
    neverFired: rules.filter((rule) => !fired.has(rule)),
  };
}
