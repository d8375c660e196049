/** What people do with a ticket: each step checked, then taken; clocks, ladder and messages follow from it. */
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { ClockKind } from "#model/policy";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { type Instant, later } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import {
  answered,
  beginsAfter,
  cancel,
  isOpen,
  meet,
  RECURRING,
  restart,
  startClock,
  targets,
  wakeOfTicket,
} from "./clocks.ts";
import { nameDepartments } from "./departments.ts";
import { confirmedRows, isFirstClaim, isLateAccept, isOnTheSpot, isStaffBeforeRescue } from "./findings.ts";
import { policyOf } from "./frozen-policy.ts";
import { hold, resume, resumed } from "./hold.ts";
import { dropAnswered, runDueSteps } from "./ladder.ts";
import { mergeByHand } from "./merge.ts";
import { offerByHand, offerNext, settleOffers, withdrawOffers } from "./offer.ts";
import { keepPromise, promise, rate } from "./owner.ts";
import { confirmCall } from "./phone.ts";
import { callOff, reschedule } from "./planned.ts";
import { CONTROLLED, openRows, STEPS } from "./possible-steps.ts";
import { preempt, releasePreempted } from "./preempt.ts";
import { isPreempted, withState } from "./preempted.ts";
import { dropWaiting } from "./reach.ts";
import { activeOn, takenUp } from "./recovery.ts";
import { reopen } from "./reopen.ts";
import { countRepeats } from "./repeats.ts";
import { tellPerson } from "./tell.ts";
import { whyNot } from "./why-not.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** The ticket after the step, or the refusal. */
export function takeStep(
  draft: Draft,
  command: StepCommand,
  actor: Actor,
): { ticket: Ticket; already?: string } | { refused: Plan } {
  const ticket = draft.ticket(command.ticket) ?? draft.view.lately.get(command.ticket);
  if (!ticket)
    return {
      refused: refuse(
        404,
        "no-such-ticket",
        `没有未关闭的工单 ${command.ticket}。`,
        `There is no open ticket ${command.ticket}.`,
      ),
    };
  const at = command.occurredAt ?? draft.now;
  const refused = whyNot(draft, ticket, command, actor, at);
  if (refused) return { refused };
  if (command.step === "acknowledge" && ticket.acknowledgedBy !== undefined)
    return { ticket, already: ticket.acknowledgedBy };
  const after =
    settled(draft, TURNS[command.step]?.(draft, ticket, command, actor, at), command.step) ??
    apply(draft, ticket, command, actor, at);
  if (ticket.severity === "S1") releasePreempted(draft, ticket.no);
  return { ticket: after };
}

/** Steps that do something else than stop clocks. */
const TURNS: Partial<
  Record<TicketStep, (draft: Draft, ticket: Ticket, command: StepCommand, actor: Actor, at: Instant) => Ticket>
> = {
  hold: (draft, ticket, command, actor, at) => hold(draft, ticket, command, actor, at),
  resume(draft, ticket, command, _, at) {
    const after = resume(draft, ticket, command, at);
    return after.state === "dispatched" || isPreempted(ticket) ? offerNext(draft, after) : after;
  },
  reopen(draft, ticket, command, _, at) {
    const again = reopen(draft, ticket, at, { note: command.note ?? "" });
    countRepeats(draft, again);
    return again;
  },
  merge: (draft, ticket, command) => mergeByHand(draft, ticket, command),
  promise: (draft, ticket, command, actor, at) => promise(draft, ticket, command, actor, at),
  rate: (draft, ticket, command, actor, at) => rate(draft, ticket, command, actor, at),
  reschedule: (draft, ticket, command, _, at) => reschedule(draft, ticket, command, at),
  "call-off": (draft, ticket, command, _, at) => callOff(draft, ticket, command, at),
  "confirm-phone"(draft, ticket, command, actor, at) {
    const called = command.assignee ?? "";
    const after = confirmCall(draft, ticket, called, actor.name, at);
    const words = { to: called, ...(command.note ? { note: command.note } : {}) };
    draft.putTicket(after, "ticket-confirm-phone", words, at);
    return after;
  },
};

