/** Opening a ticket, or joining the one that is open: at most one per device and class, never a second. */
import type { Alarm } from "#model/alarm";
import type { ClassPolicy, LadderStep, TicketClass } from "#model/policy";
import { graver, type Severity } from "#model/severity";
import type { Place } from "#model/site";
import type { Text } from "#model/text";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { type Instant, milliseconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { cancel, meet, openClocks, startClock, targets, wakeOfTicket } from "./clocks.ts";
import { ladderRows, runDueSteps } from "./ladder.ts";

/**
 * Classes whose alarms on the same device follow from a graver one: they join its ticket instead of opening their own,
 * and one that is already open is merged into it. A lift that stops with people inside has, a moment earlier, a broken
 * safety circuit; a burst empties the tank and floods the sump; a fire is a prealarm first, burns cables and loses its mains.
 * Engineering judgement.
 */
const EXPLAINS: Readonly<Partial<Record<TicketClass, readonly TicketClass[]>>> = {
  elevator_entrapment: ["general_fault"],
  fire_alarm: ["general_fault"],
  pipe_burst: ["pump_fault"],
};

const explains = (cause: TicketClass, consequence: TicketClass): boolean =>
  EXPLAINS[cause]?.includes(consequence) ?? false;

/** `GD20261121-000123`: the site's date and a number that never repeats. */
function ticketNumber(serial: number, now: Instant, zone: string): string {
  const date = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  return `GD${date.toString().replaceAll("-", "")}-${String(serial).padStart(6, "0")}`;
}

/** What a ticket needs to open, whether an alarm or a person asks for it. */
export interface Opening {
  readonly class: TicketClass;
  readonly severity?: Severity;
  readonly device?: string;
  readonly place: Place;
  readonly title: Text;
  readonly alarm?: Alarm;
  readonly openedAt: Instant;
  readonly simulated: boolean;
}

/** A class without a policy of its own is handled as a general fault. */
export function classPolicy(draft: Draft, wanted: TicketClass): ClassPolicy | undefined {
  const { classes } = draft.view.site.policy;
  return classes[wanted] ?? classes.general_fault;
}

function steps(draft: Draft, policy: ClassPolicy, severity: Severity): readonly LadderStep[] {
  const ladder = draft.view.site.policy.ladders[severity];
  const extra: LadderStep[] =
    policy.tellAtOpening.length === 0
      ? []
      : [
          {
            id: "class-opening",
            after: milliseconds(0),
            unless: [],
            tell: policy.tellAtOpening,
            phone: false,
            raiseRescueTier: false,
            say: { zh: `${policy.name.zh}，请立即处理`, en: `${policy.name.en}: act at once` },
          },
        ];
  return [...ladder, ...extra, ...policy.extraSteps];
}

export function openTicket(draft: Draft, opening: Opening): Ticket | undefined {
  const policy = classPolicy(draft, opening.class);
  if (!policy) return undefined;
  const severity = opening.severity ? graver(opening.severity, policy.severity) : policy.severity;
  const { warn, version } = draft.view.site.policy;
  const clocks = openClocks(policy, severity, opening.openedAt, warn);
  const base = {
    no: ticketNumber(draft.nextTicketNumber(), draft.now, draft.view.site.zone),
    class: opening.class,
    severity,
    title: opening.title,
    ...(opening.device === undefined ? {} : { device: opening.device }),
    place: opening.place,
    alarms: opening.alarm ? [opening.alarm.id] : [],
    openedAt: opening.openedAt,
    round: 1,
    rescueTier: 1,
    policyVersion: version,
    policy,
    ladder: ladderRows(steps(draft, policy, severity), opening.openedAt),
    sop: policy.sop.map((row) => ({ step: row.id, text: row.text, mandatory: row.mandatory })),
    recovered: false,
    falseAlarm: false,
    simulated: opening.simulated,
  };
  // A dispatch target of zero means that the house dispatches: the steps due at opening go to those on duty at once.
  const dispatchesItself = clocks.some((clock) => clock.kind === "dispatch" && clock.target === 0);
  let ticket: Ticket = {
    ...base,
    state: dispatchesItself ? "dispatched" : "new",
    clocks: clocks.map((clock) =>
      clock.kind === "dispatch" && clock.target === 0 ? meet(clock, opening.openedAt) : clock,
    ),
    wakeAt: opening.openedAt,
  };
  draft.putTicket(
    ticket,
    "ticket-opened",
    { class: ticket.class, severity, alarm: opening.alarm?.id ?? null, policy: version, title: opening.title },
    opening.openedAt,
  );
  ticket = absorb(draft, ticket);
  ticket = runDueSteps(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.amendTicket(ticket);
  return ticket;
}

/** Merges open tickets on the same device that the new one explains. */
function absorb(draft: Draft, ticket: Ticket): Ticket {
  let merged = ticket;
  for (const other of draft.openTickets()) {
    if (other.no === ticket.no || other.device === undefined || other.device !== ticket.device) continue;
    if (!explains(ticket.class, other.class)) continue;
    const closed: Ticket = {
      ...other,
      state: "merged",
      closedAt: draft.now,
      clocks: other.clocks.map((clock) => cancel(clock, draft.now)),
      ladder: other.ladder.map((row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row)),
    };
    draft.putTicket(closed, "ticket-merged", { into: ticket.no });
    draft.cancelMessages(other.no);
    merged = { ...merged, alarms: [...merged.alarms, ...other.alarms.filter((id) => !merged.alarms.includes(id))] };
    draft.putTicket(merged, "ticket-absorbed", { from: other.no, alarms: other.alarms });
    for (const id of other.alarms) {
      const alarm = draft.alarm(id);
      if (alarm?.ticket === other.no)
        draft.putAlarm({ ...alarm, ticket: ticket.no }, "alarm-joined", { ticket: ticket.no });
    }
  }
  return merged;
}

/** The open ticket that this class on this device belongs to, if there is one. */
function openFor(draft: Draft, device: string, wanted: TicketClass): Ticket | undefined {
  const open = draft.openTickets().filter((ticket) => ticket.device === device);
  return open.find((ticket) => ticket.class === wanted) ?? open.find((ticket) => explains(ticket.class, wanted));
}

/** Device and emergency. A fault is named by what was found, an emergency by what it is: "trapped", not "button pressed". */
function titleOf(draft: Draft, alarm: Alarm, wanted: TicketClass): Text {
  const device = draft.view.site.devices.find((one) => one.id === alarm.device);
  const what = wanted === "general_fault" ? alarm.title : (classPolicy(draft, wanted)?.name ?? alarm.title);
  return {
    zh: `${device?.name.zh ?? alarm.device} ${what.zh}`,
    en: `${device?.name.en ?? alarm.device}: ${what.en}`,
  };
}

/** An alarm with a response class became active or graver: its ticket opens, or it joins the open one. */
export function answerAlarm(draft: Draft, alarm: Alarm, wanted: TicketClass): void {
  const device = draft.view.site.devices.find((one) => one.id === alarm.device);
  const open = openFor(draft, alarm.device, wanted);
  if (open) {
    joinTicket(draft, open, alarm);
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
  if (ticket) draft.putAlarm({ ...alarm, ticket: ticket.no }, "alarm-joined", { ticket: ticket.no });
}

function joinTicket(draft: Draft, open: Ticket, alarm: Alarm): void {
  let ticket = open.alarms.includes(alarm.id) ? open : { ...open, alarms: [...open.alarms, alarm.id] };
  ticket = { ...ticket, recovered: false };
  draft.putTicket(ticket, "alarm-joined", { alarm: alarm.id, severity: alarm.severity });
  if (graver(alarm.severity, ticket.severity) !== ticket.severity) ticket = raise(draft, ticket, alarm.severity);
  if (alarm.ticket !== ticket.no)
    draft.putAlarm({ ...alarm, ticket: ticket.no }, "alarm-joined", { ticket: ticket.no });
}

/**
 * The severity rises: the acknowledgement no longer holds, the graver ladder starts now, clocks keep their start and
 * take the graver targets.
 */
export function raise(draft: Draft, open: Ticket, severity: Severity): Ticket {
  const { acknowledgedBy: _by, acknowledgeExpiresAt: _until, ...rest } = open;
  const { warn } = draft.view.site.policy;
  const wanted = targets(open.policy, severity);
  const clocksKept = open.clocks.map((clock): ResponseClock => {
    if (clock.kind === "acknowledge") return startClock("acknowledge", clock.target, draft.now, warn);
    const target = wanted.find((one) => one.kind === clock.kind)?.target ?? clock.target;
    if (target === clock.target || clock.metAt !== undefined || clock.state === "cancelled") return clock;
    const fresh = startClock(clock.kind, target, clock.startedAt, warn);
    return { ...fresh, segments: clock.segments };
  });
  const added = openClocks(open.policy, severity, draft.now, warn).filter(
    (clock) => !open.clocks.some((one) => one.kind === clock.kind),
  );
  const clocks = [...clocksKept, ...added];
  const rowsKept = open.ladder.map(
    (row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row),
  );
  const loop = Math.max(0, ...open.ladder.map((row) => row.loop)) + 1;
  let ticket: Ticket = {
    ...rest,
    severity,
    clocks,
    ladder: [...rowsKept, ...ladderRows(steps(draft, open.policy, severity), draft.now, loop)],
  };
  draft.putTicket(ticket, "severity-raised", { from: open.severity, to: severity });
  ticket = runDueSteps(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.amendTicket(ticket);
  return ticket;
}

/** The source is normal again: noted, and nothing more. Closing is a person's word, whatever the severity. */
export function noteRecovery(draft: Draft, alarm: Alarm): void {
  if (alarm.ticket === undefined) return;
  const ticket = draft.ticket(alarm.ticket);
  if (!ticket || ticket.closedAt !== undefined || ticket.recovered) return;
  const stillActive = ticket.alarms.some((id) => draft.alarm(id)?.process === "active");
  if (!stillActive) draft.putTicket({ ...ticket, recovered: true }, "source-recovered", { alarm: alarm.id });
}

/** The source is active again while nobody is told: a ticket that is open says so, and none opens. */
export function noteRelapse(draft: Draft, alarm: Alarm): void {
  const ticket = alarm.ticket === undefined ? undefined : draft.ticket(alarm.ticket);
  if (!ticket?.recovered || ticket.closedAt !== undefined) return;
  draft.putTicket({ ...ticket, recovered: false }, "source-active-again", { alarm: alarm.id });
}
