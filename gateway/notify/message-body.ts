/** A message as JSON for programs: what, where, to whom, and for which ticket. One form for webhooks and brokers. */
import type { Message } from "#model/message";
import { formatInstant, formatSpan, milliseconds } from "#model/time";
import type { ChannelContext } from "./channel.ts";

export function bodyOf(message: Message, { site, ticket, person, now, link }: ChannelContext): string {
  return JSON.stringify({
    type: message.audience === "residents" ? "residents.notice" : "ticket.message",
    timestamp: formatInstant(now),
    data: {
      key: message.key,
      site,
      ticket: message.ticket,
      step: message.step,
      severity: message.severity,
      role: message.role,
      to: { id: person.id, name: person.name },
      text: message.text,
      /** The operator must also call by phone. */
      phone: message.phone,
      createdAt: formatInstant(message.createdAt),
      /** For this person alone: it opens the ticket as them. */
      ...(link === undefined ? {} : { link }),
      ...(message.lateBy === undefined ? {} : { lateBy: formatSpan(milliseconds(message.lateBy)) }),
      ...(ticket
        ? {
            class: ticket.class,
            state: ticket.state,
            title: ticket.title,
            place: ticket.place,
            device: ticket.device,
            openedAt: formatInstant(ticket.openedAt),
            simulated: ticket.simulated,
            drill: ticket.drill === true,
          }
        : {}),
    },
  });
}
