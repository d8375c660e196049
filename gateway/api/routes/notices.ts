/** Notices to residents about a ticket: draft, approve, take back, and whom they reached. Whether it may be is for the rules. */
import type { FastifyRequest } from "fastify";
import { noticeId } from "#model/notice";
import type { Command } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, toInstant } from "../inputs.ts";
import { ApproveNotice, DraftNotice, ReportReach, WithdrawNotice } from "../notice-inputs.ts";
import { type NoticeDeskBody, NoticeDeskShape } from "../notice-shapes.ts";
import { noticeDesk } from "../project-notice.ts";
import { TicketParams } from "../ticket-inputs.ts";

export function noticeRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately, papers } = house.door.house;
  const find = async (no: string): Promise<Ticket> => {
    const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
    if (!ticket) throw new Refused(404, "no-such-ticket", `没有工单 ${no}。`, `There is no ticket ${no}.`);
    return ticket;
  };
  const desk = async (request: FastifyRequest, no: string): Promise<NoticeDeskBody> => {
    const ticket = await find(no);
    const id = noticeId(no);
    const paper = papers.get(id) ?? (await house.store.paper(id));
    const notice = paper?.kind === "notice" ? paper : undefined;
    const messages = notice ? await house.store.messages(`paper:${id}`) : [];
    const now = house.clock.now();
    return noticeDesk({
      site: house.site,
      ticket,
      notice,
      messages,
      now,
      actor: actorOf(request),
      name: house.names.actor,
    });
  };
  const schema = (summary: string) => ({
    tags: ["notices"],
    summary,
    params: TicketParams,
    response: answers(NoticeDeskShape),
  });
  const act = async (request: FastifyRequest, no: string, commandId: string, command: Command) => {
    await house.act(commandId, actorOf(request), command);
    return desk(request, no);
  };

  server.get(
    "/api/tickets/:no/notice",
    { schema: schema("The notice to residents: its draft, what was sent, whom it reached") },
    (request) => desk(request, request.params.no),
  );

  server.post(
    "/api/tickets/:no/notice",
    { schema: { ...schema("Draft it from the template of the class, or change the draft"), body: DraftNotice } },
    (request) => {
      const { commandId, kind, what, todo, backAt, backUnknown, rev } = request.body;
      const { no } = request.params;
      return act(request, no, commandId, {
        do: "draft-notice",
        ticket: no,
        ...(kind === undefined ? {} : { kind }),
        ...(what === undefined ? {} : { what }),
        ...(todo === undefined ? {} : { todo }),
        ...(backUnknown ? { back: "unknown" } : backAt === undefined ? {} : { back: toInstant(backAt) }),
        ...(rev === undefined ? {} : { rev }),
      });
    },
  );

  server.post(
    "/api/tickets/:no/notice/approve",
    { schema: { ...schema("Approve the draft that was read: it goes out by every way"), body: ApproveNotice } },
    (request) => {
      const { commandId, rev } = request.body;
      const { no } = request.params;
      return act(request, no, commandId, { do: "approve-notice", ticket: no, rev });
    },
  );

  server.post(
    "/api/tickets/:no/notice/discard",
    { schema: { ...schema("Drop the draft"), body: ApproveNotice } },
    (request) => {
      const { commandId, rev } = request.body;
      const { no } = request.params;
      return act(request, no, commandId, { do: "discard-notice", ticket: no, rev });
    },
  );

  server.post(
    "/api/tickets/:no/notice/withdraw",
    { schema: { ...schema("Take back what was sent last: everybody who was told hears so"), body: WithdrawNotice } },
    (request) => {
      const { commandId, edition, reason } = request.body;
      const { no } = request.params;
      return act(request, no, commandId, { do: "withdraw-notice", ticket: no, edition, reason });
    },
  );

  server.post(
    "/api/tickets/:no/notice/reach",
    {
      schema: { ...schema("Whom a way has reached, in households, as it says or somebody counted"), body: ReportReach },
    },
    (request) => {
      const { commandId, edition, way, delivered, read } = request.body;
      const { no } = request.params;
      return act(request, no, commandId, {
        do: "report-reach",
        ticket: no,
        edition,
        way,
        ...(delivered === undefined ? {} : { delivered }),
        ...(read === undefined ? {} : { read }),
      });
    },
  );
}
