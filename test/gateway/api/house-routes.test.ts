import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { milliseconds } from "#model/time";
import { DeviceShape, JournalShape, PointShape, SiteShape } from "../../../gateway/api/shapes.ts";
import { alarm, put, START, type Stand, startStand, testSite, ticket } from "./stand.ts";

let stand: Stand;
afterEach(async () => stand[Symbol.asyncDispose]());

describe("the site", () => {
  test("and its devices and points answer in their shapes", async () => {
    stand = await startStand({
      devices: () => [
        {
          device: "lift-1",
          state: "degraded",
          since: START,
          because: { zh: "未应答", en: "no answer" },
          pollWanted: 2,
          pollAchieved: 1.5,
        },
      ],
    });
    put(stand.table, "lift-1.speed", 1);
    const get = async (path: string) => (await stand.ask("GET", path, { as: "viewer" })).body;
    expect(SiteShape.strict().parse(await get("/api/site"))).toMatchObject({
      id: "test",
      version: "0.1.0-test",
      clockTrusted: true,
      simulated: false,
    });
    expect(z.array(DeviceShape.strict()).parse(await get("/api/devices"))).toMatchObject([
      { id: "lift-1", state: "degraded", pollAchieved: 1.5 },
      { id: "lift-2", state: "unknown" },
      { id: "booster-1" },
    ]);
    expect(await get("/api/devices/lift-1")).toMatchObject({ because: { zh: "未应答" } });
    expect(z.array(PointShape.strict()).parse(await get("/api/points"))).toHaveLength(5);
    expect((await get("/api/points?device=lift-1")).map((one: { id: string }) => one.id)).toEqual([
      "lift-1.speed",
      "lift-1.door_zone",
      "lift-1.mode",
    ]);
    expect(await get("/api/points/lift-1.speed")).toMatchObject({ value: 1 });
    for (const path of ["/api/devices/none", "/api/points/lift-1.none", "/api/points?device=none"]) {
      expect((await stand.ask("GET", path, { as: "viewer" })).status, path).toBe(404);
    }
  });

  test("names its people without their phones", async () => {
    const site = testSite();
    const people = { ...site.people, people: [{ id: "p1", name: "张师傅", phone: "13800138000" }], teams: [] };
    stand = await startStand({ site: { ...site, people } });
    const answer = await stand.ask("GET", "/api/people", { as: "operator" });
    expect(answer.body).toEqual([{ id: "p1", name: "张师傅", teams: [] }]);
    expect(answer.text).not.toContain("13800138000");
  });
});

describe("the journal", () => {
  test("is read whole by those who answer for it, and in their own rows by those who act", async () => {
    stand = await startStand();
    const operator = (await stand.ask("GET", "/api/me", { as: "operator" })).body.id;
    stand.journal.push(
      ...[operator, "somebody"].map((actor, seq) => ({
        seq,
        at: START,
        occurredAt: START,
        about: "site",
        event: "x",
        actor,
        data: { a: 1 },
        hash: "0",
      })),
    );
    const read = async (as: "operator" | "supervisor") =>
      z.array(JournalShape.strict()).parse((await stand.ask("GET", "/api/journal?about=site", { as })).body);
    expect((await read("supervisor")).map((row) => row.actor)).toEqual([operator, "somebody"]);
    expect((await read("operator")).map((row) => row.actor)).toEqual([operator]);
    expect((await stand.ask("GET", "/api/journal/verify", { as: "engineer" })).body).toEqual({ ok: true, rows: 2 });
  });
});

