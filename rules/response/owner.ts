/** What the owner was promised, whether it was kept, and what they said of the work (F10–F14, W17). */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { Promised, Rating, Ticket, TicketState } from "#model/ticket";
import type { Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { beganAt, isOpen, meet, RECURRING, restart } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { mayReopen } from "./lately.ts";
import { backToWork } from "./not-taken.ts";
import { remind } from "./offer.ts";
import { openTwin, reopen } from "./reopen.ts";
import { countRepeats } from "./repeats.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** Up to this score the customer is not satisfied: the work is taken up again (F10, F12). Engineering judgement, on a scale of five. */
const BAD = 2;

const THERE: ReadonlySet<TicketState> = new Set(["on-site", "mitigated", "repaired", "verifying", "closed", "merged"]);
const DONE: ReadonlySet<TicketState> = new Set(["repaired", "verifying", "closed", "merged"]);

/** Whether the work has come as far as was promised. */
const isKept = (promised: Promised, state: TicketState): boolean =>
  (promised.what === "arrive" ? THERE : DONE).has(state);

const reminderOf = (promised: Promised): string => `promise-missed-${promised.until}`;

/**
 * The ticket with its last promise marked as kept, once the state says so at `at`. What is entered later may show that a promise
 * was kept which seemed to be missed: what still waits to be told about it goes to nobody.
 */
export function keepPromise(draft: Draft, ticket: Ticket, at: Instant): Ticket {
  const last = ticket.promised?.at(-1);
  if (!last || last.kept || last.round !== ticket.round || !isKept(last, ticket.state)) return ticket;
  const { missed, ...rest } = last;
  const isLate = at > last.until;
  if (missed && !isLate) draft.cancelMessages(ticket.no, reminderOf(last));
  const outcome = isLate ? { missed: true as const } : { kept: true as const };
  return { ...ticket, promised: [...(ticket.promised ?? []).slice(0, -1), { ...rest, ...outcome }] };
}

export function whyNotPromise(draft: Draft, ticket: Ticket, command: StepCommand): Plan | undefined {
  const { until, what } = command;
  // Said where there was no signal, it may be over by the time it is heard.
  const saidAt = command.occurredAt ?? draft.now;
  if (until === undefined || what === undefined || until <= saidAt) {
    return refuse(
      422,
      "time-needed",
      "请填写承诺的是到场还是修复，以及一个晚于现在的时间。",
      "Say whether you promise to arrive or to finish, and a time that is still to come.",
    );
  }
  const before = (ticket.promised ?? []).some((one) => one.round === ticket.round && one.what === what);
  if (!before || command.note?.trim()) return undefined;
  return refuse(
    422,
    "note-needed",
    "变更承诺时间须说明原因（要告知报修人）。",
    "Say why the promised time changes: the owner is told (F13).",
  );
}

/** A new time for the owner. With a reason it counts as a report of progress; a bare time does not (response.md 2.4 e). */
export function promise(draft: Draft, before: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  const { until, what, note } = command;
  if (until === undefined || what === undefined) throw new Error("a promise without a time came this far");
  const promised: Promised = {
    what,
    by: actor.name,
    at,
    until,
    round: before.round,
    ...(note ? { note } : {}),
  };
  const timing = policyOf(draft.view, before);
  const clocks = note
    ? before.clocks.map((clock) => (clock.kind === RECURRING && isOpen(clock) ? restart(clock, at, timing) : clock))
    : before.clocks;
  const ticket = keepPromise(draft, { ...before, clocks, promised: [...(before.promised ?? []), promised] }, at);
  draft.putTicket(
    ticket,
    "ticket-promise",
    {
      what,
      until,
      ...(note ? { note } : {}),
      ...(actor.kind === "link" ? { through: "link" } : {}),
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
    },
    at,
  );
  return ticket;
}

/** A promised time that passed: said once, with what is owed now. */
export function noteMissedPromise(draft: Draft, ticket: Ticket): Ticket {
  const last = ticket.promised?.at(-1);
  if (!last || last.kept || last.missed || last.until > draft.now || ticket.closedAt !== undefined) return ticket;
  const missed: Ticket = {
    ...ticket,
    promised: [...(ticket.promised ?? []).slice(0, -1), { ...last, missed: true }],
  };
  draft.putTicket(missed, "promise-missed", { what: last.what, until: last.until, by: last.by }, last.until);
  const what = last.what === "arrive" ? { zh: "到场", en: "to be there" } : { zh: "修复", en: "to be done" };
  remind(draft, missed, reminderOf(last), {
    zh: `承诺的${what.zh}时间已过，请联系 ${last.by}，并告知报修人原因和新的时间`,
    en: `The time promised ${what.en} is over: ask ${last.by}, and tell the owner why and a new time`,
  });
  return missed;
}

export function whyNotRate(draft: Draft, ticket: Ticket, command: StepCommand, at: Instant): Plan | undefined {
  const { within } = policyOf(draft.view, ticket).reopen;
  const fits = ticket.state === "repaired" || ticket.state === "verifying" || mayReopen(ticket, draft.now, within);
  if (!fits) {
    return refuse(
      409,
      "wrong-state",
      `工单 ${ticket.no} 修复之后、关闭后重开期限之内才能评价。`,
      `Ticket ${ticket.no} is rated once it is repaired, and until it can no longer be opened again.`,
      { state: ticket.state },
    );
  }
  if (command.occurredAt !== undefined && (at > draft.now || at < beganAt(ticket))) {
    return refuse(
      422,
      "wrong-time",
      "评价时间须在开单之后、现在之前。",
      "The rating lies between the opening and now.",
    );
  }
  const { score, how, signature } = command;
  if (score === undefined || !Number.isInteger(score) || score < 1 || score > 5 || how === undefined) {
    return refuse(422, "score-needed", "请给出 1 到 5 分和评价方式。", "Give 1 to 5 points, and how it was said.");
  }
  const signed = ticket.files?.some((file) => file.id === signature && file.what === "signature") ?? false;
  if ((how === "signature") === signed) return undefined;
  return refuse(422, "signature-needed", "签字评价须附客户签名。", "A signed rating comes with the signature.");
}

/**
 * What the customer said. A call or a visit is the follow-up. Not satisfied: a closed ticket is opened again as its next round, an
 * open one goes back to work, and the team lead is told; where a newer ticket of the same device and class is open, the work goes
 * on there and its lead is told there.
 */
export function rate(draft: Draft, before: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  const { score, how, signature, note } = command;
  if (score === undefined || how === undefined) throw new Error("a rating without a score came this far");
  const rating: Rating = {
    score,
    round: before.round,
    how,
    by: actor.name,
    at,
    ...(note ? { note } : {}),
    ...(signature === undefined ? {} : { signature }),
  };
  const bad = score <= BAD;
  const isFollowUp = how === "phone" || how === "visit";
  const clocks = isFollowUp
    ? before.clocks.map((clock) => (clock.kind === "followup" && isOpen(clock) ? meet(clock, at) : clock))
    : before.clocks;
  const rated: Ticket = { ...before, clocks, ratings: [...(before.ratings ?? []), rating] };
  const ticket: Ticket =
    bad && before.closedAt === undefined
      ? backToWork(rated, draft.now, actor.name, policyOf(draft.view, before))
      : rated;
  draft.putTicket(
    ticket,
    "ticket-rate",
    {
      score,
      how,
      ...(bad ? { again: true } : {}),
      ...(note ? { note } : {}),
      ...(actor.kind === "link" ? { through: "link" } : {}),
      ...(command.occurredAt === undefined ? {} : { backEntry: true }),
    },
    at,
  );
  if (!bad) return ticket;
  const twin = before.closedAt === undefined ? undefined : openTwin(draft, ticket);
  const of = twin ? { zh: `对 ${ticket.no} `, en: ` for ${ticket.no}` } : { zh: "", en: "" };
  remind(
    draft,
    twin ?? ticket,
    `rated-${ticket.no}-${ticket.round}-${draft.now}`,
    {
      zh: `客户${of.zh}评价 ${score} 分，不满意：请回访并安排重新处理`,
      en: `The customer gives ${score} of 5${of.en}: call on them and have it done again`,
    },
    ["team-lead"],
  );
  if (before.closedAt === undefined || twin) return ticket;
  const again = reopen(draft, ticket, draft.now, { note: note ?? "" });
  countRepeats(draft, again);
  return again;
}
