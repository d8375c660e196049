/** What alarms do to tickets: open one, join the one that is open, raise it, bring a closed one back; never a second. */
import type { Alarm } from "#model/alarm";
import type { TicketClass } from "#model/policy";
import { graver, type Severity } from "#model/severity";
import { partName } from "#model/site";
import type { Text } from "#model/text";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import type { Draft } from "../draft.ts";
import { retarget, startClock, targets, wakeOfTicket } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { resumed } from "./hold.ts";
import { ladderRows, runDueSteps } from "./ladder.ts";
import { offerToAll } from "./offer.ts";
import { expectedOf, openClocks } from "./open-clocks.ts";
import { classPolicy, explains, ladderOf, openTicket } from "./open-ticket.ts";
import { activeOn, recovering, relapsed } from "./recovery.ts";
import { isBack, reopen, sameFault } from "./reopen.ts";
import { countRepeats } from "./repeats.ts";
import { stormTicket } from "./storm.ts";

/** The open ticket that this alarm belongs to, if there is one. */
function openFor(draft: Draft, alarm: Alarm, wanted: TicketClass): Ticket | undefined {
  const open = draft
    .openTickets()
    .filter((ticket) => ticket.device === alarm.device && ticket.rectifies === undefined && !ticket.drill);
  return (
    open.find((ticket) => ticket.class === wanted) ??
    // What comes after the emergency was dealt with no longer follows from it.
    open.find((ticket) => explains(ticket.class, wanted) && !isBack(ticket, alarm))
  );
}

/** Device and emergency. A fault is named by what was found, an emergency by what it is: "trapped", not "button pressed". */
function titleOf(draft: Draft, alarm: Alarm, wanted: TicketClass): Text {
  const device = draft.view.site.devices.find((one) => one.id === alarm.device);
  const what = wanted === "general_fault" ? alarm.title : (classPolicy(draft, wanted)?.name ?? alarm.title);
  const name = partName(device, alarm.device);
  return { zh: `${name.zh} ${what.zh}`, en: `${name.en}: ${what.en}` };
}

/** An alarm with a response class became active or graver: its ticket opens, or it joins the open one. */
export function answerAlarm(draft: Draft, alarm: Alarm, wanted: TicketClass): void {
  findTicket(draft, alarm, wanted);
  // The ticket that it was merged into, under a cause that is gone, no longer waits for it.
  if (draft.alarm(alarm.id)?.ticket !== alarm.ticket) noteRecovery(draft, alarm);
}

function findTicket(draft: Draft, alarm: Alarm, wanted: TicketClass): void {
  const device = draft.view.site.devices.find((one) => one.id === alarm.device);
  const open = openFor(draft, alarm, wanted);
  if (open && isBack(open, alarm)) {
    nextRound(draft, open, alarm);
    return;
  }
  if (open) {
    joinTicket(draft, open, alarm);
    return;
  }
  const storm = stormTicket(draft, alarm, wanted);
  if (storm) {
    joinTicket(draft, storm, alarm);
    return;
  }
  const again = sameFault(draft, alarm, wanted);
  if (again) {
    nextRound(draft, again, alarm);
    return;
  }
  const ticket = openTicket(draft, {
    class: wanted,
    severity: alarm.severity,
    device: alarm.device,
    place: device?.place ?? {},
    title: titleOf(draft, alarm, wanted),
    alarm,
    openedAt: draft.now,
    simulated: alarm.simulated,
  });
  if (!ticket) return;
  draft.putAlarm({ ...alarm, ticket: ticket.no }, "alarm-joined", { ticket: ticket.no });
  countRepeats(draft, ticket);
}

/** It was not over: the same ticket with fresh clocks and its whole ladder. */
function nextRound(draft: Draft, before: Ticket, alarm: Alarm): void {
  const ticket = reopen(draft, before, draft.now, { alarm: alarm.id });
  joinTicket(draft, ticket, alarm);
  countRepeats(draft, draft.ticket(ticket.no) ?? ticket);
}