describe("health", () => {
  test("is told to anybody in one word, readiness part by part", async () => {
    stand = await startStand();
    expect((await stand.ask("GET", "/healthz")).body).toEqual({ status: "ok" });
    expect((await stand.ask("HEAD", "/healthz")).status).toBe(200);
    expect(await stand.ask("GET", "/readyz", { as: "viewer" })).toMatchObject({
      status: 200,
      body: { ready: true, state: "active" },
    });
    stand.door.store = "away";
    const away = await stand.ask("GET", "/readyz", { as: "viewer" });
    expect(away).toMatchObject({
      status: 503,
      body: {
        ready: false,
        state: "away",
        parts: [
          { part: "store", ok: false },
          { part: "devices" },
          { part: "history", ok: true },
          { part: "clock", ok: true },
        ],
      },
    });
  });

  test("has figures: what stands in the house and what was counted", async () => {
    stand = await startStand();
    stand.door.house.alarms.set("a@lift-1", alarm("a@lift-1"));
    stand.door.house.alarms.set("b@lift-1", alarm("b@lift-1", { process: "normal", acknowledge: "acknowledged" }));
    stand.door.house.tickets.set("GD20261121-000001", ticket("GD20261121-000001"));
    stand.metrics.sampled("good", 7);
    stand.metrics.read("l", "ok", milliseconds(3));
    stand.metrics.read("l", "timeout", milliseconds(3_000));
    stand.metrics.linkUp("l", true);
    stand.metrics.rulesEvaluated(3);
    stand.metrics.alarmPublished(milliseconds(12));
    stand.metrics.clockBreached("staff-onsite");
    stand.metrics.dropped("live-values", 2);
    stand.metrics.committed(milliseconds(1));
    const { text, headers } = await stand.ask("GET", "/metrics", { as: "engineer" });
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      "gatehouse_points 5",
      'gatehouse_alarms_active{severity="S1",state="unacknowledged"} 1',
      'gatehouse_tickets_open{severity="S1"} 1',
      'gatehouse_tickets_open{severity="S4"} 0',
      "gatehouse_outbox_depth 0",
      'gatehouse_samples_total{quality="good"} 7',
      'gatehouse_reads_total{link="l",outcome="ok"} 1',
      'gatehouse_reads_total{link="l",outcome="timeout"} 1',
      "gatehouse_read_seconds_count 2",
      'gatehouse_link_up{link="l"} 1',
      "gatehouse_rules_evaluated_total 3",
      "gatehouse_alarm_delay_seconds_count 1",
      'gatehouse_clock_breaches_total{kind="staff-onsite"} 1',
      'gatehouse_dropped_total{what="live-values"} 2',
      "gatehouse_commit_seconds_count 1",
    ]) {
      expect(text).toContain(`\n${line}\n`);
    }
    expect(text).toContain("nodejs_eventloop_lag_seconds");
    expect(text).not.toContain('state="normal"');

    stand.door.house.alarms.clear();
    expect((await stand.ask("GET", "/metrics", { as: "engineer" })).text).not.toContain("gatehouse_alarms_active{");
  });
});

describe("the API about itself", () => {
  test("OpenAPI names every route of the contract that exists, with its errors and without a stranger's address", async () => {
    stand = await startStand();
    const { body, text } = await stand.ask("GET", "/api/openapi.json", { as: "engineer" });
    expect(body.openapi).toBe("3.1.0");
    for (const { method, url } of stand.api.routes) {
      if (method === "HEAD" || url.includes("*") || url.startsWith("/api/docs") || url === "/api/openapi.json")
        continue;
      const path = url.replace(/:(\w+)/g, "{$1}");
      expect(body.paths[path]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined();
    }
    const { responses, requestBody } = body.paths["/api/alarms/{id}/acknowledge"].post;
    expect(Object.keys(responses)).toEqual(["200", "4XX"]);
    expect(requestBody.content["application/json"].schema).toMatchObject({
      additionalProperties: false,
      required: ["occurrence", "commandId"],
    });
    expect(text).not.toMatch(/"servers"/);
  });

  test("the readable page and everything it loads come from here", async () => {
    stand = await startStand();
    const page = await stand.ask("GET", "/api/docs", { as: "engineer" });
    expect(page.status).toBe(200);
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((found) => found[1] ?? "");
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\/static\//);
      expect((await stand.ask("GET", file, { as: "engineer" })).status, file).toBe(200);
    }
    expect(page.text).not.toMatch(/<script>|https?:/);
    expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
    expect((await stand.ask("GET", "/api/docs/static/swagger-initializer.js", { as: "engineer" })).text).not.toContain(
      "validator.swagger.io",
    );
  });
});

