/** What is counted and logged at the door: commits, alarms, breached clocks, a store that is away. */
import { isListed, shownState } from "#model/alarm";
import type { Plan } from "#model/plan";
import type { ClockKind } from "#model/policy";
import { type Instant, milliseconds } from "#model/time";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** `now` tells how long after its inputs an alarm was told. */
export function measures(metrics: Metrics, log: Log, now: () => Instant) {
  return {
    committed: (took: number) => metrics.committed(milliseconds(took)),
    storeAway: (away: boolean) => {
      if (away) log.error({}, "the store does not answer; alarms are shown and told, and written when it is back");
      else log.warn({}, "the store is back and has written what had waited");
    },
    decided(plan: Plan) {
      const drills = new Set(plan.tickets.flatMap(({ no, drill }) => (drill ? [`ticket:${no}`] : [])));
      for (const entry of plan.journal) {
        // Late in a drill is the drill report's to tell: nobody waited.
        if (entry.event === "clock-breached" && !drills.has(entry.about))
          metrics.clockBreached((entry.data as { clock: ClockKind }).clock);
        if (entry.event === "activated") {
          const received = Math.max(
            0,
            ...((entry.data as { inputs?: { at: number }[] }).inputs ?? []).map((one) => one.at),
          );
          if (received > 0) metrics.alarmPublished(milliseconds(Math.max(0, now() - received)));
        }
      }
      for (const alarm of plan.alarms) {
        if (isListed(alarm))
          log.info(
            { alarm: alarm.id, occurrence: alarm.occurrence, state: shownState(alarm), severity: alarm.severity },
            "alarm",
          );
      }
    },
  };
}
