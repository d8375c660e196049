/** Rules as sentences: what a person reads who has never seen the expression. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ruleInWords } from "../../../rules/language/in-words.ts";
import { namingOf } from "../../../rules/language/naming.ts";
import { facts } from "../library/car.ts";
import { install, installSelf, readLibrary } from "../library/installation.ts";
import { randomExpression } from "../support/random-rules.ts";
import { deviceOf, param, pointsOf, type RuleText, rule, spanParam } from "../support/rule-bench.ts";

const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  level: ["水箱液位", "Tank level"],
  flow: ["流量", "Flow"],
  door: ["门开", "Door open"],
  card: ["刷卡", "Card read"],
  mode: ["模式", "Mode"],
  utility_ok: ["市电正常", "Mains present"],
};
const points = pointsOf("d", {
  level: "m",
  flow: "m3/h",
  door: "bool",
  card: "bool",
  mode: "enum",
  utility_ok: "bool",
}).map((point) => {
  const [zh = point.key, en = point.key] = NAMES[point.key] ?? [];
  return {
    ...point,
    name: { zh, en },
    ...(point.key === "mode" && { values: { 2: { zh: "检修", en: "Inspection" } } }),
  };
});
const naming = namingOf("water", [deviceOf("d", [0, 1, 2, 3, 4, 5])], points);
const words = (text: RuleText) => ruleInWords(rule(text), naming);
/** The condition alone. */
const condition = (when: string, more: Partial<RuleText> = {}) => {
  const { zh, en } = words({ when, ...more });
  return [zh.slice(0, zh.indexOf("，报")), en.slice(en.indexOf("when ") + 5, en.indexOf("; ends"))];
};