describe("the console", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });
  async function built() {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-console-"));
    folders.push(folder);
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><title>值守</title>");
    await writeFile(join(folder, "assets", "app-1a2b3c.js"), "export {};");
    await writeFile(join(folder, ".env"), "SECRET=1");
    return folder;
  }

  test("is served to anybody: the page is asked for each time, hashed files are kept", async () => {
    stand = await startStand({ console: await built() });
    const page = await stand.ask("GET", "/");
    expect(page).toMatchObject({
      status: 200,
      headers: { "cache-control": "no-cache", "content-type": "text/html; charset=utf-8" },
    });
    const script = await stand.ask("GET", "/assets/app-1a2b3c.js");
    expect(script).toMatchObject({ status: 200, headers: { "cache-control": "public, max-age=31536000, immutable" } });
    expect(page.headers["content-security-policy"]).not.toContain("unsafe");
  });

  test("answers its own addresses with the page, and nothing else", async () => {
    stand = await startStand({ console: await built() });
    for (const path of ["/watch", "/tickets/GD20261121-000001", "/devices/lift-1?x=1"]) {
      const answer = await stand.ask("GET", path);
      expect(answer.text, path).toContain("值守");
    }
    for (const path of [
      "/assets/gone.js",
      "/.env",
      "/assets/../.env",
      "/..%2f..%2fetc/passwd",
      "/api",
      "/api/",
      "/api/none",
    ]) {
      const answer = await stand.ask("GET", path);
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
      expect(answer.body, path).toMatchObject({ code: expect.any(String), message: { zh: expect.any(String) } });
    }
    expect((await stand.ask("POST", "/watch", { body: {} })).status).toBe(404);
  });

  test("that was not built says how to build it, while the API works", async () => {
    stand = await startStand();
    const answer = await stand.ask("GET", "/");
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "console-missing", message: { en: expect.stringContaining("npm run prepare") } },
    });
    expect(stand.logged.join()).toContain("the console is not built");
    expect((await stand.ask("GET", "/healthz")).status).toBe(200);
  });
});

describe("the scenario board", () => {
  const simulated = testSite({ simulated: true });

  test("hands on to the simulators and hands back what they say", async () => {
    const asked: unknown[] = [];
    stand = await startStand({
      site: simulated,
      simulator: {
        async request(method, path, body) {
          asked.push([method, path, body]);
          return {
            status: 200,
            body:
              path === "/devices"
                ? '[{"id":"lift-1"}]'
                : path === "/scenarios"
                  ? [{ name: "pump-trip" }]
                  : '{"started":true}',
          };
        },
      },
    });
    expect((await stand.ask("GET", "/api/simulator", { as: "engineer" })).body).toEqual({
      devices: [{ id: "lift-1" }],
      scenarios: [{ name: "pump-trip" }],
      stories: [],
    });
    const body = { scenario: "pump-trip", device: "booster-1", speed: 10 };
    expect((await stand.ask("POST", "/api/simulator/play", { as: "engineer", body })).body).toEqual({ started: true });
    expect((await stand.ask("POST", "/api/simulator/stop", { as: "engineer" })).status).toBe(200);
    expect(asked).toEqual([
      ["GET", "/devices", undefined],
      ["GET", "/scenarios", undefined],
      ["POST", "/play", JSON.stringify(body)],
      ["POST", "/stop", undefined],
    ]);
  });

  test("passes a refusal on, and says when nobody answers", async () => {
    let refuse: { status: number; body: unknown } | undefined = {
      status: 404,
      body: '{"code":"no-such-scenario","message":{"zh":"没有此情景","en":"no such scenario"}}',
    };
    stand = await startStand({
      site: simulated,
      simulator: {
        async request() {
          if (!refuse) throw new Error("connect ECONNREFUSED 127.0.0.1:8090");
          return refuse;
        },
      },
    });
    const play = () =>
      stand.ask("POST", "/api/simulator/play", { as: "engineer", body: { scenario: "x", device: "y" } });
    expect(await play()).toMatchObject({
      status: 404,
      body: { code: "no-such-scenario", message: { zh: "没有此情景" } },
    });
    refuse = { status: 500, body: "<html>oops" };
    expect(await play()).toMatchObject({ status: 503, body: { code: "simulator" } });
    refuse = undefined;
    expect(await play()).toMatchObject({ status: 503, body: { code: "simulator-away" } });
    expect((await play()).text).not.toContain("ECONNREFUSED");
  });

  test("does not exist on a real site", async () => {
    stand = await startStand({ simulator: { request: () => Promise.reject(new Error("must not be asked")) } });
    expect(await stand.ask("GET", "/api/simulator", { as: "engineer" })).toMatchObject({
      status: 404,
      body: { code: "not-simulated" },
    });
  });
});
