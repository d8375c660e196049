import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { devicesFor, readBoard } from "../../gateway/console/src/engineer/simulator.ts";
import { createServerOffset } from "../../gateway/console/src/shared/server-offset.ts";
import {
  age,
  clockTime,
  fullTime,
  shortTime,
  span,
  spanLeft,
  spanOf,
} from "../../gateway/console/src/shared/time-text.ts";
import { numberText, quantityText, unitText } from "../../gateway/console/src/shared/units.ts";
import { topOf, visibleRows } from "../../gateway/console/src/shared/visible-rows.ts";
import { inputText } from "../../gateway/console/src/watch/input-text.ts";
import { instantInZone } from "../../gateway/console/src/watch/step-input.ts";

const NOON = Date.UTC(2026, 10, 21, 4);

describe("times", () => {
  test("are the site's, whatever zone the browser is in", () => {
    expect(shortTime(NOON, NOON + 1_000, "Asia/Shanghai")).toBe("12:00:00");
    expect(shortTime(NOON - 86_400_000, NOON, "Asia/Shanghai")).toBe("11-20 12:00");
    expect(fullTime(NOON, "Asia/Shanghai")).toBe("2026-11-21 12:00:00");
    expect(clockTime(Date.UTC(2026, 10, 21, 16), "Asia/Shanghai")).toBe("00:00:00");
    expect(clockTime(Number.NaN, "Asia/Shanghai")).toBe("--:--:--");
    expect(shortTime(Number.NaN, NOON, "Asia/Shanghai")).toBe("–");
    expect(clockTime(NOON, "No/Such")).toBe("04:00:00");
  });

  test("spans have no sign and no fraction; what is left is rounded up so that it never says zero too early", () => {
    expect([span(252_000), span(3_852_000), span(-65_400), span(Number.NaN)]).toEqual([
      "04:12",
      "1:04:12",
      "01:05",
      "–",
    ]);
    expect([spanLeft(1), spanLeft(1_000), spanLeft(59_001)]).toEqual(["00:01", "00:01", "01:00"]);
  });

  test("ISO durations are read, and nothing else", () => {
    expect([spanOf("PT30M"), spanOf("P1DT2H"), spanOf("-PT1.5S"), spanOf("PT0S")]).toEqual([
      1_800_000, 93_600_000, -1_500, 0,
    ]);
    expect([spanOf("30m"), spanOf(""), spanOf("<b>")]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test("ages get coarser", () => {
    expect([age(640), age(12_000), age(240_000), age(3 * 3_600_000), age(72 * 3_600_000)]).toEqual([
      "0.6 s",
      "12 s",
      "4 min",
      "3 h",
      "3 d",
    ]);
    expect([age(-500), age(Number.NaN)]).toEqual(["0.0 s", "–"]);
  });

  test("a back-entry is read off the site's wall clock, summer time included", () => {
    expect(instantInZone("2026-11-21T16:20", "Asia/Shanghai")).toBe("2026-11-21T16:20:00+08:00");
    expect(instantInZone("2026-07-01T12:00:30", "Europe/Berlin")).toBe("2026-07-01T12:00:30+02:00");
    expect(instantInZone("2026-01-01T00:00", "America/New_York")).toBe("2026-01-01T00:00:00-05:00");
    expect([
      instantInZone("", "UTC"),
      instantInZone("yesterday", "UTC"),
      instantInZone("2026-13-40T99:99", "UTC"),
    ]).toEqual([undefined, undefined, undefined]);
  });

  test("the gateway's clock is the median of five heartbeats, so one late frame moves nothing", () => {
    const offset = createServerOffset();
    expect(offset.at(0)).toBeUndefined();
    for (const [server, heard] of [
      [1_000_000, 0],
      [1_001_000, 1_000],
      [1_002_000, 6_000],
      [1_003_000, 3_000],
      [1_004_000, 4_000],
    ] as const)
      offset.hear(server, heard);
    expect(offset.at(5_000)).toBe(1_005_000);
    offset.hear(Number.NaN, 5_000);
    expect(offset.at(5_000)).toBe(1_005_000);
    offset.forget();
    expect(offset.at(5_000)).toBe(1_005_000);
    offset.hear(2_000_000, 6_000);
    expect(offset.at(6_000)).toBe(2_000_000);
  });
});

describe("values", () => {
  test("have the decimals that their size calls for, and units as people write them", () => {
    expect([0.12, 12.345, 1_234.56, 52, -0.5, 0].map(numberText)).toEqual([
      "0.12",
      "12.35",
      "1234.6",
      "52",
      "-0.5",
      "0",
    ]);
    expect([
      quantityText(28.6, "Cel"),
      quantityText(8, "m3/h"),
      quantityText(23.4, "%"),
      quantityText(3, undefined),
    ]).toEqual(["28.6 °C", "8 m³/h", "23.4%", "3"]);
    expect([unitText("unheard-of"), unitText("1"), numberText(Number.NaN)]).toEqual(["unheard-of", "", "?"]);
  });

  test("a bad value is nothing at all; bools and codes have names", () => {
    expect(inputText({ value: 7, quality: "bad" }, undefined)).toBeUndefined();
    expect(inputText({ value: null, quality: "good" }, undefined)).toBeUndefined();
    expect(inputText({ value: 1, quality: "good" }, { type: "bool", value: true })).toEqual({ zh: "是", en: "yes" });
    expect(
      inputText({ value: 0, quality: "uncertain" }, { type: "enum", value: 0, label: { zh: "关闭", en: "closed" } })
        ?.zh,
    ).toBe("关闭");
    expect(inputText({ value: 0.12, unit: "MPa", quality: "good" }, undefined)?.en).toBe("0.12 MPa");
  });
});

describe("long lists", () => {
  test("only rows in sight exist, wherever one scrolls, with or without an opened row", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: -500, max: 900_000 }),
        fc.integer({ min: 0, max: 1_200 }),
        fc.option(fc.record({ index: fc.integer({ min: -1, max: 20_000 }), extra: fc.integer({ min: 0, max: 600 }) }), {
          nil: undefined,
        }),
        (count, scroll, room, opened) => {
          const row = 36;
          const sight = visibleRows(count, row, scroll, room, opened);
          expect(sight.first).toBeGreaterThanOrEqual(0);
          expect(sight.end).toBeLessThanOrEqual(count);
          expect(sight.end - sight.first).toBeLessThanOrEqual(Math.ceil(room / row) + 15);
          const top = Math.min(Math.max(0, scroll), Math.max(0, sight.height - room));
          for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 50))) {
            const y = topOf(index, row, opened);
            if (y + row > top && y < top + room) expect(index >= sight.first && index < sight.end).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("the scenario board", () => {
  test("shows what it understands of the simulator's answer, and an empty board for garbage", () => {
    const board = readBoard({
      devices: [
        { device: "lift-1", kind: "elevator", playing: { scenario: "x", sinceStart: 4 } },
        { id: "booster-1", kind: "water", playing: null },
        { kind: "elevator" },
        7,
      ],
      scenarios: [
        {
          scenario: "x",
          kind: "elevator",
          title: { zh: "甲", en: "A" },
          mustFollow: [
            { rule: "r", severity: "S1", within: 31 },
            { rule: "r", severity: "S9", within: 1 },
          ],
        },
        { name: "y" },
        { title: { zh: "无名", en: "nameless" } },
      ],
    });
    expect(board.playing).toEqual([{ scenario: "x", device: "lift-1", sinceStart: 4 }]);
    expect(board.scenarios.map((one) => [one.name, one.title.zh, one.follows.length])).toEqual([
      ["x", "甲", 1],
      ["y", "y", 0],
    ]);
    const [first, second] = board.scenarios;
    expect(first && devicesFor(board, first).map((one) => one.id)).toEqual(["lift-1"]);
    expect(second && devicesFor(board, second)).toHaveLength(2);
  });

  test("whatever comes, it does not throw", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const board = readBoard(body);
        expect(Array.isArray(board.scenarios)).toBe(true);
      }),
    );
  });
});
