/** What the last days say about the rules: the tuning report, and parameters learned from the flow. Applies nothing. */
import * as z from "zod";
import { days, instant } from "#model/time";
import type { Learned } from "../../backtest/learn.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { TuningRequest } from "../rule-inputs.ts";
import { LearnedShape, TuningJobShape } from "../rule-shapes.ts";

const busy = () =>
  new Refused(
    409,
    "study-running",
    "正在分析历史，请稍后再试。",
    "The history is being studied already. Try again in a while.",
  );
/** JSON has no NaN: an hour that was never seen is null. */
const number = (x: number): number | null => (Number.isFinite(x) ? x : null);
const body = ({ hourly, nightMinimum, ...learned }: Learned) => ({
  ...learned,
  hourly: hourly.map(number),
  nightMinimum: number(nightMinimum),
});

export function studyRoutes(server: Server, house: ApiHouse): void {
  const last = (count: number) => {
    const to = house.clock.now();
    return { from: instant(to - days(count)), to };
  };

  server.get(
    "/api/rules/learned",
    {
      schema: {
        tags: ["rules"],
        summary: "Parameters learned from the flow of the last 7 days, per device; a person writes them into the site",
        response: answers(z.array(LearnedShape)),
      },
    },
    async () => {
      const learned = house.backtests.studies.learn(last(7));
      if (!learned) throw busy();
      return (await learned).map(body);
    },
  );

  server.post(
    "/api/rules/tuning",
    {
      schema: {
        tags: ["rules"],
        summary: "Start a tuning report of all rules over the last days; ask with GET how far it is",
        body: TuningRequest,
        response: { ...answers(TuningJobShape), 202: TuningJobShape },
      },
    },
    async (request, reply) => {
      const rules = house.rules.map(({ rule }) => rule);
      const job = house.backtests.studies.tune(rules, last(request.body.days));
      if (!job) throw busy();
      return reply.code(202).send(job);
    },
  );

  server.get(
    "/api/rules/tuning",
    {
      schema: { tags: ["rules"], summary: "The running or the last tuning report", response: answers(TuningJobShape) },
    },
    async () => {
      const job = house.backtests.studies.tuned();
      if (job) return job;
      throw new Refused(404, "no-tuning", "还没有做过整定报告。", "No tuning report was made yet.");
    },
  );
}
