import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { fleet, liftPoints } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { badMorning, serialFrames, serialLine } from "./links.ts";

const engineer = { id: "zhao", name: "赵工", role: "engineer" } as const;

describe.skipIf(!hasBrowser())("an engineer at the console", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const fill = (gateway: FakeGateway, now: number) => {
    gateway.putDevices(...fleet(now).map((device) => ({ ...device, link: serialLine })));
    gateway.putLinks(...badMorning(now));
    gateway.putFrames(serialLine, ...serialFrames(now));
    gateway.putPoints(
      ...liftPoints(now).map((point) =>
        point.id === "lift-1.load_pct"
          ? { ...point, write: { who: ["engineer"] } }
          : point.id === "lift-1.alarm_button"
            ? { ...point, write: { who: ["operator", "engineer"], values: [{ value: 0 }, { value: 1 }] } }
            : point,
      ),
    );
  };

  test("finds the worst link on top, and why it is down", async () => {
    await using seen = await look(browser, dist, { me: engineer, path: "/links", fill });
    const rows = seen.page.locator("tr[data-link]");
    await eventually(() => rows.count()).toBe(3);
    expect(await rows.first().getAttribute("data-state")).toBe("down");
    expect(await rows.nth(1).textContent()).toContain("2 台异常");
    await rows.first().locator("a").click();
    await seen.page.getByText("拒绝连接").waitFor();
    expect(new URL(seen.page.url()).pathname).toBe("/links/modbus-tcp%3A10.0.4.17%3A502");
    expect(seen.complaints).toEqual([]);
  });

  test("reads figures, the fault with its remedy, and frames in hex that go on until paused", async () => {
    await using seen = await look(browser, dist, { me: engineer, path: `/links/${serialLine}`, fill });
    const { page, gateway } = seen;
    const dead = page.locator('[data-unit="pump-7"]');
    await dead.waitFor();
    expect(await dead.textContent()).toMatch(/7 号水泵.*通讯中断.*–.*23%.*暂停，8\.0 s 后重试/s);
    expect(await page.locator('[data-unit="pump-4"]').textContent()).toContain("快 3 min");
    await page.getByText("请检查设备电源、A/B 线和站号").waitFor();
    const frames = page.locator("[data-frame]");
    await eventually(() => frames.count()).toBe(40);
    expect(await frames.first().getAttribute("data-frame")).toBe("40");
    expect(await frames.nth(1).textContent()).toMatch(/\d\d:\d\d:\d\d\.\d{3}.*TX.*03 03 00 00 00 0A C4 2F/s);
    gateway.putFrames(serialLine, ...serialFrames(gateway.now(), 41, 2));
    await eventually(() => frames.count()).toBe(42);
    await page.getByRole("button", { name: "暂停" }).click();
    gateway.putFrames(serialLine, ...serialFrames(gateway.now(), 43, 2));
    await page.locator("select[name=unit]").selectOption("5");
    await eventually(() => frames.count()).toBe(21);
    await page.getByRole("button", { name: "继续" }).click();
    await eventually(() => frames.count()).toBe(22);
    expect(seen.complaints).toEqual([]);
  });

  test("an operator sees the figures and no frames; a visitor has no such page in the bar", async () => {
    await using seen = await look(browser, dist, { path: `/links/${serialLine}`, fill, language: "en" });
    await seen.page.locator('[data-unit="pump-7"]').waitFor();
    await seen.page.getByText("Faults and what to do").waitFor();
    expect(await seen.page.locator("#frames-title").count()).toBe(0);
    await using visitor = await look(browser, dist, { me: { id: "v", name: "V", role: "viewer" }, fill });
    await visitor.page.getByRole("link", { name: "设备" }).first().waitFor();
    expect(await visitor.page.getByRole("link", { name: "通讯" }).count()).toBe(0);
  });

  test("writes a point in two steps: value, what will happen, done", async () => {
    await using seen = await look(browser, dist, { me: engineer, path: "/devices/lift-1", fill });
    const { page, gateway } = seen;
    await page.locator('[data-writes="lift-1.load_pct"]').click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("input[name=value]").fill("abc");
    expect(await dialog.locator("[data-next]").isDisabled()).toBe(true);
    await dialog.locator("input[name=value]").fill("40");
    await dialog.locator("[data-next]").click();
    await dialog.getByText("将把“载荷”改为 40。").waitFor();
    expect(gateway.received.at(-1)?.body).toEqual({ value: 40 });
    await dialog.locator("[data-confirm]").click();
    await dialog.locator('[data-outcome="done"]').waitFor();
    const { path, body } = gateway.received.at(-1) ?? {};
    expect(path).toBe("/api/points/lift-1.load_pct/write");
    expect(body).toEqual({ value: 40, confirm: "0".repeat(32), commandId: expect.any(String) });
    await dialog.getByRole("button", { name: "关闭" }).click();
    await eventually(() => page.locator('[data-point="lift-1.load_pct"] .value').textContent()).toContain("40%");
    expect(seen.complaints).toEqual([]);
  });

  test("an outcome that nobody knows is not shown as done; a refusal is said in words", async () => {
    await using seen = await look(browser, dist, { me: engineer, path: "/devices/lift-1", fill });
    const { page, gateway } = seen;
    gateway.writeOutcome = "unknown";
    await page.locator('[data-writes="lift-1.alarm_button"]').click();
    const dialog = page.getByRole("dialog");
    await dialog.locator('[data-value="1"]').click();
    gateway.refuseNext({
      status: 409,
      error: { code: "device-not-online", message: { zh: "设备不在线，不能写入。", en: "The device is not online." } },
    });
    await dialog.locator("[data-next]").click();
    await dialog.getByText("设备不在线，不能写入。").waitFor();
    await dialog.locator("[data-next]").click();
    await dialog.locator("[data-confirm]").click();
    await dialog.locator('[data-outcome="unknown"]').waitFor();
    expect(await dialog.textContent()).toContain("结果未知");
  });

  test("only those whom the point names see the button", async () => {
    await using seen = await look(browser, dist, { path: "/devices/lift-1", fill });
    await seen.page.locator('[data-writes="lift-1.alarm_button"]').waitFor();
    expect(await seen.page.locator("[data-writes]").count()).toBe(1);
  });
});
