import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DrillReportBody, DrillReportShape } from "../../gateway/api/response-shapes.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

const title = { zh: "水管爆裂", en: "Pipe burst" };
const at = new Date(Date.UTC(2026, 10, 22, 2, 0)).toISOString();
const no = "GD20261122-000007";
const report: DrillReportBody = DrillReportShape.strict().parse({
  no,
  title: { zh: "1#增压泵组 水管爆裂", en: "Booster 1: pipe burst" },
  class: { zh: "水管爆裂", en: "Pipe burst" },
  severity: "S1",
  startedAt: at,
  overdue: 0,
  story: { title, device: "booster-1", by: "王主管", at, ticketAfter: 62_000 },
  policy: "2026-11-21.1",
  clocks: [],
  done: [{ after: 21_000, by: "李工", text: { zh: "李工 确认", en: "李工 acknowledged" } }],
});
const { policy: _p, clocks: _c, done: _d, ...row } = report;
const hole = {
  default: 20,
  min: 3,
  max: 50,
  unit: "mm",
  tells: { zh: "破口直径", en: "Diameter of the hole" },
};
const burst = {
  scenario: "pipe-burst",
  kind: "booster",
  title,
  parameters: { hole, garbage: { min: "x" } },
  mustFollow: [{ rule: "water.pipe_burst_drop", severity: "S1", within: 22 }],
};
const line = { scenario: "bus-cut", kind: "any", title: { zh: "总线断开", en: "Bus cut" }, mustFollow: [] };
const real = {
  code: "drill-over-emergency",
  message: { zh: "有 1 个紧急或高级别真实工单未关闭（GD1）", en: "1 real ticket is open (GD1)" },
};

describe.skipIf(!hasBrowser())("the drill board", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (language: "zh" | "en", sent: object[] = [], path = "/drill") =>
    look(browser, dist, {
      path,
      language,
      me: { id: "wang", name: "王主管", role: "supervisor" },
      site: { simulated: true },
      pages: (key, body) => {
        if (key === "GET /api/reports/drills") return { status: 200, body: [row] };
        if (key === `GET /api/reports/drills/${no}`) return { status: 200, body: report };
        if (key === "GET /api/simulator") {
          const devices = ["booster-1", "booster-2"].map((device) => ({ device, kind: "booster", playing: null }));
          const tickets = [{ no, title: report.title, severity: "S1" }];
          const stories =
            sent.length < 2 ? [] : [{ scenario: "pipe-burst", title, device: "booster-1", by: "王主管", at, tickets }];
          return { status: 200, body: { devices, scenarios: [burst, line], stories } };
        }
        if (key !== "POST /api/simulator/play") return undefined;
        sent.push(body);
        return sent.length === 1 ? { status: 409, body: real } : { status: 200, body: { play: 1 } };
      },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });

  test("a supervisor gives a story its figures; over an emergency it starts at a second word, and its ticket has a report", async () => {
    const sent: object[] = [];
    await using seen = await open("zh", sent);
    const card = seen.page.locator('[data-scenario="pipe-burst"]');
    await card.getByText("参数").click();
    await card.getByRole("spinbutton").fill("30");
    await card.locator("[data-play]").click();
    await seen.page.getByRole("status").getByText(real.message.zh).waitFor();
    await card.getByText("已知有真实紧急事件，照常演练").click();
    await seen.page.locator('[data-story="booster-1"]').waitFor();
    expect(sent).toEqual([
      { scenario: "pipe-burst", device: "booster-1", params: { hole: 30 }, overReal: false },
      { scenario: "pipe-burst", device: "booster-1", params: { hole: 30 }, overReal: true },
    ]);
    expect(await card.locator("[data-play]").innerText()).toContain("开始：水管爆裂");
    const played = seen.page.locator('[data-story="booster-1"]');
    expect((await played.innerText()).replace(/\s+/g, " ")).toMatch(
      /模拟 水管爆裂 .*2026-11-22 10:00 王主管 S1 GD20261122-000007 报告/,
    );
    await played.getByRole("link", { name: "报告" }).click();
    await eventually(() => new URL(seen.page.url()).pathname).toBe(`/reports/drills/${no}`);
    await seen.page.getByText("场景板演练：水管爆裂").waitFor();
    const told = await seen.page.locator("main").innerText();
    expect(told).toMatch(/王主管 于 2026-11-22 10:00 发起，0?1:02 后建单。模拟数据，不计入响应指标/);
    expect(told).toContain("李工 确认");
    expect(seen.complaints.filter((one) => !one.includes("409"))).toEqual([]);
  });

  test("a figure out of its range is not sent, and is shown although its part was folded", async () => {
    const sent: object[] = [];
    await using seen = await open("en", sent);
    const card = seen.page.locator('[data-scenario="pipe-burst"]');
    await card.getByText("Figures").click();
    await card.getByRole("spinbutton").fill("500");
    await card.getByText("Figures").click();
    await card.locator("[data-play]").click();
    await card.getByRole("spinbutton").waitFor({ state: "visible" });
    expect(sent).toEqual([]);
    expect(await card.innerText()).toContain("3–50 mm");
    // A story of the line can be played on whatever hangs on it.
    expect(await seen.page.locator('[data-scenario="bus-cut"] option').count()).toBe(2);
  });

  test("the list of drills says which were simulated", async () => {
    await using seen = await open("zh", [], "/reports/drills");
    const listed = seen.page.locator(`[data-row="${no}"]`);
    await listed.waitFor();
    expect(await listed.innerText()).toMatch(/模拟[\s\S]*1#增压泵组 水管爆裂/);
  });
});
