/** Tickets that were closed lately: they may be opened again, and new ones name them. */
import type { TicketClass } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { between, type Instant, type Span } from "#model/time";
import type { Draft } from "../draft.ts";

/** Whether the ticket may still be opened again; later, and of what comes only once such as a storm, a new ticket is opened instead. */
export const mayReopen = (ticket: Ticket, now: Instant, within: Span): boolean =>
  ticket.state === "closed" &&
  ticket.plan === undefined &&
  ticket.closedAt !== undefined &&
  between(ticket.closedAt, now) <= within;

/** What was closed lately about this device and class, newest first. */
export const closedAbout = (draft: Draft, device: string, wanted: TicketClass): readonly Ticket[] =>
  [...draft.view.lately.values()]
    .filter(
      (ticket) => ticket.device === device && ticket.class === wanted && ticket.state === "closed" && !ticket.drill,
    )
    .sort((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0));
