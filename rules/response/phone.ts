/** Calls that a person at the desk must make, and their confirmation: a message that went out is not one that was heard (P3). */
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import type { Draft } from "../draft.ts";
import { isPerson } from "./offer.ts";

/** Names of those who are still to be called about this ticket. */
export function toBeCalled(ticket: Ticket): readonly string[] {
  return [...new Set((ticket.calls ?? []).filter((call) => call.at === undefined).map((call) => call.name))];
}

/** The ticket with this person's calls confirmed; what still waits for the person is dropped. */
export function confirmCall(draft: Draft, ticket: Ticket, called: string, by: string, at: Instant): Ticket {
  const isMeant = (call: { readonly person: string; readonly name: string }) =>
    isPerson({ id: call.person, name: call.name }, called);
  for (const message of draft.view.outbox.values()) {
    if (message.ticket !== ticket.no || message.state !== "pending") continue;
    if ((ticket.calls ?? []).some((call) => isMeant(call) && call.person === message.to))
      draft.putMessage({ ...message, state: "cancelled" });
  }
  const calls = (ticket.calls ?? []).map((call) =>
    call.at === undefined && isMeant(call) ? { ...call, by, at } : call,
  );
  return { ...ticket, calls };
}
