/** A crew in a lift shaft: what they do without a signal is kept in the phone and reaches the gateway once, with its true time. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { later, minutes, seconds } from "#model/time";
import type { VisitBody } from "../../gateway/api/visit-shapes.ts";
import { FROM, TO, withKept } from "../../gateway/console/src/phone/kept-steps.ts";
import { STEPS_BY_LINK } from "../../rules/response/called-out.ts";
import { STEPS } from "../../rules/response/possible-steps.ts";
import { START } from "../gateway/api/stand.ts";
import { builtConsole, hasBrowser, launch } from "./browser.ts";
import { FIRM, type LiftVisit, NO, startLiftVisit } from "./lift-visit.ts";

/** Looked at by people, never compared. */
const pictures = join(tmpdir(), "gatehouse-pictures");
const PHONE = { width: 390, height: 844 } as const;

test("the phone knows the same order of steps as the rules", () => {
  for (const [step, states] of Object.entries(FROM)) {
    const rule = STEPS[step as keyof typeof STEPS];
    expect([step, TO[step], states]).toEqual([
      step,
      rule.to,
      step === "accept"
        ? rule.from
        : rule.from?.filter((state) => state !== "new" && state !== "dispatched" && state !== "closed"),
    ]);
    expect(STEPS_BY_LINK.has(step as never)).toBe(true);
  }
  const visit = {
    standing: "mine",
    work: { state: "mitigated", sop: [], clocks: [], promised: [], can: ["rate", "note"] },
  } as unknown as VisitBody;
  const kept = { commandId: "a", words: {}, doneAt: "2026-11-21T08:00:00Z" };
  // Who comes to where it is under control already changes nothing.
  expect(withKept(visit, [{ ...kept, step: "arrive" }]).work).toMatchObject({
    state: "mitigated",
    can: ["arrive", "repair", "promise", "note"],
  });
});

