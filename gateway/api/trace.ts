/** Told, delivered, read, accepted: how far the news of a ticket got with each person. */
import type { JournalRow } from "#model/journal";
import type { Message } from "#model/message";
import type { Person, Site } from "#model/site";
import { formatInstant, type Instant } from "#model/time";
import type { TicketDetailBody } from "./ticket-shapes.ts";

/** The person of people.yaml who has this account: by the same id or the same name. */
export const personOf = (site: Site, account: { readonly id: string; readonly name: string }): Person | undefined =>
  site.people.people.find((one) => one.id === account.id || one.name === account.name);

/** What a person has now seen of what was sent: rows to keep, none when everything was read before. */
export const nowRead = (messages: readonly Message[], person: string, now: Instant): readonly Message[] =>
  messages
    .filter((one) => one.to === person && one.readAt === undefined)
    .filter((one) => one.state === "delivered" || one.state === "accepted")
    .map((one) => ({ ...one, readAt: now }));

const first = (times: readonly (Instant | undefined)[]): Instant | undefined =>
  times.filter((one) => one !== undefined).sort((a, b) => a - b)[0];

/** One row per person, in the order in which they were told. The screens' own rows count as told, not as delivered. */
export function traceOf(
  messages: readonly Message[],
  rows: readonly JournalRow[],
  site: Site,
  nameOf: (actor: string) => string,
): TicketDetailBody["trace"] {
  const accepts = rows.filter((row) => row.event === "ticket-accept");
  return [...Map.groupBy(messages, (one) => one.to)].map(([id, own]) => {
    const person = site.people.people.find((one) => one.id === id);
    const delivered = first(own.map((one) => (one.channel === "console" ? undefined : one.deliveredAt)));
    const read = first(own.map((one) => one.readAt));
    const accepted = accepts.find((row) => row.actor === id || nameOf(row.actor) === person?.name)?.at;
    return {
      to: person?.name ?? id,
      told: formatInstant(first(own.map((one) => one.createdAt)) as Instant),
      ...(delivered === undefined ? {} : { delivered: formatInstant(delivered) }),
      ...(read === undefined ? {} : { read: formatInstant(read) }),
      ...(accepted === undefined ? {} : { accepted: formatInstant(accepted) }),
    };
  });
}
