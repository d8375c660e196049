/** Waiting with somebody's word: the repair clock stands still, everything else goes on, and nobody is forgotten in it. */
import type { Actor, Role } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { LadderStep } from "#model/policy";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, later, milliseconds, type Span } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { cancel, MAY_WAIT, pause, run, waitsWithRepair } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { offerNext } from "./offer.ts";
import { isPreempted, repairWaits } from "./preempted.ts";
import { tell } from "./tell.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** Approver of at least a team lead's standing. */
const MAY_HOLD: ReadonlySet<Role> = new Set(["supervisor", "admin"]);

export function whyNotHold(
  draft: Draft,
  ticket: Ticket,
  command: StepCommand,
  actor: Actor,
  at: Instant,
): Plan | undefined {
  const { reasons, longest } = policyOf(draft.view, ticket).hold;
  if (!MAY_HOLD.has(actor.role)) {
    return refuse(403, "approval-needed", "挂起须由主管批准。", "A supervisor must approve that this waits.");
  }
  if (ticket.severity === "S1") {
    return refuse(
      409,
      "never-waits",
      `工单 ${ticket.no} 为 S1 紧急，不能挂起。`,
      `Ticket ${ticket.no} is S1 and cannot wait.`,
    );
  }
  if (!reasons.some((reason) => reason.id === command.reason)) {
    return refuse(422, "reason-needed", "请选择挂起原因。", "Please choose why this waits.", { reasons });
  }
  if (command.for !== undefined && (command.for <= 0 || command.for > longest)) {
    const most = Math.round(longest / 3_600_000);
    return refuse(422, "too-long", `挂起最长 ${most} 小时。`, `This may wait for ${most} hours at most.`, { longest });
  }
  const goesOnSince = ticket.clocks
    .filter((clock) => MAY_WAIT.has(clock.kind) && clock.state === "running")
    .find((clock) => at < (clock.segments.at(-1)?.from ?? at));
  if (goesOnSince) {
    return refuse(
      422,
      "wrong-time",
      "这段时间已有挂起记录，补录的挂起须在上次恢复之后开始。",
      "That time is taken by an earlier wait: a wait that is entered later begins after the last one ended.",
    );
  }
  return undefined;
}

/** The ticket on hold from `at`. The caller has asked `whyNotHold`. */
export function hold(draft: Draft, ticket: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  const reason = command.reason ?? "";
  const until = later(at, command.for ?? policyOf(draft.view, ticket).hold.longest);
  const held: Ticket = {
    ...ticket,
    state: "on-hold",
    hold: { state: ticket.state, reason, by: actor.name, since: at, until },
    clocks: ticket.clocks.map((clock) => (MAY_WAIT.has(clock.kind) ? pause(clock, at, reason, actor.name) : clock)),
  };
  const words = policyOf(draft.view, ticket).hold.reasons.find((one) => one.id === reason)?.text ?? reason;
  draft.putTicket(
    held,
    "ticket-hold",
    { reason, text: words, until, ...(command.note ? { note: command.note } : {}), ...backEntry(command) },
    at,
  );
  return held;
}

/** The ticket where it was, from `at` on; steps that waited for the repair are due as much later as it waited. */
export function resumed(draft: Draft, ticket: Ticket, entered: Instant): Ticket {
  if (!ticket.hold) return ticket;
  const { hold: held, ...rest } = ticket;
  const at = entered < held.since ? held.since : entered;
  const timing = policyOf(draft.view, ticket);
  // Of a pre-empted one nothing waited.
  const waited = repairWaits(ticket) ? between(held.since, at) : milliseconds(0);
  return {
    ...rest,
    state: held.state,
    clocks: ticket.clocks.map((clock): ResponseClock => (clock.state === "paused" ? run(clock, at, timing) : clock)),
    ladder: ticket.ladder.map(
      (row): LadderRow =>
        row.state === "waiting" && waitsWithRepair(row) ? { ...row, dueAt: later(row.dueAt, waited) } : row,
    ),
  };
}

export function resume(draft: Draft, ticket: Ticket, command: StepCommand, at: Instant): Ticket {
  const after = resumed(draft, ticket, at);
  const waited: Span = between(ticket.hold?.since ?? at, at);
  draft.putTicket(
    after,
    "ticket-resume",
    { waited, ...(command.note ? { note: command.note } : {}), ...backEntry(command) },
    at,
  );
  return after;
}

/** The time that was granted is over: the ticket goes on by itself, and the team lead hears of it. */
export function endDueHold(draft: Draft, ticket: Ticket): Ticket {
  if (!ticket.hold || ticket.hold.until > draft.now) return ticket;
  const { until, since, reason } = ticket.hold;
  const after = resumed(draft, ticket, until);
  draft.putTicket(after, "hold-over", { reason, waited: between(since, until) }, until);
  const step: LadderStep = {
    id: `hold-over-${until}`,
    after: milliseconds(0),
    unless: [],
    tell: ["team-lead"],
    phone: false,
    raiseRescueTier: false,
    say: {
      zh: "挂起时间已到，工单已自动恢复，请安排处理",
      en: "The time to wait is over, the ticket goes on: see to it",
    },
  };
  tell(draft, after, [{ step, loop: 0 }]);
  return after.state === "dispatched" || isPreempted(ticket) ? offerNext(draft, after) : after;
}

/** Closing something that waits ends the waiting. */
export const withoutHold = (ticket: Ticket, at: Instant): Ticket => {
  const { hold: _, ...rest } = ticket;
  return { ...rest, clocks: ticket.clocks.map((clock) => cancel(clock, at)) };
};

const backEntry = (command: StepCommand) => (command.occurredAt === undefined ? {} : { backEntry: true });
