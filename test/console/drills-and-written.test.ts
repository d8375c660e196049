import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type DrillReportBody,
  DrillReportShape,
  type WrittenReportBody,
  WrittenReportShape,
} from "../../gateway/api/response-shapes.ts";
import type { MeBody } from "../../gateway/api/shapes.ts";
import { answeredMonth } from "./answered.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

const iso = (minutes: number) => new Date(Date.UTC(2026, 10, 22, 2, minutes)).toISOString();
const written: WrittenReportBody = WrittenReportShape.strict().parse({
  id: "BB20261122-daily",
  period: "daily",
  at: iso(0),
  from: iso(-1_500),
  to: iso(-60),
  lateBy: "PT2H",
  summary: { zh: "工单 24 件，已关闭 24 件", en: "24 tickets, 24 closed" },
  response: answeredMonth(Date.now()),
  alarms: { told: 31, top: [{ alarm: "a@b", count: 9, name: { zh: "1#客梯 门机故障", en: "Lift 1: door" } }] },
});
const { response: _, alarms: __, ...row } = written;
const drill: DrillReportBody = DrillReportShape.strict().parse({
  no: "GD20261122-000007",
  title: { zh: "【演练】2 号梯困人，夜间救援", en: "[DRILL] lift 2" },
  class: { zh: "电梯困人", en: "Lift entrapment" },
  severity: "S1",
  startedAt: iso(0),
  closedAt: iso(40),
  overdue: 1,
  policy: "2026-11-21.1",
  clocks: [
    { kind: "acknowledge", name: { zh: "值班确认", en: "Acknowledge" }, target: 30_000, took: 21_000, verdict: "met" },
    { kind: "accept", name: { zh: "接单", en: "Accept" }, target: 300_000, took: 420_000, verdict: "overdue" },
  ],
  done: [{ after: 21_000, by: "王工", text: { zh: "王工 确认", en: "王工 acknowledged" } }],
});
const { policy: _p, clocks: _c, done: _d, ...drillRow } = drill;
const over = { zh: "有 1 个紧急或高级别真实工单未关闭", en: "1 real ticket is open" };

describe.skipIf(!hasBrowser())("reports that write themselves, and drills", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (path: string, role: MeBody["role"], sent: object[] = []) =>
    look(browser, dist, {
      path,
      language: "zh",
      me: { id: "root", name: "某人", role },
      site: { simulated: false },
      pages: (key, body) => {
        if (key === "GET /api/reports/written") return { status: 200, body: [row] };
        if (key === `GET /api/reports/written/${row.id}`) return { status: 200, body: written };
        if (key === "GET /api/reports/drills") return { status: 200, body: [drillRow] };
        if (key === `GET /api/reports/drills/${drill.no}`) return { status: 200, body: drill };
        if (key !== "POST /api/tickets") return undefined;
        sent.push(body);
        return sent.length === 1
          ? { status: 409, body: { code: "drill-over-emergency", message: over } }
          : { status: 201, body: { no: drill.no } };
      },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });

  test("the list says when each was due and which came late; one opens as it was counted", async () => {
    await using seen = await open("/reports/written", "viewer");
    const line = seen.page.locator('[data-row="BB20261122-daily"]');
    await line.waitFor();
    expect(await obstacles(seen.page)).toEqual([]);
    expect(await line.innerText()).toMatch(/日报[\s\S]*工单 24 件[\s\S]*停机后补生成/);
    await line.getByRole("link").click();
    await seen.page.locator('[data-written="BB20261122-daily"]').waitFor();
    await seen.page.locator('[data-kpi="accept-in-time"]').waitFor();
    expect(await seen.page.locator("main").innerText()).toContain("数据以生成时为准");
    expect(seen.complaints).toEqual([]);
  });

  test("a supervisor starts a drill; over a real emergency only with a second word", async () => {
    const sent: object[] = [];
    await using seen = await open("/reports/drills", "supervisor", sent);
    await seen.page.locator(`[data-row="${drill.no}"]`).waitFor();
    expect(await obstacles(seen.page)).toEqual([]);
    await seen.page.locator('input[name="what"]').fill("2 号梯困人");
    await seen.page.locator("[data-start]").click();
    await seen.page.getByRole("alert").getByText(over.zh).waitFor();
    expect(await seen.page.locator("[data-start]").innerText()).toBe("已知有真实紧急事件，照常演练");
    await seen.page.locator("[data-start]").click();
    await eventually(() => new URL(seen.page.url()).pathname).toBe(`/tickets/${drill.no}`);
    expect(sent).toMatchObject([
      { class: "elevator_entrapment", description: "2 号梯困人", drill: { overReal: false } },
      { drill: { overReal: true } },
    ]);
  });

  test("the report tells each step against the policy, and who did what when", async () => {
    await using seen = await open(`/reports/drills/${drill.no}`, "operator");
    await seen.page.locator('[data-clock="accept"]').waitFor();
    expect((await seen.page.locator('[data-clock="accept"]').innerText()).replace(/\s+/g, " ")).toBe(
      "接单 07:00 ≤ 05:00 ✕ 超时",
    );
    expect(await seen.page.locator("main").innerText()).toContain("王工 确认");
    expect(await seen.page.locator("[data-start]").count()).toBe(0);
  });
});
