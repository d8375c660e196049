/** What the last days say about the rules: the tuning report, and values learned from the flow, which a person may put in force. */
import { days, instant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers } from "../inputs.ts";
import { createLearnedDesk } from "../learned-desk.ts";
import { learnedBody } from "../project-learned.ts";
import { AppliedParams, ApplyLearned, LearnedParams, TakeBack, TuningRequest } from "../rule-inputs.ts";
import { LearnedShape, LearnedStepShape, TuningJobShape } from "../study-shapes.ts";

const busy = () =>
  new Refused(
    409,
    "study-running",
    "正在分析历史，请稍后再试。",
    "The history is being studied already. Try again in a while.",
  );

export function studyRoutes(server: Server, house: ApiHouse): void {
  const { studies } = house.backtests;
  const last = (count: number) => {
    const to = house.clock.now();
    return { from: instant(to - days(count)), to };
  };
  const standingTuning = () => {
    const job = studies.standing("tuning");
    if (job) return job;
    throw new Refused(404, "no-tuning", "还没有做过整定报告。", "No tuning report was made yet.");
  };

  server.get(
    "/api/rules/tuning",
    {
      schema: { tags: ["rules"], summary: "The running or the last tuning report", response: answers(TuningJobShape) },
    },
    async () => standingTuning(),
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
      const job = studies.tune(rules, last(request.body.days));
      if (!job) throw busy();
      return reply.code(202).send(job);
    },
  );

  server.delete(
    "/api/rules/tuning",
    { schema: { tags: ["rules"], summary: "Cancel the running tuning report", response: answers(TuningJobShape) } },
    async () => {
      await studies.cancel("tuning");
      return standingTuning();
    },
  );

  learnedRoutes(server, house, last);
}

function learnedRoutes(
  server: Server,
  house: ApiHouse,
  last: (count: number) => Parameters<typeof house.backtests.studies.learn>[0],
): void {
  const { studies } = house.backtests;
  const desk = createLearnedDesk(house);

  server.get(
    "/api/rules/learned",
    {
      schema: {
        tags: ["rules"],
        summary: "What the history teaches beside what is in force, what it would have changed, and what was applied",
        response: answers(LearnedShape),
      },
    },
    async () => learnedBody(house),
  );

  server.post(
    "/api/rules/learned",
    {
      schema: {
        tags: ["rules"],
        summary: "Learn from the flow of the last days and try each value; ask with GET how far it is. Applies nothing",
        body: TuningRequest,
        response: { ...answers(LearnedShape), 202: LearnedShape },
      },
    },
    async (request, reply) => {
      if (!studies.learn(last(request.body.days))) throw busy();
      return reply.code(202).send(learnedBody(house));
    },
  );

  server.delete(
    "/api/rules/learned",
    { schema: { tags: ["rules"], summary: "Cancel the study that is running", response: answers(LearnedShape) } },
    async () => {
      await studies.cancel("learning");
      return learnedBody(house);
    },
  );

  server.post(
    "/api/rules/learned/:device/:what",
    {
      schema: {
        tags: ["rules"],
        summary: "Put a learned value in force: without `confirm` it says what will change, with it it is done",
        params: LearnedParams,
        body: ApplyLearned,
        response: answers(LearnedStepShape),
      },
    },
    async (request) => {
      const { device, what } = request.params;
      const { confirm, reason, commandId } = request.body;
      const actor = actorOf(request);
      if (confirm === undefined) return desk.offer(device, what, actor);
      await desk.apply({ device, what, reason, confirm, commandId }, actor);
      return learnedBody(house);
    },
  );

  server.post(
    "/api/rules/learned/:device/:what/take-back",
    {
      schema: {
        tags: ["rules"],
        summary: "Take an applied value back: rules go by what the site says",
        params: AppliedParams,
        body: TakeBack,
        response: answers(LearnedShape),
      },
    },
    async (request) => {
      const { device, what } = request.params;
      const { reason, commandId } = request.body;
      await house.act(commandId, actorOf(request), { do: "take-back-learned", device, what, reason });
      return learnedBody(house);
    },
  );
}
