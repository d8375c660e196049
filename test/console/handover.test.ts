import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { obstacles } from "./axe.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { aHandover, handoverPages } from "./handover.ts";

const PASSWORD = "harbour-Crane-41!";

describe.skipIf(!hasBrowser())("the handover page", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  const open = (language: "zh" | "en", role: "operator" | "viewer" = "operator", size = { width: 1600, height: 900 }) =>
    look(browser, dist, {
      path: "/handover",
      language,
      me: { id: "li-na", name: "李娜", role },
      pages: handoverPages(aHandover(Date.now()), PASSWORD),
      context: { viewport: size },
    });

  test("takes a shift change from the list to the second signature without leaving the page", async () => {
    await using seen = await open("zh");
    const { page } = seen;
    await page.locator("[data-handed]").waitFor();
    const text = await page.locator("main").innerText();
    for (const words of [
      "1#客梯 电梯困人",
      "值班确认 已超时",
      "夜间漏水",
      "更换阀门，16:00 前完成（王工）",
      "3#单元门",
      "李娜",
      "周杰",
    ]) {
      expect(text).toContain(words);
    }
    for (const check of ["fire-panel", "intercom"]) await page.locator(`[data-check=${check}] button`).first().click();
    await page.locator("textarea").fill("3#泵房渗水，已报修");
    // The one who leaves is signed in here: only the password is asked for.
    const leaving = page.locator("[data-sign=leaving]");
    expect(await leaving.locator("[name=user]").inputValue()).toBe("li-na");
    expect(await page.locator("[data-sign=coming] button").isDisabled()).toBe(true);
    await leaving.locator("[name=password]").fill("wrong");
    await leaving.locator("[name=password]").press("Enter");
    await page.getByRole("alert").getByText("签字账号或密码不正确。").waitFor();
    expect(await leaving.locator("[name=password]").inputValue()).toBe("");
    await leaving.locator("[name=password]").fill(PASSWORD);
    await leaving.locator("[name=password]").press("Enter");
    await page.locator("[data-signed=leaving]").waitFor();
    const coming = page.locator("[data-sign=coming]");
    await coming.locator("[name=user]").fill("zhou-jie");
    await coming.locator("[name=password]").fill(PASSWORD);
    await coming.getByRole("button").click();
    await page.getByText("双方已签字，交接完成").waitFor();
    const sent = seen.gateway.received.map(({ path, body }) => [
      path.split("/")[4] ?? "fill",
      body.side ?? body.notes ?? body.checks,
    ]);
    expect(sent).toEqual([
      ["fill", { "fire-panel": true }],
      ["fill", { intercom: true }],
      ["fill", "3#泵房渗水，已报修"],
      ["sign", "leaving"],
      ["sign", "leaving"],
      ["sign", "coming"],
    ]);
    expect(seen.complaints).toEqual([]);
  });

  test("prints as one form without the bar", async () => {
    await using seen = await open("zh");
    await seen.page.locator("[data-handed]").waitFor();
    await seen.page.emulateMedia({ media: "print" });
    expect(await seen.page.locator("header.bar").isVisible()).toBe(false);
    expect(await seen.page.locator("[data-handed]").isVisible()).toBe(true);
    // Whose paper, of which day, and of each check what was found, not what might have been.
    expect(await seen.page.locator(".on-paper").innerText()).toMatch(/[\u4e00-\u9fff]/);
    expect(await seen.page.locator("dl.facts time").first().innerText()).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/);
    for (const not of await seen.page.locator('.choice [aria-pressed="false"]').all())
      expect(await not.isVisible()).toBe(false);
    await seen.page.emulateMedia({ media: "screen" });
    expect(await seen.page.locator(".on-paper").isVisible()).toBe(false);
  });

  test.each(["zh", "en"] as const)("is accessible and fits a phone in %s", async (language) => {
    await using seen = await open(language, "operator", { width: 390, height: 844 });
    await seen.page.locator("[data-handed]").waitFor();
    const wide = () => seen.page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
    await eventually(wide).toBeLessThanOrEqual(0);
    expect(await obstacles(seen.page)).toEqual([]);
    if (language === "en") expect(await seen.page.locator("main").innerText()).not.toMatch(/交接|签字|核对/);
  });

  test("has no tab for a visitor", async () => {
    await using seen = await open("zh", "viewer");
    await seen.page.getByRole("navigation").waitFor();
    expect(await seen.page.getByRole("link", { name: "交接班" }).count()).toBe(0);
  });
});
