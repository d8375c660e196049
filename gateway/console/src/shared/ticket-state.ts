/** How the state of a ticket is written: work that an emergency took its technician from does not merely wait. */
import type { TicketBody } from "../../../api/ticket-shapes.ts";
import { w } from "./language.svelte.ts";

export const stateText = (ticket: Pick<TicketBody, "state" | "hold">): string =>
  ticket.hold?.emergency ? w().ticket.preempted : w().ticket.state[ticket.state];
