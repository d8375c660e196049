/** 每日抽查: what was drawn on which day, and what came of it. The verdicts are steps of the tickets. */
import * as z from "zod";
import type { DaySample } from "#model/sampling";
import type { Ticket } from "#model/ticket";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, ListQuery } from "../inputs.ts";
import { DaySampleShape } from "../paper-shapes.ts";
import { daySampleBody } from "../project-sample.ts";

export function sampleRoutes(server: Server, house: ApiHouse): void {
  const { tickets, lately, papers } = house.door.house;

  /** Those that a page shows; the older ones come from the store. */
  async function ticketsOf(list: readonly DaySample[]): Promise<ReadonlyMap<string, Ticket>> {
    const found = new Map<string, Ticket>();
    for (const no of new Set(list.flatMap(({ rows }) => rows.map(({ ticket }) => ticket)))) {
      const ticket = tickets.get(no) ?? lately.get(no) ?? (await house.store.ticket(no));
      if (ticket) found.set(no, ticket);
    }
    return found;
  }

  server.get(
    "/api/samples",
    {
      schema: {
        tags: ["samples"],
        summary: "The daily samples, newest first: which service records were drawn, looked through and put right",
        querystring: ListQuery,
        response: answers(z.array(DaySampleShape)),
      },
    },
    async (request) => {
      const { limit } = request.query;
      const now = house.clock.now();
      const stored = await house.store.papers("sample", limit);
      // What the house holds is never behind the store.
      const all = new Map([...stored, ...papers.values()].map((paper) => [paper.id, paper]));
      const list = [...all.values()]
        .flatMap((paper) => (paper.kind === "sample" && !paper.ahead ? [paper] : []))
        .sort((a, b) => b.at - a.at)
        .slice(0, limit);
      const known = await ticketsOf(list);
      return list.map((paper) => daySampleBody(paper, known, house.devicesById, now));
    },
  );
}
