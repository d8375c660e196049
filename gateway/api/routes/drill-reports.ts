/** 演练: the drills that were held, and each as it went against the policy. */
import type { Ticket } from "#model/ticket";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, ListQuery } from "../inputs.ts";
import { drillReport, drillRow } from "../project-drill.ts";
import { DrillListShape, DrillReportShape } from "../response-shapes.ts";
import { TicketParams } from "../ticket-inputs.ts";

/** Tickets that are looked through for drills, newest first: what the store gives at once. */
const LOOKED_THROUGH = 2_000;

export function drillReportRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately } = house.door.house;

  server.get(
    "/api/reports/drills",
    {
      schema: {
        tags: ["reports"],
        summary: "Drills (演练), newest first, with how many clocks were not met",
        querystring: ListQuery,
        response: answers(DrillListShape),
      },
    },
    async (request) => {
      const stored = await house.store.tickets("all", LOOKED_THROUGH);
      const all = new Map(stored.map((ticket) => [ticket.no, ticket]));
      for (const ticket of [...lately.values(), ...tickets.values()]) all.set(ticket.no, ticket);
      return [...all.values()]
        .filter((ticket) => ticket.drill)
        .sort((a, b) => b.openedAt - a.openedAt)
        .slice(0, request.query.limit)
        .map(drillRow);
    },
  );

  server.get(
    "/api/reports/drills/:no",
    {
      schema: {
        tags: ["reports"],
        summary: "Who did what after how many seconds, against the policy",
        params: TicketParams,
        response: answers(DrillReportShape),
      },
    },
    async (request) => {
      const { no } = request.params;
      const ticket: Ticket | undefined = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
      if (!ticket?.drill) throw new Refused(404, "no-such-drill", `没有演练 ${no}。`, `There is no drill ${no}.`);
      const rows = await house.store.journal({ about: `ticket:${no}`, limit: 2_000 });
      return drillReport(ticket, rows, house.names, house.clockTime);
    },
  );
}
