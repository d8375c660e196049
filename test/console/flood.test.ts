import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { entrapment, fleet } from "./building.ts";
import type { FakeGateway } from "./fake-gateway.ts";

/** A mains failure: the utility first, sixteen lesser faults that follow from it, and somebody in a lift. */
const BEHIND = 16;
const outage = (now: number) => {
  const first = "power.outage@mains-1";
  const lesser = (n: number) =>
    entrapment(now, {
      id: `water.pump_fault@pump-${n}`,
      rule: "water.pump_fault",
      device: `pump-${n}`,
      deviceName: { zh: `${n}#水泵`, en: `Pump ${n}` },
      title: { zh: "水泵故障", en: "Pump fault" },
      severity: n % 2 === 0 ? "S3" : "S4",
      lifeSafety: false,
      follows: first,
      activeSince: new Date(now - 50_000 + n).toISOString(),
    });
  return [
    ...Array.from({ length: BEHIND }, (_, n) => lesser(n)),
    entrapment(now, {
      id: first,
      rule: "power.outage",
      device: "mains-1",
      deviceName: { zh: "市电进线", en: "Mains" },
      title: { zh: "市电失电", en: "Mains lost" },
      severity: "S2",
      lifeSafety: false,
    }),
    // Life safety that follows from the same cause stands by itself all the same.
    entrapment(now, { follows: first }),
  ];
};

describe.skipIf(!hasBrowser())("what an operator sees in a flood", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const flooded = (gateway: FakeGateway, now: number) => {
    gateway.putDevices(...fleet(now));
    gateway.putAlarms(...outage(now));
    const since = new Date(now - 55_000).toISOString();
    gateway.putFloods({ position: "site", since, told: 18, peak: 18, now: 18 });
  };

  test("the emergency first and never folded, the first-up with what stands behind it, and how many there are", async () => {
    await using seen = await look(browser, dist, { fill: flooded });
    const { page } = seen;
    const band = page.locator('[data-flood="site"]');
    await band.waitFor();
    expect(await band.innerText()).toContain("近 10 分钟 18 条，累计 18 条");
    expect(await band.innerText()).toContain("紧急和生命安全告警不归并");

    const rows = page.locator("[data-alarm]");
    expect(await rows.evaluateAll((list) => list.map((row) => row.getAttribute("data-alarm")))).toEqual([
      "elevator.entrapment_off_landing@lift-1",
      "power.outage@mains-1",
    ]);
    const first = page.locator('[data-alarm="power.outage@mains-1"]');
    expect(await first.locator("[data-first-up]").innerText()).toBe("首发");
    expect(await first.innerText()).toContain(`另有 ${BEHIND} 条`);
    expect(await rows.first().innerText()).not.toContain("另有");

    await band.getByRole("button", { name: "逐条显示" }).click();
    await page.locator('[data-alarm="water.pump_fault@pump-0"]').waitFor();
    expect(await rows.first().getAttribute("data-alarm")).toBe("elevator.entrapment_off_landing@lift-1");
    expect(await rows.count()).toBeGreaterThan(10);
    expect(seen.complaints).toEqual([]);
  });

  test("when it is over every alarm has its row again, and the band is gone", async () => {
    await using seen = await look(browser, dist, { fill: flooded, language: "en" });
    const { page, gateway } = seen;
    await page.locator("[data-flood]").getByText("Alarm flood").waitFor();
    expect(await page.locator("[data-alarm]").count()).toBe(2);
    gateway.putFloods();
    await page.locator('[data-alarm="water.pump_fault@pump-0"]').waitFor();
    expect(await page.locator("[data-flood]").count()).toBe(0);
  });
});
