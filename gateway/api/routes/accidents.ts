/** 事故报告: read, begun, completed and signed. Names are masked; whoever asks for them stands in the journal. */
import type { FastifyRequest } from "fastify";
import { type AccidentField, type AccidentReport, accidentId } from "#model/accident";
import type { Command } from "#model/plan";
import { accidentFacts } from "../../../rules/response/accident.ts";
import { Refused } from "../../net/refused.ts";
import { masked } from "../../reports/mask.ts";
import { BeginAccident, FillAccident, SignAccident } from "../accident-inputs.ts";
import { type AccidentBody, AccidentListShape, AccidentShape } from "../accident-shapes.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, ListQuery } from "../inputs.ts";
import { accidentBody, accidentRow } from "../project-accident.ts";
import { TicketParams } from "../ticket-inputs.ts";

export function accidentRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately, papers } = house.door.house;

  async function find(no: string): Promise<AccidentReport> {
    const id = accidentId(no);
    const paper = papers.get(id) ?? (await house.store.paper(id));
    if (paper?.kind === "accident") return paper;
    throw new Refused(404, "no-such-report", `工单 ${no} 没有事故报告。`, `Ticket ${no} has no accident report.`);
  }

  async function body(request: FastifyRequest, no: string, namesShown = false): Promise<AccidentBody> {
    const report = await find(no);
    const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
    const facts = report.facts ?? (ticket && accidentFacts(ticket, house.clock.now()));
    if (!facts) throw new Error(`report ${report.id} is about no ticket`);
    const { role } = actorOf(request);
    return accidentBody({
      report,
      facts,
      rows: await house.store.journal({ about: `ticket:${no}`, limit: 2_000 }),
      site: house.site,
      names: house.names,
      clockTime: house.clockTime,
      namesShown,
      mayWrite: role === "supervisor" || role === "admin",
    });
  }

  const schema = (summary: string) => ({
    tags: ["reports"],
    summary,
    params: TicketParams,
    response: answers(AccidentShape),
  });
  const act = async (request: FastifyRequest, no: string, commandId: string, command: Command) => {
    await house.act(commandId, actorOf(request), command);
    return body(request, no);
  };

  server.get(
    "/api/accidents",
    {
      schema: {
        tags: ["reports"],
        summary: "Accident reports, drafts and signed ones, newest first; names masked",
        querystring: ListQuery,
        response: answers(AccidentListShape),
      },
    },
    async (request) => {
      const stored = await house.store.papers("accident", request.query.limit);
      const all = new Map([...stored, ...papers.values()].map((paper) => [paper.id, paper]));
      return [...all.values()]
        .filter((paper) => paper.kind === "accident")
        .sort((a, b) => b.at - a.at)
        .slice(0, request.query.limit)
        .map((report) => accidentRow(report, masked));
    },
  );

  server.get(
    "/api/tickets/:no/accident",
    { schema: schema("The accident report of a ticket: what was recorded and what people wrote; names masked") },
    (request) => body(request, request.params.no),
  );

  server.post(
    "/api/tickets/:no/accident",
    { schema: { ...schema("Begin the draft, or take up the one that lies there"), body: BeginAccident } },
    (request) => {
      const { no } = request.params;
      return act(request, no, request.body.commandId, { do: "draft-accident", ticket: no });
    },
  );

  server.post(
    "/api/tickets/:no/accident/fill",
    { schema: { ...schema("Change what people write of it"), body: FillAccident } },
    (request) => {
      const { no } = request.params;
      const { commandId, rev, fields } = request.body;
      const said = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== undefined));
      return act(request, no, commandId, {
        do: "fill-accident",
        ticket: no,
        rev,
        fields: said as Partial<Record<AccidentField, string>>,
      });
    },
  );

  server.post(
    "/api/tickets/:no/accident/sign",
    { schema: { ...schema("Sign the draft that was read: it stays as it is"), body: SignAccident } },
    (request) => {
      const { no } = request.params;
      const { commandId, rev } = request.body;
      return act(request, no, commandId, { do: "sign-accident", ticket: no, rev });
    },
  );

  server.post(
    "/api/tickets/:no/accident/show",
    { schema: schema("The report with the names of people; the journal keeps who looked") },
    async (request) => {
      const { no } = request.params;
      await find(no);
      const at = house.clock.now();
      const actor = actorOf(request).id;
      await house.record({
        journal: [{ at, occurredAt: at, about: `ticket:${no}`, event: "accident-shown", actor, data: {} }],
      });
      return body(request, no, true);
    },
  );
}
