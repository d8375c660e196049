/** To whom a message goes and what its channel may know beside it: the person, the ticket, the link that opens it. */
import type { Message } from "#model/message";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Clock } from "#model/time";
import type { Door } from "../door.ts";
import type { ChannelContext, Recipient } from "./channel.ts";
import type { Lane } from "./lanes.ts";

/** The one-ticket link that goes out with a message, where there is one. */
export type LinkOf = (message: Message, ticket: Ticket) => string | undefined;

export interface Addressing {
  isPerson(id: string): boolean;
  /** Without a lane there is no link: a test opens nothing. */
  contextOf(message: Message, beside: readonly Message[], lane?: Pick<Lane, "group" | "kind">): ChannelContext;
}

/** A group, or whoever else hears a topic, would open a link before its person does; a voice cannot read it out. */
const IMPERSONAL: ReadonlySet<string> = new Set(["voice", "console", "mqtt"]);

export function createAddressing(
  site: Site,
  { house }: Pick<Door, "house">,
  clock: Pick<Clock, "now">,
  linkOf?: LinkOf,
): Addressing {
  const people = new Map<string, Recipient>(site.people.people.map((person) => [person.id, person]));
  const residents = new Map((site.residents?.contacts ?? []).map((one) => [`resident:${one.id}`, one]));
  const recipientOf = ({ to }: Message): Recipient => people.get(to) ?? residents.get(to) ?? { id: to, name: to };
  return {
    isPerson: (id) => people.has(id),
    contextOf(message, beside, lane) {
      const ticket = house.tickets.get(message.ticket);
      const personal = lane && !lane.group && !IMPERSONAL.has(lane.kind);
      const link = personal && ticket ? linkOf?.(message, ticket) : undefined;
      return {
        site: { id: site.id, name: site.name },
        person: recipientOf(message),
        now: clock.now(),
        beside: beside.map((one) => ({ message: one, person: recipientOf(one) })),
        ...(ticket ? { ticket } : {}),
        ...(link === undefined ? {} : { link }),
      };
    },
  };
}
