/** What a person says an alarm was when acknowledging it, kept on its ticket so that reports count tests and maintenance apart. */
import type { Ticket } from "#model/ticket";
import type { Draft } from "../draft.ts";

/** The word "real" on any of its alarms takes the mark away again. */
export function judgedAs(draft: Draft, ticket: Ticket, reason: string | undefined): Ticket {
  if (reason === "real" && ticket.judged !== undefined) {
    const { judged: was, ...real } = ticket;
    draft.putTicket(real, "ticket-judged", { as: "real", was });
    return real;
  }
  if ((reason !== "test" && reason !== "maintenance") || ticket.judged === reason) return ticket;
  // One alarm of several that is a test says nothing about the others.
  const others = ticket.alarms.some((id) => draft.alarm(id)?.acknowledge === "unacknowledged");
  if (others) return ticket;
  const judged: Ticket = { ...ticket, judged: reason };
  draft.putTicket(judged, "ticket-judged", { as: reason });
  return judged;
}
