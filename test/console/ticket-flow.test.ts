/** The ticket page: whom it was offered to and why, how far the news got, files, promises, ratings, links, and who reported it. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, type LookInput, launch, look as lookWith } from "./browser.ts";
import { entrapment } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { entrapmentTicket } from "./tickets.ts";

const NO = "GD20261121-000042";
const id = "a".repeat(32);

function told(now: number): TicketDetailBody {
  const iso = (ago: number) => new Date(now - ago * 1_000).toISOString();
  const offer = { round: 1, at: iso(60), until: new Date(now + 60_000).toISOString() };
  return {
    ...entrapmentTicket(now),
    publicState: { zh: "处理中", en: "In work" },
    expected: new Date(now + 3_600_000).toISOString(),
    care: ["elderly"],
    lead: { zh: "电梯维保单位", en: "Lift firm" },
    help: [
      { zh: "保安领班", en: "Guards" },
      { zh: "监控中心值班员", en: "Desk" },
    ],
    offers: [
      {
        ...offer,
        to: "张强",
        person: "zhang",
        state: "declined",
        because: "在 5 号楼换泵，走不开",
        why: { near: true, jobs: 1 },
      },
      { ...offer, to: "示范维保公司", person: "firm", state: "open", why: { near: false, jobs: 0, by: "王工" } },
    ],
    trace: [
      { to: "张强", told: iso(60), delivered: iso(58), read: iso(50) },
      { to: "示范维保公司", told: iso(40), delivered: iso(39), read: iso(20), accepted: iso(10) },
    ],
    files: [
      { id, what: "photo", type: "image/jpeg", bytes: 312_000, by: "张强", at: iso(30) },
      { id: "b".repeat(32), what: "signature", type: "image/png", bytes: 9_000, by: "张强", at: iso(20), gone: true },
    ],
    promised: { what: "arrive", by: "示范维保公司", at: iso(30), until: iso(5), missed: true },
    ratings: [{ score: 2, round: 1, how: "phone", by: "李娜", at: iso(3), note: "门还在响" }],
    contact: { name: "王*", phone: "138****1234", clear: false, keptDays: 90 },
    can: [...entrapmentTicket(now).can, "promise", "rate"],
  };
}

describe.runIf(hasBrowser())("the ticket page", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
  });
  afterAll(async () => browser.close());
  const pages = (key: string) => {
    if (key === `POST /api/tickets/${NO}/contact/show`)
      return { status: 200, body: { name: "王小明", phone: "13800001234", clear: true, keptDays: 90 } };
    if (key === `POST /api/tickets/${NO}/links`)
      return { status: 201, body: { path: "/t#one.two", until: new Date().toISOString() } };
    if (key === `DELETE /api/tickets/${NO}/links/firm`) return { status: 204, body: undefined };
    return undefined;
  };
  const look = (more: LookInput = {}) =>
    lookWith(browser, dist, {
      path: `/tickets/${NO}`,
      fill: (gateway, now) => gateway.putTickets(told(now)),
      pages,
      ...more,
    });

  test("says who answers for it, what owners are told, whom it was offered to, why, and what they said", async () => {
    await using seen = await look();
    const { page } = seen;
    const has = async (where: string, ...texts: string[]) => {
      const text = await page.locator(where).first().innerText();
      for (const one of texts) expect(text).toContain(one);
    };
    await has("[data-lead]", "主责", "电梯维保单位");
    expect(await obstacles(page)).toEqual([]);
    await has("[data-help]", "协作", "保安领班、监控中心值班员");
    await has("[data-public]", "处理中");
    await has("[data-expected]", "期望解决");
    await has("[data-care]", "家中有老人");
    await has('[data-offer="declined"]', "张强", "已拒单", "就近", "手上 1 单", "在 5 号楼换泵");
    await has('[data-offer="open"]', "示范维保公司", "等待接单", "王工 指定", "手上无单");
    expect(await page.locator('[data-trace="张强"] td').allInnerTexts()).toEqual([
      expect.stringMatching(/:/),
      expect.stringMatching(/:/),
      expect.stringMatching(/:/),
      "–",
    ]);
    await has("[data-promised]", "承诺到场", "已过时");
    await has('[data-rating="2"]', "2 分", "电话回访", "门还在响");
    expect(await page.locator("[data-file]").count()).toBe(1);
    await page.getByText("已按期清除").waitFor();
    await page.screenshot({ path: join(tmpdir(), "gatehouse-pictures", "ticket-flow.png"), fullPage: true });
    expect(seen.complaints).toEqual([]);
  });

  test("a complaint shows the level that the desk chose by its own name", async () => {
    await using seen = await look({
      fill: (gateway, now) => gateway.putTickets({ ...told(now), class: "complaint", severity: "S3" }),
    });
    await seen.page.locator("[data-level]").getByText("重要").waitFor();
  });

  test("says who was asked, that nobody took it, and that a second person is wanted for a false alarm", async () => {
    const free = (gateway: FakeGateway, now: number, more: object) => {
      const { assignee: _, ...ticket } = told(now);
      gateway.putTickets({ ...ticket, falseAlarmClaimedBy: "王值守", ...more });
    };
    await using seen = await look({ fill: (gateway, now) => free(gateway, now, {}) });
    const { page, gateway } = seen;
    await page.locator("[data-asked]").getByText("等 示范维保公司 接单").waitFor();
    await page.locator("[data-claimed]").getByText("王值守 报误报，待另一人确认").waitFor();
    free(gateway, gateway.now(), {
      offers: (told(gateway.now()).offers ?? []).map((one) => ({ ...one, state: "expired" })),
    });
    await page.locator("[data-in-vain]").getByText("无人接单，请人工派单").waitFor();
    // The same on the card of the first page.
    await page.goto(`${gateway.url}/watch`);
    await page.locator(`[data-ticket="${NO}"] [data-in-vain]`).waitFor();
    expect(seen.complaints).toEqual([]);
  });

  test("a line on our own screen is not called delivered, and who took it after time has it", async () => {
    await using seen = await look({
      fill: (gateway, now) => {
        const whole = told(now);
        const [first] = whole.told;
        if (!first) throw new Error("nobody was told");
        const past = new Date(now - 30_000).toISOString();
        gateway.putTickets({
          ...whole,
          told: [
            { ...first, channel: "console", state: "delivered" },
            { ...first, channel: "sms", state: "delivered" },
          ],
          offers: (whole.offers ?? []).map((one) => ({ ...one, state: "expired" as const, until: past })),
        });
      },
    });
    const rows = seen.page.locator("[data-told]");
    await rows.first().waitFor();
    const texts = await rows.allInnerTexts();
    expect(texts.filter((one) => one.includes("值守屏") && one.includes("屏上已显示"))).toHaveLength(1);
    expect(texts.filter((one) => one.includes("sms") && one.includes("已送达"))).toHaveLength(1);
    const offers = await seen.page.locator("[data-offer]").allInnerTexts();
    expect(offers.find((one) => one.includes("示范维保公司"))).toContain("超时后接单");
    expect(offers.find((one) => one.includes("张强"))).toContain("超时未接");
  });

  test("a clock that ends on another day says which, and why it was opened stands with its alarms", async () => {
    await using seen = await look({
      fill: (gateway, now) => {
        gateway.putTickets(told(now));
        gateway.putAlarms(entrapment(now));
      },
    });
    const resolve = seen.page.locator("li", { has: seen.page.locator('[data-clock="resolve"]') });
    expect(await resolve.innerText()).toMatch(/\d\d-\d\d \d\d:\d\d 到期/);
    await seen.page.locator(".because").getByText(entrapment(0).because.zh).waitFor();
  });

  test("whoever is sent is chosen from all people, those on duty first; a stranger is told to be phoned", async () => {
    const team = { id: "firm", name: { zh: "维保", en: "Firm" } };
    await using seen = await look({
      pages: (key: string) => {
        if (key === "GET /api/people")
          return {
            status: 200,
            body: [
              { id: "zhao", name: "赵六", teams: [] },
              { id: "sun", name: "孙七", teams: [team] },
            ],
          };
        if (key === "GET /api/shifts")
          return {
            status: 200,
            body: [{ team: "firm", name: team.name, roles: [], onDuty: [{ id: "sun", name: "孙七" }] }],
          };
        return undefined;
      },
    });
    const { page } = seen;
    await page.locator('[data-step="dispatch"]').click();
    await page.locator("#people option[value=孙七]").waitFor({ state: "attached" });
    const options = await page
      .locator("#people option")
      .evaluateAll((all) => all.map((one) => [one.getAttribute("value"), one.textContent]));
    expect(options.at(-2)).toEqual(["孙七", "当班 · 维保"]);
    expect(options.at(-1)?.[0]).toBe("赵六");
    const who = page.locator('input[name="assignee"]');
    await who.fill("王老五");
    await page.locator("[data-stranger]").getByText("请电话告知").waitFor();
    await who.fill("赵六");
    await page.locator("[data-stranger]").waitFor({ state: "detached" });
  });

  test("a row that must be done offers no way round; another is skipped, with a reason, and says so", async () => {
    await using seen = await look();
    const { page, gateway } = seen;
    await page.locator("[data-skip]").first().waitFor();
    expect(await page.locator('[data-sop="call"] [data-skip]').count()).toBe(0);
    await page.locator('[data-skip="camera"]').click();
    await page.locator("[data-form=skip] input").fill("轿厢没有摄像头");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => gateway.received.at(-1)?.body)
      .toMatchObject({
        sop: "camera",
        skip: true,
        note: "轿厢没有摄像头",
      });
    await page.locator('[data-sop="camera"]').getByText("跳过：轿厢没有摄像头").waitFor();
  });

  test("shows the number on a click, makes a link for one person, and takes it back", async () => {
    await using seen = await look();
    const { page } = seen;
    expect(await page.locator('[data-contact="masked"]').innerText()).toContain("138****1234");
    await page.locator("[data-show]").click();
    expect(await page.locator('[data-contact="clear"]').innerText()).toContain("13800001234");
    await page.locator('[data-link="firm"]').click();
    expect(await page.locator("[data-made-link]").inputValue()).toBe(`${seen.gateway.url}/t#one.two`);
    await page.locator("[data-copy]").click();
    await page.locator("[data-copy]").getByText("已复制").waitFor();
    await page.locator('[data-revoke="firm"]').click();
    await page.getByText("已全部撤销").waitFor();
    expect(await page.locator('[data-link="zhang"]').count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  test("on the wall nothing shows a number, and nobody can ask for it", async () => {
    await using seen = await look({ path: `/tickets/${NO}?wall=1` });
    await seen.page.locator('[data-contact="masked"]').waitFor();
    expect(await seen.page.locator("[data-show]").count()).toBe(0);
  });

  test("a promise asks for its time, a rating for its score, and both are sent as the gateway reads them", async () => {
    await using seen = await look();
    const { page, gateway } = seen;
    await page.locator('[data-step="promise"]').click();
    await page.locator('[data-send="promise"]').click();
    await page.getByText("请先填写必填项").waitFor();
    await page.locator('input[name="until"]').fill("2026-11-21T18:30");
    await page.locator('[data-send="promise"]').click();
    await page.locator('[data-outcome="done"]').waitFor();
    await page.locator('[data-step="rate"]').click();
    await page.locator('select[name="score"]').selectOption("4");
    await page.locator('[data-send="rate"]').click();
    await expect.poll(() => gateway.received.length).toBe(2);
    expect(gateway.received.map(({ path, body }) => [path.split("/").at(-1), body])).toEqual([
      ["promise", expect.objectContaining({ what: "arrive", until: "2026-11-21T18:30:00+08:00" })],
      ["rate", expect.objectContaining({ score: 4, how: "phone" })],
    ]);
  });
});
