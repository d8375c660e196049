/** Tickets: the lists, one with its story, and every step people take. Whether a step fits is for the rules to say. */
import * as z from "zod";
import { ticketSteps } from "#model/plan";
import type { Place } from "#model/site";
import { fromOwner, type Ticket } from "#model/ticket";
import { formatInstant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { eventLine, isBookkeeping } from "../event-line.ts";
import { goneFiles } from "../files-at-hand.ts";
import { actorOf } from "../guard.ts";
import { answers, created, toInstant } from "../inputs.ts";
import { TicketAnswer } from "../people-shapes.ts";
import { fileBodies } from "../project-kept.ts";
import { ticketBody, toldBody } from "../project-ticket.ts";
import { stepCommand } from "../step-command.ts";
import { OpenTicket, Step, TicketParams, TicketQuery } from "../ticket-inputs.ts";
import { type TicketDetailBody, TicketDetailShape, TicketShape } from "../ticket-shapes.ts";
import { nowRead, personOf, traceOf } from "../trace.ts";
import { maskedContact, writeContact } from "./contacts.ts";

/** A ticket that runs for a day has a few hundred entries; a longer story is in the journal. */
const EVENTS_SHOWN = 1_000;

const noTicket = (no: string) => new Refused(404, "no-such-ticket", `没有工单 ${no}。`, `There is no ticket ${no}.`);

/** Gravest first, then oldest: the order in which they should be answered. */
export const byNeed = (a: Ticket, b: Ticket): number =>
  a.severity === b.severity ? a.openedAt - b.openedAt : a.severity < b.severity ? -1 : 1;

export function ticketRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately } = house.door.house;
  const body = (ticket: Ticket) => ticketBody(ticket, house.ticketView, house.clock.now());
  /** Open ones from memory, which is never behind; the others from the store. */
  const find = async (no: string): Promise<Ticket> => {
    const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
    if (!ticket) throw noTicket(no);
    return ticket;
  };

  server.get(
    "/api/tickets",
    {
      schema: {
        tags: ["tickets"],
        summary: "Tickets",
        querystring: TicketQuery,
        response: answers(z.array(TicketShape)),
      },
    },
    async (request) => {
      const { state, limit } = request.query;
      const open = [...tickets.values()].filter((ticket) => ticket.closedAt === undefined);
      if (state === "open") return open.sort(byNeed).slice(0, limit).map(body);
      const stored = await house.store.tickets(state, limit);
      if (state === "closed") return stored.map(body);
      const fresh = new Set(open.map((ticket) => ticket.no));
      return [...open, ...stored.filter((ticket) => !fresh.has(ticket.no))]
        .sort((a, b) => b.openedAt - a.openedAt)
        .slice(0, limit)
        .map(body);
    },
  );

  server.get(
    "/api/tickets/:no",
    {
      schema: {
        tags: ["tickets"],
        summary: "One ticket with its time line and who was told",
        params: TicketParams,
        response: answers(TicketDetailShape),
      },
    },
    async (request): Promise<TicketDetailBody> => {
      const ticket = await find(request.params.no);
      const [rows, messages] = await Promise.all([
        house.store.journal({ about: `ticket:${ticket.no}`, limit: EVENTS_SHOWN }),
        house.store.messages(ticket.no),
      ]);
      const now = house.clock.now();
      const contact = await maskedContact(house, ticket.no);
      const reader = personOf(house.site, actorOf(request));
      const read = reader ? nowRead(messages, reader.id, now) : [];
      if (reader && read.length > 0) {
        const about = `ticket:${ticket.no}`;
        const entry = { occurredAt: now, at: now, about, event: "message-read", actor: actorOf(request).id, data: {} };
        await house.record({ messages: read, journal: [entry] });
      }
      const seen = messages.map((one) => read.find(({ key }) => key === one.key) ?? one);
      return {
        ...body(ticket),
        policyVersion: ticket.policyVersion,
        ...(contact ? { contact } : {}),
        ...(ticket.files ? { files: fileBodies(ticket, await goneFiles(house.vault, ticket)) } : {}),
        events: rows
          .filter((row) => !isBookkeeping(row.event))
          .sort((a, b) => a.seq - b.seq)
          .map((row) => ({
            seq: row.seq,
            at: formatInstant(row.at),
            occurredAt: formatInstant(row.occurredAt),
            event: row.event,
            actor: house.names.actor(row.actor),
            line: eventLine(row, house.names, house.clockTime),
          })),
        told: seen.map((message) => toldBody(message, house.site)),
        trace: traceOf(seen, rows, house.site, house.names.actor),
      };
    },
  );

  server.post(
    "/api/tickets",
    {
      schema: {
        tags: ["tickets"],
        summary: "Open a ticket by hand: a phone call, a patrol, a back-entry",
        body: OpenTicket,
        response: created(TicketAnswer),
      },
    },
    async (request, reply) => {
      const { commandId, class: ticketClass, description, severity, device, place, care } = request.body;
      const { occurredAt, toldByPhone, expected, plan, reporter, drill, source, affected, project } = request.body;
      const missing = source && fromOwner.has(source) ? mustFill(reporter, place) : [];
      if (missing.length > 0) {
        throw new Refused(
          422,
          "fields-needed",
          "业主报修须填写报修人姓名、联系电话和房号，才能回电和上门。",
          "What an owner reports comes with name, phone and room: somebody calls back and goes there.",
          { missing },
        );
      }
      const done = await house.act(commandId, actorOf(request), {
        do: "open-ticket",
        class: ticketClass,
        description,
        ...(severity === undefined ? {} : { severity }),
        ...(device === undefined ? {} : { device }),
        ...(drill === undefined ? {} : { drill }),
        ...(occurredAt === undefined ? {} : { occurredAt: toInstant(occurredAt) }),
        ...(toldByPhone === undefined ? {} : { toldByPhone }),
        ...(place === undefined ? {} : { place: withoutGaps(place) }),
        ...(expected === undefined ? {} : { expected: toInstant(expected) }),
        ...(plan === undefined ? {} : { plan }),
        ...(care === undefined ? {} : { care }),
        ...(source === undefined ? {} : { source }),
        ...(affected === undefined ? {} : { affected }),
        ...(project ? { project } : {}),
      });
      if (done.ticket === undefined) throw new Error("the door opened a ticket and did not say which");
      // After the ticket, whose number it stands under; asked again with the same id, a lost one is written down then.
      if (reporter) await writeContact(house, done.ticket, reporter, actorOf(request).id);
      return reply.code(201).send({ ...body(await find(done.ticket)), ...already(done.already) });
    },
  );

  for (const step of ticketSteps) {
    server.post(
      `/api/tickets/:no/${step}`,
      {
        schema: {
          tags: ["tickets"],
          summary: `Step: ${step}`,
          params: TicketParams,
          body: Step,
          response: answers(TicketAnswer),
        },
      },
      async (request) => {
        const { no } = request.params;
        const { commandId, ...words } = request.body;
        const done = await house.act(commandId, actorOf(request), stepCommand(no, step, words));
        return { ...body(await find(done.ticket ?? no)), ...already(done.already) };
      },
    );
  }
}

/** W1 必填字段: who, how to call back, and which home; class and description are asked of everybody. */
const mustFill = (reporter: object | undefined, place: { room?: string | undefined } | undefined): string[] => [
  ...(reporter ? [] : ["reporter"]),
  ...(place?.room ? [] : ["place.room"]),
];

const withoutGaps = ({
  building,
  floor,
  room,
}: {
  building?: string | undefined;
  floor?: string | undefined;
  room?: string | undefined;
}): Place => ({
  ...(building === undefined ? {} : { building }),
  ...(floor === undefined ? {} : { floor }),
  ...(room === undefined ? {} : { room }),
});

const already = (by: string | undefined) => (by === undefined ? {} : { already: by });
