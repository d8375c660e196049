/** The past of a point in buckets. */
import * as z from "zod";
import { qualities } from "#model/quality";
import { formatInstant, type Instant, instant } from "#model/time";
import { HistoryAway, HistoryBusy, type TrendColumns } from "../../history/historian.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers, HistoryQuery, PointParams, TREND, toInstant } from "../inputs.ts";
import type { BucketBody } from "../shapes.ts";
import { BucketShape } from "../shapes.ts";

const HOUR = 3_600_000;

export function historyRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/points/:id/history",
    {
      schema: {
        tags: ["points"],
        summary: "The past of a point in buckets; the last hour without `from` and `to`",
        params: PointParams,
        querystring: HistoryQuery,
        response: answers(z.array(BucketShape)),
      },
    },
    async (request) => {
      const { id } = request.params;
      const handle = house.handles.get(id);
      if (handle === undefined) throw new Refused(404, "no-such-point", `没有点位 ${id}。`, `There is no point ${id}.`);
      if (house.table.definitions[handle]?.type === "text") throw noNumbers(id);
      const { from, to } = range(request.query, house.clock.now());
      return buckets(await read(house, handle, from, to, request.query.buckets));
    },
  );
}

function range(query: z.output<typeof HistoryQuery>, now: Instant): { from: Instant; to: Instant } {
  const told = { from: query.from && toInstant(query.from), to: query.to && toInstant(query.to) };
  const to = told.to || now;
  const from = told.from || instant(to - HOUR);
  if (from < to && to - from <= TREND.longest && from >= 0) return { from, to };
  throw new Refused(
    400,
    "bad-range",
    "时间范围有误：from 应早于 to（缺省为现在），范围不超过十年。",
    "The range does not fit: from must lie before to (now, when it is not told), at most ten years.",
  );
}

async function read(house: ApiHouse, handle: number, from: Instant, to: Instant, count: number): Promise<TrendColumns> {
  try {
    return await house.historian.read(handle, from, to, count);
  } catch (error) {
    if (error instanceof HistoryBusy) {
      throw new Refused(
        429,
        "history-busy",
        "历史查询过多，请稍后重试。",
        "Too many questions to the history. Wait a moment and try again.",
      );
    }
    if (!(error instanceof HistoryAway)) throw error;
    const because = house.historian.standing().because;
    throw new Refused(
      409,
      "history-away",
      because?.zh ?? "历史暂时无法读取，请稍后重试。",
      because?.en ?? "The history cannot be read at the moment. Try again.",
    );
  }
}

const number = (x: number | undefined): number | null => (x === undefined || Number.isNaN(x) ? null : x);

function buckets(trend: TrendColumns): BucketBody[] {
  return Array.from({ length: trend.count }, (_, i) => ({
    at: formatInstant(instant(trend.at[i] as number)),
    min: number(trend.low[i]),
    max: number(trend.high[i]),
    mean: number(trend.mean[i]),
    last: number(trend.last[i]),
    count: trend.samples[i] ?? 0,
    quality: qualities[trend.quality[i] as number] ?? "bad",
  }));
}

const noNumbers = (id: string): Refused =>
  new Refused(422, "no-numbers", `点位 ${id} 是文本，没有趋势。`, `The point ${id} is a text and has no trend.`);
