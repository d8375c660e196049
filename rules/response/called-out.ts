/** What somebody who comes by a one-ticket link may see and do: only while the work is theirs, or is still to be had. */
import type { Actor } from "#model/account";
import type { Plan, TicketStep } from "#model/plan";
import type { Person } from "#model/site";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, later } from "#model/time";
import { refuse } from "../draft.ts";
import { isPerson } from "./offer.ts";
import { stateBeneath } from "./preempted.ts";

/** After the end the person may still look, e.g. to read off the number for the bill (security.md, one-ticket link). */
const AFTER_END = hours(2);

/** `mine`: they hold it. `offered`: they may take it. The others end the visit. */
export type CalledOut = "mine" | "offered" | "declined" | "taken" | "over";

/** Steps that a link opens, and no others: nothing by which the ticket of somebody else moves, and no judgement of the desk. */
export const STEPS_BY_LINK: ReadonlySet<TicketStep> = new Set([
  "accept",
  "decline",
  "depart",
  "arrive",
  "mitigate",
  "repair",
  "feedback",
  "promise",
  "note",
  "sop",
  "rate",
]);

/** Where `person` stands with the ticket at `now`. */
export function calledOut(ticket: Ticket, person: Pick<Person, "id" | "name">, now: Instant): CalledOut {
  const isMine = isPerson(person, ticket.assignee);
  if (ticket.closedAt !== undefined) return isMine && now < later(ticket.closedAt, AFTER_END) ? "mine" : "over";
  const offers = (ticket.offers ?? []).filter((one) => one.person === person.id && one.round === ticket.round);
  const state = stateBeneath(ticket);
  if (isMine) return state === "dispatched" || state === "new" ? "offered" : "mine";
  if (ticket.assignee !== undefined) return "taken";
  const last = offers.at(-1);
  if (!last) return "taken";
  if (last.state === "declined") return "declined";
  // An offer that ran out may still be taken up while nobody has the work: late is better than nobody.
  return (state === "new" || state === "dispatched") && last.state !== "withdrawn" ? "offered" : "taken";
}

/** The emergency for which `person` left this work, while nobody else has taken it up. */
export const leftFor = ({ hold }: Pick<Ticket, "hold">, person: Pick<Person, "id" | "name">): string | undefined =>
  isPerson(person, hold?.by) ? hold?.emergency : undefined;

/** What a person who came by a link is refused, whatever the step's own rules say. */
export function whyNotByLink(ticket: Ticket, step: TicketStep, actor: Actor, now: Instant): Plan | undefined {
  if (actor.kind !== "link") return undefined;
  const standing = calledOut(ticket, actor, now);
  const early = step === "accept" || step === "decline" || step === "note";
  if (ticket.closedAt !== undefined) {
    return refuse(409, "wrong-state", `工单 ${ticket.no} 已关闭。`, `Ticket ${ticket.no} is closed.`);
  }
  if (STEPS_BY_LINK.has(step) && (standing === "mine" || (standing === "offered" && early))) return undefined;
  // Whoever was slower hears who holds it from the step itself.
  if (step === "accept" && standing === "taken" && ticket.assignee !== undefined) return undefined;
  return standing === "offered"
    ? refuse(409, "accept-first", "请先接单。", "Accept the work first.")
    : refuse(403, "not-yours", ...notYours(ticket.no));
}

export const notYours = (no: string): [zh: string, en: string] => [
  `工单 ${no} 当前不由您处理，请联系监控中心。`,
  `Ticket ${no} is not yours now: ask the control room.`,
];
