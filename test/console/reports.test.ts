import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MeBody } from "../../gateway/api/shapes.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { entrapment, fleet } from "./building.ts";
import { busyDay, quietAlarm, quietLists, staff } from "./quiet.ts";

describe.skipIf(!hasBrowser())("figures, the three lists and users", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (path: string, role: MeBody["role"], language: "zh" | "en" = "zh", width = 1600) =>
    look(browser, dist, {
      path,
      language,
      me: { id: "root", name: "某人", role },
      site: { simulated: false },
      report: busyDay(Date.now()),
      suppressed: quietLists(Date.now()),
      users: staff,
      context: { viewport: { width, height: 900 } },
      fill: (gateway, now) => {
        gateway.putDevices(...fleet(now));
        gateway.putAlarms(
          entrapment(now, { simulated: false }),
          quietAlarm(now, { state: "unacknowledged" }),
          ...quietLists(now).map((one) => ({ ...one.alarm, id: `${one.alarm.id}x` })),
        );
      },
    });

  test("each figure shows value, target, formula and a verdict in words", async () => {
    await using seen = await open("/reports", "viewer");
    const row = seen.page.locator('[data-kpi="per-10-min-max"]');
    await row.waitFor();
    expect((await row.innerText()).replace(/\s+/g, " ")).toBe(
      "每 10 分钟告警数（峰值） 14 ≤ 10 ✕ 未达标 告警最多的一个 10 分钟时段 [ISA-18.2 / IEC 62682]",
    );
    expect(await seen.page.locator('[data-kpi="flood-time"]').innerText()).toContain("✓ 达标");
    const all = await seen.page.locator("main").innerText();
    expect(all).toContain("未计入：测试 6、维保 11");
    expect(all).toContain("建议延时 8.4 秒");
    expect(all).toMatch(/各设备坏数据时长 2[\s\S]*C 座 7 号门\s*5 h[^·]*· 其中全部失效 2 h/);
    // Who only looks takes nothing away.
    expect(await seen.page.getByRole("link", { name: "告警 CSV" }).count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  test("asks for the window, the position and the data that were chosen, and gives the same as a file", async () => {
    await using seen = await open("/reports", "supervisor", "en");
    await seen.page.locator("[data-kpi]").first().waitFor();
    const asked: string[] = [];
    seen.page.on("request", (request) => asked.push(new URL(request.url()).search));
    await seen.page.locator('select[name="window"]').selectOption("30d");
    await seen.page.locator('select[name="position"]').selectOption("building:A 座");
    await seen.page.locator('select[name="data"]').selectOption("test");
    await eventually(() => asked.map((one) => decodeURIComponent(one)).join(" ")).toContain(
      "?window=30d&position=building:A 座&data=test",
    );
    const file = await seen.page.getByRole("link", { name: "Export CSV" }).getAttribute("href");
    expect(decodeURIComponent(file ?? "")).toContain("window=30d&position=building:A 座&data=test&format=csv&lang=en");
    for (const name of ["Alarms CSV", "Tickets CSV", "Journal CSV", "Points CSV"])
      expect(await seen.page.getByRole("link", { name }).count(), name).toBe(1);
  });

  test("prints the figures and nothing around them, whole", async () => {
    await using seen = await open("/reports", "engineer");
    await seen.page.locator("[data-kpi]").first().waitFor();
    await seen.page.emulateMedia({ media: "print" });
    expect(await seen.page.locator("header.bar").isVisible()).toBe(false);
    expect(await seen.page.locator("[data-kpi]").last().isVisible()).toBe(true);
    const cut = await seen.page.evaluate(
      "(() => { const e = document.querySelector('main'); return e.scrollHeight - e.clientHeight; })()",
    );
    expect(cut).toBeLessThanOrEqual(1);
  });

  test("the bar counts what nobody is told of and leads to who, why and until when", async () => {
    await using seen = await open("/", "operator");
    const count = seen.page.locator("[data-quiet]");
    await count.waitFor();
    await eventually(() => count.innerText()).toBe("搁置 1 抑制 1 停用 1");
    await count.click();
    const shelved = seen.page.locator('[data-suppressed="access.held_open@door-7"]');
    await shelved.waitFor();
    const text = (await shelved.innerText()).replace(/\s+/g, " ");
    for (const part of ["门磁更换中", "王工", "剩余 3 h", "期间发生 14 次"]) expect(text).toContain(part);
    await shelved.locator("[data-back]").click();
    await eventually(() => seen.gateway.received.map((one) => one.path).join()).toContain(
      "/api/alarms/access.held_open@door-7/unshelve",
    );
    // Of what is out of service an operator puts back only life safety, which is the desk’s.
    expect(await seen.page.locator('[data-list="out-of-service"] [data-back]').count()).toBe(1);
    expect(await seen.page.locator('[data-list="out-of-service"]').innerText()).toContain("等待第二人确认");
  });

  test("an operator shelves for a time with a reason; life safety refuses with a sentence", async () => {
    await using seen = await open("/", "operator");
    await seen.page.locator('[data-alarm="access.held_open@door-7"]').click();
    await seen.page.locator("[data-shelve]").click();
    const form = seen.page.locator('[data-quiet-form="shelve"]');
    await form.waitFor();
    expect(await form.locator('input[type="radio"]').count()).toBe(4);
    await form.locator("[data-send]").click();
    await form.getByRole("alert").waitFor();
    expect(seen.gateway.received).toEqual([]);
    await form.getByLabel("4 h").check();
    await form.locator('input[name="reason"]').fill("门磁更换中");
    seen.gateway.refuseNext({
      status: 422,
      error: { code: "shelf-too-long", message: { zh: "最多搁置 8 小时。", en: "At most 8 h." } },
    });
    await form.locator("[data-send]").click();
    await form.getByText("最多搁置 8 小时。").waitFor();
    await form.locator("[data-send]").click();
    await form.waitFor({ state: "detached" });
    expect(seen.gateway.received.at(-1)).toMatchObject({
      path: "/api/alarms/access.held_open@door-7/shelve",
      body: { kind: "timed", for: "PT240M", reason: "门磁更换中", occurrence: 1 },
    });
    await seen.page.locator('[data-alarm="access.held_open@door-7"]').click();
    await seen.page.locator('[data-alarm^="elevator.entrapment"]').click();
    await seen.page.locator("[data-shelve]").click();
    await seen.page.locator("[data-never]").waitFor();
    expect(await seen.page.locator("[data-never]").innerText()).toContain("不能搁置");
    expect(await seen.page.locator("[data-send]").count()).toBe(0);
  });

  test("the desk takes life safety out of service with permit and review date, and a second person confirms", async () => {
    await using seen = await open("/", "operator", "en");
    await seen.page.locator('[data-alarm^="elevator.entrapment"]').click();
    await seen.page.locator("[data-out]").click();
    const form = seen.page.locator('[data-quiet-form="out"]');
    await form.getByText("Two people").waitFor();
    await form.locator('input[name="permit"]').fill("2026-130");
    await form.locator('input[name="reason"]').fill("shaft works");
    await form.locator('input[name="review"]').fill("2099-01-31");
    await form.locator("[data-send]").click();
    await form.waitFor({ state: "detached" });
    expect(seen.gateway.received.at(-1)?.body).toMatchObject({
      reason: "Permit 2026-130: shaft works",
      reviewAt: "2099-01-31T09:00:00+08:00",
    });
    await seen.page.locator("[data-quiet]").click();
    await seen.page.locator('[data-suppressed="fire.alarm@panel-1"] [data-confirm]').click();
    await form.getByText("赵工 asks to take it out").waitFor();
  });

  test("an engineer finds no way to take life safety out of service", async () => {
    await using seen = await open("/", "engineer");
    await seen.page.locator('[data-alarm^="elevator.entrapment"]').click();
    await seen.page.locator("[data-shelve]").waitFor();
    expect(await seen.page.locator("[data-out]").count()).toBe(0);
  });

  test("an administrator adds, changes, disables and gives a new password; a supervisor only looks", async () => {
    await using seen = await open("/users", "admin");
    const { page, gateway } = seen;
    await page.locator('[data-user="wang"]').waitFor();
    await page.locator('[data-user="wang"] select').selectOption("supervisor");
    await eventually(() => gateway.received.at(-1)?.body).toEqual({ role: "supervisor" });
    await page.locator('[data-user="wang"]').getByRole("button", { name: "停用" }).click();
    await eventually(() => gateway.received.at(-1)?.body).toEqual({ state: "disabled" });
    await page.locator('[data-user="wang"]').getByRole("button", { name: "重设密码…" }).click();
    await page.getByLabel("新密码 wang").fill("a good long one");
    await page.getByRole("button", { name: "设定" }).click();
    await eventually(() => gateway.received.at(-1)?.body).toEqual({ password: "a good long one" });
    const add = page.getByRole("form", { name: "添加账号" });
    await add.getByLabel("账号").fill("zhou");
    await add.getByLabel("姓名").fill("周工");
    await add.getByLabel("角色").selectOption("maintainer");
    await add.getByLabel("初始密码").fill("another long one");
    await add.getByRole("button", { name: "添加" }).click();
    await eventually(() => gateway.received.at(-1)?.body).toEqual({
      user: "zhou",
      name: "周工",
      role: "maintainer",
      password: "another long one",
    });
    await using other = await open("/users", "supervisor");
    await other.page.locator('[data-user="wang"]').waitFor();
    expect(await other.page.locator("main button, main select, main input").count()).toBe(0);
  });

  test.each(["/reports", "/suppressed", "/users"])("%s is not wider than a phone", async (path) => {
    await using seen = await open(path, "admin", "zh", 390);
    await seen.page.locator("[data-kpi], [data-suppressed], [data-user]").first().waitFor();
    expect(await seen.page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
