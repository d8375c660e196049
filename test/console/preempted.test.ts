/** 挂起（被抢占）: an S1 takes the technician from lesser work, as everybody sees it, in front of the real routes, rules and store. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Account, Actor } from "#model/account";
import type { Policy } from "#model/policy";
import { newSession } from "../../gateway/people/sessions.ts";
import { shippedPolicy } from "../rules/response/shipped-policy.ts";
import { at, verdict } from "../support/building.ts";
import { type Story, startStory, storyPeople, storySite } from "../support/story-house.ts";
import { builtConsole, eventually, hasBrowser, launch } from "./browser.ts";

const trapped = verdict("elevator.entrapment", "lift-1", "active", { ticket: "elevator_entrapment", lifeSafety: true });
const pump = verdict("water.pump_trip", "booster-1", "active", { severity: "S3", ticket: "pump_fault" });
const A: Actor = { kind: "person", id: "a", name: "张工", role: "maintainer" };
const wang: Account = { id: "wang", name: "王工", role: "operator", password: "-", state: "active", createdAt: at(0) };

describe.skipIf(!hasBrowser())("work that an emergency took its technician from", () => {
  let browser: Browser;
  let dist: string;
  let policy: Policy;
  beforeAll(async () => {
    [browser, dist, policy] = await Promise.all([launch(), builtConsole(), shippedPolicy()]);
  });
  afterAll(() => browser.close());

  /** 张工 is at the pump since ten; at ten past he accepts the entrapment. 李工 is on duty too. */
  async function taken(before = async (_: Story, _lesser: string) => {}): Promise<{
    story: Story;
    lesser: string;
    grave: string;
  }> {
    const people = storyPeople(policy);
    const crew = {
      ...people,
      people: [...people.people, { id: "a", name: "张工" }, { id: "b", name: "李工" }],
      teams: people.teams.map((team) => (team.id === "technician-on-duty" ? { ...team, people: ["a", "b"] } : team)),
    };
    const story = await startStory({ site: storySite(policy, { people: crew }), console: dist });
    await story.conditions(pump);
    const lesser = story.open()[0]?.no ?? "";
    await story.step(lesser, "accept", {}, A);
    await story.until(at(10));
    await before(story, lesser);
    await story.conditions(trapped);
    const grave = story.open().find(({ severity }) => severity === "S1")?.no ?? "";
    await story.step(grave, "accept", {}, A);
    return { story, lesser, grave };
  }

  /** A page of somebody at the desk, signed in. */
  async function desk(story: Story, language: "zh" | "en", path: string): Promise<Page> {
    const { url } = await story.api();
    const { session, secret } = newSession(wang, story.clock.now());
    (story.house.accounts as Map<string, Account>).set(wang.id, wang);
    (story.house.sessions as Map<string, typeof session>).set(session.id, session);
    const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
    await context.addCookies([{ name: "gh", value: secret, url }]);
    await context.addInitScript(`try { localStorage.setItem("gatehouse.language", "${language}"); } catch {}`);
    const page = await context.newPage();
    page.setDefaultTimeout(12_000);
    await page.goto(url + path);
    return page;
  }

  for (const [language, words] of [
    [
      "zh",
      {
        state: "挂起（被抢占）",
        hold: "被抢占：人员已转去紧急工单，时限照计",
        asked: "已派李工，等待接单",
        line: "张工 转去紧急工单",
        tell: "告知报修人新的时间",
      },
    ],
    [
      "en",
      {
        state: "on hold (pre-empted)",
        hold: "Pre-empted: its technician left for an emergency, the clocks run on",
        asked: "李工",
        line: "张工 left for the emergency",
        tell: "tell the owner a new time",
      },
    ],
  ] as const) {
    test(`the list and the ticket say so, who took him and whom it is offered to, with the clocks running (${language})`, async () => {
      const { story, lesser, grave } = await taken();
      await using _story = story;
      const list = await desk(story, language, "/tickets");
      const row = list.locator(`tr[data-ticket="${lesser}"]`);
      await row.getByText(words.state).waitFor();
      expect(await row.innerText()).toContain("张工 → ");
      expect(await row.locator(`a[href="/tickets/${grave}"]`).count()).toBe(1);
      expect(await list.locator(`tr[data-ticket="${grave}"]`).innerText()).not.toContain(words.state);

      const page = await desk(story, language, `/tickets/${lesser}`);
      const hold = page.locator('[data-hold="preempted"]');
      await hold.waitFor();
      expect(await hold.innerText()).toContain(words.hold);
      expect(await hold.innerText()).toContain("张工");
      expect(await hold.locator("a").getAttribute("href")).toBe(`/tickets/${grave}`);
      await page.locator(`[data-ticket="${lesser}"]`).getByText(words.state).first().waitFor();
      expect(await page.locator("[data-offer]").allInnerTexts()).toMatchObject([
        expect.stringContaining("李工"),
        expect.stringContaining("张工"),
      ]);
      expect(await page.locator("[data-offer]").first().getAttribute("data-offer")).toBe("open");
      expect(await page.locator("[data-asked]").first().innerText()).toContain("李工");
      await page.getByText(words.line).first().waitFor();
      await page.locator(`[data-told][title*="${words.tell}"]`).first().waitFor({ state: "attached" });
      // None of them stands still: the time on site runs out as it would have.
      expect(await page.locator('[data-clock="onsite"]').first().getAttribute("data-mode")).toBe("running");
      await story.until(at(31));
      await page.reload();
      await page.locator('[data-clock="onsite"][data-mode="over"]').first().waitFor();
      await page.locator(`[data-hold="preempted"]`).waitFor();
      await list.context().close();
      await page.context().close();
    });
  }

  test("the desk tells the owner the new time; and when the emergency lets him go, the work goes on and he is asked like everybody", async () => {
    const { story, lesser, grave } = await taken();
    await using _story = story;
    const page = await desk(story, "zh", `/tickets/${lesser}`);
    await page.locator('[data-step="promise"]').click();
    const until = at(90);
    await page.locator("[name=until]").fill("2026-11-21T11:30");
    await page.locator('[data-send="promise"]').click();
    await eventually(() => story.ticket(lesser).promised).toMatchObject([{ what: "arrive", until }]);
    await page.reload();
    await page.locator("[data-promised]").waitFor();
    expect(await page.locator('[data-hold="preempted"]').count()).toBe(1);
    for (const step of ["arrive", "mitigate", "repair"] as const) await story.step(grave, step, {}, A);
    await page.reload();
    await page.locator(`[data-ticket="${lesser}"]`).waitFor();
    expect(await page.locator("[data-hold]").count()).toBe(0);
    expect(await page.locator(".state").first().innerText()).toBe("待接单");
    // 李工 has still time to answer; only then is it 张工's turn again.
    expect(await page.locator("[data-asked]").first().innerText()).toContain("李工");
    await story.until(at(16));
    await page.reload();
    await eventually(() => page.locator("[data-asked]").first().innerText()).toContain("张工");
    await page.context().close();
  });

  test("on the phone of whoever left it says for what; the next one sees why it is to be had, and takes it", async () => {
    const phones: Page[] = [];
    const { story, lesser, grave } = await taken(async (before, no) => {
      phones.push(await opened(before, no, "a", "zh-CN"));
      await phones[0]?.locator('[data-visit="mine"]').waitFor();
    });
    await using _story = story;
    const [left] = phones;
    if (!left) throw new Error("no phone was opened");
    await left.reload();
    const why = `您已转去紧急工单 ${grave}。本单挂起（被抢占），已另派他人，您无需前往。`;
    await left.getByText(why).waitFor();
    expect(await left.locator("[data-step]").count()).toBe(0);
    await left.locator("button.language").click();
    await left.getByText(`You were called to the emergency ${grave}. This work is on hold (pre-empted)`).waitFor();

    const next = await opened(story, lesser, "b", "zh-CN");
    await next.locator('[data-visit="offered"]').getByText("被抢占：人员已转去紧急工单，时限照计").waitFor();
    await next.locator('[data-step="accept"]').click();
    await next.locator('[data-visit="mine"]').waitFor();
    expect(story.ticket(lesser)).toMatchObject({ assignee: "李工", state: "accepted" });
    // Whoever left reads now that somebody else has it.
    await left.reload();
    await left.getByText("此单已由他人处理，您无需前往。").waitFor();
    await left.context().close();
    await next.context().close();
  });

  /** The page behind a link that the desk makes for this person. */
  async function opened(story: Story, no: string, person: string, locale: string): Promise<Page> {
    const stand = await story.api();
    const made = await stand.ask("POST", `/api/tickets/${no}/links`, { as: "operator", body: { person } });
    expect(made.status).toBe(201);
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale, hasTouch: true });
    const page = await context.newPage();
    page.setDefaultTimeout(12_000);
    await page.goto(`${stand.url}${made.body.path}`);
    await page.locator(".foot .first:enabled").click();
    await page.locator("[data-visit]").waitFor();
    return page;
  }
});
