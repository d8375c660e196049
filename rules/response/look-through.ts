/** What a supervisor says of a record that was drawn, and what was done about it. Neither changes how the ticket stands. */
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { TicketSample } from "#model/sampling";
import type { Ticket } from "#model/ticket";
import { type Instant, later } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { isPerson } from "./offer.ts";
import { noteOnPaper } from "./sampling.ts";
import { ticketStateName } from "./words.ts";

type StepCommand = Extract<Command, { do: "ticket-step" }>;

/** Seeing it, allowing it, noting beside it: whoever did no more than this may still judge the work. */
const NO_HAND: ReadonlySet<TicketStep> = new Set([
  "acknowledge",
  "review",
  "hold",
  "reopen",
  "note",
  "escalate",
  "sample",
  "correct",
]);

/** The ticket, with `actor` among those who worked on it when the step is work. */
export function withHand(ticket: Ticket, step: TicketStep, { kind, id }: Actor): Ticket {
  if (kind !== "person" || NO_HAND.has(step) || ticket.workedBy?.includes(id)) return ticket;
  return { ...ticket, workedBy: [...(ticket.workedBy ?? []), id] };
}

function hadAHand(ticket: Ticket, actor: Actor): boolean {
  const rows = [...ticket.sop, ...(ticket.past ?? []).flatMap(({ sop }) => sop)];
  return (
    (ticket.workedBy?.includes(actor.id) ?? false) ||
    isPerson(actor, ticket.assignee) ||
    (ticket.offers ?? []).some(({ person, state }) => state === "accepted" && isPerson(actor, person)) ||
    rows.some(({ doneBy }) => isPerson(actor, doneBy))
  );
}

const toLookAt = ({ samples = [] }: Ticket): TicketSample | undefined =>
  samples.find(({ verdict }) => verdict === undefined);
const toCorrect = ({ samples = [] }: Ticket): TicketSample | undefined =>
  samples.find(({ verdict, corrected }) => verdict === "finding" && corrected === undefined);

/** Which of the two steps the ticket waits for, whatever its state; the rules say who may take it. */
export function samplingSteps(ticket: Ticket): readonly TicketStep[] {
  if (ticket.state === "merged") return [];
  return [...(toLookAt(ticket) ? (["sample"] as const) : []), ...(toCorrect(ticket) ? (["correct"] as const) : [])];
}

const wrongState = ({ no, state }: Ticket): Plan =>
  refuse(
    409,
    "wrong-state",
    `工单 ${no} 处于「${ticketStateName[state].zh}」，不能执行此步骤。`,
    `Ticket ${no} is "${ticketStateName[state].en}"; this step does not fit.`,
    { state },
  );

const outOfTime = (at: Instant, from: Instant | undefined, draft: Draft): Plan | undefined =>
  at >= (from ?? at) && at <= draft.now
    ? undefined
    : refuse(
        422,
        "wrong-time",
        "补录时间须在抽取（整改则为查阅）之后、现在之前。",
        "The time of a back-entry lies between the drawing (of a correction: the finding) and now.",
      );

