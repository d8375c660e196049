/** The order of the alarm list: what nobody has acknowledged first, then by severity, then the newest. */
import type { AlarmBody } from "../../../api/shapes.ts";
import { isListed, isUnacknowledged, type Severity } from "../shared/severity.ts";
import { instantOf } from "../shared/time-text.ts";

function urgency(a: AlarmBody, b: AlarmBody): number {
  return (
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    Number(a.severity.slice(1)) - Number(b.severity.slice(1)) ||
    instantOf(b.activeSince) - instantOf(a.activeSince) ||
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
 * @param still the ids shown so far when the list must stand still; rows then keep their places, new alarms wait outside,
 *   and an alarm that went back to normal keeps its row (from `seen`) so that nothing moves under a hand
 */
export function arrange(
  alarms: readonly AlarmBody[],
  filter: ReadonlySet<Severity>,
  still: readonly string[] | undefined,
  seen: ReadonlyMap<string, AlarmBody>,
): AlarmList {
  const listed = alarms.filter(isListed);
  const passing = filter.size === 0 ? listed : listed.filter((alarm) => filter.has(alarm.severity));
  const hidden = listed.length - passing.length;
  if (!still) return { rows: passing.toSorted(urgency), waiting: [], hidden };
  const byId = new Map(passing.map((alarm) => [alarm.id, alarm]));
  const elsewhere = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const rows: AlarmBody[] = [];
  for (const id of still) {
    const alarm = byId.get(id);
    const gone = seen.get(id);
    if (alarm) rows.push(alarm);
    else if (gone && (filter.size === 0 || filter.has(gone.severity))) {
      rows.push(elsewhere.get(id) ?? { ...gone, state: "normal" });
    }
    byId.delete(id);
  }
  return { rows, waiting: [...byId.values()].toSorted(urgency), hidden };
}
