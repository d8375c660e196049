/** The link that goes out with a message to somebody whom work is offered or given to. */
import type { Message } from "#model/message";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { linkOfMessage, writeLink } from "./ticket-links.ts";

/** `undefined` where the site does not say how phones reach the gateway, or the work is not this person's. */
export type LinkOf = (message: Message, ticket: Ticket) => string | undefined;

export function linkWriter({ site, key, now }: { site: Site; key: Buffer; now: () => Instant }): LinkOf {
  const names = new Map(site.people.people.map(({ id, name }) => [id, name]));
  return (message, ticket) => {
    if (site.publicUrl === undefined || !names.has(message.to)) return undefined;
    const isAssignee = ticket.assignee !== undefined && [message.to, names.get(message.to)].includes(ticket.assignee);
    const link = linkOfMessage(message, ticket, isAssignee, now());
    return link && `${site.publicUrl}/t#${writeLink(key, link)}`;
  };
}
