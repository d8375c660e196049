/** The order of the alarm list: what nobody has acknowledged first, then by severity, then life safety, then the newest. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";
import { isListed, isUnacknowledged, type Severity } from "../shared/severity.ts";

function urgency(a: AlarmBody, b: AlarmBody): number {
  return (
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    Number(a.severity.slice(1)) - Number(b.severity.slice(1)) ||
    // People before things: a trapped passenger stands above the stop that trapped them.
    Number(b.lifeSafety) - Number(a.lifeSafety) ||
    // The API writes every instant in UTC with milliseconds, so the texts sort like the instants, and much faster.
    (a.activeSince < b.activeSince ? 1 : a.activeSince > b.activeSince ? -1 : 0) ||
    (a.id < b.id ? -1 : 1)
  );
}

/** The most urgent alarm that nobody has acknowledged. */
export function mostUrgent(alarms: readonly AlarmBody[]): AlarmBody | undefined {
  let best: AlarmBody | undefined;
  for (const alarm of alarms) {
    if (isUnacknowledged(alarm) && (!best || urgency(alarm, best) < 0)) best = alarm;
  }
  return best;
}

export interface AlarmList {
  readonly rows: readonly AlarmBody[];
  /** Alarms that wait outside because the list stands still. */
  readonly waiting: readonly AlarmBody[];
  /** How many the filter hides. */
  readonly hidden: number;
}

/**
 * @param still the rows shown so far when the list must stand still: they keep their places, new alarms wait outside, and an
 *   alarm that went back to normal keeps its row, so that nothing moves under a hand
 */
export function arrange(
  alarms: readonly AlarmBody[],
  filter: ReadonlySet<Severity>,
  still?: readonly AlarmBody[],
): AlarmList {
  const listed = alarms.filter(isListed);
  const passing = filter.size === 0 ? listed : listed.filter((alarm) => filter.has(alarm.severity));
  const hidden = listed.length - passing.length;
  if (!still) return { rows: passing.toSorted(urgency), waiting: [], hidden };
  const byId = new Map(passing.map((alarm) => [alarm.id, alarm]));
  const elsewhere = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const rows: AlarmBody[] = [];
  for (const seen of still) {
    rows.push(byId.get(seen.id) ?? elsewhere.get(seen.id) ?? { ...seen, state: "normal" });
    byId.delete(seen.id);
  }
  return { rows, waiting: [...byId.values()].toSorted(urgency), hidden };
}
