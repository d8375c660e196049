/** Why a step is not taken: refusals in the order in which people understand them. Nothing here changes anything. */
import type { Actor, Role } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { whyNotByLink } from "./called-out.ts";
import { beganAt } from "./clocks.ts";
import { whyNotDepartments } from "./departments.ts";
import { policyOf } from "./frozen-policy.ts";
import { whyNotHold } from "./hold.ts";
import { whyNotMerge } from "./merge.ts";
import { whyNotPromise, whyNotRate } from "./owner.ts";
import { toBeCalled } from "./phone.ts";
import { whyNotPlanned } from "./planned.ts";
import { allowedSteps, FINISHED, fits, isNotOver, needsReview, openRows, STEPS } from "./possible-steps.ts";
import { activeOn } from "./recovery.ts";
import { whyNotReopen } from "./reopen.ts";
import { ticketStateName } from "./words.ts";

/**
 * What is entered later lies between the opening and now. What is entered now is never refused for its time: a wall clock that
 * was set back stands before the opening.
 */
function isInTime(draft: Draft, ticket: Ticket, { occurredAt, step }: StepCommand): boolean {
  if (occurredAt === undefined) return true;
  const first = step === "resume" ? (ticket.hold?.since ?? occurredAt) : beganAt(ticket);
  return occurredAt >= first && occurredAt <= draft.now;
}

/** A time that lies before the ticket, or is still to come. */
export const wrongTime = (): Plan =>
  refuse(
    422,
    "wrong-time",
    "补录时间须在开单之后、现在之前。",
    "The time of a back-entry lies between the opening and now.",
  );

const MAY_OVERRIDE: ReadonlySet<Role> = new Set(["supervisor", "admin"]);

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** An accepted ticket is not accepted twice: whoever was slower hears who holds it. */
function whyNotAccept(ticket: Ticket): Plan | undefined {
  if (ticket.assignee === undefined || !["accepted", "en-route", "on-site"].includes(ticket.state)) return undefined;
  return refuse(
    409,
    "already-accepted",
    `工单 ${ticket.no} 已被 ${ticket.assignee} 接单。`,
    `Ticket ${ticket.no} was already accepted by ${ticket.assignee}.`,
    { assignee: ticket.assignee },
  );
}

/** `undefined` when the step may be taken. */
export function whyNot(
  draft: Draft,
  ticket: Ticket,
  command: StepCommand,
  actor: Actor,
  at: Instant,
): Plan | undefined {
  const byLink = whyNotByLink(ticket, command.step, actor, draft.now);
  if (byLink) return byLink;
  const rule = STEPS[command.step];
  if (command.step === "reopen") return whyNotReopen(draft, ticket, command);
  if (command.step === "rate") return whyNotRate(draft, ticket, command, at);
  const taken = command.step === "accept" ? whyNotAccept(ticket) : undefined;
  if (taken) return taken;
  if (command.step === "repair" && !FINISHED.has(ticket.state) && isNotOver(ticket)) {
    return refuse(
      409,
      "not-over",
      `${ticket.policy.name.zh}工单 ${ticket.no} 尚未登记解除，不能登记修复完成。`,
      `Nobody has recorded that it is over (ticket ${ticket.no}, ${ticket.policy.name.en}): do that before the repair.`,
    );
  }
  if (FINISHED.has(ticket.state) || (!fits(ticket, command.step) && !(command.step === "close" && ticket.falseAlarm))) {
    const state = ticketStateName[ticket.state];
    return refuse(
      409,
      "wrong-state",
      `工单 ${ticket.no} 处于「${state.zh}」，不能执行此步骤。`,
      `Ticket ${ticket.no} is "${state.en}"; this step does not fit.`,
      { state: ticket.state, can: allowedSteps(ticket, draft.now, policyOf(draft.view, ticket).reopen.within).can },
    );
  }
  if (!isInTime(draft, ticket, command)) return wrongTime();
  const review = whyNotReviewed(ticket, command.step, actor);
  if (review) return review;
  if (rule.needs === "note" && !command.note?.trim())
    return refuse(422, "note-needed", "请填写说明。", "Please write what happened.");
  const departments = whyNotDepartments(draft, ticket, command);
  if (departments) return departments;
  const unanswered = command.step === "repair" ? whyNotAnswered(ticket, command) : undefined;
  if (unanswered) return unanswered;
  if (rule.needs === "assignee" && !command.assignee?.trim())
    return refuse(422, "assignee-needed", "请选择派给谁。", "Please say who is sent.");
  if (command.step === "confirm-phone" && !toBeCalled(ticket).includes(command.assignee ?? "")) {
    return refuse(422, "not-to-be-called", "此人不在待电话确认之列。", "This person is not among those to be called.", {
      names: toBeCalled(ticket),
    });
  }
  if (rule.needs === "sop" && !ticket.sop.some((row) => row.step === command.sop)) {
    return refuse(422, "no-such-sop-step", "核对单里没有这一步。", "The checklist has no such step.", {
      steps: ticket.sop.map((row) => row.step),
    });
  }
  const skipped = command.step === "sop" && command.skip ? whyNotSkip(ticket, command) : undefined;
  if (skipped) return skipped;
  if (command.step === "false-alarm" && ticket.policy.falseAlarmPeople === 2 && actor.kind === "token") {
    return refuse(
      403,
      "person-needed",
      `工单 ${ticket.no} 的误报须由两个人各用自己的账号认定，API 令牌不能代替。`,
      `Two people find that ticket ${ticket.no} was a false alarm, each with an account of their own; an API token is no person.`,
    );
  }
  if (command.step === "false-alarm" && ticket.falseAlarmClaim?.account === actor.id && !ticket.falseAlarm) {
    return refuse(
      409,
      "second-person-needed",
      `您已登记工单 ${ticket.no} 为误报，须由另一人用自己的账号确认。`,
      `You already recorded ticket ${ticket.no} as a false alarm; another person must confirm it with an account of their own.`,
      { claimedBy: ticket.falseAlarmClaim.name },
    );
  }
  if (command.step === "close") return whyNotClose(draft, ticket, command, actor);
  if (command.step === "hold") return whyNotHold(draft, ticket, command, actor, at);
  if (command.step === "merge") return whyNotMerge(draft, ticket, command);
  if (command.step === "promise") return whyNotPromise(draft, ticket, command);
  return whyNotPlanned(draft, ticket, command, actor, at);
}

