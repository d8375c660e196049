import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drivers } from "../../drivers/catalog.ts";
import { ruleBody } from "../../gateway/api/project.ts";
import type { RuleBody } from "../../gateway/api/shapes.ts";
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

  test.skipIf(process.env.SHOT === undefined)("is seen", async () => {
    await using seen = await open("operator", "zh");
    await seen.page.locator("[data-rule]").first().waitFor();
    await seen.page.screenshot({ path: `${process.env.SHOT}` });
  });
});
