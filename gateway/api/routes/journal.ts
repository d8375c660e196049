/** Who did what when, and whether the record is whole. */
import * as z from "zod";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, toInstant } from "../inputs.ts";
import { VerdictShape } from "../people-shapes.ts";
import { journalBody } from "../project.ts";
import { JournalQuery } from "../report-inputs.ts";
import { JournalShape } from "../shapes.ts";

/** Roles that read the whole journal; the others read what they did themselves. */
const READ_ALL: ReadonlySet<string> = new Set(["supervisor", "engineer", "admin"]);

export function journalRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/journal",
    {
      schema: {
        tags: ["journal"],
        summary: "Entries; operators and maintainers see their own",
        querystring: JournalQuery,
        response: answers(z.array(JournalShape)),
      },
    },
    async (request) => {
      const actor = actorOf(request);
      const { from, to, about, limit } = request.query;
      const rows = await house.store.journal({
        limit,
        ...(from === undefined ? {} : { from: toInstant(from) }),
        ...(to === undefined ? {} : { to: toInstant(to) }),
        ...(about === undefined ? {} : { about }),
      });
      return rows.filter((row) => READ_ALL.has(actor.role) || row.actor === actor.id).map(journalBody);
    },
  );

  server.get(
    "/api/journal/verify",
    { schema: { tags: ["journal"], summary: "Checks the hash chain", response: answers(VerdictShape) } },
    async () => house.store.verify(),
  );
}