/** Steps by which somebody is sent. */
const SENDS: ReadonlySet<TicketStep> = new Set(["dispatch", "assign", "accept"]);

/** A complaint goes to nobody before a team lead has read it (P4). */
function whyNotReviewed(ticket: Ticket, step: TicketStep, actor: Actor): Plan | undefined {
  if (step === "review" && !MAY_OVERRIDE.has(actor.role)) {
    return refuse(403, "approval-needed", "须由班组长或主管审核。", "A team lead or supervisor must review this.");
  }
  if (!needsReview(ticket) || !SENDS.has(step)) return undefined;
  return refuse(
    409,
    "review-needed",
    `${ticket.policy.name.zh}工单 ${ticket.no} 须经班组长审核后再派单。`,
    `Ticket ${ticket.no} is reviewed by a team lead before anybody is sent.`,
  );
}

/** A question is answered in writing (T29): in so many words, or by a paper that was put to this round of it. */
function whyNotAnswered(ticket: Ticket, { note }: StepCommand): Plan | undefined {
  if (!ticket.policy.writtenAnswer || note?.trim()) return undefined;
  const before = ticket.past?.at(-1)?.closedAt;
  const isOfNow = (at: Instant) => before === undefined || at > before;
  if (ticket.files?.some(({ what, at }) => what === "document" && isOfNow(at))) return undefined;
  return refuse(
    422,
    "written-answer-needed",
    `${ticket.policy.name.zh}工单 ${ticket.no} 须书面答复：请填写答复内容，或先附上答复文件。`,
    `Ticket ${ticket.no} is answered in writing: write down the answer, or attach the paper first.`,
  );
}

/** What is mandatory is done, or a supervisor closes in spite of it and says why: nobody skips it. */
function whyNotSkip(ticket: Ticket, { sop, note }: StepCommand): Plan | undefined {
  const row = ticket.sop.find(({ step }) => step === sop);
  if (row?.mandatory) {
    return refuse(
      409,
      "mandatory-step",
      "必做步骤不能跳过。确实无法执行时，由主管填写原因后关闭工单。",
      "A mandatory step is not skipped. Where it cannot be done, a supervisor closes the ticket with a reason.",
    );
  }
  if (row?.at !== undefined) {
    return refuse(
      409,
      "step-done",
      "该步骤已有记录，不能再跳过。",
      "This step is recorded already and is not skipped now.",
    );
  }
  return note?.trim() ? undefined : refuse(422, "note-needed", "请填写跳过的原因。", "Please say why it is skipped.");
}

function whyNotClose(draft: Draft, ticket: Ticket, command: StepCommand, actor: Actor): Plan | undefined {
  const override = MAY_OVERRIDE.has(actor.role) && Boolean(command.note?.trim());
  if (override) return undefined;
  const rows = ticket.falseAlarm ? [] : openRows(ticket);
  if (rows.length > 0) {
    const { cannotClose } = allowedSteps(ticket, draft.now, policyOf(draft.view, ticket).reopen.within);
    return refuse(409, "steps-open", cannotClose?.zh ?? "", cannotClose?.en ?? "", {
      open: rows.map((row) => row.step),
    });
  }
  const active = activeOn(draft, ticket);
  if (active.length > 0) {
    return refuse(
      409,
      "source-active",
      "告警源尚未恢复，不能关闭。主管可填写原因后关闭。",
      "The source is still in alarm. A supervisor may close with a reason.",
      { active },
    );
  }
  return undefined;
}
