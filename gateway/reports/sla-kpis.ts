/** The response promised, tier by tier: of the clocks of tickets that alarms opened, how many were met in time. Pure. */
import type { ClockKind } from "#model/policy";
import type { Ticket } from "#model/ticket";
import type { AlarmKpi } from "./alarm-kpis.ts";
import type { Choice, Window } from "./figures.ts";
import { JUDGEMENT, type Target } from "./kpi.ts";
import { ticketKind } from "./response-rounds.ts";

/** For each kind of clock: how many came to an end in time or late, and how many of them in time. */
export type ClocksKept = Partial<Record<ClockKind, { readonly ended: number; readonly kept: number }>>;

/**
 * Clocks of tickets that opened within the window by an alarm seen at the position. One that still runs says nothing yet, and
 * one that was cancelled never will; of a ticket opened by hand the response report tells. A ticket is real until somebody
 * says that it was a test or maintenance; drills stand in no figure about alarms.
 */
export function clocksKept(tickets: Iterable<Ticket>, { from, to }: Window, choice: Choice): ClocksKept {
  const found: Partial<Record<ClockKind, { ended: number; kept: number }>> = {};
  for (const ticket of tickets) {
    const { alarms, openedAt, clocks } = ticket;
    if (openedAt < from || openedAt >= to || ticketKind(ticket) !== choice.kind) continue;
    if (!alarms.some(choice.at)) continue;
    for (const { kind, state, breachedAt } of clocks) {
      if (state !== "met" && state !== "breached") continue;
      found[kind] ??= { ended: 0, kept: 0 };
      found[kind].ended += 1;
      if (state === "met" && breachedAt === undefined) found[kind].kept += 1;
    }
  }
  return found;
}

const target: Target = { atLeast: 0.95, source: JUDGEMENT };

const tier = (id: string, kinds: readonly ClockKind[], zh: string, en: string): AlarmKpi => ({
  id: `sla-${id}`,
  group: "response",
  name: { zh: `${zh}达标率`, en: `${en} in time` },
  formula: {
    zh: "统计期内由告警开出的工单：按时完成的时限数 ÷（按时 + 超时）；进行中和取消的不计",
    en: "Tickets opened by alarms in the window: clocks met in time ÷ (met + overdue); running and cancelled ones do not count",
  },
  unit: "share",
  target,
  read(_figures, _now, kept) {
    const rows = kinds.flatMap((kind) => kept[kind] ?? []);
    const sum = (key: "ended" | "kept") => rows.reduce((total, row) => total + row[key], 0);
    return sum("kept") / sum("ended");
  },
});

export const slaKpis: readonly AlarmKpi[] = [
  tier("acknowledge", ["acknowledge"], "工单确认", "Ticket acknowledged"),
  tier("accept", ["accept"], "接单", "Work accepted"),
  tier("onsite", ["onsite", "staff-onsite", "rescue-onsite"], "到场", "On site"),
  tier("mitigate", ["mitigate"], "险情控制", "Danger contained"),
  tier("resolve", ["resolve"], "故障解决", "Fault resolved"),
];
