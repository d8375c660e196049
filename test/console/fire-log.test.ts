/** The log of the fire control room on its page: the entry that is due, what was missed, and the sheet that is printed. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FireLogBody, FireLogShape, type FireRoomBody, FireRoomShape } from "../../gateway/api/paper-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";

const iso = (at: number) => new Date(at).toISOString();
const panelCheck = { id: "panel", text: { zh: "控制器自检正常", en: "Self-test of the panel" } };
const HOURS = 3_600_000;

function entries(now: number): FireLogBody[] {
  const due = (ago: number, more: Partial<FireLogBody>): FireLogBody => ({
    id: `XF20261122-0${6 - ago}00`,
    state: "open",
    at: iso(now - ago * HOURS),
    fillBy: iso(now - ago * HOURS + 1_800_000),
    late: false,
    missed: false,
    onDuty: [{ id: "li-na", name: "李娜" }],
    checks: [panelCheck],
    ...more,
  });
  return [
    due(0, {
      seen: {
        at: iso(now),
        alarms: [
          {
            id: "fire.fault@fire-1",
            device: "fire-1",
            deviceName: { zh: "火灾报警控制器", en: "Fire panel" },
            title: { zh: "回路故障", en: "Loop fault" },
            severity: "S2",
            state: "active",
            since: iso(now - 60_000),
          },
        ],
        drills: [
          {
            ticket: "GD20261121-000031",
            title: { zh: "【演练】地下室火警", en: "[DRILL] Fire in the basement" },
            from: "2026-11-21T11:05:00.000Z",
            to: "2026-11-21T11:40:00.000Z",
          },
        ],
        silent: [{ id: "fire-2", name: { zh: "2#控制器", en: "Panel 2" } }],
      },
    }),
    due(2, {
      state: "closed",
      missed: true,
      handover: {
        leaving: [{ id: "zhou", name: "周杰" }],
        coming: [{ id: "li-na", name: "李娜" }],
        papers: [{ id: "JJ20261122-0400-control-room", handedBy: { name: "周杰", at: iso(now - 2 * HOURS) } }],
      },
    }),
    due(4, {
      state: "closed",
      late: true,
      checks: [{ ...panelCheck, ok: false }],
      entry: { panel: "fault", linkage: "manual", remarks: "2 号回路断线，已报修" },
      filledBy: { name: "周杰", at: iso(now - 3 * HOURS) },
    }),
  ];
}

const room = (now: number): FireRoomBody => ({
  onDuty: [{ id: "li-na", name: "李娜" }],
  atLeast: 2,
  longestShift: 8 * HOURS,
  gaps: [
    {
      id: "XG20261122-0600-few",
      from: iso(now - HOURS),
      onDuty: [{ id: "li-na", name: "李娜" }],
      text: {
        zh: "消防控制室在岗 1 人（李娜），应不少于 2 人。",
        en: "Fire control room: 1 on duty (李娜) where 2 are asked for.",
      },
    },
    {
      id: "XG20261121-0800-long-zhou",
      from: iso(now - 20 * HOURS),
      to: iso(now - 12 * HOURS),
      onDuty: [],
      text: { zh: "消防控制室 周杰 连续值班已超过 8 小时。", en: "周杰 has been on duty for more than 8 h." },
    },
  ],
});

/** Answers as the gateway would: something out of order needs words, and what is filled stays as it is. */
function pages(first: readonly FireLogBody[]) {
  let list = first;
  return (key: string, body: Readonly<Record<string, unknown>>) => {
    if (key.startsWith("GET /api/fire-room")) return { status: 200, body: FireRoomShape.parse(room(Date.now())) };
    if (!key.includes("/api/fire-log")) return undefined;
    const one = list.find(({ id }) => key.includes(id));
    if (key === "GET /api/fire-log") return { status: 200, body: list.map((row) => FireLogShape.parse(row)) };
    if (!one) return { status: 404, body: { code: "no-such-log", message: { zh: "没有", en: "none" } } };
    if (key.startsWith("POST")) {
      if (body.panel !== "normal" && body.remarks === "") {
        const message = { zh: "有异常，请写明报警或故障部位、原因及处理情况。", en: "Something is out of order." };
        return { status: 422, body: { code: "note-needed", message } };
      }
      const filled = {
        ...one,
        state: "closed" as const,
        checks: one.checks.map((check) => ({ ...check, ok: (body.checks as Record<string, boolean>)[check.id] })),
        entry: { panel: body.panel, linkage: body.linkage, remarks: body.remarks },
        filledBy: { name: "李娜", at: iso(Date.now()) },
      };
      list = list.map((row) => (row === one ? FireLogShape.parse(filled) : row));
      return { status: 200, body: FireLogShape.parse(filled) };
    }
    return { status: 200, body: FireLogShape.parse(one) };
  };
}