/** Somebody took care of the ticket: the acknowledgement holds on, and the heartbeat knows when to look again. */
function settled(draft: Draft, turned: Ticket | undefined, step: TicketStep): Ticket | undefined {
  if (!turned) return undefined;
  const held = takenUp(holdAcknowledgement(draft, turned), step);
  const ticket = { ...held, wakeAt: wakeOfTicket(held) };
  draft.amendTicket(ticket);
  return ticket;
}

function apply(draft: Draft, found: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  if (isFirstClaim(found, command.step)) return claimFalseAlarm(draft, found, command, actor, at);
  const rule = STEPS[command.step];
  // What leads out of the waiting ends it; that one more person cannot come does not.
  const before = found.hold && rule.to && command.step !== "decline" ? resumed(draft, found, at) : found;
  const timing = policyOf(draft.view, found);
  const who = command.who ?? "staff";
  const meets = command.step === "arrive" ? [...(rule.meets ?? []), `${who}-onsite` as ClockKind] : (rule.meets ?? []);

  let clocks: readonly ResponseClock[] = before.clocks.map((clock) => {
    if (meets.includes(clock.kind)) return meet(clock, at);
    if (rule.cancels?.includes(clock.kind)) return cancel(clock, at);
    if (command.step === "feedback" && clock.kind === RECURRING && isOpen(clock)) return restart(clock, at, timing);
    // People are free or the water is off: from here on the repair clock counts, not the ten-minute report.
    if (command.step === "mitigate" && clock.kind === RECURRING) return cancel(clock, at);
    if (command.step === "close") return cancel(clock, at);
    return clock;
  });
  for (const wanted of targets(found.policy, found.severity)) {
    const after = beginsAfter(wanted);
    if (after === undefined || !meets.includes(after) || meets.includes(wanted.kind)) continue;
    const earlier = clocks.find(({ kind }) => kind === wanted.kind);
    if (!earlier) clocks = [...clocks, startClock(wanted, at, timing)];
    // Done again after a bad word: whoever called on the customer then calls again.
    else if (wanted.kind === "followup")
      clocks = clocks.map((one) => (one === earlier ? restart(one, at, timing) : one));
  }

  const confirmed = isOnTheSpot(before, command.step);
  const keepsState =
    confirmed ||
    isLateAccept(before, command.step) ||
    isStaffBeforeRescue(before, command.step, who) ||
    (command.step === "arrive" && before.state === "mitigated");
  const { assignee: _, ...unassigned } = before;
  const base: Ticket = command.step === "decline" ? unassigned : before;
  let ticket: Ticket = {
    ...(rule.to && !keepsState ? withState(base, rule.to) : base),
    clocks,
    ...(command.assignee && rule.needs === "assignee" ? { assignee: command.assignee } : {}),
    ...(command.step === "accept" ? { assignee: command.assignee ?? before.assignee ?? actor.name } : {}),
    ...(command.step === "review" ? { reviewedBy: actor.name } : {}),
    ...(command.step === "acknowledge" ? { acknowledgedBy: actor.name } : {}),
    ...(command.step === "false-alarm" ? { falseAlarm: true } : {}),
    ...(command.step === "close" ? { closedAt: draft.now } : {}),
    ...(command.step === "sop"
      ? {
          sop: before.sop.map((row) =>
            row.step === command.sop && row.at === undefined
              ? { ...row, doneBy: actor.name, at, ...(command.skip && command.note ? { skipped: command.note } : {}) }
              : row,
          ),
        }
      : {}),
    ...(command.step === "escalate" ? { ladder: bringForward(before.ladder, draft.now) } : {}),
    ...(confirmed ? { ladder: [...before.ladder, ...confirmedRows(before, draft.now)] } : {}),
  };
  ticket = nameDepartments(draft, ticket, command, at);
  ticket = keepPromise(draft, ticket, at);
  ticket = settleOffers(
    draft,
    ticket,
    command.step,
    [command.assignee, ticket.assignee, actor.name, actor.id].filter((name) => name !== undefined),
    command.note,
  );
  if (command.step === "dispatch" && command.assignee)
    ticket = offerByHand(draft, ticket, command.assignee, actor.name);
  ticket = withdrawOffers(ticket);
  ticket = takenUp(holdAcknowledgement(draft, ticket), command.step);
  // Nobody is called any more about what is over, or never was.
  const over = command.step === "close" || command.step === "false-alarm";
  ticket = over ? { ...ticket, ladder: dropAll(ticket.ladder) } : dropAnswered(ticket);

  draft.putTicket(
    ticket,
    `ticket-${command.step}`,
    {
      ...(command.note ? { note: command.note } : {}),
      ...(command.step === "acknowledge" && command.reason ? { reason: command.reason } : {}),
      ...(command.assignee ? { assignee: command.assignee } : {}),
      ...(command.sop
        ? {
            sop: command.sop,
            text: before.sop.find((row) => row.step === command.sop)?.text ?? "",
            ...(command.skip ? { skipped: true } : {}),
          }
        : {}),
      ...(command.step === "arrive" ? { who } : {}),
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
      ...(actor.kind === "link" ? { through: "link" } : {}),
      ...(command.step === "close" && stillOpen(draft, before) ? { override: true } : {}),
    },
    at,
  );
  for (const clock of ticket.clocks) {
    const was = before.clocks.find((one) => one.kind === clock.kind);
    if (clock.metAt !== undefined && was?.metAt === undefined) {
      draft.putTicket(
        ticket,
        "clock-met",
        {
          clock: clock.kind,
          late: clock.state === "breached",
          took: at - clock.startedAt,
          ...(command.occurredAt === undefined ? {} : { backEntry: true }),
        },
        at,
      );
    }
  }
  if (over) draft.cancelMessages(ticket.no);
  else cancelAnswered(draft, ticket);
  // What is entered later was said by phone then.
  if (rule.needs === "assignee" && command.assignee && command.occurredAt === undefined) {
    tellPerson(draft, ticket, command.assignee, {
      zh: "已派给您，请接单并赶赴现场",
      en: "Sent to you: accept it and go there",
    });
  }
  ticket = runDueSteps(draft, ticket);
  if (ticket.state === "dispatched" || command.step === "decline") ticket = offerNext(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.amendTicket(ticket);
  if (command.step === "accept") preempt(draft, ticket);
  return ticket;
}

/** Recorded, and nothing else: clocks and ladder go on until a second person confirms. */
function claimFalseAlarm(draft: Draft, before: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  let ticket: Ticket = { ...before, falseAlarmClaim: { account: actor.id, name: actor.name, at } };
  ticket = takenUp(holdAcknowledgement(draft, ticket), command.step);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  draft.putTicket(
    ticket,
    "ticket-false-alarm-claimed",
    {
      ...(command.note ? { note: command.note } : {}),
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
    },
    at,
  );
  return ticket;
}

const stillOpen = (draft: Draft, ticket: Ticket): boolean =>
  openRows(ticket).length > 0 || activeOn(draft, ticket).length > 0;

/** Every entry by a person renews the acknowledgement, until the emergency is under control. */
function holdAcknowledgement(draft: Draft, ticket: Ticket): Ticket {
  const { acknowledgeExpiresAt: _, ...rest } = ticket;
  if (ticket.acknowledgedBy === undefined || CONTROLLED.has(ticket.state)) return rest;
  const span = policyOf(draft.view, ticket).acknowledgeExpires[ticket.severity];
  return { ...rest, acknowledgeExpiresAt: later(draft.now, span) };
}

const dropAll = (ladder: readonly LadderRow[]): readonly LadderRow[] =>
  ladder.map((row): LadderRow => (row.state === "waiting" ? { ...row, state: "cancelled" } : row));

/** By hand: the next waiting step is due now. */
function bringForward(ladder: readonly LadderRow[], now: Instant): readonly LadderRow[] {
  const next = ladder.filter((row) => row.state === "waiting").sort((a, b) => a.dueAt - b.dueAt)[0];
  return ladder.map((row) => (row === next ? { ...row, dueAt: now } : row));
}

/** Messages that nobody needs any more: those of steps whose clocks are met. */
function cancelAnswered(draft: Draft, ticket: Ticket): void {
  for (const row of ticket.ladder) {
    if (row.state === "done" && answered(ticket.clocks, row.step.unless)) draft.cancelMessages(ticket.no, row.step.id);
  }
  dropWaiting(draft, ticket);
}
