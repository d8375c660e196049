import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RuleBody } from "../../gateway/api/rule-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { entrapment, fleet, liftPoints, mixedAlarms } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";
import { badMorning, serialFrames, serialLine } from "./links.ts";
import { busyDay, quietLists, staff } from "./quiet.ts";
import { burstTicket, doorTicket, entrapmentTicket } from "./tickets.ts";

const hotRule: RuleBody = {
  id: "elevator.machine_room_hot",
  kind: "elevator",
  title: { zh: "机房高温", en: "Machine room hot" },
  severity: "S4",
  lifeSafety: true,
  when: "machine_temp > machineHot",
  sentence: { zh: "机房温度高于 40 °C，报 S4 警。", en: "Raises S4 when Machine room temperature is above 40 °C." },
  advice: { zh: "检查空调。", en: "Check the air conditioning." },
  source: "engineering judgement",
  params: [{ name: "machineHot", type: "number", default: 40, unit: "Cel", source: "engineering judgement" }],
  devices: ["lift-1"],
};

const pages: Readonly<Record<string, string>> = {
  watch: "/",
  ticket: "/tickets/GD20261121-000042",
  devices: "/devices",
  device: "/devices/lift-1",
  links: "/links",
  link: `/links/${serialLine}`,
  drill: "/drill",
  rules: "/rules",
  reports: "/reports",
  suppressed: "/suppressed",
  users: "/users",
};

describe.skipIf(!hasBrowser())("every page can be used by everybody", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const building = (gateway: FakeGateway, now: number) => {
    gateway.putDevices(
      ...fleet(now).map((device) => (device.id === "lift-9" ? { ...device, state: "offline" as const } : device)),
    );
    gateway.putAlarms(entrapment(now), ...mixedAlarms(now));
    gateway.putTickets(entrapmentTicket(now), burstTicket(now), doorTicket(now));
    gateway.putPoints(...liftPoints(now).map((point) => ({ ...point, write: { who: ["admin"] } })));
    gateway.putLinks(...badMorning(now));
    gateway.putFrames(serialLine, ...serialFrames(now));
  };
  const me = { id: "root", name: "管理员", role: "admin" } as const;

  test.each([
    { language: "zh", colours: "light", part: undefined },
    { language: "zh", colours: "dark", part: "colours" },
    { language: "en", colours: "light", part: "words" },
  ] as const)("in $language and $colours", { timeout: 300_000 }, async ({ language, colours, part }) => {
    await using seen = await look(browser, dist, {
      language,
      me,
      rules: [hotRule],
      report: busyDay(Date.now()),
      suppressed: quietLists(Date.now()),
      users: staff,
      fill: building,
      context: { colorScheme: colours },
    });
    const { page, gateway } = seen;
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(gateway.url + path);
      await page.locator("[data-pinned]").waitFor();
      await page
        .locator(
          "main [data-ticket], main [data-device], main [data-scenario], main [data-link], main [data-rule], main [data-kpi], main [data-suppressed], main [data-user]",
        )
        .first()
        .waitFor();
      expect([name, ...(await obstacles(page, part))]).toEqual([name]);
    }
    expect(seen.complaints).toEqual([]);
  });

  test("the reason dialog, an opened row, the sign-in and the empty screen too", { timeout: 120_000 }, async () => {
    {
      await using seen = await look(browser, dist, { fill: building });
      await seen.page.locator("[data-alarm]").nth(1).click();
      await seen.page.locator("[data-detail]").waitFor();
      expect(await obstacles(seen.page)).toEqual([]);
      await seen.page.locator("[data-pinned] [data-acknowledge]").click();
      await seen.page.getByRole("dialog").waitFor();
      expect(await obstacles(seen.page)).toEqual([]);
    }
    {
      await using seen = await look(browser, dist, { signedOut: true, path: "/#first=x", firstRun: "x" });
      await seen.page.getByRole("heading").waitFor();
      expect(await obstacles(seen.page)).toEqual([]);
    }
    {
      await using seen = await look(browser, dist, { fill: (gateway, now) => gateway.putDevices(...fleet(now)) });
      await seen.page.locator("[data-empty]").waitFor();
      expect(await obstacles(seen.page)).toEqual([]);
    }
  });

  test("targets are at least 24 pixels, and nothing is wider than a narrow phone", async () => {
    await using seen = await look(browser, dist, {
      fill: building,
      context: { viewport: { width: 390, height: 844 } },
    });
    const { page } = seen;
    await page.locator("[data-alarm]").first().waitFor();
    const small = await page.locator("button:visible, a[href]:visible").evaluateAll((all) =>
      all
        .map((one) => ({ box: one.getBoundingClientRect(), text: one.textContent }))
        .filter(({ box }) => box.width > 1 && (box.height < 24 || box.width < 24))
        .map(({ text, box }) => `${text} ${Math.round(box.width)}×${Math.round(box.height)}`),
    );
    expect(small).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  });
});
