/** The steps a person may take on a ticket, as data: what each asks for, and which stands first. */
import type { TicketBody } from "../../../api/ticket-shapes.ts";

export interface StepForm {
  /** Text: `needed` before it can be sent, `offered` when it may stay empty. */
  readonly note?: "needed" | "offered";
  /** Who is sent. */
  readonly assignee?: true;
  /** Which department answers for it, and which help. */
  readonly departments?: true;
  /** Two buttons: our own staff, or the rescue crew. */
  readonly who?: true;
  /** One of the policy's reasons. */
  readonly reason?: true;
  /** Another open ticket. */
  readonly into?: true;
  /** To arrive or to finish, and by when. */
  readonly promise?: true;
  /** Points, and whose word it is. */
  readonly rate?: true;
}

/** A step that is not listed here is offered with a note. An empty form is sent with one tap. */
const forms: Readonly<Record<string, StepForm>> = {
  acknowledge: {},
  review: { departments: true, note: "offered" },
  dispatch: { assignee: true, departments: true, note: "offered" },
  assign: { assignee: true, departments: true, note: "offered" },
  "confirm-phone": { assignee: true, note: "offered" },
  accept: {},
  decline: { note: "needed" },
  depart: {},
  arrive: { who: true, note: "offered" },
  plan: {},
  mitigate: { note: "offered" },
  repair: { note: "offered" },
  verify: { note: "offered" },
  "follow-up": { note: "needed" },
  close: { note: "offered" },
  reopen: { note: "needed" },
  hold: { reason: true, note: "offered" },
  resume: {},
  feedback: { note: "needed" },
  escalate: { note: "offered" },
  note: { note: "needed" },
  promise: { promise: true, note: "offered" },
  rate: { rate: true, note: "offered" },
  "false-alarm": { note: "needed" },
  merge: { into: true, note: "offered" },
};

export const formOf = (step: string): StepForm => forms[step] ?? { note: "offered" };

/** True when the step has nothing to ask: it is done with one tap. */
export const isOneTap = (step: string): boolean => Object.keys(formOf(step)).length === 0;

/** What moves the ticket on, in the usual order; the rest stands beside it. */
const MAIN: ReadonlySet<string> = new Set([
  "acknowledge",
  "review",
  "dispatch",
  "accept",
  "depart",
  "arrive",
  "plan",
  "mitigate",
  "repair",
  "verify",
  "close",
]);

/** Done once already: it can be done again (the rescue crew arrives too), but it is not what comes next. */
const isBehind = (ticket: TicketBody, step: string): boolean =>
  (step === "arrive" && (ticket.state === "on-site" || ticket.state === "mitigated")) ||
  (step === "dispatch" &&
    ticket.state !== "new" &&
    (ticket.assignee !== undefined || offered(ticket).asked.length > 0));

/** The one step that a card offers, and that stands out on the page. */
export function primaryStep(ticket: TicketBody): string | undefined {
  const main = ticket.can.filter((step) => MAIN.has(step));
  return main.find((step) => !isBehind(ticket, step)) ?? main[0];
}

/** Who was asked to take a ticket that nobody has, in its present round; `inVain` when all of them let it go by. */
export function offered(ticket: TicketBody): { readonly asked: readonly string[]; readonly inVain: boolean } {
  const now = (ticket.offers ?? []).filter((one) => one.round === ticket.round);
  const asked = now.filter((one) => one.state === "open").map((one) => one.to);
  return { asked, inVain: now.length > 0 && asked.length === 0 && ticket.state === "dispatched" };
}

/** These change what a ticket says happened; only those at the desk may. */
const JUDGING: ReadonlySet<string> = new Set([
  "review",
  "merge",
  "false-alarm",
  "reopen",
  "hold",
  "reschedule",
  "call-off",
]);

/** Steps with a button of their own; `sop` is ticked in its list. */
export function stepsToShow(
  ticket: TicketBody,
  mayJudge: boolean,
): { readonly main: readonly string[]; readonly beside: readonly string[] } {
  const steps = ticket.can.filter((step) => step !== "sop" && (mayJudge || !JUDGING.has(step)));
  return { main: steps.filter((step) => MAIN.has(step)), beside: steps.filter((step) => !MAIN.has(step)) };
}
