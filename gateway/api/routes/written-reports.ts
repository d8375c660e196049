/** The reports that the house wrote by itself: the list, and one of them as it was counted then. */
import * as z from "zod";
import type { WrittenReport } from "#model/paper";
import { formatInstant, formatSpan, milliseconds } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { alarmName } from "../alarm-places.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, ListQuery } from "../inputs.ts";
import { ReportParams } from "../report-inputs.ts";
import { type WrittenBody, WrittenReportShape, WrittenRowShape } from "../response-shapes.ts";

export function writtenReportRoutes(server: Server, house: ApiHouse): void {
  const row = (paper: WrittenReport) => ({
    id: paper.id,
    period: paper.period,
    at: formatInstant(paper.at),
    from: formatInstant(paper.from),
    to: formatInstant(paper.to),
    ...(paper.lateBy === undefined ? {} : { lateBy: formatSpan(milliseconds(paper.lateBy)) }),
    summary: { ...paper.summary },
  });

  server.get(
    "/api/reports/written",
    {
      schema: {
        tags: ["reports"],
        summary: "Daily, weekly and monthly reports that the house wrote by itself, newest first",
        querystring: ListQuery,
        response: answers(z.array(WrittenRowShape)),
      },
    },
    async (request) => {
      const papers = await house.store.papers("report", request.query.limit);
      return papers.flatMap((paper) => (paper.kind === "report" ? [row(paper)] : []));
    },
  );

  server.get(
    "/api/reports/written/:id",
    {
      schema: {
        tags: ["reports"],
        summary: "One of them, as it was counted then",
        params: ReportParams,
        response: answers(WrittenReportShape),
      },
    },
    async (request) => {
      const { id } = request.params;
      const paper = house.door.house.papers.get(id) ?? (await house.store.paper(id));
      if (paper?.kind !== "report") {
        throw new Refused(404, "no-such-report", `没有报表 ${id}。`, `There is no report ${id}.`);
      }
      const { response, alarms } = paper.body as WrittenBody;
      const top = alarms.top.map((one) => ({ ...one, name: { ...alarmName(house, one.alarm) } }));
      return { ...row(paper), response, alarms: { told: alarms.told, top } };
    },
  );
}
