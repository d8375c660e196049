/** One-ticket links: the desk makes and revokes them; whoever has one sees this work, and does the steps of it, as that person. */
import type { FastifyRequest } from "fastify";
import * as z from "zod";
import type { Actor } from "#model/account";
import type { TicketStep } from "#model/plan";
import type { Person } from "#model/site";
import type { Ticket } from "#model/ticket";
import { formatInstant, later } from "#model/time";
import { calledOut, STEPS_BY_LINK } from "../../../rules/response/called-out.ts";
import { Refused } from "../../net/refused.ts";
import {
  linkByHand,
  linkMade,
  readLink,
  revokeLinks,
  startVisit,
  visitCookie,
  whyDead,
  writeLink,
} from "../../people/ticket-links.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { goneFiles } from "../files-at-hand.ts";
import { actorOf, visitOf } from "../guard.ts";
import { answers, created, toInstant, toSpan } from "../inputs.ts";
import { visitBody } from "../project-visit.ts";
import { ErrorShape } from "../shapes.ts";
import { stepCommand } from "../step-command.ts";
import { LinkPersonParams, MakeLink, OpenVisit, TicketParams, VisitStep, VisitStepParams } from "../ticket-inputs.ts";
import { nowRead } from "../trace.ts";
import { NewLinkShape, type VisitBody, VisitShape } from "../visit-shapes.ts";

const DEAD = {
  over: ["链接已过期。", "The link has run out."],
  used: ["链接已使用过。请用首次打开它的手机继续。", "The link was used. Go on with the phone on which it was opened."],
  revoked: ["链接已被撤销。", "The link was revoked."],
} as const;
const ASK_AGAIN = [
  "如需处理，请联系监控中心重新发送。",
  "Ask the control room to send another one if the work is yours.",
];

/** Where the page is: what comes behind `#` reaches no server, no log and no address that the page asks for. */
export const linkPath = (token: string): string => `/t#${token}`;

/** A person as the rules see them when they come by a link. */
const actorFor = ({ id, name }: Person): Actor => ({ kind: "link", id, name, role: "maintainer" });

