/** Row 26: an acknowledged alarm that is still active asks again after a time that its rule names. */
import { type Alarm, isAnnunciated } from "#model/alarm";
import { between, formatInstant, later, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { unseen } from "./unseen.ts";

/** When an alarm that is acknowledged now asks again; nothing for rules without a time, and for what has returned. */
export function askAgainAt(draft: Draft, alarm: Alarm): Pick<Alarm, "reAlarmAt"> {
  if (alarm.process !== "active") return {};
  const after = draft.view.site.rules.find((rule) => rule.id === alarm.rule)?.reAlarm;
  return after === undefined ? {} : { reAlarmAt: later(draft.now, after) };
}

/** Those that are due: unacknowledged as if they had just occurred. `late`: due while the house was down. */
export function askAgain(draft: Draft, late: boolean): readonly Alarm[] {
  const told: Alarm[] = [];
  for (const { id, reAlarmAt } of draft.view.alarms.values()) {
    const alarm = reAlarmAt === undefined ? undefined : draft.alarm(id);
    if (alarm?.reAlarmAt === undefined || alarm.reAlarmAt > draft.now || !isAnnunciated(alarm)) continue;
    const again: Alarm = { ...unseen(alarm), reAlarms: (alarm.reAlarms ?? 0) + 1 };
    draft.putAlarm(again, "re-alarmed", {
      times: again.reAlarms ?? 1,
      was: alarm.acknowledgedBy ?? null,
      ...(late
        ? { late: true, dueAt: formatInstant(alarm.reAlarmAt), lateBy: between(alarm.reAlarmAt, draft.now) }
        : {}),
    });
    told.push(again);
  }
  return told;
}

/** The wall clock was moved by `by`: it asks again after the time that was meant. */
export function shiftReAlarms(draft: Draft, by: Span): void {
  for (const { id, reAlarmAt } of draft.view.alarms.values()) {
    const alarm = reAlarmAt === undefined ? undefined : draft.alarm(id);
    if (alarm?.reAlarmAt === undefined) continue;
    draft.putAlarm({ ...alarm, reAlarmAt: later(alarm.reAlarmAt, by) }, "clock-step", { by });
  }
}
