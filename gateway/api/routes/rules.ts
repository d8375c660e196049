/** The rules in force and where they run; and a look at rules that somebody is writing. */
import * as z from "zod";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { ruleBody, text } from "../project.ts";
import { RuleText } from "../rule-inputs.ts";
import { RuleCheckShape, RuleShape } from "../rule-shapes.ts";

export function ruleRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/rules",
    { schema: { tags: ["rules"], summary: "Rules and their devices", response: answers(z.array(RuleShape)) } },
    async () => house.rules.map(({ rule, devices, sentence }) => ruleBody(rule, devices, sentence)),
  );

  server.post(
    "/api/rules/check",
    {
      schema: {
        tags: ["rules"],
        summary: "What is wrong in a text of rules (YAML, as in rules/*.yaml); nothing is kept",
        body: RuleText,
        response: answers(RuleCheckShape),
      },
    },
    async ({ body }) => {
      const { problems, rules } = house.checkRules(body.text);
      return {
        problems: problems.map(({ line, column, level, what, todo }) => ({
          line,
          column,
          level,
          what: text(what),
          todo: text(todo),
        })),
        rules: rules.map(({ id, sentence, devices }) => ({
          id,
          sentence: text(sentence),
          devices: devices.map(({ device, applies, because }) => ({
            device,
            applies,
            ...(because && { because: text(because) }),
          })),
        })),
      };
    },
  );
}
