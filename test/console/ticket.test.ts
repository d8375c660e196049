import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, eventually, hasBrowser, type LookInput, launch, look as lookWith } from "./browser.ts";
import { entrapment, fleet, liftPoints } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { entrapmentTicket } from "./tickets.ts";

const path = "/tickets/GD20261121-000042";

describe.skipIf(!hasBrowser())("tickets, devices and drills", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  const look = (input: LookInput = {}) => lookWith(browser, dist, input);
  const building = (gateway: FakeGateway, now: number) => {
    gateway.putDevices(...fleet(now));
    gateway.putAlarms(entrapment(now));
    gateway.putTickets(entrapmentTicket(now));
    gateway.putPoints(...liftPoints(now));
  };

  test("a step without a question is done with one tap and appears in the time line", async () => {
    await using seen = await look({ path, fill: building });
    const { page, gateway } = seen;
    await page.locator('[data-step="acknowledge"]').click();
    await page.locator('[data-outcome="done"]').waitFor();
    expect(gateway.received[0]).toMatchObject({
      path: `/api${path}/acknowledge`,
      body: { commandId: expect.any(String) },
    });
    await page.locator('[data-event="ticket-acknowledge"]').waitFor();
    expect(await page.locator('[data-step="acknowledge"]').count()).toBe(0);
  });

  test("dispatching asks who, and does not go without a name", async () => {
    await using seen = await look({ path, fill: building });
    const { page, gateway } = seen;
    await page.locator('[data-step="dispatch"]').click();
    await page.locator('[data-send="dispatch"]').click();
    await page.getByText("请先填写必填项").waitFor();
    expect(gateway.received).toEqual([]);
    await page.getByLabel("派给谁").fill("李敏");
    await page.keyboard.press("Control+Enter");
    await page.locator('[data-outcome="done"]').waitFor();
    expect(gateway.received[0]?.body).toMatchObject({ assignee: "李敏" });
    await page.locator(".facts", { hasText: "李敏" }).waitFor();
  });

  test("arriving says who came; a back-entry carries the site's own time", async () => {
    await using seen = await look({ path, fill: building, context: { timezoneId: "America/New_York" } });
    const { page, gateway } = seen;
    await page.locator('[data-step="arrive"]').click();
    await page.getByLabel(/补录/).fill("2026-11-21T16:20:30");
    await page.locator('[data-who="rescue"]').click();
    await page.locator('[data-outcome="done"]').waitFor();
    expect(gateway.received[0]?.body).toMatchObject({ who: "rescue", occurredAt: "2026-11-21T16:20:30+08:00" });
  });

  test("a row of the checklist is ticked with who and when, and closing says what is missing", async () => {
    await using seen = await look({ path, fill: building });
    const { page, gateway } = seen;
    const row = page.locator('[data-sop="confirm"]');
    await row.getByRole("checkbox").click();
    await eventually(() => row.textContent()).toMatch(/王工 \d\d:\d\d:\d\d/);
    expect(gateway.received[0]?.body).toMatchObject({ sop: "confirm" });
    const close = page.locator('[data-step="close"]');
    expect(await close.getAttribute("aria-disabled")).toBe("true");
    expect(await page.locator("#cannot-close").textContent()).toContain("还差 3 项必做步骤");
  });

  test("waiting asks for one of the policy's reasons, and merging for the ticket that goes on", async () => {
    await using seen = await look({
      path,
      fill(gateway, now) {
        const holdReasons = [{ id: "parts", text: { zh: "等待配件", en: "Waiting for parts" } }];
        gateway.putTickets(
          entrapmentTicket(now, { severity: "S3", can: ["hold", "merge"], holdReasons }),
          entrapmentTicket(now, { no: "GD20261121-000043", device: "lift-2" }),
        );
      },
    });
    const { page, gateway } = seen;
    await page.locator('[data-step="hold"]').click();
    await page.locator('[data-send="hold"]').click();
    await page.getByText("请先填写必填项").waitFor();
    await page.getByLabel("挂起原因").selectOption("等待配件");
    await page.locator('[data-send="hold"]').click();
    await page.locator('[data-outcome="done"]').waitFor();
    await page.locator('[data-step="merge"]').click();
    const into = page.getByLabel("并入哪个工单");
    expect(await into.locator("option").count()).toBe(2);
    await into.selectOption("GD20261121-000043");
    await page.locator('[data-send="merge"]').click();
    await eventually(async () => gateway.received.length).toBe(2);
    expect(gateway.received).toMatchObject([
      { path: `/api${path}/hold`, body: { reason: "parts" } },
      { path: `/api${path}/merge`, body: { into: "GD20261121-000043" } },
    ]);
  });

  test("the list of all tickets finds a closed one by any word on it, and leads to it", async () => {
    await using seen = await look({
      path: "/tickets",
      fill(gateway, now) {
        const closedAt = new Date(now).toISOString();
        gateway.putTickets(
          entrapmentTicket(now),
          entrapmentTicket(now, {
            no: "GD20261120-000007",
            device: "lift-2",
            title: { zh: "2#客梯 一般故障", en: "Lift 2: fault" },
            state: "closed",
            can: ["reopen"],
            closedAt,
            round: 2,
          }),
        );
      },
    });
    const { page } = seen;
    await eventually(() => page.locator("tr[data-ticket]").count()).toBe(2);
    await page.getByLabel("范围").selectOption("已关闭");
    await eventually(() => page.locator("tr[data-ticket]").count()).toBe(1);
    await page.getByLabel("查找").fill("一般故障");
    expect(await page.locator("tr[data-ticket]").textContent()).toContain("第 2 轮");
    await page.getByRole("link", { name: "GD20261120-000007" }).click();
    await page.locator('[data-ticket][data-state="closed"] [data-step="reopen"]').waitFor();
  });

  test("a refused step is answered in the gateway's words", async () => {
    await using seen = await look({ path, fill: building });
    const { page, gateway } = seen;
    await page.locator('[data-step="accept"]').waitFor();
    gateway.refuseNext({
      status: 409,
      error: { code: "wrong-state", message: { zh: "工单已被李工接走。", en: "Li has taken the ticket." } },
    });
    await page.locator('[data-step="accept"]').click();
    await page.getByText("工单已被李工接走。").waitFor();
  });

  test("a ticket that does not exist says so", async () => {
    await using seen = await look({ path: "/tickets/GD19990101-000001", fill: building });
    await seen.page.getByRole("alert").waitFor();
    expect(await seen.page.getByRole("alert").textContent()).toContain("没有此");
  });

  test("a closed ticket can still be read", async () => {
    await using seen = await look({
      path,
      fill: (gateway, now) =>
        gateway.putTickets(entrapmentTicket(now, { state: "closed", can: [], closedAt: new Date(now).toISOString() })),
    });
    await seen.page.locator('[data-ticket][data-state="closed"]').waitFor();
    expect(await seen.page.locator("[data-event]").count()).toBeGreaterThan(3);
  });

  test("a device shows its values as they come, and never one that must not be believed", async () => {
    await using seen = await look({ path: "/devices/lift-1", fill: building });
    const { page, gateway } = seen;
    const temperature = page.locator('[data-point="lift-1.machine_temp"]');
    await eventually(() => temperature.textContent()).toContain("28.6 °C");
    const persons = page.locator('[data-point="lift-1.person_count"]');
    expect(await persons.textContent()).toMatch(/\?.*不可信.*通讯中断/s);
    expect(await page.locator('[data-point="lift-1.door_state"]').textContent()).toContain("关闭");
    expect(await page.locator('[data-point="lift-1.door_closed"]').textContent()).toContain("是");
    const warmer = liftPoints(gateway.now()).find((point) => point.key === "machine_temp");
    if (warmer) gateway.putPoints({ ...warmer, value: 31.25 });
    await eventually(() => temperature.textContent()).toContain("31.25 °C");
    await page.locator('[data-alarm][data-state="unacknowledged"]').waitFor();
    await page.locator("[data-ticket]").waitFor();
  });

  test("the list of devices is found by kind, state, place and words", async () => {
    await using seen = await look({
      path: "/devices",
      fill: (gateway, now) =>
        gateway.putDevices(
          ...fleet(now).map((device) => (device.id === "lift-9" ? { ...device, state: "offline" as const } : device)),
        ),
    });
    const { page } = seen;
    const ids = () =>
      page.locator("[data-device]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-device")));
    await eventually(ids).toHaveLength(16);
    await page.locator('select[name="kind"]').selectOption("water");
    await eventually(ids).toEqual(["booster-1", "booster-2", "booster-3", "booster-4"]);
    await page.getByRole("button", { name: "显示全部" }).click();
    await page.locator('select[name="state"]').selectOption("offline");
    await eventually(ids).toEqual(["lift-9"]);
    await page.getByRole("button", { name: "显示全部" }).click();
    await page.locator('select[name="building"]').selectOption("B座");
    await page.getByLabel("查找").fill("12#");
    await eventually(ids).toEqual(["lift-12"]);
    await page.getByRole("link", { name: "12#客梯" }).click();
    await page.locator('[data-device="lift-12"] h1').waitFor();
  });

  test("a drill is started on the chosen device, is seen running, and is stopped", async () => {
    await using seen = await look({
      path: "/drill",
      me: { id: "root", name: "管理员", role: "admin" },
      fill: building,
    });
    const { page, gateway } = seen;
    const story = page.locator('[data-scenario="elevator-entrapment"]');
    await story.getByRole("combobox").selectOption("lift-3");
    await story.getByRole("button", { name: /开始/ }).click();
    await page.locator('[data-playing="elevator-entrapment"]').waitFor();
    expect(gateway.received[0]?.body).toMatchObject({ scenario: "elevator-entrapment", device: "lift-3" });
    expect(await page.locator('[data-scenario="pipe-burst"] option').count()).toBe(4);
    await page.getByRole("button", { name: /全部停止/ }).click();
    await page.locator("[data-playing]").waitFor({ state: "hidden" });
  });
});
