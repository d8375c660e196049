/** The rules in force and where they run. */
import * as z from "zod";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { ruleBody } from "../project.ts";
import { RuleShape } from "../shapes.ts";

export function ruleRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/rules",
    { schema: { tags: ["rules"], summary: "Rules and their devices", response: answers(z.array(RuleShape)) } },
    async () => house.rules.map(({ rule, devices }) => ruleBody(rule, devices)),
  );
}
