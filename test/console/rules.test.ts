import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drivers } from "../../drivers/catalog.ts";
import { ruleBody } from "../../gateway/api/project.ts";
import type { RuleBody } from "../../gateway/api/rule-shapes.ts";
import { loadSite } from "../../gateway/site/load-site.ts";
import { speakerOf } from "../../rules/language/in-words.ts";
import { shipped } from "../gateway/site/written-site.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

/** The rules of the demo site, as the gateway would answer them. */
async function demoRules(): Promise<RuleBody[]> {
  const { demo: folder, ...rest } = shipped;
  const loaded = await loadSite({ folder, drivers, environment: {}, ...rest });
  if (!("site" in loaded)) throw new Error("the demo site has problems");
  const { rules, devices, points } = loaded.site;
  const inWords = speakerOf(devices, points);
  return rules.map((rule) => ruleBody(rule, rule.kind === "elevator" ? ["lift-1"] : [], inWords(rule)));
}

describe.skipIf(!hasBrowser())("the page of rules", () => {
  let browser: Browser;
  let dist: string;
  let rules: RuleBody[];
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
    rules = await demoRules();
  });
  afterAll(() => browser.close());
  const open = (role: "operator" | "viewer", language: "zh" | "en") =>
    look(browser, dist, {
      path: "/rules",
      language,
      rules,
      me: { id: "li", name: "李", role },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });

  test("shows each rule as a sentence, with its numbers, their source, and its devices", async () => {
    await using seen = await open("operator", "zh");
    const row = seen.page.locator('[data-rule="elevator.machine_room_hot"]');
    await row.waitFor();
    expect(await seen.page.locator("[data-rule]").count()).toBe(rules.length);
    const text = await row.innerText();
    expect(text).toContain("机房温度高于 42.0 °C，持续 10 分，报 S4 警");
    expect(text).toMatch(/machineHot\s+42 °C .*GB\/T 10058[\s\S]*machineHold\s+10 min/);
    expect(await row.getByRole("link").first().getAttribute("href")).toBe("/devices/lift-1");
    await seen.page.getByRole("searchbox").fill("爆管");
    expect(await seen.page.locator("[data-rule]").count()).toBe(
      rules.filter((rule) => rule.title.zh.includes("爆管") || rule.sentence.zh.includes("爆管")).length,
    );
    expect(seen.complaints).toEqual([]);
  });

  test("speaks English too, and a role that may not read rules has no tab", async () => {
    await using seen = await open("operator", "en");
    await seen.page.locator("[data-rule]").first().waitFor();
    expect(await seen.page.locator('[data-rule="elevator.machine_room_hot"]').innerText()).toContain(
      "is above 42.0 °C for 10 min",
    );
    expect(await seen.page.getByRole("navigation").getByText("Rules").count()).toBe(1);
    await using other = await open("viewer", "en");
    await other.page.getByRole("navigation").getByText("Devices").waitFor();
    expect(await other.page.getByRole("navigation").getByText("Rules").count()).toBe(0);
  });

  test("an engineer tries a rule on the last 7 days, sees how far it is, and what it would have raised", async () => {
    const running = { id: 1, rule: "elevator.machine_room_hot", state: "running", progress: 0.4 } as const;
    const alarm = {
      alarm: "elevator.machine_room_hot@lift-1",
      device: "lift-1",
      severity: "S4",
      from: "2026-11-20T08:00:00.000Z",
      to: "2026-11-20T09:00:00.000Z",
      heldFor: 600,
      because: { zh: "机房 44 °C", en: "44 °C in the machine room" },
      ticket: 1,
    } as const;
    const report = {
      rule: running.rule,
      from: "2026-11-14T08:00:00.000Z",
      to: "2026-11-21T08:00:00.000Z",
      samples: 1_000,
      devices: 1,
      alarms: [alarm],
      tickets: [],
      leftOut: [{ zh: "未计入：搁置。", en: "Left out: shelving." }],
      tuning: [],
      gaps: [],
      gapCount: 3,
      broken: 0,
    };
    const done = { ...running, state: "done", progress: 1, report } as const;
    await using seen = await look(browser, dist, {
      path: "/rules",
      language: "zh",
      rules,
      backtest: [running, running, done],
      me: { id: "zhao", name: "赵工", role: "engineer" },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });
    const part = seen.page.locator('[data-try="elevator.machine_room_hot"]');
    await part.getByRole("button", { name: "试算最近 7 天" }).click();
    await part.getByRole("progressbar").waitFor();
    await part.getByText("会产生 1 条告警").waitFor();
    const text = await part.innerText();
    expect(text).toContain("2026-11-20 16:00:00 – 2026-11-20 17:00:00");
    expect(text).toContain("机房 44 °C");
    expect(text).toContain("历史中有 3 段空缺");
    expect(text).toContain("未计入：搁置。");
    expect(seen.gateway.received[0]).toEqual({
      path: "POST /api/rules/backtest",
      body: { rule: "elevator.machine_room_hot" },
    });
    if (process.env.SHOT_TRY) {
      await part.scrollIntoViewIfNeeded();
      await seen.page.screenshot({ path: process.env.SHOT_TRY });
    }
    expect(seen.complaints).toEqual([]);
  });

  test("a running trial is cancelled; an operator has no such button", async () => {
    const running = { id: 1, rule: "elevator.machine_room_hot", state: "running", progress: 0.4 } as const;
    await using seen = await look(browser, dist, {
      path: "/rules",
      language: "en",
      rules,
      backtest: [running],
      me: { id: "zhao", name: "赵工", role: "engineer" },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });
    const part = seen.page.locator('[data-try="elevator.machine_room_hot"]');
    await part.getByRole("button", { name: "Try on the last 7 days" }).click();
    await part.getByRole("button", { name: "Cancel" }).click();
    await part.getByText("Cancelled").waitFor();
    await using other = await open("operator", "en");
    await other.page.locator("[data-rule]").first().waitFor();
    expect(await other.page.locator("[data-try]").count()).toBe(0);
  });

  test.skipIf(process.env.SHOT === undefined)("is seen", async () => {
    await using seen = await open("operator", "zh");
    await seen.page.locator("[data-rule]").first().waitFor();
    await seen.page.screenshot({ path: `${process.env.SHOT}` });
  });
});