export function whyNotSample(draft: Draft, ticket: Ticket, command: StepCommand, actor: Actor): Plan | undefined {
  if (ticket.state === "merged") return wrongState(ticket);
  const row = toLookAt(ticket);
  if (!row) {
    const last = ticket.samples?.at(-1);
    return last
      ? refuse(
          409,
          "already-sampled",
          `工单 ${ticket.no} 已由 ${last.by} 抽查。`,
          `${last.by} has looked through ticket ${ticket.no} already.`,
          { by: last.by },
        )
      : refuse(
          409,
          "not-drawn",
          `工单 ${ticket.no} 不在抽查名单内：名单由系统抽取，不能自选。发现问题请重开工单。`,
          `Ticket ${ticket.no} was not drawn: the house draws the sample, nobody chooses it. Reopen the ticket if something is wrong.`,
        );
  }
  if (actor.role !== "supervisor" && actor.role !== "admin")
    return refuse(403, "approval-needed", "抽查由主管进行。", "The sample is for a supervisor to look through.");
  if (actor.kind !== "person")
    return refuse(
      403,
      "person-needed",
      "抽查须由本人用自己的账号进行，API 令牌不能代替。",
      "A person looks the sample through with an account of their own; an API token is no person.",
    );
  if (hadAHand(ticket, actor))
    return refuse(
      403,
      "own-work",
      `您参与过工单 ${ticket.no} 的处理，须由另一位主管抽查。`,
      `You worked on ticket ${ticket.no}: another supervisor looks it through.`,
    );
  const paper = draft.paper(row.paper);
  if (paper?.kind !== "sample" || paper.state === "closed")
    return refuse(
      409,
      "sample-over",
      `${row.paper} 的抽查已截止，按未抽查计。`,
      `The sample ${row.paper} is over; the record counts as not looked through.`,
    );
  if (command.verdict === undefined)
    return refuse(
      422,
      "verdict-needed",
      "请选择抽查结果：合格，或发现问题。",
      "Say whether it is in order or something was found.",
    );
  if (command.verdict === "finding" && !command.note?.trim())
    return refuse(422, "note-needed", "请写明发现的问题。", "Please write what was found.");
  return outOfTime(command.occurredAt ?? draft.now, command.occurredAt && row.drawnAt, draft);
}

export function whyNotCorrect(draft: Draft, ticket: Ticket, command: StepCommand): Plan | undefined {
  if (ticket.state === "merged") return wrongState(ticket);
  const row = toCorrect(ticket);
  if (!row)
    return refuse(
      409,
      "nothing-to-correct",
      `工单 ${ticket.no} 没有待整改的抽查问题。`,
      `Nothing that was found in ticket ${ticket.no} waits to be put right.`,
    );
  if (!command.note?.trim())
    return refuse(422, "note-needed", "请写明整改情况。", "Please write what was done about it.");
  return outOfTime(command.occurredAt ?? draft.now, command.occurredAt && row.at, draft);
}

const backEntry = ({ occurredAt }: StepCommand) => (occurredAt === undefined ? {} : { backEntry: true });

function withRow(ticket: Ticket, before: TicketSample, after: TicketSample): Ticket {
  return { ...ticket, samples: (ticket.samples ?? []).map((one) => (one === before ? after : one)) };
}

/** The verdict; a finding is due to be put right from now on. */
export function sample(draft: Draft, before: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  const row = toLookAt(before);
  const { verdict, note } = command;
  if (!row || verdict === undefined) throw new Error("a sample without a verdict came this far");
  const within = draft.view.site.policy.sampling?.correctWithin;
  const correctBy = verdict === "finding" && within !== undefined ? { correctBy: later(at, within) } : {};
  const said = note?.trim() ? { note } : {};
  const ticket = withRow(before, row, { ...row, verdict, by: actor.name, at, ...said, ...correctBy });
  draft.putTicket(ticket, "ticket-sample", { verdict, ...said, ...correctBy, ...backEntry(command) }, at);
  noteOnPaper(draft, row.paper, before.no, { verdict, ...correctBy }, "sample-looked-through", at);
  return ticket;
}

/** What was done about a finding. */
export function correct(draft: Draft, before: Ticket, command: StepCommand, actor: Actor, at: Instant): Ticket {
  const row = toCorrect(before);
  const { note } = command;
  if (!row || note === undefined) throw new Error("a correction without words came this far");
  const ticket = withRow(before, row, { ...row, corrected: { by: actor.name, at, note } });
  const late = row.correctBy !== undefined && at > row.correctBy;
  draft.putTicket(ticket, "ticket-correct", { note, ...(late ? { late } : {}), ...backEntry(command) }, at);
  noteOnPaper(draft, row.paper, before.no, { correctedAt: at }, "sample-corrected", at);
  return ticket;
}
