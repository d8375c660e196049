/** What a shift leaves behind: everything open, late or silenced, as it stands this moment. */
import { isListed, shownState } from "#model/alarm";
import type { HandedAlarm, HandedTicket, ShiftSnapshot } from "#model/paper";
import type { View } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { isOpen } from "./clocks.ts";

/** A flood is handed over as a flood: the worst of it, not thousands of lines. */
const MOST = 300;

/** Reads the view alone, so that screens may ask for it as well. */
export function shiftSnapshot(view: Pick<View, "tickets" | "alarms" | "devices">, now: Instant): ShiftSnapshot {
  const tickets = [...view.tickets.values()]
    .filter((ticket) => ticket.closedAt === undefined)
    .sort((a, b) => (a.severity === b.severity ? a.openedAt - b.openedAt : a.severity < b.severity ? -1 : 1));
  const alarms = [...view.alarms.values()]
    .filter(isListed)
    .map(handedAlarm)
    .sort((a, b) => (a.severity === b.severity ? a.since - b.since : a.severity < b.severity ? -1 : 1));
  return {
    at: now,
    tickets: tickets.slice(0, MOST).map((ticket) => handedTicket(ticket, now)),
    alarms: alarms.slice(0, MOST),
    silent: [...view.devices.values()].filter((one) => one.state === "offline").map((one) => one.device),
  };
}

/** What stands open now and was not there when the first of the two signed. */
export const openedSince = (signed: ShiftSnapshot | undefined, live: ShiftSnapshot): readonly HandedTicket[] =>
  signed ? live.tickets.filter(({ no }) => !signed.tickets.some((one) => one.no === no)) : [];

function handedTicket(ticket: Ticket, now: Instant): HandedTicket {
  const clocks = ticket.clocks
    .filter(isOpen)
    .map((clock) => ({ kind: clock.kind, dueAt: clock.dueAt, late: clock.state === "breached" || clock.dueAt <= now }))
    .sort((a, b) => a.dueAt - b.dueAt);
  const waiting = ticket.ladder.filter((row) => row.state === "waiting").map((row) => row.dueAt);
  const coming = [...waiting, ...clocks.filter((clock) => !clock.late).map((clock) => clock.dueAt)];
  return {
    no: ticket.no,
    severity: ticket.severity,
    state: ticket.state,
    title: ticket.title,
    ...(ticket.assignee === undefined ? {} : { assignee: ticket.assignee }),
    recovered: ticket.recovered,
    simulated: ticket.simulated,
    clocks,
    ...(coming.length === 0 ? {} : { nextAt: Math.min(...coming) as Instant }),
  };
}

function handedAlarm(alarm: Parameters<typeof shownState>[0]): HandedAlarm {
  const base = { id: alarm.id, device: alarm.device, severity: alarm.severity, title: alarm.title };
  const shown = shownState(alarm);
  if (shown === "shelved" && alarm.shelf.state !== "none") {
    const { since, until, by, reason } = alarm.shelf;
    return { ...base, state: "shelved", since, until, by, reason };
  }
  if (shown === "out-of-service" && alarm.outage) {
    const { since, reviewAt, by, reason } = alarm.outage;
    return { ...base, state: "out-of-service", since, until: reviewAt, by, reason };
  }
  if (shown === "suppressed") {
    return { ...base, state: "suppressed", since: alarm.suppressedSince ?? alarm.activeSince };
  }
  return { ...base, state: "active", since: alarm.activeSince };
}