describe.skipIf(!hasBrowser())("the log of the fire control room", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  const open = (language: "zh" | "en", role: "operator" | "viewer" = "operator") =>
    look(browser, dist, {
      path: "/reports/fire-log",
      language,
      me: { id: "li-na", name: "李娜", role },
      pages: pages(entries(Date.now())),
    });

  test("shows what the house sees, is filled in once, and says what was missed", async () => {
    await using seen = await open("zh");
    const { page } = seen;
    const entry = page.locator("[data-log]");
    await entry.getByText("回路故障").waitFor();
    expect(await entry.innerText()).toContain("2#控制器 通讯中断");
    const rows = page.locator("[data-row]");
    expect(await rows.nth(1).innerText()).toContain("漏记");
    expect(await rows.nth(2).innerText()).toContain("2 号回路断线，已报修");
    expect(await rows.nth(2).innerText()).toContain("补录");
    expect(await rows.nth(2).innerText()).toContain("在岗不足两人");
    expect(await entry.innerText()).toContain("【演练】地下室火警 19:05–19:40");

    await page.locator("[name=panel]").selectOption("fault");
    await page.locator("[name=linkage]").selectOption("automatic");
    await page.locator("[data-check=panel] button").first().click();
    await page.locator("[data-fill]").click();
    await page.getByRole("alert").getByText("有异常，请写明").waitFor();
    // What was chosen is still there: only the words are missing.
    expect(await page.locator("[name=panel]").inputValue()).toBe("fault");
    await page.locator("[name=remarks]").fill("2 号回路断线，厂家 11:00 到");
    await page.locator("[data-fill]").click();
    await rows.first().getByText("2 号回路断线，厂家 11:00 到").waitFor();
    expect(await page.locator("[data-fill]").count()).toBe(0);
    expect(seen.gateway.received.map(({ body }) => body.checks)).toEqual([{ panel: true }, { panel: true }]);
    expect(seen.complaints).toEqual([]);
  });

  test("says who handed over to whom and who has not signed, and that too few are in the room", async () => {
    await using seen = await open("zh");
    const { page } = seen;
    const rows = page.locator("[data-row]");
    await rows.nth(1).getByText("交接班：周杰 → 李娜").waitFor();
    expect(await rows.nth(1).innerText()).toContain("接班人未签字");
    expect(await rows.first().innerText()).not.toContain("交接班");
    const room = page.locator("[data-room]");
    expect(await room.locator("header").innerText()).toMatch(/消防控制室在岗\s+现在 1 人：李娜\s+应不少于 2 人/);
    expect(await room.locator("[data-gap]").first().innerText()).toContain("仍未改善，已通知值班长");
    expect(await room.locator("[data-gap]").nth(1).innerText()).not.toContain("仍未改善");
    await page.goto(page.url().replace(/\/reports\/fire-log.*/, `/reports/fire-log/${entries(Date.now())[1]?.id}`));
    await page.locator("[data-log] [data-handover]").waitFor();
    expect(await page.locator("[data-beside] a").getAttribute("href")).toBe("/handover");
    await using english = await open("en");
    await english.page.locator("[data-row]").nth(1).getByText("Handover: 周杰 → 李娜").waitFor();
    expect(await english.page.locator("[data-room]").innerText()).toContain("2 are asked for");
    expect([...seen.complaints, ...english.complaints]).toEqual([]);
  });

  test("prints as a sheet without the bar, and everybody can use it", async () => {
    await using seen = await open("en");
    const { page } = seen;
    await page.locator("[data-row]").first().waitFor();
    expect(await obstacles(page)).toEqual([]);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("header.bar").isVisible()).toBe(false);
    expect(await page.locator("[data-row]").count()).toBe(3);
    // What an inspector looks for is the blackest on the sheet: missed, late, out of order.
    const ink = await page.evaluate<string[]>(
      "[...document.querySelectorAll('[data-row] .inverted')].map((one) => getComputedStyle(one).color)",
    );
    expect(ink.length).toBeGreaterThan(3);
    expect([...new Set(ink)]).toEqual(["rgb(0, 0, 0)"]);
    expect(await page.locator(".on-paper").isVisible()).toBe(true);
    expect(await page.locator(".approve").innerText()).toContain("signature");
  });

  test("is not offered to whoever may not fill it in", async () => {
    await using seen = await open("zh", "viewer");
    await seen.page.locator("main").waitFor();
    expect(await seen.page.locator("[data-fill]").count()).toBe(0);
    expect(await seen.page.locator('a[href="/reports/fire-log"]').count()).toBe(0);
  });
});
