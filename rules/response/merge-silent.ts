/**
 * One cut cable, one ticket: what its devices opened just before the link itself was found silent goes into the link's ticket
 * (response.md 2.6: a parent that opens within 60 s takes the children).
 */
import { graver } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { between, seconds } from "#model/time";
import type { Draft } from "../draft.ts";
import { wakeOfTicket } from "./clocks.ts";
import { mergeInto } from "./merge.ts";

/** What opened longer before its cause is a story of its own, and only points to it. */
const PARENT_WINDOW = seconds(60);
const UNTAKEN: ReadonlySet<Ticket["state"]> = new Set(["new", "dispatched"]);

/**
 * Merges the tickets that hang under the one of this silence. Never what somebody has taken up, what is graver than the
 * parent, or what is about more than silence: that keeps its own ladder. A device that stays silent when the link is back is
 * told again, with a ticket of its own.
 */
export function mergeSilent(draft: Draft, cause: string): void {
  const no = draft.alarm(cause)?.ticket;
  const found = no === undefined ? undefined : draft.ticket(no);
  if (!found || found.closedAt !== undefined) return;
  let parent = found;
  for (const ticket of draft.openTickets()) {
    if (ticket.parent === parent.no && isOnlySilence(draft, ticket, cause) && mayMerge(draft, ticket, parent))
      parent = mergeInto(draft, ticket, parent);
  }
  if (parent !== found) draft.amendTicket({ ...parent, wakeAt: wakeOfTicket(parent) });
}

const isOnlySilence = (draft: Draft, ticket: Ticket, cause: string): boolean =>
  ticket.class === "comms_loss" &&
  ticket.alarms.length > 0 &&
  ticket.alarms.every((id) => draft.alarm(id)?.suppressedBy.includes(cause));

const mayMerge = (draft: Draft, ticket: Ticket, parent: Ticket): boolean =>
  between(ticket.openedAt, draft.now) <= PARENT_WINDOW &&
  UNTAKEN.has(ticket.state) &&
  ticket.assignee === undefined &&
  !ticket.handled &&
  !ticket.drill &&
  !ticket.storm &&
  !parent.drill &&
  ticket.simulated === parent.simulated &&
  graver(ticket.severity, parent.severity) === parent.severity;
