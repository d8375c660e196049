/** The daily sample as JSON: on the ticket that was drawn, and as the list of a day. */

import type * as z from "zod";
import type { DaySample, TicketSample } from "#model/sampling";
import { type Device, partName } from "#model/site";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant } from "#model/time";
import type { TicketSampleShape } from "./kept-shapes.ts";
import type { DaySampleBody } from "./paper-shapes.ts";
import { maybe, text, time } from "./project.ts";

export function ticketSampleBody(
  { paper, drawnAt, verdict, by, at, note, correctBy, corrected }: TicketSample,
  now: Instant,
): z.infer<typeof TicketSampleShape> {
  return {
    paper,
    drawnAt: formatInstant(drawnAt),
    ...maybe("verdict", verdict),
    ...maybe("by", by),
    ...maybe("at", time(at)),
    ...maybe("note", note),
    ...maybe("correctBy", time(correctBy)),
    ...maybe("corrected", corrected && { ...corrected, at: formatInstant(corrected.at) }),
    ...maybe("overdue", correctBy === undefined ? undefined : (corrected?.at ?? now) > correctBy),
  };
}

/** `tickets`: those of its rows that are at hand. The title of a ticket may be free text; the list does without it. */
export function daySampleBody(
  paper: DaySample,
  tickets: ReadonlyMap<string, Ticket>,
  devices: ReadonlyMap<string, Device>,
  now: Instant,
): DaySampleBody {
  return {
    id: paper.id,
    state: paper.state,
    at: formatInstant(paper.at),
    from: formatInstant(paper.from),
    to: formatInstant(paper.to),
    records: paper.records,
    rows: paper.rows.map(({ ticket: no, verdict, correctBy, correctedAt }) => {
      const ticket = tickets.get(no);
      const words = ticket?.samples?.find((one) => one.paper === paper.id);
      return {
        no,
        ...maybe("class", ticket && text(ticket.policy.name)),
        ...maybe(
          "device",
          ticket?.device === undefined ? undefined : text(partName(devices.get(ticket.device), ticket.device)),
        ),
        ...maybe("severity", ticket?.severity),
        ...maybe("verdict", verdict),
        ...maybe("by", words?.by),
        ...maybe("at", time(words?.at)),
        ...maybe("note", words?.note),
        ...maybe("correctBy", time(correctBy)),
        ...maybe("correctedAt", time(correctedAt)),
        overdue: correctBy !== undefined && (correctedAt ?? now) > correctBy,
      };
    }),
  };
}
