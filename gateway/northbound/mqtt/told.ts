/** Alarms and tickets as topics: the state of each alarm is retained, a ticket's until it is closed. */
import { formatInstant } from "#model/time";
import type { Told } from "../record.ts";

export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

const NOTHING = new Uint8Array(0);

export function* toldPublications(rows: readonly Told[], site: string): Generator<Publication> {
  for (const { seq, at, event, alarm, ticket } of rows) {
    const say = (body: object): Uint8Array =>
      Buffer.from(JSON.stringify({ seq, at: formatInstant(at), event, ...body }));
    if (alarm) {
      const topic = `gatehouse/${site}/${levelOf(alarm.device)}/alarm/${alarm.rule}`;
      yield { topic, payload: say(alarm), qos: 1, retain: true };
    }
    if (ticket) {
      const topic = `gatehouse/${site}/ticket/${ticket.no}`;
      yield { topic, payload: say(ticket), qos: 1, retain: ticket.open };
      // A closed one has been said to whoever listens, and is kept no longer: there is no end of closed tickets.
      if (!ticket.open) yield { topic, payload: NOTHING, qos: 1, retain: true };
    }
  }
}

/** What an alarm is about may be a whole link, whose name has no limits. */
export const levelOf = (part: string): string => part.replace(/[+#/\p{Cc}]/gu, "_");
