import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ResponseReportShape } from "../../gateway/api/response-shapes.ts";
import type { MeBody } from "../../gateway/api/shapes.ts";
import { answeredMonth } from "./answered.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";

describe.skipIf(!hasBrowser())("the report about tickets", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (role: MeBody["role"], language: "zh" | "en" = "zh", width = 1600) =>
    look(browser, dist, {
      path: "/reports/response",
      language,
      me: { id: "root", name: "某人", role },
      site: { simulated: false },
      pages: (key) =>
        key === "GET /api/reports/response"
          ? { status: 200, body: ResponseReportShape.strict().parse(answeredMonth(Date.now())) }
          : undefined,
      context: { viewport: { width, height: 900 } },
    });

  test("each figure stands beside the period before, its target and its verdict in words", async () => {
    await using seen = await open("supervisor");
    const row = seen.page.locator('[data-kpi="accept-in-time"]');
    await row.waitFor();
    const text = (await row.innerText()).replace(/\s+/g, " ");
    expect(text).toMatch(/^接单达标率 79.2 % 68.8 % ≥ 95 % ✕ 未达标 按各工单自己的时限/);
    expect(await seen.page.locator("main").innerText()).toContain("未计入：模拟");
    const late = seen.page.locator("[data-late]").first();
    expect(await late.innerText()).toMatch(/张\*|李\*|王\*/);
    expect(await obstacles(seen.page)).toEqual([]);
    expect(seen.complaints).toEqual([]);
  });

  test("is cut by class, team, building and hour", async () => {
    await using seen = await open("viewer", "en");
    await seen.page.locator('[data-slice="elevator_entrapment"]').waitFor();
    await seen.page.locator('[data-cut="building"]').click();
    await seen.page.locator('[data-slice="B 座"]').waitFor();
    await seen.page.locator('[data-cut="hour"]').click();
    expect(await seen.page.locator("[data-slice]").count()).toBeGreaterThan(5);
  });

  test("a supervisor takes it out as a file, others are told who does", async () => {
    await using boss = await open("supervisor");
    await boss.page.locator("[data-kpi]").first().waitFor();
    await boss.page.locator('select[name="window"]').selectOption({ index: 4 });
    const file = boss.page.getByRole("link", { name: "导出 CSV" });
    await eventually(() => file.getAttribute("href")).toMatch(/month=\d{4}-\d{2}&format=csv&lang=zh/);
    await using other = await open("operator");
    await other.page.locator("[data-kpi]").first().waitFor();
    expect(await other.page.getByRole("link", { name: "导出 CSV" }).count()).toBe(0);
    expect(await other.page.locator("main").innerText()).toContain("导出文件须由主管进行");
  });

  test("prints whole and without the house around it; is not wider than a phone", async () => {
    await using seen = await open("viewer");
    await seen.page.locator("[data-kpi]").first().waitFor();
    await seen.page.emulateMedia({ media: "print" });
    expect(await seen.page.locator("header.bar").isVisible()).toBe(false);
    expect(await seen.page.locator("nav.tabs").isVisible()).toBe(false);
    expect(await seen.page.locator("[data-late]").last().isVisible()).toBe(true);
    await using phone = await open("viewer", "zh", 390);
    await phone.page.locator("[data-kpi]").first().waitFor();
    expect(await phone.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
