/**
 * A storm of lesser faults: a few tickets open by themselves, the rest go into one ticket about all of them. Emergencies and
 * what is grave never wait in line (response.md 2.6, alarms.md 3.2: a bucket of 5, one more each minute).
 */
import type { Alarm } from "#model/alarm";
import type { TicketClass } from "#model/policy";
import { graver, type Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { between, minutes } from "#model/time";
import type { Draft } from "../draft.ts";
import { classPolicy, openTicket } from "./open-ticket.ts";

const BURST = 5;
const REFILL = minutes(1);
const LESSER: ReadonlySet<Severity> = new Set(["S3", "S4"]);

/** The ticket of the storm that this alarm joins; undefined when it opens one of its own as usual. */
export function stormTicket(draft: Draft, alarm: Alarm, wanted: TicketClass): Ticket | undefined {
  const usual = classPolicy(draft, wanted)?.severity ?? alarm.severity;
  if (alarm.lifeSafety || !LESSER.has(graver(alarm.severity, usual))) return undefined;
  const opened = [...draft.openTickets(), ...draft.view.lately.values()].filter(
    (ticket) =>
      ticket.alarms.length > 0 && !ticket.storm && LESSER.has(ticket.severity) && ticket.simulated === alarm.simulated,
  );
  // What a clock that ran ahead says it opened later than now is no fault of this minute.
  const within = (span: number) =>
    opened.filter(({ openedAt }) => openedAt <= draft.now && between(openedAt, draft.now) < span).length;
  if (within(BURST * REFILL) < BURST || within(REFILL) < 1) return undefined;
  return (
    draft.openTickets().find((ticket) => ticket.storm && ticket.simulated === alarm.simulated) ??
    openTicket(draft, {
      class: "general_fault",
      severity: alarm.severity,
      place: {},
      title: { zh: "短时间内大量故障，合并处理", en: "Many faults within minutes, handled as one" },
      openedAt: draft.now,
      simulated: alarm.simulated,
      storm: true,
    })
  );
}