describe("a rule as a sentence", () => {
  test("says what raises it, for how long, and what ends it", () => {
    const text = {
      when: "level < low",
      clear: "level > 0.7 m",
      on: "hold",
      off: "2m",
      levels: [["level < 0.3 m", "S1"]] as const,
      params: { low: param(0.6, "m"), hold: spanParam(30_000) },
    };
    expect(words(text)).toEqual({
      zh: "水箱液位低于 0.6 m，持续 30 秒，报 S2 警；水箱液位低于 0.3 m 时为 S1；水箱液位高于 0.7 m 并持续 2 分后恢复。",
      en: "Raises S2 when Tank level is below 0.6 m for 30 s; S1 while Tank level is below 0.3 m; ends when Tank level is above 0.7 m for 2 min.",
    });
    expect(words({ when: "level < 1 m", deadband: "10 cm" }).zh).toBe(
      "水箱液位低于 1.0 m，报 S2 警；回到限值以内 10.0 cm 后恢复。",
    );
    expect(words({ when: "door" }).en).toBe("Raises S2 when “Door open”; ends when this is no longer so.");
  });

  test.each([
    ["door && !card", "「门开」，且非「刷卡」", "“Door open” and not “Card read”"],
    [
      "(door || card) && flow > 0",
      "（「门开」，或「刷卡」），且流量高于 0",
      "(“Door open” or “Card read”) and Flow is above 0",
    ],
    ["mode != 2", "模式不是「检修」", "Mode is not “Inspection”"],
    [
      "rate(level, 2m) >= 5 cm/min",
      "水箱液位在 2 分内的变化率不低于 5.0 cm/min",
      "the rate of change of Tank level over 2 min is at least 5.0 cm/min",
    ],
    [
      "unpreceded(door, card, 5s)",
      "「门开」之前 5 秒内没有「刷卡」",
      "“Door open” without “Card read” in the 5 s before",
    ],
    [
      "unanswered(door, card, 10s)",
      "「门开」后 10 秒内没有「刷卡」",
      "“Door open” is not followed by “Card read” within 10 s",
    ],
    ["held(door, 30s)", "「门开」持续 30 秒", "“Door open” for 30 s"],
    ["!building.utility_power", "非本楼宇的「市电正常」", "not “Mains present” of the same building"],
    ["any(floor3.door)", "（任一成立：3 层的「门开」）", "(any of “Door open” of floor 3)"],
    [
      "vote(2, door, card, flow > 0)",
      "（至少 2 项成立：「门开」、「刷卡」、流量高于 0）",
      "(at least 2 of “Door open”, “Card read”, Flow is above 0)",
    ],
    [
      'in_calendar("night") && min(flow, 60m) > 1.3 * baseline_min(flow, "02:00-04:00", 14d)',
      "处于夜间时段，且流量在 1 小时内的最小值高于 1.3 × 近 14 天每天「02:00-04:00」的流量最低值",
      "it is night and the lowest Flow within 1 h is above 1.3 × the lowest Flow at “02:00-04:00” in the last 14 d",
    ],
    ["flow - (level - flow) > 0", "流量 − （水箱液位 − 流量）高于 0", "Flow − (Tank level − Flow) is above 0"],
    ["has(door) && door", "「门开」", "“Door open”"],
    // As a person asks it, not sign by sign.
    ["since(door) < 2m", "最近 2 分内曾出现「门开」", "“Door open” within the last 2 min"],
    ["since(door) >= 2m", "最近 2 分内未出现「门开」", "no “Door open” within the last 2 min"],
    ["count(door, 10m) >= 3", "10 分内「门开」至少 3 次", "“Door open” at least 3 times within 10 min"],
    ["count(door, 10m) > 3", "10 分内「门开」超过 3 次", "“Door open” more than 3 times within 10 min"],
    ["flat(level, 30s, 0)", "水箱液位在 30 秒内没有变化", "Tank level does not change within 30 s"],
    ["flat(level, 30s, 1 cm)", "水箱液位在 30 秒内变动不超过 1.0 cm", "Tank level moves by at most 1.0 cm within 30 s"],
    ["mode >= 0 && mode == 2", "模式有读数，且模式为「检修」", "Mode is known and Mode is “Inspection”"],
    ["default(flow, 1) > 0", "流量（未知时视为 1）高于 0", "Flow (or 1 while unknown) is above 0"],
    ['in_calendar("school")', "处于「school」时段", "it is “school”"],
    // What no device of the site has is not spoken of.
    ["door || (has(p9_run) && p9_run)", "「门开」", "“Door open”"],
    ["door && (!has(p9_auto) || p9_auto)", "「门开」", "“Door open”"],
    ["has(p9_freq) && flow > p9_freq ? door : card", "「刷卡」", "“Card read”"],
    [
      "vote(2, door, card, has(p9_run) && p9_run)",
      "（至少 2 项成立：「门开」、「刷卡」）",
      "(at least 2 of “Door open”, “Card read”)",
    ],
    ["any(has(p8_run), has(p9_run))", "（任一成立：否、否）", "(any of no, no)"],
    ["no_such_point > 5", "「no_such_point」高于 5", "“no_such_point” is above 5"],
  ])("%s", (when, zh, en) => {
    expect(condition(when)).toEqual([zh, en]);
  });

  test("lets are spelled out, unless that would be too long", () => {
    expect(condition("open", { let: { open: "door && !card" } })[0]).toBe("「门开」，且非「刷卡」");
    expect(condition("a || b", { let: { a: "false", b: "door && steady" }, params: { steady: param(true) } })[0]).toBe(
      "「门开」",
    );
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`l${n}`, n === 0 ? "door" : `l${n - 1} && l${n - 1}`]),
    );
    const long = words({ when: "l39", let: doubled });
    expect(long.zh).toContain("`l39`指`l38`，且`l38`");
    expect(long.zh.length).toBeLessThan(2_000);
  });

  test("says what bad inputs do, where that is told", () => {
    expect(words({ when: "door", onBad: "trouble" }).zh).toContain(
      "持续 30 秒无法判断，另报一条“无法判断”的故障告警。",
    );
    expect(words({ when: "door", lifeSafety: true }).en).toContain("cannot be judged for 30 s");
    for (const quiet of [{}, { lifeSafety: true, onBad: "hold" }] as const)
      expect(words({ when: "door", ...quiet }).zh).not.toContain("无法判断");
  });

  test("Latin letters and digits stand apart from Chinese, in every rule of the packs, and no name of a point is a key", async () => {
    const devices = await Promise.all(
      [
        "elevator",
        "booster",
        "fire-panel",
        "door",
        "door-controller",
        "power-meter",
        "ups",
        "generator",
        "gas-detector",
      ].map((name) => install(`default-${name}`, name === "elevator" ? facts : {})),
    );
    const all = [...devices, installSelf()];
    let first = 0;
    const placed = all.map(({ device, points: own }) => {
      const handles = own.map((_, n) => first + n);
      first += own.length;
      return { ...device, points: handles };
    });
    for (const own of await readLibrary()) {
      const named = namingOf(
        own.kind,
        placed,
        all.flatMap((one) => one.points),
      );
      const { zh, en } = ruleInWords(own, named);
      const bare = zh.replaceAll(/「[^」]*」/g, "「」");
      expect([
        own.id,
        bare.match(/[a-z0-9%]\p{Script=Han}|\p{Script=Han}\d|\p{Script=Han} 「|」 \p{Script=Han}/giu),
      ]).toEqual([own.id, null]);
      expect([own.id, zh.match(/「[a-z]\w*」/g), en.match(/“[a-z]\w*_\w*”/g)]).toEqual([own.id, null, null]);
    }
  });

  test("every let of the packs that a sentence calls by name has one in both languages", async () => {
    for (const own of await readLibrary()) {
      const { zh, en } = ruleInWords(own, naming);
      expect([own.id, zh.match(/`\w+`/g), en.match(/`\w+`/g)]).toEqual([own.id, null, null]);
    }
  });

  test("any expression has a sentence in both languages, with every bracket closed", () => {
    fc.assert(
      fc.property(randomExpression, ({ text }) => {
        const { zh, en } = words({ when: text });
        for (const [open, close] of [
          ["（", "）"],
          ["「", "」"],
        ] as const)
          expect(zh.split(open).length).toBe(zh.split(close).length);
        expect(en.split("(").length).toBe(en.split(")").length);
        expect(`${zh}${en}`).not.toMatch(/undefined|NaN|\$\d|&&|\|\|/);
      }),
      { numRuns: 500 },
    );
  });

  test("garbage is shown as written", () => {
    fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => void words({ when: text })));
    expect(words({ when: "door &&" }).zh).toContain("door &&");
  });
});
