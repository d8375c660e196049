/**
 * 挂起（被抢占）: work whose technician was called to an emergency. It stands on hold so that everybody sees that nobody is at it,
 * its clocks run on, and it is offered to others meanwhile (response.md 2.7, case 22).
 */
import type { Ticket, TicketState } from "#model/ticket";

/** The reason that such a hold carries; it is the house's own and never chosen by a person. */
export const PREEMPTED = "preempted";

export const isPreempted = (ticket: Pick<Ticket, "hold">): boolean => ticket.hold?.emergency !== undefined;

/** The state that counts for who may take the work: a pre-empted ticket is to be had like one that waits for somebody. */
export const stateBeneath = (ticket: Pick<Ticket, "hold" | "state">): TicketState =>
  ticket.hold && isPreempted(ticket) ? ticket.hold.state : ticket.state;

/** The ticket in another state, or on hold with that state to go on from. */
export const withState = (ticket: Ticket, state: TicketState): Ticket =>
  ticket.hold && isPreempted(ticket) ? { ...ticket, hold: { ...ticket.hold, state } } : { ...ticket, state };

/** Whether the repair itself waits: somebody granted that, and it has nothing to do with who is sent. */
export const repairWaits = (ticket: Pick<Ticket, "hold">): boolean => ticket.hold !== undefined && !isPreempted(ticket);
