/** A storm watch at the desk: offered where the site has the plan, and shown with its time and its next round. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { burstTicket } from "./tickets.ts";

/** Looked at by people, never compared. */
const pictures = join(tmpdir(), "gatehouse-pictures");
const plans = [{ id: "storm", class: "non_urgent" as const, name: { zh: "台风暴雨值守", en: "Storm watch" } }];

describe.skipIf(!hasBrowser())("a storm watch at the desk", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(() => browser.close());

  test.each([
    ["zh", "台风暴雨值守", "请填写预计到达时间"],
    ["en", "Storm watch", "Say when it is expected"],
  ] as const)("in %s it is offered by name, asks for its time, and no device", async (language, name, missing) => {
    await using seen = await look(browser, dist, { path: "/tickets", language, site: { plans } });
    const { page, gateway } = seen;
    await page.locator("[data-new]").waitFor();
    await page.keyboard.press("n");
    const form = page.locator("[data-form=new-ticket]");
    await form.locator("[name=class]").selectOption({ label: name });
    expect(await form.locator("[name=device]").count()).toBe(0);
    await form.locator("[name=description]").fill("台风预计周四登陆，橙色预警");
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText(missing).waitFor();
    expect(gateway.received).toEqual([]);
    await form.locator("[name=expected]").fill("2026-11-26T22:00");
    await page.screenshot({ path: join(pictures, `storm-new-${language}.png`), fullPage: true });
    await form.locator("[name=description]").press("Control+Enter");
    await expect.poll(() => gateway.received.length, { timeout: 12_000 }).toBe(1);
    expect(gateway.received[0]?.body).toMatchObject({
      class: "non_urgent",
      plan: "storm",
      expected: "2026-11-26T22:00:00+08:00",
    });
    expect(gateway.received[0]?.body).not.toHaveProperty("device");
  });

  test("its page has the arrival and the next round by name, offers the round first, and moves the arrival with a reason", async () => {
    const iso = (ms: number) => new Date(ms).toISOString();
    await using seen = await look(browser, dist, {
      path: "/tickets/GD20261121-000777",
      language: "zh",
      fill: (gateway, now) =>
        gateway.putTickets({
          ...burstTicket(now),
          no: "GD20261121-000777",
          class: "non_urgent",
          className: { zh: "台风暴雨值守", en: "Storm watch" },
          title: { zh: "台风预计周四登陆", en: "Typhoon" },
          plan: "storm",
          expected: iso(now + 3_600_000),
          state: "on-site",
          stepNames: {
            feedback: { zh: "登记巡查", en: "Record a round" },
            mitigate: { zh: "风雨解除", en: "Storm over" },
          },
          can: ["mitigate", "feedback", "note", "reschedule", "call-off"],
          clocks: [
            {
              kind: "feedback",
              name: { zh: "每小时巡查", en: "Hourly round" },
              state: "running",
              target: "PT1H",
              startedAt: iso(now + 3_600_000),
              dueAt: iso(now + 7_200_000),
              warnAt: iso(now + 6_300_000),
              pausedFor: "PT0S",
            },
          ],
        }),
    });
    const { page, gateway } = seen;
    await page.locator("[data-expected]").getByText("预计到达").waitFor();
    await page.locator("[data-clock=feedback]").getByText("每小时巡查").waitFor();
    expect(await page.locator("button.first[data-step=feedback]").first().textContent()).toContain("登记巡查");
    await page.locator("[data-step=reschedule]").first().click();
    const form = page.locator("[data-form=reschedule]");
    await form.locator("[name=note]").fill("移速减慢");
    await form.locator("[data-send]").click();
    await form.getByRole("alert").waitFor();
    await form.locator("[name=until]").fill("2026-11-27T06:00");
    await page.screenshot({ path: join(pictures, "storm-ticket-zh.png"), fullPage: true });
    await form.locator("[data-send]").click();
    await expect.poll(() => gateway.received.length, { timeout: 12_000 }).toBe(1);
    expect(gateway.received[0]).toMatchObject({
      path: "/api/tickets/GD20261121-000777/reschedule",
      body: { until: "2026-11-27T06:00:00+08:00", note: "移速减慢" },
    });
  });

  test("a site without the plan does not offer it", async () => {
    await using seen = await look(browser, dist, { path: "/tickets", language: "zh" });
    await seen.page.locator("[data-new]").waitFor();
    await seen.page.keyboard.press("n");
    const form = seen.page.locator("[data-form=new-ticket]");
    await form.waitFor();
    expect(await form.locator("[name=class] option").allTextContents()).not.toContain("台风暴雨值守");
  });
});
