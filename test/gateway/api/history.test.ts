import { describe, expect, test } from "vitest";
import { GOOD } from "#model/quality";
import { usualHistory } from "#model/site";
import { formatInstant, later, seconds } from "#model/time";
import { openHistorian } from "../../../gateway/history/open-historian.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { points, START, startStand } from "./stand.ts";

async function startTrends() {
  const folder = createDataFolder();
  const clock = createManualClock(START);
  const table = createPointTable(points);
  const historian = openHistorian({
    folder: folder.path,
    table,
    settings: { ...usualHistory, reserve: 0 },
    clock,
    tell: () => {},
    dropped: () => {},
  });
  const stand = await startStand({ historian, clock });
  return {
    ...stand,
    clock,
    historian,
    put(value: number) {
      const at = { now: clock.now(), mono: clock.monotonic() };
      table.value[0] = value;
      table.quality[0] = GOOD;
      table.reason[0] = 0;
      table.sourceAt[0] = at.now;
      historian.append(Int32Array.of(0), 1, at);
    },
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await historian[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

const path = (query: string, id = "lift-1.speed") => `/api/points/${id}/history${query}`;
const range = (from: number, to: number) =>
  `?from=${formatInstant(later(START, seconds(from)))}&to=${formatInstant(later(START, seconds(to)))}`;

describe("the history of a point", () => {
  test("comes in buckets with min, max, mean, last, count and quality; a gap is null", async () => {
    await using house = await startTrends();
    house.put(1);
    await house.clock.advance(seconds(10));
    house.put(2.5);
    await house.clock.advance(seconds(10));
    const { status, body } = await house.ask("GET", path(`${range(-10, 20)}&buckets=3`), { as: "viewer" });
    expect(status).toBe(200);
    expect(body).toEqual([
      { at: "2026-11-21T07:59:50.000Z", min: null, max: null, mean: null, last: null, count: 0, quality: "bad" },
      { at: "2026-11-21T08:00:00.000Z", min: 1, max: 1, mean: 1, last: 1, count: 1, quality: "good" },
      { at: "2026-11-21T08:00:10.000Z", min: 2.5, max: 2.5, mean: 2.5, last: 2.5, count: 1, quality: "good" },
    ]);
  });

  test("is the last hour in 300 buckets when nothing is said, and needs a sign-in", async () => {
    await using house = await startTrends();
    const { status, body } = await house.ask("GET", path(""), { as: "operator" });
    expect([status, body.length, body[0].at]).toEqual([200, 300, "2026-11-21T07:00:00.000Z"]);
    expect((await house.ask("GET", path(""))).status).toBe(401);
  });

  test.each([
    "?buckets=0",
    "?buckets=2001",
    "?buckets=1e3",
    "?buckets=-5",
    "?from=yesterday",
    "?from=2026-11-21T08:00:00",
    "?from=2026-11-21T09:00:00Z&to=2026-11-21T08:00:00Z",
    "?from=2026-11-21T09:00:00Z&to=2026-11-21T09:00:00Z",
    "?from=2026-12-21T09:00:00Z",
    "?from=1000-01-01T00:00:00Z&to=2026-11-21T08:00:00Z",
    "?to=1969-11-21T08:00:00Z",
    "?to=+275760-09-13T00:00:00Z",
    "?bucket=5",
    "?from[]=1",
    "?buckets=5&buckets=6",
  ])("refuses %s with 400 and a sentence in both languages", async (query) => {
    await using house = await startTrends();
    const { status, body } = await house.ask("GET", path(query), { as: "viewer" });
    expect(status).toBe(400);
    expect(body.message).toEqual({ zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.any(String) });
    // A person reads this: no pattern, no name of a programming type.
    expect(`${body.message.zh} ${body.message.en}`).not.toMatch(/\^|\\d|string|undefined|正则|实际接收|regular/u);
  });

  test("says how many buckets it takes", async () => {
    await using house = await startTrends();
    const { body } = await house.ask("GET", path("?buckets=abc"), { as: "viewer" });
    expect(body.message).toEqual({
      zh: "请求有误：buckets 应为 1 至 2000 的整数",
      en: "The request does not fit: buckets must be a whole number from 1 to 2000",
    });
  });

  test("is refused for a point that is not there, and for a text", async () => {
    await using house = await startTrends();
    expect((await house.ask("GET", path("", "lift-9.speed"), { as: "viewer" })).status).toBe(404);
    expect((await house.ask("GET", path("", "..%2Fetc"), { as: "viewer" })).status).toBe(400);
    const text = await house.ask("GET", path("", "booster-1.serial"), { as: "viewer" });
    expect([text.status, text.body.code]).toEqual([422, "no-numbers"]);
  });

  test("says why when the file cannot be read", async () => {
    await using house = await startStand();
    const { status, body } = await house.ask("GET", path(""), { as: "viewer" });
    expect([status, body.code]).toEqual([409, "history-away"]);
  });

  test("stands in the OpenAPI text, in readyz and in the metrics", async () => {
    await using house = await startTrends();
    const { body: api } = await house.ask("GET", "/api/openapi.json", { as: "engineer" });
    const get = api.paths["/api/points/{id}/history"].get;
    const shape = get.responses["200"].content["application/json"].schema;
    expect(Object.keys(shape.items.properties)).toEqual(["at", "min", "max", "mean", "last", "count", "quality"]);
    const { body: ready } = await house.ask("GET", "/readyz", { as: "viewer" });
    expect(ready.parts).toContainEqual({ part: "history", ok: true, says: expect.anything() });
    house.put(3);
    const { text } = await house.ask("GET", "/metrics", { as: "engineer" });
    expect(text).toMatch(/^gatehouse_history_queue 1$/m);
    expect(text).toMatch(/^gatehouse_dropped_total\{what="history"\} 0$/m);
  });
});
