/** The figures about tickets with formula and target, against the period before; as a file for supervisors only. */
import type { FastifyRequest } from "fastify";
import { formatInstant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import { masked } from "../../reports/mask.ts";
import { monthWindow, windowBefore } from "../../reports/response-figures.ts";
import { responseReport } from "../../reports/response-report.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { paced, sendCsv } from "../csv-reply.ts";
import { actorOf } from "../guard.ts";
import { answers } from "../inputs.ts";
import { responseReportBody, responseRows } from "../project-response.ts";
import { ResponseReportQuery } from "../report-inputs.ts";
import { windowOf } from "../report-window.ts";
import { ResponseReportShape } from "../response-shapes.ts";

export function responseReportRoutes(server: Server, house: ApiHouse): void {
  const { site } = house;

  /** Files leave the house, and names of people are not for everybody: a supervisor's word for either. */
  function allow(request: FastifyRequest, format: "json" | "csv", persons: "masked" | "full") {
    const { role } = actorOf(request);
    if (role === "supervisor" || (site.simulated && role === "admin")) return;
    if (format === "csv") {
      throw new Refused(
        403,
        "supervisor-exports",
        "报表导出须由主管进行。页面可以直接查看和打印。",
        "A supervisor takes the report out as a file. It can be read and printed on the page.",
      );
    }
    if (persons === "full") {
      throw new Refused(
        403,
        "names-are-masked",
        "只有主管可以查看姓名。请去掉 persons=full。",
        "Only a supervisor may see names. Leave persons=full out.",
      );
    }
  }

  server.get(
    "/api/reports/response",
    {
      schema: {
        tags: ["reports"],
        summary:
          "How long people took to accept, arrive, control and repair, by class, team, building and hour, against the period before",
        querystring: ResponseReportQuery,
        response: answers(ResponseReportShape),
      },
    },
    async (request, reply) => {
      const { query } = request;
      allow(request, query.format, query.persons);
      const data = query.data ?? (site.simulated ? "simulated" : "real");
      const month = query.month === undefined ? undefined : monthWindow(query.month, site.zone);
      const window = month ?? windowOf(query, house.clock.now(), "30d");
      const before = windowBefore(window, query.month, site.zone);
      const report = await responseReport(house.store, site.policy, window, before, { kind: data, zone: site.zone });
      const person = (name: string | undefined): string => {
        const known = name === undefined ? "" : house.names.actor(name);
        return query.persons === "full" ? known : masked(known);
      };
      const asked = { data, ...(query.month === undefined ? {} : { month: query.month }) };
      const body = responseReportBody(report, site, asked, person);
      if (query.format === "json") return body;
      const { id, role } = actorOf(request);
      const range = { from: formatInstant(window.from), to: formatInstant(window.to) };
      house.log.info({ what: "response", by: id, role, persons: query.persons, ...range }, "data were exported");
      const { head, rows } = responseRows(body, query.lang);
      return sendCsv(reply, "response-kpi", head, paced(rows));
    },
  );
}
