/** A crew in a cellar from the first tap on: taking the work, promises, photos and the signature wait in the phone, and nothing is lost. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { later, minutes } from "#model/time";
import { LARGEST_FILE } from "../../gateway/api/read-upload.ts";
import { LARGEST } from "../../gateway/console/src/phone/kept-steps.ts";
import { png } from "../gateway/api/pictures.ts";
import { START } from "../gateway/api/stand.ts";
import { builtConsole, hasBrowser, launch } from "./browser.ts";
import { FIRM, type LiftVisit, NO, startLiftVisit } from "./lift-visit.ts";

/** Looked at by people, never compared. */
const pictures = join(tmpdir(), "gatehouse-pictures");
const PHONE = { width: 390, height: 844 } as const;

test("the phone keeps no file that the gateway would not take", () => {
  expect(LARGEST).toBe(LARGEST_FILE);
});

describe.runIf(hasBrowser())("a crew in a cellar", () => {
  let browser: Browser;
  let dist: string;
  let visit: LiftVisit;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
    mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => browser.close());
  beforeEach(async () => {
    visit = await startLiftVisit(browser, dist, { viewport: PHONE });
    page = visit.page;
    errors.length = 0;
    page.on("pageerror", (error) => errors.push(error.message));
    await visit.open();
  });
  afterEach(async () => {
    await visit[Symbol.asyncDispose]();
    expect(errors).toEqual([]);
  });

  const signal = (on: boolean) => page.context().setOffline(!on);
  const kept = (count: number) => page.locator(`[data-kept="${count}"]`).waitFor();
  const told = () => page.locator("[data-kept]").waitFor({ state: "detached" });
  const refused = (count: number) => page.locator(`[data-refused="${count}"]`);
  const rows = (event: string) => visit.stand.door.journal.filter((row) => row.event === event);
  const photo = (n = 1) =>
    page
      .locator('input[type="file"]')
      .setInputFiles(Array.from({ length: n }, (_, i) => ({ name: `${i}.png`, mimeType: "image/png", buffer: png() })));
  const promise = async (span: number, note?: string) => {
    await visit.press("promise");
    await page.locator(`[data-span="${span}"]`).click();
    if (note) await page.locator('textarea[name="note"]').fill(note);
    await page.locator('[data-send="promise"]').click();
  };
  const sign = async (score: number) => {
    await visit.press("rate");
    await page.locator(`[data-score="${score}"]`).click();
    const pad = await page.locator("canvas").boundingBox();
    if (!pad) throw new Error("there is no pad");
    await page.mouse.move(pad.x + 40, pad.y + 60);
    await page.mouse.down();
    await page.mouse.move(pad.x + 160, pad.y + 90, { steps: 4 });
    await page.mouse.up();
    await page.locator('[data-send="rate"]').click();
  };
  const inPhone = () =>
    page.evaluate(`new Promise((done) => {
      const asked = indexedDB.open("gatehouse", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("files");
      asked.onsuccess = () => {
        const count = asked.result.transaction("files").objectStore("files").count();
        count.onsuccess = () => { asked.result.close(); done(count.result + localStorage.length); };
      };
    })`);

  test("takes the work, promises, works, takes photos and has it signed: all of it arrives once, in order, with its true time", async () => {
    await signal(false);
    await visit.press("accept");
    await kept(1);
    await visit.state("accepted");
    await promise(10);
    await kept(2);
    await visit.press("arrive");
    await visit.state("on-site");
    await page.locator('[data-sop="talk"]').click();
    await page.locator('[data-sop="talk"][aria-pressed="true"]').waitFor();
    await photo(2);
    await kept(6);
    await visit.press("mitigate");
    await visit.press("repair");
    await visit.state("repaired");
    await sign(5);
    await kept(9);
    await page.screenshot({ path: join(pictures, "phone-cellar-zh.png") });
    await page.getByRole("button", { name: "English" }).click();
    expect(await page.locator("[data-kept]").innerText()).toContain("7 steps, 2 pictures");
    await page.screenshot({ path: join(pictures, "phone-cellar-en.png") });
    expect(visit.ticket().state).toBe("dispatched");

    // Half an hour later: the ten minutes that they promised are over, and they were there in time.
    await visit.stand.clock.advance(minutes(30));
    await signal(true);
    await told();
    await expect.poll(() => visit.ticket().files?.length).toBe(3);
    const ticket = visit.ticket();
    expect(ticket).toMatchObject({
      state: "repaired",
      assignee: FIRM,
      promised: [{ what: "arrive", kept: true }],
      ratings: [{ score: 5, how: "signature" }],
    });
    const order = ["accept", "promise", "arrive", "sop", "mitigate", "repair", "rate"].map((step) => `ticket-${step}`);
    const found = visit.stand.door.journal.filter(({ event }) => order.includes(event));
    expect(found.map(({ event }) => event)).toEqual(order);
    const photos = rows("file-attached");
    for (const row of [...found, ...photos]) {
      expect([row.event, row.at, row.data]).toMatchObject([
        row.event,
        later(START, minutes(30)),
        { backEntry: true, through: "link" },
      ]);
      expect(row.occurredAt).toBeGreaterThanOrEqual(START);
      expect(row.occurredAt).toBeLessThan(later(START, minutes(2)));
    }
    expect(found.map(({ occurredAt }) => occurredAt)).toEqual(
      found.map(({ occurredAt }) => occurredAt).sort((a, b) => a - b),
    );
    expect(ticket.files?.map(({ what }) => what).sort()).toEqual(["photo", "photo", "signature"]);
    // The promise counts from when it was said.
    expect(ticket.promised?.[0]?.until).toBeLessThan(later(START, minutes(12)));
    expect(rows("late-step-refused")).toEqual([]);
    await expect.poll(inPhone).toBe(0);
  });

  test("somebody else took it meanwhile: each thing is told with its reason, stands in the ticket's story, and the photo can be saved", async () => {
    await signal(false);
    await visit.press("accept");
    await visit.press("arrive");
    await visit.state("on-site");
    await photo();
    await kept(3);
    const body = { commandId: "desk-0001", assignee: "李强" };
    expect((await visit.stand.ask("POST", `/api/tickets/${NO}/dispatch`, { as: "operator", body })).status).toBe(200);
    const took = { commandId: "desk-0002", assignee: "李强" };
    expect((await visit.stand.ask("POST", `/api/tickets/${NO}/accept`, { as: "operator", body: took })).status).toBe(
      200,
    );
    await visit.stand.clock.advance(minutes(5));
    await signal(true);
    await refused(3).waitFor();
    const said = await refused(3).innerText();
    expect(said).toContain("已被 李强 接单");
    expect(said).toContain("当前不由您处理");
    expect(await page.locator("[data-visit]").getAttribute("data-visit")).toBe("taken");
    await page.screenshot({ path: join(pictures, "phone-taken-zh.png") });
    await page.getByRole("button", { name: "English" }).click();
    expect(await refused(3).innerText()).toContain("already accepted by 李强");
    await page.screenshot({ path: join(pictures, "phone-taken-en.png") });

    const late = rows("late-step-refused");
    expect(late.map(({ data }) => data.step)).toEqual(["accept", "arrive", "file"]);
    expect(late.every(({ occurredAt }) => occurredAt < later(START, minutes(2)))).toBe(true);
    expect(visit.ticket()).toMatchObject({ assignee: "李强", state: "accepted" });

    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-save]").click()]);
    expect(download.suggestedFilename()).toMatch(/^2026-11-21T\d{6}\.jpg$/);
    await page.reload();
    await refused(3).waitFor();
    await refused(3).getByRole("button", { name: "知道了" }).click();
    await refused(3).waitFor({ state: "detached" });
    await expect.poll(inPhone).toBe(0);
  });

  test("the ticket went into another one meanwhile: that is told, and nothing more is asked for", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    await signal(false);
    await visit.press("arrive");
    await kept(1);
    const { tickets, lately } = visit.stand.door.house;
    const gone = visit.ticket();
    tickets.delete(NO);
    lately.set(NO, { ...gone, state: "merged", mergedInto: "GD20261121-000009", closedAt: visit.stand.clock.now() });
    await signal(true);
    await refused(1).waitFor();
    expect(await refused(1).innerText()).toContain(`工单 ${NO} 已关闭`);
  });

  test("the visit was ended meanwhile: what waits stays in the phone, says so, and goes out under a new link", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    await signal(false);
    await visit.press("arrive");
    await photo();
    await kept(2);
    await visit.stand.clock.advance(minutes(1));
    await visit.stand.ask("DELETE", `/api/tickets/${NO}/links/firm`, { as: "operator" });
    await visit.stand.clock.advance(minutes(1));
    await signal(true);
    await page.locator("[data-over]").waitFor();
    expect(await page.locator("[data-over]").innerText()).toBe(
      "此链接已到期或已被撤销。 如需继续处理，请打电话联系监控中心重发链接，用这部手机打开后会自动发出。",
    );
    expect(await page.locator('[data-kept="2"]').innerText()).toContain("1 步、1 个照片或文件还在手机里，没有发出");
    await page.screenshot({ path: join(pictures, "phone-over-zh.png") });
    expect(await page.locator("[data-refused]").count()).toBe(0);

    // The page is closed and opened without a link: it says that something is left.
    await page.goto("about:blank");
    await page.evaluate("0");
    await page.goto(`${visit.stand.url}/t`);
    await page.locator('[data-left="2"]').waitFor();
    expect(await page.locator('[data-left="2"]').innerText()).toContain(NO);

    const made = await visit.stand.ask("POST", `/api/tickets/${NO}/links`, {
      as: "operator",
      body: { person: "firm" },
    });
    await page.goto("about:blank");
    await page.goto(`${visit.stand.url}${made.body.path}`);
    await page.locator(".foot .first:enabled").click();
    await visit.state("on-site");
    await told();
    await expect.poll(() => visit.ticket().files?.length).toBe(1);
    expect(rows("ticket-arrive")).toMatchObject([{ data: { backEntry: true } }]);
    await expect.poll(inPhone).toBe(0);
  });

  test("what one of them kept never goes out under the name of another on the same phone", async () => {
    await page.evaluate(
      `localStorage.setItem("gatehouse.kept.${NO}.李强", ${JSON.stringify(
        JSON.stringify([{ commandId: "a", step: "accept", words: {}, doneAt: "2026-11-21T08:00:00Z" }]),
      )})`,
    );
    await page.reload();
    await page.locator('[data-visit="offered"]').waitFor();
    expect(await page.locator("[data-kept]").count()).toBe(0);
    expect(rows("ticket-accept")).toEqual([]);
  });

  test("whoever cannot come says so, and it goes out later", async () => {
    await signal(false);
    await visit.press("decline");
    await page.locator('textarea[name="note"]').fill("车在对岸，过不来");
    await page.locator('[data-send="decline"]').click();
    await page.locator('[data-visit="declined"]').waitFor();
    await kept(1);
    await visit.stand.clock.advance(minutes(1));
    await signal(true);
    await told();
    expect(rows("ticket-decline")).toMatchObject([{ data: { note: "车在对岸，过不来", backEntry: true } }]);
    expect(visit.ticket().offers).toMatchObject([{ state: "declined" }]);
  });

  test("the phone closes the page in the cellar: it comes again without a signal, with the work and all that is kept", async () => {
    await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
    await signal(false);
    await visit.press("accept");
    await kept(1);
    await page.reload();
    await visit.state("accepted");
    await kept(1);
    await visit.press("arrive");
    await kept(2);
    await photo();
    await kept(3);
    await page.reload();
    await visit.state("on-site");
    await kept(3);
    await visit.stand.clock.advance(minutes(8));
    await signal(true);
    await told();
    await expect.poll(() => visit.ticket().files?.length).toBe(1);
    expect(visit.ticket()).toMatchObject({ state: "on-site", assignee: FIRM });
    expect(rows("ticket-accept")[0]?.occurredAt).toBeLessThan(later(START, minutes(2)));
  });

  test("a photo whose answer was lost on the way is kept once by the gateway", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    let lost = 0;
    await page.route(
      "**/api/visit/files",
      async (route) => {
        await route.fetch();
        lost += 1;
        await route.abort();
      },
      { times: 1 },
    );
    await photo();
    await kept(1);
    expect(lost).toBe(1);
    await visit.stand.clock.advance(minutes(2));
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await told();
    await expect.poll(inPhone).toBe(0);
    expect(visit.ticket().files).toHaveLength(1);
    expect(rows("file-attached")).toHaveLength(1);
  });

  test("a full phone says so, keeps the photo as long as the page is open, and sends it", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    await signal(false);
    const browserLine = await page.context().newCDPSession(page);
    await browserLine.send("Storage.overrideQuotaForOrigin", { origin: visit.stand.url, quotaSize: 1 });
    await photo();
    await kept(1);
    await page.locator("[data-unsaved]").waitFor();
    expect(await page.locator("[data-unsaved]").innerText()).toContain("手机存储已满");
    await page.screenshot({ path: join(pictures, "phone-full-zh.png") });
    await page.getByRole("button", { name: "English" }).click();
    expect(await page.locator("[data-unsaved]").innerText()).toContain("leave the page open");
    await page.screenshot({ path: join(pictures, "phone-full-en.png") });
    await signal(true);
    await told();
    await expect.poll(() => visit.ticket().files?.length).toBe(1);
    expect(await page.locator("[data-unsaved]").count()).toBe(0);
  });

  test("more than thirty photos, and a paper of more than 5 MB, are refused at once in words", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    await signal(false);
    await page.locator('input[type="file"]').setInputFiles({
      name: "a.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.alloc(LARGEST + 1, 32),
    });
    await page.getByRole("alert").filter({ hasText: "超过 5 MB" }).waitFor();
    expect(await page.locator("[data-kept]").count()).toBe(0);
    await photo(31);
    await kept(30);
    await page.getByRole("alert").filter({ hasText: "已有 30 张照片等待发送" }).waitFor();
  });

  test("another time of the same promise asks for its reason where it is made, not hours later", async () => {
    await visit.press("accept");
    await visit.state("accepted");
    await signal(false);
    await promise(30);
    await kept(1);
    await visit.press("promise");
    await page.locator('[data-span="60"]').click();
    expect(await page.locator('[data-send="promise"]').isDisabled()).toBe(true);
    await page.locator('textarea[name="note"]').fill("堵车");
    await page.locator('[data-send="promise"]').click();
    await kept(2);
    await visit.stand.clock.advance(minutes(2));
    await signal(true);
    await told();
    expect(visit.ticket().promised).toMatchObject([{ what: "arrive" }, { what: "arrive", note: "堵车" }]);
    expect(await page.locator("[data-refused]").count()).toBe(0);
  });
});
