/** 每日抽查 on its page: what was drawn today and what of it is done, the days before, and for whom. */
import AxeBuilder from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DaySampleBody, DaySampleShape } from "../../gateway/api/paper-shapes.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";

const fault = { zh: "一般故障", en: "General fault" };
const day = (date: string, more: Partial<DaySampleBody>): DaySampleBody =>
  DaySampleShape.parse({
    id: `CC${date.replaceAll("-", "")}`,
    state: "open",
    at: `${date}T00:00:00.000Z`,
    from: new Date(Date.parse(`${date}T00:00:00+08:00`) - 86_400_000).toISOString(),
    to: new Date(Date.parse(`${date}T00:00:00+08:00`)).toISOString(),
    records: 11,
    rows: [],
    ...more,
  });
const days: readonly DaySampleBody[] = [
  day("2026-11-22", {
    rows: [
      { no: "GD20261121-000001", class: fault, device: { zh: "1 号梯", en: "Lift 1" }, severity: "S3", overdue: false },
      {
        no: "GD20261121-000007",
        class: { zh: "投诉", en: "Complaint" },
        verdict: "in-order",
        by: "李主管",
        at: "2026-11-22T01:30:00.000Z",
        overdue: false,
      },
      {
        no: "GD20261121-000009",
        class: fault,
        verdict: "finding",
        by: "李主管",
        at: "2026-11-22T01:40:00.000Z",
        note: "未记录到场时间",
        correctBy: "2026-11-23T01:40:00.000Z",
        overdue: false,
      },
    ],
  }),
  day("2026-11-21", {
    state: "closed",
    records: 6,
    rows: [
      {
        no: "GD20261120-000002",
        verdict: "finding",
        correctBy: "2026-11-22T02:00:00.000Z",
        correctedAt: "2026-11-22T03:00:00.000Z",
        overdue: true,
      },
      { no: "GD20261120-000003", overdue: false },
    ],
  }),
];

describe.skipIf(!hasBrowser())("the daily sample", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  const open = (language: "zh" | "en", role: "operator" | "supervisor", list: readonly DaySampleBody[] = days) =>
    look(browser, dist, {
      path: "/reports/samples",
      language,
      me: { id: "li", name: "李主管", role },
      pages: (key: string) => (key.startsWith("GET /api/samples") ? { status: 200, body: list } : undefined),
    });

  test("shows what was drawn, what is done and what is open, and leads to the tickets", async () => {
    await using seen = await open("zh", "supervisor");
    const { page } = seen;
    const rows = page.locator("[data-today] [data-row]");
    await rows.nth(2).waitFor();
    expect(await page.locator("h1").innerText()).toBe("今日抽查（2026-11-21 的服务记录）");
    expect(await page.locator("[data-count]").innerText()).toBe("服务记录 11 份，抽取 3 份，已抽查 2 份");
    expect(await rows.nth(0).innerText()).toContain("待抽查");
    expect(await rows.nth(0).locator("a").getAttribute("href")).toContain("GD20261121-000001");
    expect(await rows.nth(1).innerText()).toMatch(/合格\s+李主管\s2026-11-22 09:30/);
    expect(await rows.nth(2).innerText()).toContain("2026-11-23 09:40 前整改");
    const before = await page.locator("[data-row=CC20261121]").innerText();
    expect(before).toContain("未抽查");
    expect(before).toContain("整改逾期");
    expect(seen.complaints).toEqual([]);
  });

  test("reads in English without a word of Chinese of its own, and everybody can use it", async () => {
    await using seen = await open("en", "supervisor");
    const { page } = seen;
    await page.locator("[data-today] [data-row]").first().waitFor();
    const words = await page.locator("main").innerText();
    expect(words.replaceAll(/李主管|未记录到场时间/g, "")).not.toMatch(/\p{Script=Han}/u);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
  });

  test("says so where nothing was drawn yet, and is no tab of an operator", async () => {
    await using none = await open("zh", "supervisor", []);
    await none.page.getByText("尚无抽查名单").waitFor();
    await using seen = await open("zh", "operator");
    await seen.page.locator('a[href="/reports/response"]').waitFor();
    expect(await seen.page.locator('nav.tabs a[href="/reports/samples"]').count()).toBe(0);
  });
});
