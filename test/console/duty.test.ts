/** Who is on duty and who is next; the ways out for messages, and the button that tries one. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChannelBody, PersonBody, ShiftBody } from "../../gateway/api/people-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";

const soon = new Date(Date.now() + 3_600_000).toISOString();
const text = (zh: string) => ({ zh, en: zh });
const shifts: readonly ShiftBody[] = [
  {
    team: "desk",
    name: text("监控中心"),
    roles: [],
    onDuty: [{ id: "li", name: "李娜" }],
    until: soon,
    next: [{ id: "wang", name: "王芳" }],
  },
  { team: "guards", name: text("保安"), roles: [], onDuty: [] },
];
const channels: readonly ChannelBody[] = [
  { id: "sms", kind: "provider", health: "works" },
  { id: "robot", kind: "wecom", health: "fails", since: soon, because: "93000" },
];
const people: readonly PersonBody[] = [{ id: "li", name: "李娜", teams: [] }];

describe.skipIf(!hasBrowser())("duty and channels", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
  });
  afterAll(() => browser.close());
  const pages = (key: string) => {
    const found: Readonly<Record<string, unknown>> = {
      "GET /api/shifts": shifts,
      "GET /api/channels": channels,
      "GET /api/people": people,
      "POST /api/channels/sms/test": { outcome: "delivered" },
      "POST /api/channels/robot/test": { outcome: "refused", because: "93000" },
    };
    return key in found ? { status: 200, body: found[key] } : undefined;
  };
  const at = (role: "operator" | "supervisor" | "maintainer") =>
    look(browser, dist, { me: { id: "li", name: "李娜", role }, path: "/duty", language: "zh", pages });

  test("a supervisor sees who answers, who comes next, what fails and why, and tries a way out", async () => {
    await using seen = await at("supervisor");
    const { page, gateway } = seen;
    await page.locator("[data-channel=robot]").waitFor();
    expect(await page.locator("[data-team=desk] td").allInnerTexts()).toEqual([
      "监控中心",
      "李娜",
      expect.stringMatching(/\d:\d\d/),
      "王芳",
    ]);
    expect(await page.locator("[data-team=guards]").innerText()).toContain("无人值班");
    expect(await page.locator("[data-channel=robot]").innerText()).toMatch(/故障.*93000/s);
    expect(await obstacles(page)).toEqual([]);
    // Nobody is chosen: nothing can be sent.
    expect(await page.locator("[data-channel=sms] button").isDisabled()).toBe(true);
    await page.locator("[name=to]").selectOption("李娜");
    await page.locator("[data-channel=sms] button").click();
    await page.locator("[data-channel=sms]").getByText("已送达").waitFor();
    await page.locator("[data-channel=robot] button").click();
    await page.locator("[data-channel=robot]").getByText("被拒绝: 93000").waitFor();
    expect(gateway.received).toEqual([
      { path: "/api/channels/sms/test", body: { to: "li" } },
      { path: "/api/channels/robot/test", body: { to: "li" } },
    ]);
    expect(seen.complaints).toEqual([]);
  });

  test("an operator sees the states and tries nothing; a maintainer sees who is on duty alone", async () => {
    {
      await using seen = await at("operator");
      await seen.page.locator("[data-channel=sms]").waitFor();
      expect(await seen.page.locator("[data-channel] button").count()).toBe(0);
    }
    await using seen = await at("maintainer");
    await seen.page.locator("[data-team=desk]").waitFor();
    expect(await seen.page.locator("[data-channel]").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });
});