describe.runIf(hasBrowser())("without a signal", () => {
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
    await visit.press("accept");
    await visit.state("accepted");
    await visit.press("arrive");
    await visit.state("on-site");
  });
  afterEach(async () => {
    await visit[Symbol.asyncDispose]();
    expect(errors).toEqual([]);
  });
  const signal = (on: boolean) => page.context().setOffline(!on);
  const kept = (count: number) => page.locator(`[data-kept="${count}"]`).waitFor();
  const told = () => page.locator("[data-kept]").waitFor({ state: "detached" });
  const rows = (event: string) => visit.stand.door.journal.filter((row) => row.event === event);

  test("four steps are shown as done, stand in the phone, and arrive once each with the time at which they were done", async () => {
    await signal(false);
    await visit.press("mitigate");
    await kept(1);
    await visit.state("mitigated");
    await page.locator('[data-sop="talk"]').click();
    await page.locator('[data-sop="talk"][aria-pressed="true"]').waitFor();
    await visit.press("note");
    await page.locator('textarea[name="note"]').fill("两人已扶出，一人轻微不适");
    await page.locator('[data-send="note"]').click();
    await kept(3);
    await visit.press("repair");
    await visit.state("repaired");
    await kept(4);
    expect(await page.locator("[data-kept]").innerText()).toContain("没有信号");
    await page.screenshot({ path: join(pictures, "phone-offline-zh.png") });
    await page.getByRole("button", { name: "English" }).click();
    expect(await page.locator("[data-kept]").innerText()).toContain("No signal: 4 steps");
    await page.screenshot({ path: join(pictures, "phone-offline-en.png") });
    expect(visit.ticket().state).toBe("on-site");

    // They climb out twelve minutes later.
    await visit.stand.clock.advance(minutes(12));
    await signal(true);
    await told();
    await visit.state("repaired");
    const ticket = visit.ticket();
    expect(ticket).toMatchObject({ state: "repaired", assignee: FIRM });
    expect(ticket.sop.find(({ step }) => step === "talk")).toMatchObject({ doneBy: FIRM });
    for (const event of ["ticket-mitigate", "ticket-sop", "ticket-note", "ticket-repair"]) {
      const found = rows(event);
      expect([event, found.length]).toEqual([event, 1]);
      expect(found[0]).toMatchObject({ at: later(START, minutes(12)), data: { backEntry: true, through: "link" } });
      // The seconds that the page itself was open; not the twelve minutes.
      expect(found[0]?.occurredAt).toBeGreaterThanOrEqual(START);
      expect(found[0]?.occurredAt).toBeLessThan(later(START, minutes(2)));
    }
    expect(ticket.clocks.find(({ kind }) => kind === "mitigate")?.metAt ?? START).toBeLessThan(
      later(START, minutes(2)),
    );
    // Nothing of it is left in the phone.
    expect(await page.evaluate("localStorage.length")).toBe(0);
  });

  test("a page that is opened again sends what the closed one had kept, also when the gateway itself was away", async () => {
    await page.route("**/api/visit/**", (route) => route.abort());
    await visit.press("mitigate");
    await kept(1);
    await page.unroute("**/api/visit/**");
    await visit.stand.clock.advance(minutes(3));
    await page.reload();
    await visit.state("mitigated");
    await told();
    expect(rows("ticket-mitigate")).toMatchObject([{ data: { backEntry: true } }]);
  });

  test("a step whose answer was lost on the way is done once, whatever is sent again", async () => {
    await page.route(
      "**/api/visit/mitigate",
      async (route) => {
        await route.fetch();
        await route.abort();
      },
      { times: 1 },
    );
    await visit.press("mitigate");
    await kept(1);
    expect(rows("ticket-mitigate")).toHaveLength(1);
    await visit.stand.clock.advance(seconds(20));
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await told();
    expect(rows("ticket-mitigate")).toHaveLength(1);
    expect(rows("ticket-mitigate")[0]?.data).not.toHaveProperty("backEntry");
  });

  test("what the gateway does not take any more is told with its reason until it was read", async () => {
    await signal(false);
    await visit.press("mitigate");
    await kept(1);
    const done = { commandId: "desk-0001", note: "现场电话已报修复" };
    expect((await visit.stand.ask("POST", `/api/tickets/${NO}/repair`, { as: "operator", body: done })).status).toBe(
      200,
    );
    await signal(true);
    const alert = page.locator('[data-refused="1"]');
    await alert.waitFor();
    expect(await alert.innerText()).toContain("打电话告诉监控中心");
    expect(await alert.innerText()).toContain("不能执行此步骤");
    await page.screenshot({ path: join(pictures, "phone-refused-zh.png") });
    await page.reload();
    await alert.waitFor();
    await alert.getByRole("button", { name: "知道了" }).click();
    await alert.waitFor({ state: "detached" });
    expect(rows("ticket-mitigate")).toHaveLength(0);
    expect(visit.ticket().state).toBe("repaired");
  });

  test("a phone whose clock jumps while it has no signal never tells of the future", async () => {
    await signal(false);
    await page.evaluate("(() => { const now = Date.now; Date.now = () => now() + 3_600_000; })()");
    await visit.press("mitigate");
    await kept(1);
    await visit.stand.clock.advance(minutes(1));
    await signal(true);
    await told();
    expect(await page.locator("[data-refused]").count()).toBe(0);
    expect(rows("ticket-mitigate")[0]?.occurredAt).toBe(visit.stand.clock.now());
  });

  test("what somebody else wrote into the phone's storage is no step", async () => {
    const garbage = [
      "{",
      "[1]",
      '[{"step":"close","commandId":"x","doneAt":"2026-11-21T08:00:00Z"}]',
      '[{"step":"mitigate"}]',
      '{"a":1}',
      '[{"step":"mitigate","commandId":"x","doneAt":"2026-11-21T08:00:00Z"}]',
      '[{"step":"mitigate","commandId":"x","words":{},"doneAt":"yesterday"}]',
    ];
    for (const text of garbage) {
      await page.evaluate(`localStorage.setItem("gatehouse.kept.${NO}.${FIRM}", ${JSON.stringify(text)})`);
      await page.reload();
      await visit.state("on-site");
      expect(await page.locator("[data-kept], [data-refused]").count()).toBe(0);
    }
    expect(visit.ticket().state).toBe("on-site");
  });
});
