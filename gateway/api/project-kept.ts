/** What people left with a ticket, as JSON. */
import type { Ticket } from "#model/ticket";
import { formatInstant } from "#model/time";
import type { FileBody } from "./kept-shapes.ts";

/** `gone`: ids of files whose bytes were erased. */
export const fileBodies = (ticket: Ticket, gone: ReadonlySet<string>): FileBody[] =>
  (ticket.files ?? []).map(({ id, what, type, bytes, by, at }) => ({
    id,
    what,
    type,
    bytes,
    by,
    at: formatInstant(at),
    ...(gone.has(id) ? { gone: true } : {}),
  }));
