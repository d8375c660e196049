import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

describe.skipIf(!hasBrowser())("a ticket opened by hand", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("takes N, a class, a level, a device by its name, what is seen and when; an unknown device is not sent", async () => {
    await using seen = await look(browser, dist, {
      path: "/tickets",
      language: "zh",
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });
    const { page, gateway } = seen;
    await page.locator("[data-new]").waitFor();
    await page.keyboard.press("n");
    const form = page.locator("[data-form=new-ticket]");
    await form.locator("[name=class]").selectOption("complaint");
    await form.locator("[name=severity]").selectOption({ label: "重要" });
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText("请填写现象").waitFor();
    expect(await obstacles(page)).toEqual([]);
    await form.locator("[name=description]").fill("3栋电梯一周坏三次，业主要求答复");
    await form.locator("[name=device]").fill("没有的设备");
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText("没有这台设备").waitFor();
    expect(gateway.received).toEqual([]);
    await form.locator("[name=device]").fill("1#客梯");
    await form.locator("[name=name]").fill("王小明");
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText("报修人姓名和电话请一并填写").waitFor();
    expect(gateway.received).toEqual([]);
    await form.locator("[name=phone]").fill("13800001234");
    // An owner is called back and visited: without the flat nothing is sent (W1).
    await form.locator("[name=building]").fill("3栋");
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText("业主报修须填写姓名、电话和房号").waitFor();
    expect(gateway.received).toEqual([]);
    await form.locator("[name=source]").selectOption({ label: "业主到前台" });
    await form.locator("[name=affected]").fill("36");
    await form.locator("[name=room]").fill("1202");
    await form.locator("[name=expected]").fill("2026-11-21T18:00");
    await form.getByLabel("家中有老人").check();
    await form.locator("[name=when]").fill("2026-11-21T09:30");
    await form.locator("[name=description]").press("Control+Enter");
    await expect.poll(() => gateway.received.length, { timeout: 12_000 }).toBe(1);
    expect(gateway.received[0]).toMatchObject({
      path: "/api/tickets",
      body: {
        class: "complaint",
        severity: "S3",
        device: "lift-1",
        description: "3栋电梯一周坏三次，业主要求答复",
        occurredAt: "2026-11-21T09:30:00+08:00",
        place: { building: "3栋", room: "1202" },
        reporter: { name: "王小明", phone: "13800001234" },
        expected: "2026-11-21T18:00:00+08:00",
        care: ["elderly"],
        source: "desk",
        affected: 36,
      },
    });
  });

  test("of a patrol asks for no owner", async () => {
    await using seen = await look(browser, dist, { path: "/tickets", language: "en" });
    const { page, gateway } = seen;
    await page.locator("[data-new]").waitFor();
    await page.keyboard.press("n");
    const form = page.locator("[data-form=new-ticket]");
    await form.locator("[name=description]").fill("Lamp out at the gate");
    await form.locator("button.first").click();
    await form.getByRole("alert").getByText("needs name, phone and room").waitFor();
    await form.locator("[name=source]").selectOption({ label: "Patrol" });
    await form.locator("button.first").click();
    await expect.poll(() => gateway.received.length, { timeout: 12_000 }).toBe(1);
    expect(gateway.received[0]?.body).toMatchObject({ source: "patrol", description: "Lamp out at the gate" });
    expect(gateway.received[0]?.body).not.toHaveProperty("affected");
    expect(gateway.received[0]?.body).not.toHaveProperty("project");
  });

  test("of planned work asks whether it is a project, and of nothing else", async () => {
    await using seen = await look(browser, dist, { path: "/tickets", language: "zh" });
    const { page, gateway } = seen;
    await page.locator("[data-new]").waitFor();
    await page.keyboard.press("n");
    const form = page.locator("[data-form=new-ticket]");
    expect(await form.locator("[name=project]").count()).toBe(0);
    await form.locator("[name=class]").selectOption("non_urgent");
    await form.getByLabel("每周反馈一次进展").check();
    await form.locator("[name=source]").selectOption({ label: "员工报告" });
    await form.locator("[name=description]").fill("更换生活水箱");
    await form.locator("button.first").click();
    await expect.poll(() => gateway.received.length, { timeout: 12_000 }).toBe(1);
    expect(gateway.received[0]?.body).toMatchObject({ class: "non_urgent", project: true, source: "staff" });
  });
});
