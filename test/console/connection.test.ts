import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, eventually, hasBrowser, type LookInput, launch, look as lookWith } from "./browser.ts";
import { entrapment, fleet } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { entrapmentTicket } from "./tickets.ts";

describe.skipIf(!hasBrowser())("the connection", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  const look = (input: LookInput = {}) => lookWith(browser, dist, input);
  const oneEmergency = (gateway: FakeGateway, now: number) => {
    gateway.putDevices(...fleet(now));
    gateway.putAlarms(entrapment(now));
    gateway.putTickets(entrapmentTicket(now));
  };

  test("a cut cable is seen within eleven seconds, actions are off, and the return says what came meanwhile", {
    timeout: 60_000,
  }, async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator("[data-alarm]").waitFor();
    await page.locator('[data-link="live"]').waitFor();

    const cutAt = Date.now();
    gateway.cut();
    await page.locator('[data-link="stale"]').waitFor({ timeout: 4_500 });
    await page.getByText(/数据延迟 \d+ 秒/).waitFor();
    const banner = page.getByRole("alert", { name: "连接中断" });
    await banner.waitFor({ timeout: 9_000 });
    expect(Date.now() - cutAt).toBeLessThan(11_500);
    expect(await banner.textContent()).toMatch(/与网关断开 00:1\d.*以下是 \d\d:\d\d:\d\d 的数据，不是现在/s);
    expect(await page.title()).toContain("与网关断开");

    const button = page.locator("[data-pinned] [data-acknowledge]");
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    expect(await button.getAttribute("title")).toBe("与网关断开，不能操作");
    await page.keyboard.press("a");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.locator("[data-ticket] [data-step]").getAttribute("aria-disabled")).toBe("true");
    expect(await page.locator("[data-ticket] .clock").first().textContent()).toContain("推算");

    gateway.heal();
    gateway.putAlarms(
      entrapment(gateway.now(), { id: "elevator.alarm_button@lift-3", device: "lift-3" }),
      entrapment(gateway.now(), { id: "water.leak@booster-1", device: "booster-1", severity: "S2" }),
    );
    const back = page.getByRole("status", { name: "连接已恢复" });
    await back.waitFor({ timeout: 10_000 });
    await eventually(() => back.textContent()).toMatch(/断开 00:[12]\d.*新增 2 条.*紧急 1.*高 1/s);
    expect(await page.locator("[data-alarm]").count()).toBe(3);
    await page.getByRole("button", { name: "知道了" }).click();
    await back.waitFor({ state: "hidden" });
    expect(seen.complaints).toEqual([]);
  });

  test("a hung gateway that keeps its sockets open is found out too", { timeout: 60_000 }, async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator('[data-link="live"]').waitFor();
    gateway.hang();
    await page.locator('[data-link="lost"]').waitFor({ timeout: 12_000 });
    gateway.heal();
    await page.locator('[data-link="live"]').waitFor({ timeout: 12_000 });
  });

  test("the gateway hears every few seconds who looks and whether an alarm would be heard", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await eventually(() => gateway.alive.length).toBeGreaterThan(0);
    expect(gateway.alive.at(-1)).toMatchObject({ visible: true, audioRunning: false });
    const badge = page.getByRole("button", { name: /点此启用/ });
    await badge.waitFor();
    await badge.click();
    await badge.waitFor({ state: "hidden" });
    await eventually(() => gateway.alive.at(-1)?.audioRunning).toBe(true);
    await page.keyboard.press("m");
    await page.getByText("已消音").waitFor();
    expect(gateway.received).toEqual([]);
    expect(await page.locator('[data-alarm][data-state="unacknowledged"]').count()).toBe(1);
  });

  test("who is not signed in signs in, and comes out at the page that was asked for", async () => {
    await using seen = await look({ path: "/tickets/GD20261121-000042", signedOut: true, fill: oneEmergency });
    const { page } = seen;
    await page.getByLabel("账号").fill("wang");
    await page.getByLabel("密码", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "登录" }).click();
    await page.getByText("账号或密码不正确。").waitFor();
    await page.getByLabel("密码", { exact: true }).fill("correct horse 1!");
    await page.getByRole("button", { name: "登录" }).click();
    await page.locator('[data-ticket="GD20261121-000042"]').waitFor();
  });

  test("a session that ends leads to the sign-in, and leaves nothing of the building on the screen", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator("[data-alarm]").waitFor();
    gateway.signOutEverybody();
    await page.getByLabel("账号").waitFor();
    expect(await page.locator("[data-alarm], [data-ticket]").count()).toBe(0);
  });

  test("the first administrator is made with the code of the link, which leaves the address at once", async () => {
    await using seen = await look({
      path: "/#first=one-time-code",
      signedOut: true,
      firstRun: "one-time-code",
      me: { id: "root", name: "管理员", role: "admin" },
    });
    const { page, gateway } = seen;
    await page.getByRole("heading", { name: "首次使用" }).waitFor();
    expect(page.url()).not.toContain("one-time-code");
    await page.getByLabel("账号").fill("root");
    await page.getByLabel("姓名").fill("管理员");
    await page.getByLabel("密码", { exact: true }).fill("a long pass 1!");
    await page.getByLabel("再输一次密码").fill("a long pass 2!");
    await page.getByRole("button", { name: /创建/ }).click();
    await page.getByText("两次输入的密码不一样。").waitFor();
    await page.getByLabel("再输一次密码").fill("a long pass 1!");
    await page.getByRole("button", { name: /创建/ }).click();
    await page.locator("[data-empty]").waitFor();
    expect(gateway.received).toEqual([
      { path: "/api/first-run", body: { code: "one-time-code", user: "root", name: "管理员" } },
    ]);
  });

  test("signing out ends the session", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page } = seen;
    await page.locator("summary", { hasText: "王工" }).click();
    await page.getByRole("button", { name: "退出登录" }).click();
    await page.getByLabel("账号").waitFor();
    await page.reload();
    await page.getByLabel("账号").waitFor();
  });
});
