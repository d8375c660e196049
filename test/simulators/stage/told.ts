/** What a house has told: every alarm since it was raised, when it reached each severity, and the tickets it was on. */
import type { Alarm } from "#model/alarm";
import type { Plan } from "#model/plan";
import type { Severity } from "#model/severity";
import type { SeenAlarm } from "../../../simulators/score.ts";
import type { PureHouse } from "../../support/pure-house.ts";

export interface Told {
  note(plan: Plan): void;
  /**
   * Every alarm that people were told of. A consequence waits up to 5 s for its cause before it is told: its delay counts from
   * when it was raised, and one that ended while it waited was never told.
   */
  alarms(): readonly SeenAlarm[];
}

/** @param wall ms since the epoch */
export function createTold(house: PureHouse, wall: () => number): Told {
  /** By id and occurrence. */
  const seen = new Map<string, SeenAlarm & { told: boolean; reached: Partial<Record<Severity, number>> }>();
  const noteAlarm = (alarm: Alarm) => {
    if (alarm.process !== "active") return;
    const key = `${alarm.id}#${alarm.occurrence}`;
    const ticket = alarm.ticket === undefined ? undefined : house.tickets.get(alarm.ticket);
    const before = seen.get(key);
    const reached = { ...before?.reached };
    reached[alarm.severity] ??= wall();
    const waits = alarm.suppressedBy.includes("waiting");
    seen.set(key, {
      id: alarm.id,
      rule: alarm.rule,
      device: alarm.device,
      severity: alarm.severity,
      at: before?.at ?? wall(),
      reached,
      told: before?.told === true || !waits,
      suppressed: !waits && alarm.suppressedBy.length > 0,
      ticketClasses: [...new Set([...(before?.ticketClasses ?? []), ...(ticket ? [ticket.class] : [])])],
      ...(ticket && { ticketSeverity: ticket.severity }),
    });
  };
  return {
    alarms: () => [...seen.values()].filter(({ told }) => told).map(({ told: _, ...alarm }) => alarm),
    note(plan) {
      for (const alarm of plan.alarms) noteAlarm(alarm);
    },
  };
}
