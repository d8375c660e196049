import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, eventually, hasBrowser, type LookInput, launch, look as lookWith } from "./browser.ts";
import { entrapment, fleet, mixedAlarms } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { entrapmentTicket } from "./tickets.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.skipIf(!hasBrowser())("the Watch screen", () => {
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
  const high = (now: number) =>
    entrapment(now, {
      id: "water.pressure_low@booster-1",
      device: "booster-1",
      deviceName: { zh: "1#生活水泵组", en: "Booster set 1" },
      title: { zh: "出口压力低", en: "Outlet pressure low" },
      severity: "S2",
      lifeSafety: false,
    });

  test("an emergency is acknowledged with A and one tap on its reason", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    const row = page.locator('[data-alarm="elevator.entrapment_off_landing@lift-1"]');
    await row.waitFor();
    expect(await page.locator("[data-pinned]").textContent()).toContain("立即接通五方对讲");
    // Where the car stands is in why it was raised: the place of the device is where its controller hangs.
    expect(await page.locator("[data-pinned]").textContent()).toContain(entrapment(0).because.zh);

    await page.keyboard.press("a");
    await page.getByRole("dialog", { name: "确认紧急告警" }).waitFor();
    expect(gateway.received).toEqual([]);
    await page.getByRole("button", { name: /属实/ }).click();

    await page.locator('[data-alarm="elevator.entrapment_off_landing@lift-1"][data-state="acknowledged"]').waitFor();
    expect(gateway.received).toEqual([
      {
        path: "/api/alarms/elevator.entrapment_off_landing@lift-1/acknowledge",
        body: { occurrence: 1, reason: "real", commandId: expect.stringMatching(UUID) },
      },
    ]);
    await page.getByText("无未确认告警").waitFor();
    expect(await row.textContent()).toContain("✔ 王工");
    expect(seen.complaints).toEqual([]);
  });

  test("the reason carries the comment that was typed before it, and Escape acknowledges nothing", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator("[data-pinned] [data-acknowledge]").click();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(gateway.received).toEqual([]);

    await page.locator("[data-pinned] [data-acknowledge]").click();
    await page.getByLabel(/备注/).fill("3 人,12 楼");
    await page.locator('[data-reason="test"]').click();
    await page.getByText("无未确认告警").waitFor();
    expect(gateway.received[0]?.body).toMatchObject({ reason: "test", comment: "3 人,12 楼" });
  });

  test("anything below an emergency takes one tap", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putAlarms(high(now)) });
    await seen.page
      .locator('[data-alarm="water.pressure_low@booster-1"]')
      .getByRole("button", { name: /^确认/ })
      .click();
    await seen.page.locator('[data-alarm="water.pressure_low@booster-1"][data-state="acknowledged"]').waitFor();
    expect(seen.gateway.received).toHaveLength(1);
  });

  test("an old occurrence is refused: the words of the gateway stand in the row, with the state as it is now", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putAlarms(high(now)) });
    const { page, gateway } = seen;
    const row = page.locator('[data-alarm="water.pressure_low@booster-1"]');
    await row.waitFor();
    gateway.refuseNext({
      status: 409,
      error: {
        code: "old-occurrence",
        message: { zh: "该告警已是第 2 次发生。", en: "This alarm is at occurrence 2." },
        detail: { occurrence: 2, state: "unacknowledged", alarm: { ...high(gateway.now()), occurrence: 2 } },
      },
    });
    await row.getByRole("button", { name: /^确认/ }).click();
    const refused = row.locator('[data-refused="409"]');
    await refused.waitFor();
    expect(await refused.textContent()).toContain("该告警已是第 2 次发生。");
    expect(await refused.textContent()).toContain("现状：未确认");
    expect(await row.getAttribute("data-occurrence")).toBe("2");
    await row.getByRole("button", { name: /^确认/ }).waitFor();
  });

  test("when no answer comes the command is sent once more under the same id", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putAlarms(high(now)) });
    const { page, gateway } = seen;
    const row = page.locator('[data-alarm="water.pressure_low@booster-1"]');
    await row.waitFor();
    gateway.refuseNext("silence");
    await row.getByRole("button", { name: /^确认/ }).click();
    await page.locator('[data-alarm="water.pressure_low@booster-1"][data-state="acknowledged"]').waitFor();
    const ids = gateway.received.map((one) => one.body.commandId);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test("a clock counts down by the gateway's time, also when this machine's clock is ten minutes off", async () => {
    await using seen = await look({ skew: -10 * 60_000, fill: oneEmergency });
    const { page, gateway } = seen;
    const card = page.locator("[data-ticket]").first();
    const due = Date.parse(
      entrapmentTicket(gateway.now()).clocks.find((clock) => clock.kind === "mitigate")?.dueAt ?? "",
    );
    const digits = card.locator('[data-clock="mitigate"] .digits');
    const shown = async () => {
      const [h = 0, m = 0, s = 0] = ((await digits.textContent()) ?? "").trim().split(":").map(Number);
      return h * 3_600 + m * 60 + s;
    };
    await eventually(shown).toBeGreaterThan(0);
    const first = await shown();
    expect(Math.abs(first - (due - gateway.now()) / 1_000)).toBeLessThan(8);
    await eventually(shown).toBeLessThan(first);
  });

  test("a clock that is over counts up and is written in words", async () => {
    await using seen = await look({ fill: oneEmergency });
    const over = seen.page.locator('[data-ticket] [data-clock="acknowledge"][data-mode="over"]');
    await over.waitFor();
    expect(await over.textContent()).toMatch(/超时 \+00:[3-5]\d/);
    expect(await seen.page.locator("[data-next]").first().textContent()).toContain("项目经理");
  });

  test("the language changes at once, without a reload", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page } = seen;
    await page.getByRole("heading", { name: /活动告警/ }).waitFor();
    await page.getByRole("button", { name: "Switch to English" }).click();
    await page.getByRole("heading", { name: /Active alarms/ }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.locator("[data-pinned]").textContent()).toContain("Passengers trapped between floors");
    await page.reload();
    await page.getByRole("heading", { name: /Active alarms/ }).waitFor();
  });

  test("names from outside are text and never HTML", async () => {
    const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    await using seen = await look({
      fill(gateway, now) {
        const text = { zh: evil, en: evil };
        gateway.putDevices({ ...(fleet(now)[0] as NonNullable<ReturnType<typeof fleet>[number]>), name: text });
        gateway.putAlarms(
          entrapment(now, {
            deviceName: text,
            title: text,
            because: text,
            advice: text,
            comment: evil,
            place: { building: evil },
          }),
        );
        gateway.putTickets(entrapmentTicket(now, { title: text, className: text, deviceName: text, assignee: evil }));
      },
    });
    const { page } = seen;
    await page.locator("[data-alarm]").click();
    await page.locator("[data-detail]").waitFor();
    expect(await page.locator("[data-pinned]").textContent()).toContain("<img src=x");
    await page.locator("[data-ticket] a").first().click();
    await page.locator("h1", { hasText: "<img" }).waitFor();
    expect(await page.locator("img, script:not([src])").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
    expect(seen.complaints).toEqual([]);
  });

  test("garbage on the stream changes nothing and stops nothing", async () => {
    await using seen = await look({ fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator("[data-alarm]").waitFor();
    for (const text of [
      "",
      "null",
      "42",
      "{}",
      "[1",
      '{"seq":1,"kind":"alarm"}',
      '{"seq":2,"kind":"alarm","alarms":[null]}',
      '{"kind":"party"}',
      '{"seq":3,"kind":"alarm","alarms":[{"id":"half@a-row","state":"unacknowledged","severity":"S9"}]}',
      '{"seq":4,"kind":"ticket","tickets":[{"no":"X","clocks":7}]}',
      '{"seq":5,"kind":"link","devices":[{}, []]}',
      '{"seq":6,"kind":"value","points":"none"}',
    ]) {
      gateway.sendRaw(text);
    }
    gateway.putAlarms(high(gateway.now()));
    await page.locator('[data-alarm="water.pressure_low@booster-1"]').waitFor();
    expect(await page.locator("[data-alarm]").count()).toBe(2);
  });

  test("while a hand is in the list nothing moves: new alarms wait outside and say so", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putAlarms(...mixedAlarms(now)) });
    const { page, gateway } = seen;
    const ids = () =>
      page.locator("[data-alarm]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-alarm")));
    await page.locator("[data-alarm]").nth(3).hover();
    const before = await ids();
    gateway.putAlarms(entrapment(gateway.now()));
    await page.locator('[data-pinned="elevator.entrapment_off_landing@lift-1"]').waitFor();
    expect(await ids()).toEqual(before);
    await page.getByRole("button", { name: /1 条新告警/ }).click();
    await page
      .locator("[data-alarm]")
      .first()
      .and(page.locator('[data-alarm="elevator.entrapment_off_landing@lift-1"]'))
      .waitFor();
  });

  test("keys: arrows move the focus, Enter opens, A acknowledges that row and no other; typing is left alone", async () => {
    await using seen = await look({
      fill: (gateway, now) => gateway.putAlarms(entrapment(now), high(now), ...mixedAlarms(now)),
    });
    const { page, gateway } = seen;
    await page.locator("[data-alarm]").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowDown");
    const focused = page.locator("[data-alarm]:focus");
    await page.locator('[data-alarm="water.pressure_low@booster-1"]:focus').waitFor();
    await page.keyboard.press("Enter");
    await page.locator('[data-detail="water.pressure_low@booster-1"]').waitFor();
    await page.keyboard.press("a");
    await eventually(() => gateway.received.map((one) => one.path)).toEqual([
      "/api/alarms/water.pressure_low@booster-1/acknowledge",
    ]);
    await eventually(() => focused.getAttribute("data-state")).toBe("acknowledged");

    await page.goto(`${gateway.url}/devices`);
    await page.getByLabel("查找").fill("a");
    await page.keyboard.press("a");
    expect(gateway.received).toHaveLength(1);
  });

  test("five thousand alarms cost as many rows as fit the screen", async () => {
    await using seen = await look({
      fill(gateway, now) {
        const many = Array.from({ length: 5_000 }, (_, i) =>
          entrapment(now, {
            id: `rule.x_${i}@lift-1`,
            severity: "S3",
            activeSince: new Date(now - i * 1_000).toISOString(),
          }),
        );
        gateway.putAlarms(...many);
      },
    });
    const { page } = seen;
    await page.getByRole("heading", { name: "活动告警 5000" }).waitFor();
    expect(await page.locator("[data-alarm]").count()).toBeLessThanOrEqual(60);
    await page.locator("[data-alarm]").first().focus();
    await page.keyboard.press("End");
    await page.locator('[data-alarm="rule.x_4999@lift-1"]:focus').waitFor();
    expect(await page.locator("[data-alarm]").count()).toBeLessThanOrEqual(60);
    expect(await page.getByRole("grid").getAttribute("aria-rowcount")).toBe("5001");
  });

  test("a level alone is shown on demand, and the screen says what it hides", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putAlarms(entrapment(now), high(now)) });
    const { page } = seen;
    await page.locator("[data-alarm]").first().waitFor();
    await page.keyboard.press("2");
    await page.getByText("已筛选：高 · 隐藏 1 条").waitFor();
    expect(await page.locator("[data-alarm]").count()).toBe(1);
    await page.keyboard.press("0");
    await eventually(() => page.locator("[data-alarm]").count()).toBe(2);
  });

  test("a bad input is said, and simulated things say so everywhere", async () => {
    await using seen = await look({
      fill(gateway, now) {
        gateway.putDevices(...fleet(now));
        gateway.putAlarms(entrapment(now, { quality: "bad", qualityReason: "no-link" }));
        gateway.putTickets(entrapmentTicket(now));
      },
    });
    const { page } = seen;
    const row = page.locator("[data-alarm]");
    await row.waitFor();
    expect(await row.textContent()).toContain("输入不可信");
    for (const place of ["header", "[data-pinned]", "[data-alarm]", "[data-ticket]"]) {
      expect(await page.locator(place).first().textContent()).toContain("模拟");
    }
    await row.click();
    const detail = page.locator("[data-detail]");
    await detail.waitFor();
    expect(await detail.textContent()).toContain("通讯中断");
    expect(await detail.locator(".struck").allTextContents()).toEqual(["?"]);
  });

  test("a quiet building says what was looked at, and shows no saturated colour", async () => {
    await using seen = await look({ fill: (gateway, now) => gateway.putDevices(...fleet(now)) });
    const { page } = seen;
    await page.locator("[data-empty]").waitFor();
    await eventually(() => page.locator("[data-empty]").textContent()).toMatch(
      /已检查 16 台设备（在线 16 台）.*428 个点位.*数据龄 0\.6 s/,
    );
    const saturated = await page.evaluate(`(${String(saturatedColours)})()`);
    expect(saturated).toEqual([]);
  });

  test("a viewer sees everything and can press nothing that would be refused", async () => {
    await using seen = await look({ me: { id: "guest", name: "访客", role: "viewer" }, fill: oneEmergency });
    const { page, gateway } = seen;
    await page.locator("[data-ticket]").waitFor();
    expect(await page.locator("[data-acknowledge], [data-step]").count()).toBe(0);
    await page.keyboard.press("a");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(gateway.received).toEqual([]);
  });

  test("the wall shows twelve rows and has nothing to press but the sound", async () => {
    await using seen = await look({
      path: "/?wall=1",
      context: { viewport: { width: 1920, height: 1080 } },
      fill(gateway, now) {
        oneEmergency(gateway, now);
        gateway.putAlarms(...mixedAlarms(now));
      },
    });
    const { page } = seen;
    await page.locator("[data-alarm]").nth(11).waitFor();
    const bottom = (await page.locator("[data-alarm]").nth(11).boundingBox()) ?? { y: 9_999, height: 0 };
    const grid = (await page.getByRole("grid").boundingBox()) ?? { y: 0, height: 0 };
    expect(bottom.y + bottom.height).toBeLessThanOrEqual(grid.y + grid.height + 1);
    expect(await page.getByRole("button").allTextContents()).toEqual([expect.stringContaining("♪")]);
  });
});

/** Runs in the page: every colour in use whose saturation stands out, with its element. */
function saturatedColours(): string[] {
  const page = globalThis as unknown as {
    document: { querySelectorAll(all: string): Iterable<{ tagName: string }> };
    getComputedStyle(element: unknown): Record<string, string>;
  };
  const found = new Set<string>();
  for (const element of page.document.querySelectorAll("*")) {
    const style = page.getComputedStyle(element);
    for (const property of ["color", "backgroundColor", "borderTopColor", "fill", "stroke"]) {
      const channels = /^rgb\((\d+), (\d+), (\d+)\)/.exec(style[property] ?? "");
      if (!channels) continue;
      const [, ...numbers] = channels.map(Number);
      const high = Math.max(...numbers);
      if (high > 0 && (high - Math.min(...numbers)) / high > 0.5)
        found.add(`${element.tagName} ${property} ${channels[0]}`);
    }
  }
  return [...found];
}
