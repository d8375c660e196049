/** What a house has told: every alarm as it was first told, when it reached each severity, and the tickets it was on. */
import type { Alarm } from "#model/alarm";
import type { Plan } from "#model/plan";
import type { Severity } from "#model/severity";
import type { SeenAlarm } from "../../../simulators/score.ts";
import type { PureHouse } from "../../support/pure-house.ts";

export interface Told {
  note(plan: Plan): void;
  /** By id and occurrence. */
  readonly seen: ReadonlyMap<string, SeenAlarm>;
}

/** @param wall ms since the epoch */
export function createTold(house: PureHouse, wall: () => number): Told {
  const seen = new Map<string, SeenAlarm & { reached: Partial<Record<Severity, number>> }>();
  const noteAlarm = (alarm: Alarm) => {
    if (alarm.process !== "active") return;
    const key = `${alarm.id}#${alarm.occurrence}`;
    const ticket = alarm.ticket === undefined ? undefined : house.tickets.get(alarm.ticket);
    const before = seen.get(key);
    const reached = { ...before?.reached };
    reached[alarm.severity] ??= wall();
    seen.set(key, {
      id: alarm.id,
      rule: alarm.rule,
      device: alarm.device,
      severity: alarm.severity,
      at: before?.at ?? wall(),
      reached,
      suppressed: alarm.suppressedBy.some((cause) => cause !== "waiting"),
      ticketClasses: [...new Set([...(before?.ticketClasses ?? []), ...(ticket ? [ticket.class] : [])])],
      ...(ticket && { ticketSeverity: ticket.severity }),
    });
  };
  return {
    seen,
    note(plan) {
      for (const alarm of plan.alarms) noteAlarm(alarm);
    },
  };
}
