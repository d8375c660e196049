/** The pages beside the rules: the tuning report, learned values, and trying a changed rule, in a real browser. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RuleBody, RuleShape } from "../../gateway/api/rule-shapes.ts";
import { BacktestShape, LearnedOfferShape, LearnedShape, TuningJobShape } from "../../gateway/api/study-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

const FROM = "2026-11-14T08:00:00.000Z";
const TO = "2026-11-21T08:00:00.000Z";
const text = (words: string) => ({ zh: words, en: words });

const rule: RuleBody = RuleShape.parse({
  id: "water.pipe_burst_drop",
  kind: "water",
  title: { zh: "爆管（压降突变）", en: "Pipe burst (sudden pressure drop)" },
  severity: "S1",
  lifeSafety: false,
  when: "flow > burstStep",
  sentence: { zh: "流量突升，报 S1 警。", en: "A burst." },
  onDelay: "burstHold",
  advice: { zh: "关阀", en: "Shut the valve" },
  source: "model",
  params: [
    {
      name: "burstStep",
      type: "number",
      default: 5,
      unit: "m3/h",
      source: "engineering judgement",
      own: [{ device: "booster-1", value: 9.6, from: "learned", by: "赵工", at: TO, reason: "午间补水" }],
    },
    { name: "burstHold", type: "span", default: 18_000, unit: "ms", source: "model" },
  ],
  devices: ["booster-1"],
} satisfies RuleBody);

const alarm = (from: string, why: string) => ({
  alarm: "water.pipe_burst_drop@booster-1",
  device: "booster-1",
  severity: "S1",
  from,
  to: "2026-11-20T05:00:00.000Z",
  heldFor: 18,
  because: text(why),
});
const suggestion = {
  what: "burstStep",
  name: { zh: "最大正常流量突变", en: "the largest ordinary step of the flow" },
  unit: "m3/h",
  values: [9.6],
  now: { values: [5], from: "rules", source: "engineering judgement" },
  trial: [
    {
      rule: rule.id,
      before: 3,
      after: 0,
      same: 0,
      missed: [alarm("2026-11-20T04:00:00.000Z", "午间流量升至 16 m3/h")],
      missedCount: 3,
      extra: [],
      extraCount: 0,
    },
  ],
};
const named = {
  ...suggestion,
  what: "normalFlow",
  name: { zh: "常见流量", en: "the usual flow" },
  now: { values: [12], from: "device" },
  values: [7.1],
  notNow: { zh: "devices/*.yaml 中写明了 normalFlow，以文件为准。", en: "The file goes first." },
  trial: [],
};
const report = {
  from: FROM,
  to: TO,
  samples: 300_000,
  broken: 0,
  devices: [
    {
      device: "booster-1",
      minutes: 9_800,
      gaps: 2,
      begins: FROM,
      largestStep: 8.1,
      ordinaryStep: 8,
      median: 7,
      hourly: [],
      nightMinimum: 1,
      suggestions: [suggestion, named],
    },
    {
      device: "fire-1",
      minutes: 0,
      gaps: 1,
      largestStep: null,
      ordinaryStep: null,
      median: null,
      hourly: [],
      nightMinimum: null,
      suggestions: [],
      because: text("不足一天"),
    },
  ],
};
const applied = {
  id: "learned:booster-1:burstStep",
  state: "in-force",
  device: "booster-1",
  what: "burstStep",
  name: suggestion.name,
  unit: "m3/h",
  values: [9.6],
  was: [5],
  by: "赵工",
  at: TO,
  reason: "午间补水",
  learned: { from: FROM, to: TO, minutes: 9_800, gaps: 2 },
};
const gone = {
  id: "learned:old:burstStep",
  state: "ignored",
  device: "old",
  what: "burstStep",
  because: text("站点已没有设备 old"),
};
const study = { state: "done", progress: 1, report };
const before = LearnedShape.parse({ study, applied: [gone] });
const after = LearnedShape.parse({
  study: {
    ...study,
    report: {
      ...report,
      devices: [
        { ...report.devices[0], suggestions: [{ ...suggestion, now: { values: [9.6], from: "learned" } }, named] },
      ],
    },
  },
  applied: [applied, gone],
});
const offer = LearnedOfferShape.parse({
  confirm: "0".repeat(32),
  expiresAt: "2099-01-01T00:00:00.000Z",
  says: { zh: "将把 booster-1 的最大正常流量突变从 5 m3/h 改为 9.6 m3/h", en: "This sets it from 5 to 9.6 m3/h" },
});

const row = (more: object) => ({
  rule: rule.id,
  device: "booster-1",
  alarms: 0,
  pendingCancelled: 0,
  nearMisses: 0,
  longestPending: 0,
  unknown: 0,
  ...more,
});
const tuning = (state: string) =>
  TuningJobShape.parse({
    state,
    progress: state === "done" ? 1 : 0.4,
    ...(state === "done"
      ? {
          report: {
            from: FROM,
            to: TO,
            samples: 1_234_567,
            broken: 0,
            rows: [
              row({ rule: "water.flicker", pendingCancelled: 40, longestPending: 3 }),
              row({ rule: "water.blind", unknown: 200_000 }),
              row({ pendingCancelled: 9, nearMisses: 4, longestPending: 17.5 }),
            ],
          },
        }
      : {}),
  });

describe.skipIf(!hasBrowser())("the pages beside the rules", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  type Pages = NonNullable<NonNullable<Parameters<typeof look>[2]>["pages"]>;
  const open = (
    path: string,
    pages: Pages,
    role: "operator" | "supervisor" | "engineer" = "engineer",
    language: "zh" | "en" = "zh",
  ) =>
    look(browser, dist, {
      path,
      language,
      rules: [rule],
      pages,
      me: { id: "zhao", name: "赵工", role },
      fill: (gateway, now) => gateway.putDevices(...fleet(now)),
    });
  const ok = (body: unknown) => ({ status: 200, body });

  test("the tuning report is made, followed and read: what can be acted on first, with a hint", async () => {
    let asked = 0;
    await using seen = await open("/rules", (key) => {
      if (key === "POST /api/rules/tuning") return ok(tuning("running"));
      if (key !== "GET /api/rules/tuning") return undefined;
      asked += 1;
      const none = { code: "no-tuning", message: { zh: "还没有", en: "none" } };
      return asked === 1 ? { status: 404, body: none } : ok(tuning(asked > 2 ? "done" : "running"));
    });
    await seen.page.getByRole("link", { name: "整定报告" }).click();
    await seen.page.getByText("还没有整定报告").waitFor();
    await seen.page.getByRole("combobox").selectOption({ label: "14 天" });
    await seen.page.getByRole("button", { name: "生成报告" }).click();
    await seen.page.getByRole("progressbar").waitFor();
    await seen.page.locator("table[data-tuning]").waitFor();
    expect(seen.gateway.received).toContainEqual({ path: "/api/rules/tuning", body: { days: 14 } });
    expect(await obstacles(seen.page)).toEqual([]);
    const rows = await seen.page.locator("tr[data-row]").allInnerTexts();
    expect(rows.map((one) => one.split(/\s/)[0])).toEqual(["紧急", "water.blind", "water.flicker"]);
    expect(rows[0]).toMatch(/爆管（压降突变）[\s\S]*–\s+9\s+4\s+17\.5 s\s+–\s+多次接近触发/);
    expect(rows[1]).toMatch(/2\.3 d\s+数据长时间不可用/);
    expect(rows[2]).toContain("延时滤掉了短时波动");
    expect(seen.complaints.filter((one) => !one.includes("404"))).toEqual([]);
  });

  test("a learned value stands beside the one in force with its trial, and is applied in two steps with a reason", async () => {
    let told = before;
    await using seen = await open("/rules/learned", (key, body) => {
      if (key === "GET /api/rules/learned") return ok(told);
      if (key !== "POST /api/rules/learned/booster-1/burstStep") return undefined;
      if (!("confirm" in body)) return ok(offer);
      told = after;
      return ok(after);
    });
    const part = seen.page.locator('[data-learned="booster-1"]');
    await part.waitFor();
    expect(await part.innerText()).toMatch(/依据：6\.8 天有效流量（9800 分钟），空缺 2 段/);
    const line = part.locator('[data-suggestion="burstStep"]');
    expect(await line.innerText()).toMatch(
      /最大正常流量突变[\s\S]*5 m³\/h[\s\S]*规则默认[\s\S]*9\.6 m³\/h[\s\S]*3 → 0 条告警[\s\S]*不再产生 3 · 新增 0/,
    );
    await line.locator("summary").click();
    expect(await line.innerText()).toContain("午间流量升至 16 m3/h");
    const other = part.locator('[data-suggestion="normalFlow"]');
    expect(await other.innerText()).toContain("以文件为准");
    expect(await other.getByRole("button").count()).toBe(0);
    expect(await seen.page.locator('[data-learned="fire-1"]').innerText()).toContain("不足一天");
    expect(await seen.page.locator('[data-applied="learned:old:burstStep"]').innerText()).toMatch(
      /已忽略[\s\S]*站点已没有设备 old/,
    );

    expect(await obstacles(seen.page)).toEqual([]);
    await line.getByRole("button", { name: "应用…" }).click();
    const dialog = seen.page.getByRole("dialog");
    expect(await dialog.locator("[data-next]").isDisabled()).toBe(true);
    await dialog.getByRole("textbox").fill("每日午间补水");
    await dialog.locator("[data-next]").click();
    await dialog.getByText("从 5 m3/h 改为 9.6 m3/h").waitFor();
    await dialog.locator("[data-confirm]").click();
    await seen.page.locator('[data-applied="learned:booster-1:burstStep"]').waitFor();
    const sent = seen.gateway.received.filter(({ path }) => path.endsWith("/burstStep"));
    expect(sent.map(({ body }) => [body.reason, body.confirm])).toEqual([
      ["每日午间补水", undefined],
      ["每日午间补水", offer.confirm],
    ]);
    expect(await line.innerText()).toContain("与现行值相同");
    if (process.env.SHOT_LEARNED) await seen.page.screenshot({ path: process.env.SHOT_LEARNED });
    expect(seen.complaints).toEqual([]);
  });

  test("a supervisor sees it in English and takes an applied value back, but applies none; an operator has no such page", async () => {
    await using seen = await open(
      "/rules/learned",
      (key) => {
        if (key === "GET /api/rules/learned") return ok(after);
        return key === "POST /api/rules/learned/booster-1/burstStep/take-back" ? ok(before) : undefined;
      },
      "supervisor",
      "en",
    );
    const row = seen.page.locator('[data-applied="learned:booster-1:burstStep"]');
    await row.waitFor();
    expect(await row.innerText()).toMatch(/in force[\s\S]*9\.6 m³\/h[\s\S]*was 5 m³\/h[\s\S]*赵工/);
    expect(await seen.page.getByRole("button", { name: "Apply…" }).count()).toBe(0);
    await row.getByRole("button", { name: "Take back…" }).click();
    const dialog = seen.page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("false alarms all the same");
    await dialog.locator("[data-next]").click();
    await dialog.locator("[data-confirm]").click();
    await row.waitFor({ state: "detached" });
    expect(seen.gateway.received.at(-1)).toMatchObject({ body: { reason: "false alarms all the same" } });
    await using other = await open("/rules/learned", () => undefined, "operator", "en");
    await other.page.locator("[data-rule]").waitFor();
    expect(await other.page.getByRole("link", { name: "Learned values" }).count()).toBe(0);
  });

  test("a rule shows the value of each device that goes by another one, whose word it is, and when", async () => {
    await using seen = await open("/rules", () => undefined, "operator");
    const own = seen.page.locator('[data-own="booster-1"]');
    await own.waitFor();
    expect(await own.innerText()).toMatch(/9\.6 m³\/h[\s\S]*已应用的学习值 · 赵工 · 2026-11-21[\s\S]*午间补水/);
  });

  test("an engineer changes parameters and sees old beside new; mistakes are told by line and column", async () => {
    const job = { id: 1, rule: rule.id, state: "done", progress: 1 };
    const side = {
      alarms: [alarm("2026-11-20T04:00:00.000Z", "旧")],
      tickets: [],
      leftOut: [],
      tuning: [],
      gaps: [],
      gapCount: 0,
      broken: 0,
    };
    const done = BacktestShape.parse({
      ...job,
      report: {
        rule: rule.id,
        from: FROM,
        to: TO,
        samples: 1,
        devices: 1,
        ...side,
        changed: {
          alarms: [alarm("2026-11-19T04:00:00.000Z", "新")],
          tickets: [],
          same: 0,
          missed: side.alarms,
          extra: [alarm("2026-11-19T04:00:00.000Z", "新增的告警")],
        },
      },
    });
    const bad = {
      code: "bad-rule",
      message: { zh: "修改后的规则有问题，未试算。", en: "It has problems." },
      detail: [
        {
          file: "with",
          line: 3,
          column: 5,
          level: "error",
          what: text("未知的参数 burstSte"),
          todo: text("是不是 burstStep？"),
        },
      ],
    };
    await using seen = await open("/rules", (key, body) => {
      if (key !== "POST /api/rules/backtest") return undefined;
      return String(body.with).includes("burstSte:") ? { status: 422, body: bad } : ok(done);
    });
    const part = seen.page.locator(`[data-try="${rule.id}"]`);
    await part.getByRole("button", { name: "修改参数后试算…" }).click();
    const area = part.getByRole("textbox");
    const yaml = await area.inputValue();
    expect(yaml).toBe('- override: water.pipe_burst_drop\n  params:\n    burstStep: "5 m3/h"\n    burstHold: 18s\n');
    await area.fill(yaml.replace("burstStep", "burstSte"));
    await part.getByRole("button", { name: "试算修改后的规则" }).click();
    await part.getByText("第 3 行第 5 列").waitFor();
    expect(await part.innerText()).toContain("是不是 burstStep？");
    await area.fill(yaml.replace("5 m3/h", "8 m3/h"));
    await part.getByRole("button", { name: "试算修改后的规则" }).click();
    await part.getByText("相同 0，不再产生 1，新增 1").waitFor();
    const shown = await part.innerText();
    expect(shown).toMatch(/现行规则\s+1 条告警，0 张工单[\s\S]*修改后\s+1 条告警/);
    expect(shown).toMatch(/− 修改后不再产生[\s\S]*旧[\s\S]*\+ 修改后新增[\s\S]*新增的告警/);
    expect(seen.gateway.received.at(-1)).toEqual({
      path: "/api/rules/backtest",
      body: { rule: rule.id, with: yaml.replace("5 m3/h", "8 m3/h") },
    });
    expect(seen.complaints.filter((one) => !one.includes("422"))).toEqual([]);
  });
});
