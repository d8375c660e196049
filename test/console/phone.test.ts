/** The page behind a one-ticket link, on a phone, in front of the real routes and the real rules. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { jpeg } from "../gateway/api/pictures.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch } from "./browser.ts";
import { type LiftVisit, NO, startLiftVisit } from "./lift-visit.ts";

/** Looked at by people, never compared. */
const pictures = join(tmpdir(), "gatehouse-pictures");

describe.runIf(hasBrowser())("the page behind a link", () => {
  let browser: Browser;
  let dist: string;
  let visit: LiftVisit;
  let page: Page;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => browser.close());
  beforeEach(async () => {
    visit = await startLiftVisit(browser, dist);
    page = visit.page;
  });
  afterEach(async () => {
    const { complaints } = visit;
    await visit[Symbol.asyncDispose]();
    expect(complaints).toEqual([]);
  });
  const of = () => visit.ticket();
  const open = () => visit.open();
  const press = (step: string) => visit.press(step);
  const state = (name: string) => visit.state(name);
  /** Wholly within the screen of the phone, as it is scrolled now. */
  const isInSight = async (what: Locator) => {
    const box = await what.boundingBox();
    return box !== null && box.y > -1 && box.y + box.height <= (page.viewportSize()?.height ?? 0);
  };
  const show = (name: string) => page.screenshot({ path: join(pictures, `phone-${name}.png`), fullPage: true });

  test("two taps from the message to the work taken; then there, a photo, the time, freed, repaired and signed", async () => {
    await open();
    expect(page.url()).toBe(`${visit.stand.url}/t`);
    await show("1-offered");
    await press("accept");
    await state("accepted");
    expect(of().assignee).toBe("示范电梯维保公司");

    expect(await obstacles(page)).toEqual([]);
    await press("promise");
    await page.locator('[data-span="20"]').click();
    await show("2-promise");
    await page.locator('[data-send="promise"]').click();
    await page.locator("[data-form]").waitFor({ state: "detached" });
    expect(of().promised).toMatchObject([{ what: "arrive" }]);

    await press("arrive");
    await state("on-site");
    await page.locator('[data-sop="talk"]').click();
    await page.locator('[data-sop="talk"][aria-pressed="true"]').waitFor();
    const files = page.locator('input[type="file"]');
    await files.setInputFiles({ name: "p.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
    // It is said why, in sight, until it was read.
    const refused = page.locator('[data-refused="1"]');
    await refused.getByText("不支持此类文件").waitFor();
    await expect.poll(() => isInSight(refused)).toBe(true);
    visit.complaints.length = 0;
    await refused.getByRole("button").last().click();
    await refused.waitFor({ state: "detached" });
    // What the browser cannot read goes as it is; the gateway takes the place out.
    await page.locator('input[type="file"]').setInputFiles({ name: "p.jpg", mimeType: "image/jpeg", buffer: jpeg() });
    await page.getByText("已传 1 个文件").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await show("3-on-site");

    await press("mitigate");
    await state("mitigated");
    await press("repair");
    await state("repaired");
    await press("rate");
    await page.locator('[data-score="5"]').click();
    await page.locator("canvas").scrollIntoViewIfNeeded();
    const pad = await page.locator("canvas").boundingBox();
    if (!pad) throw new Error("there is nowhere to sign");
    await page.mouse.move(pad.x + 20, pad.y + 40);
    await page.mouse.down();
    for (const [x, y] of [
      [80, 90],
      [140, 30],
      [220, 100],
    ] as const)
      await page.mouse.move(pad.x + x, pad.y + y);
    await page.mouse.up();
    await show("4-sign");
    await page.locator('[data-send="rate"]').click();
    await page.locator("[data-form]").waitFor({ state: "detached" });
    expect(of()).toMatchObject({ state: "repaired", ratings: [{ score: 5, how: "signature" }] });
    expect(of().files?.map(({ what }) => what)).toEqual(["photo", "signature"]);
  });

  test("who cannot come says why, and the page lets go of the work", async () => {
    await open();
    await press("decline");
    expect(await page.locator('[data-send="decline"]').isDisabled()).toBe(true);
    await page.locator('textarea[name="note"]').fill("人都在外面抢修，两小时内赶不到");
    await show("5-decline");
    await page.locator('[data-send="decline"]').click();
    await page.getByText("您已拒单").waitFor();
    expect(await page.content()).not.toContain("困人");
    await show("6-declined");
    expect(of().offers?.[0]?.because).toContain("赶不到");
  });

  test("a link that was used, and a page without one, say what to do", async () => {
    const made = await visit.stand.ask("POST", `/api/tickets/${NO}/links`, {
      as: "operator",
      body: { person: "firm" },
    });
    await visit.stand.ask("POST", "/api/visit", { body: { link: made.body.path.split("#")[1] } });
    await page.goto(`${visit.stand.url}${made.body.path}`);
    await page.getByRole("button", { name: "打开工单" }).click();
    await page.getByRole("alert").filter({ hasText: "监控中心" }).waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("链接已使用过");
    await show("7-used");
    visit.complaints.length = 0;
    const fresh = await (await browser.newContext({ locale: "en-US" })).newPage();
    await fresh.goto(`${visit.stand.url}/t`);
    await fresh.getByText("Open the link in the message").waitFor();
  });

  test("everything is large enough for a glove, and nothing is cut off at 320 px or at twice the size of letters", async () => {
    await open();
    await press("accept");
    await state("accepted");
    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 640 });
      const small = await page
        .locator("button:visible, label.button:visible")
        .evaluateAll(
          (all) =>
            all.map((one) => one.getBoundingClientRect()).filter((box) => box.height < 48 || box.width < 48).length,
        );
      const wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      expect([width, small, wide]).toEqual([width, 0, 0]);
    }
  });

  test("weighs 40 KB at most, packed, with everything that it loads", async () => {
    const { gzipSync } = await import("node:zlib");
    const { readFileSync } = await import("node:fs");
    const html = readFileSync(join(dist, "t.html"), "utf8");
    const named = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    const sum = named.reduce((total, name) => total + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0);
    expect(named.length).toBeGreaterThan(1);
    expect(sum / 1_024).toBeLessThanOrEqual(40);
  });
});