export function visitRoutes(server: Server, house: ApiHouse): void {
  const { house: rooms } = house.door;
  const personOf = (id: string) => house.site.people.people.find((one) => one.id === id);
  const find = async (no: string): Promise<Ticket | undefined> =>
    rooms.tickets.get(no) ?? rooms.lately.get(no) ?? (await house.store.ticket(no));
  const body = async (ticket: Ticket, person: Person): Promise<VisitBody> =>
    visitBody(ticket, person, house.ticketView, house.clock.now(), await goneFiles(house.vault, ticket), rooms.alarms);

  /** The ticket and the person of a visit; both were there when the link was opened. */
  async function who(request: FastifyRequest): Promise<{ ticket: Ticket; person: Person }> {
    const { visit } = visitOf(request);
    const [ticket, person] = [await find(visit.ticket), personOf(visit.person)];
    if (!ticket || !person) throw new Refused(410, "link-dead", DEAD.over[0], DEAD.over[1]);
    return { ticket, person };
  }

  const opening = new Set<string>();
  server.post(
    "/api/visit",
    {
      config: { rateLimit: { max: house.limits.signIns.count, timeWindow: house.limits.signIns.within } },
      schema: {
        tags: ["visit"],
        summary: "Opens a one-ticket link, once: sets the cookie of the visit",
        body: OpenVisit,
        response: answers(VisitShape),
      },
    },
    async (request, reply) => {
      const now = house.clock.now();
      const link = readLink(house.keys.links, request.body.link);
      const [ticket, person] = link ? [await find(link.ticket), personOf(link.person)] : [];
      if (!link || !ticket || !person) {
        throw new Refused(
          404,
          "no-such-link",
          "链接无效。请从原消息中重新点开，不要手工输入。",
          "This is no link of ours. Open it from the message itself.",
        );
      }
      const seat = `${link.ticket} ${link.person} ${link.nonce}`;
      const dead = opening.has(seat) ? "used" : whyDead(link, rooms.sessions.values(), now);
      if (dead) {
        throw new Refused(410, `link-${dead}`, `${DEAD[dead][0]}${ASK_AGAIN[0]}`, `${DEAD[dead][1]} ${ASK_AGAIN[1]}`);
      }
      opening.add(seat);
      try {
        const { secret, rows } = startVisit(link, now);
        const read = nowRead(await house.store.messages(ticket.no), person.id, now);
        await house.record({ ...rows, messages: read });
        const { name, options } = visitCookie(house.secure);
        reply.setCookie(name, secret, options);
        return await body(ticket, person);
      } finally {
        opening.delete(seat);
      }
    },
  );

  server.get(
    "/api/visit",
    { schema: { tags: ["visit"], summary: "The work of this visit", response: answers(VisitShape) } },
    async (request) => {
      const { ticket, person } = await who(request);
      return body(ticket, person);
    },
  );

  server.post(
    "/api/visit/:step",
    {
      schema: {
        tags: ["visit"],
        summary: `A step on the ticket of this visit: ${[...STEPS_BY_LINK].join(" ")}`,
        params: VisitStepParams,
        body: VisitStep,
        response: answers(VisitShape),
      },
    },
    async (request) => {
      const step = request.params.step as TicketStep;
      if (!STEPS_BY_LINK.has(step)) throw new Refused(404, "not-found", "没有此步骤。", "There is no such step.");
      const { ticket, person } = await who(request);
      const { commandId, for: span, ...words } = request.body;
      const saidAt = words.occurredAt === undefined ? house.clock.now() : toInstant(words.occurredAt);
      await house.act(commandId, actorFor(person), {
        ...stepCommand(ticket.no, step, words),
        ...(step === "accept" ? { assignee: person.name } : {}),
        // The lift firm's people are the rescuers that the clock waits for.
        ...(step === "arrive" ? { who: person.contractor ? ("rescue" as const) : ("staff" as const) } : {}),
        // By our clock, or from when it was said: the clock of the phone may be wrong.
        ...(span === undefined ? {} : { until: later(saidAt, toSpan(span)) }),
        ...(step === "rate" ? { how: "signature" as const } : {}),
      });
      return body((await find(ticket.no)) ?? ticket, person);
    },
  );

  server.post(
    "/api/tickets/:no/links",
    {
      schema: {
        tags: ["tickets"],
        summary: "A one-ticket link for somebody whom the ticket is offered or given to, told this once",
        params: TicketParams,
        body: MakeLink,
        response: created(NewLinkShape),
      },
    },
    async (request, reply) => {
      const { no } = request.params;
      const now = house.clock.now();
      const [ticket, person] = [await find(no), personOf(request.body.person)];
      if (!ticket || !person) {
        throw new Refused(404, "no-such-ticket", "没有此工单或此人。", "There is no such ticket, or no such person.");
      }
      const standing = calledOut(ticket, person, now);
      if (ticket.closedAt !== undefined || (standing !== "mine" && standing !== "offered")) {
        throw new Refused(
          409,
          "not-sent",
          `工单 ${no} 当前未派给 ${person.name}，请先派单。`,
          `Ticket ${no} is not with ${person.name} now: send them first.`,
        );
      }
      const link = linkByHand(no, person.id, now);
      await house.record(linkMade(link, actorOf(request).id, now));
      const path = linkPath(writeLink(house.keys.links, link));
      const { publicUrl } = house.site;
      return reply.code(201).send({
        path,
        ...(publicUrl === undefined ? {} : { url: `${publicUrl}${path}` }),
        until: formatInstant(link.until),
      });
    },
  );

  server.delete(
    "/api/tickets/:no/links/:person",
    {
      schema: {
        tags: ["tickets"],
        summary: "Revokes every link and visit of this person on this ticket",
        params: LinkPersonParams,
        response: { 204: z.null(), "4xx": ErrorShape },
      },
    },
    async (request, reply) => {
      const { no, person: id } = request.params;
      const [ticket, person] = [await find(no), personOf(id)];
      if (!ticket || !person) {
        throw new Refused(404, "no-such-ticket", "没有此工单或此人。", "There is no such ticket, or no such person.");
      }
      await house.record(revokeLinks(no, id, actorOf(request).id, house.clock.now()));
      return reply.code(204).send(null);
    },
  );
}
