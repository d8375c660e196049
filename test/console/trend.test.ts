import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BucketBody } from "../../gateway/api/shapes.ts";
import { HEIGHT, trendShape, WIDTH } from "../../gateway/console/src/engineer/trend-shape.ts";
import { builtConsole, eventually, hasBrowser, launch, look } from "./browser.ts";
import { fleet, liftPoints } from "./building.ts";

const iso = (at: number) => new Date(at).toISOString();
const bucket = (at: number, min: number, max: number, quality: BucketBody["quality"] = "good"): BucketBody => ({
  at: iso(at),
  min,
  max,
  mean: (min + max) / 2,
  last: max,
  count: 3,
  quality,
});
const nothing = (at: number): BucketBody => ({
  at: iso(at),
  min: null,
  max: null,
  mean: null,
  last: null,
  count: 0,
  quality: "bad",
});

describe("the drawing of a trend", () => {
  test("breaks band and line at a gap, and hatches what is unknown or doubtful", () => {
    const shape = trendShape(
      [bucket(0, 1, 3), nothing(1_000), bucket(2_000, 2, 4), bucket(3_000, 5, 5, "uncertain")],
      0,
      4_000,
    );
    expect(shape).toMatchObject({ low: 1, high: 5 });
    expect(shape.band.match(/M/g)).toHaveLength(2);
    expect(shape.line.match(/M/g)).toHaveLength(2);
    expect(shape.doubtful).toEqual([
      { x: WIDTH / 4, width: WIDTH / 4 },
      { x: (WIDTH * 3) / 4, width: WIDTH / 4 },
    ]);
  });

  test("puts a constant in the middle, and stays inside its frame", () => {
    const flat = trendShape([bucket(0, 7, 7)], 0, 1_000);
    expect(flat.line).toBe(`M0.0,${(HEIGHT / 2).toFixed(1)}H${WIDTH.toFixed(1)}`);
    const early = trendShape([bucket(-9_000, 1, 2), bucket(500, 3, 4)], 0, 1_000);
    for (const number of `${early.band} ${early.line}`.match(/-?\d+\.\d/g) ?? []) {
      expect(Number(number)).toBeGreaterThanOrEqual(0);
      expect(Number(number)).toBeLessThanOrEqual(WIDTH);
    }
  });

  test.each([[[]], [[nothing(0)]]])("of nothing is nothing, hatched all over", (buckets) => {
    expect(trendShape(buckets, 0, 1_000)).toEqual({
      low: undefined,
      high: undefined,
      band: "",
      line: "",
      doubtful: [{ x: 0, width: WIDTH }],
    });
  });
});

describe.skipIf(!hasBrowser())("the trend on the page of a device", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());
  /** A wave with a gap in its middle and a doubtful end. */
  const wave = (_: string, from: number, to: number): BucketBody[] =>
    Array.from({ length: 120 }, (_row, i) => {
      const at = from + ((to - from) * i) / 120;
      const value = 28 + 4 * Math.sin(i / 9);
      return i > 50 && i < 62 ? nothing(at) : bucket(at, value - 0.8, value + 0.8, i > 105 ? "uncertain" : "good");
    });
  const open = (language: "zh" | "en") =>
    look(browser, dist, {
      path: "/devices/lift-1",
      language,
      history: wave,
      fill(gateway, now) {
        gateway.putDevices(...fleet(now));
        gateway.putPoints(...liftPoints(now));
      },
    });

  test("is drawn when asked for, told in words, and changes its span", async () => {
    await using seen = await open("zh");
    const { page } = seen;
    await page.locator('[data-draws="lift-1.machine_temp"]').click();
    const drawing = page.locator('[data-trend="lift-1.machine_temp"]');
    const image = drawing.getByRole("img");
    await eventually(() => image.getAttribute("aria-label")).toMatch(
      /^机房温度，最近1 小时：最低 23\.\d+ °C，最高 32\.\d+ °C，2 段无数据或不可信$/,
    );
    expect((await drawing.locator(".band").getAttribute("d"))?.match(/M/g)).toHaveLength(2);
    expect(await drawing.locator(".doubtful").count()).toBe(2);
    await drawing.getByRole("button", { name: "7 天" }).click();
    await eventually(() => image.getAttribute("aria-label")).toContain("最近7 天");
    if (process.env.SHOT_TREND) await page.screenshot({ path: process.env.SHOT_TREND });
    await page.locator('[data-draws="lift-1.machine_temp"]').click();
    await eventually(() => drawing.count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  test("waits for the gateway's time when it is opened before the clock of the page has ticked", async () => {
    await using seen = await open("en");
    const { page } = seen;
    const button = '[data-draws="lift-1.machine_temp"]';
    await page.locator(button).waitFor();
    // Pressed in the very moment in which it appears.
    await page.addInitScript(`new MutationObserver((_, self) => {
      const button = document.querySelector('${button}');
      if (button) { self.disconnect(); button.click(); }
    }).observe(document, { childList: true, subtree: true })`);
    await page.reload();
    const image = page.locator('[data-trend="lift-1.machine_temp"]').getByRole("img");
    await eventually(() => image.getAttribute("aria-label")).toContain("23.");
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("says in English why there is none", async () => {
    await using seen = await look(browser, dist, {
      path: "/devices/lift-1",
      language: "en",
      fill(gateway, now) {
        gateway.putDevices(...fleet(now));
        gateway.putPoints(...liftPoints(now));
      },
    });
    await seen.page.locator('[data-draws="lift-1.machine_temp"]').click();
    await seen.page.getByText("No data in this time").waitFor();
  });
});
