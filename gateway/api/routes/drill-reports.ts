/** 演练: the drills that were held, and each as it went against the policy. */
import type { Ticket } from "#model/ticket";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { everyTicket, playedStories, storyOf } from "../drill-board.ts";
import { answers, ListQuery } from "../inputs.ts";
import { drillReport, drillRow } from "../project-drill.ts";
import { DrillListShape, DrillReportShape } from "../response-shapes.ts";
import { TicketParams } from "../ticket-inputs.ts";

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
      const stories = await playedStories(house);
      return (await everyTicket(house))
        .flatMap((ticket) => {
          const story = storyOf(stories, ticket);
          return ticket.drill || story ? drillRow(ticket, story, house.names) : [];
        })
        .slice(0, request.query.limit);
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
      const story = ticket && storyOf(await playedStories(house), ticket);
      if (!ticket || !(ticket.drill || story))
        throw new Refused(404, "no-such-drill", `没有演练 ${no}。`, `There is no drill ${no}.`);
      const rows = await house.store.journal({ about: `ticket:${no}`, limit: 2_000 });
      return drillReport(ticket, story, rows, house.names, house.clockTime);
    },
  );
}
