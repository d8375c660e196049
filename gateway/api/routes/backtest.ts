/** Trying a rule on the past: started here, looked at while it runs, and cancelled. One at a time. */
import { days, type Instant, instant } from "#model/time";
import type { BacktestJob } from "../../backtest/backtests.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, TREND, toInstant } from "../inputs.ts";
import { BacktestRequest } from "../rule-inputs.ts";
import { BacktestShape } from "../rule-shapes.ts";

export function backtestRoutes(server: Server, house: ApiHouse): void {
  server.post(
    "/api/rules/backtest",
    {
      schema: {
        tags: ["rules"],
        summary: "Start a backtest; ask with GET how far it is. Without `from` and `to`: the last 7 days",
        body: BacktestRequest,
        response: { ...answers(BacktestShape), 202: BacktestShape },
      },
    },
    async (request, reply) => {
      const found = house.rules.find(({ rule }) => rule.id === request.body.rule);
      if (!found) {
        throw new Refused(
          404,
          "no-such-rule",
          `没有规则 ${request.body.rule}。`,
          `There is no rule ${request.body.rule}.`,
        );
      }
      const started = await house.backtests.start({
        rule: found.rule,
        ...(request.body.with === undefined ? {} : { changed: request.body.with }),
        ...range(request.body, house.clock.now()),
      });
      if ("job" in started) return reply.code(202).send(started.job);
      if (started.refused === "busy") {
        throw new Refused(
          409,
          "backtest-running",
          "已有一个试算在进行，请等待它结束或先取消。",
          "Another backtest is running. Wait for it, or cancel it first.",
        );
      }
      throw new Refused(
        422,
        "bad-rule",
        "修改后的规则有问题，未试算。",
        "The changed rule has problems; nothing was replayed.",
        started.problems,
      );
    },
  );

  server.get(
    "/api/rules/backtest",
    { schema: { tags: ["rules"], summary: "The running or the last backtest", response: answers(BacktestShape) } },
    async () => standing(house),
  );

  server.delete(
    "/api/rules/backtest",
    { schema: { tags: ["rules"], summary: "Cancel the running backtest", response: answers(BacktestShape) } },
    async () => {
      await house.backtests.cancel();
      return standing(house);
    },
  );
}

function standing(house: ApiHouse): BacktestJob {
  const job = house.backtests.standing();
  if (job) return job;
  throw new Refused(404, "no-backtest", "还没有试算过规则。", "No backtest was started yet.");
}

function range(
  told: { from?: string | undefined; to?: string | undefined },
  now: Instant,
): { from: Instant; to: Instant } {
  const to = told.to === undefined ? now : toInstant(told.to);
  const from = told.from === undefined ? instant(to - days(7)) : toInstant(told.from);
  if (from < to && to - from <= TREND.longest && from >= 0) return { from, to };
  throw new Refused(
    400,
    "bad-range",
    "时间范围有误：from 应早于 to（缺省为现在），范围不超过十年。",
    "The range does not fit: from must lie before to (now, when it is not told), at most ten years.",
  );
}