function joinTicket(draft: Draft, open: Ticket, alarm: Alarm): void {
  let ticket = open.alarms.includes(alarm.id) ? open : { ...open, alarms: [...open.alarms, alarm.id] };
  ticket = relapsed(ticket);
  draft.putTicket(ticket, "alarm-joined", { alarm: alarm.id, severity: alarm.severity });
  if (graver(alarm.severity, ticket.severity) !== ticket.severity) ticket = raise(draft, ticket, alarm.severity);
  if (alarm.ticket !== ticket.no)
    draft.putAlarm({ ...alarm, ticket: ticket.no }, "alarm-joined", { ticket: ticket.no });
}

/** Sent already, or of a kind that the house sends somebody for by itself. */
const dispatchesItself = ({ state, policy }: Ticket): boolean =>
  state === "dispatched" || targets(policy, "S1").some(({ kind, target }) => kind === "dispatch" && target === 0);

/**
 * The severity rises: the acknowledgement no longer holds, the graver ladder starts now, clocks keep their start and
 * take the graver targets.
 */
export function raise(draft: Draft, ticket: Ticket, severity: Severity): Ticket {
  // An emergency never waits.
  const open = severity === "S1" ? resumed(draft, ticket, draft.now) : ticket;
  const { acknowledgedBy: _by, acknowledgeExpiresAt: _until, ...rest } = open;
  const timing = policyOf(draft.view, ticket);
  const wanted = targets(open.policy, severity);
  const clocksKept = open.clocks.map((clock): ResponseClock => {
    if (clock.kind === "acknowledge") return startClock(clock, draft.now, timing);
    const told = wanted.find((one) => one.kind === clock.kind);
    const target = told && !told.before ? told.target : clock.target;
    if (target === clock.target || clock.metAt !== undefined || clock.state === "cancelled") return clock;
    return retarget(clock, target, draft.now, timing);
  });
  const added = openClocks(open.policy, severity, draft.now, timing, expectedOf(open)).filter(
    (clock) => !open.clocks.some((one) => one.kind === clock.kind),
  );
  const clocks = [...clocksKept, ...added];
  const rowsKept = open.ladder.map(
    (row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row),
  );
  const loop = Math.max(0, ...open.ladder.map((row) => row.loop)) + 1;
  let raised: Ticket = {
    ...rest,
    severity,
    clocks,
    ladder: [...rowsKept, ...ladderRows(ladderOf(timing, open.policy, severity), draft.now, loop, expectedOf(open))],
  };
  draft.putTicket(raised, "severity-raised", { from: open.severity, to: severity });
  raised = runDueSteps(draft, raised);
  if (severity === "S1" && dispatchesItself(raised)) raised = offerToAll(draft, raised);
  raised = { ...raised, wakeAt: wakeOfTicket(raised) };
  draft.amendTicket(raised);
  return raised;
}

/**
 * The source is normal again: noted. Closing is a person's word, except for a lesser fault that nobody took and that stays
 * normal.
 */
export function noteRecovery(draft: Draft, alarm: Alarm): void {
  if (alarm.ticket === undefined) return;
  const ticket = draft.ticket(alarm.ticket);
  if (!ticket || ticket.closedAt !== undefined || ticket.recovered) return;
  if (activeOn(draft, ticket).length === 0)
    draft.putTicket(recovering(draft, ticket), "source-recovered", { alarm: alarm.id });
}

/** The source is active again while nobody is told: a ticket that is open says so, and none opens. */
export function noteRelapse(draft: Draft, alarm: Alarm): void {
  const ticket = alarm.ticket === undefined ? undefined : draft.ticket(alarm.ticket);
  if (!ticket?.recovered || ticket.closedAt !== undefined) return;
  draft.putTicket(relapsed(ticket), "source-active-again", { alarm: alarm.id });
}
