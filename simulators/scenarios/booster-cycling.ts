/** Pumps that start too often or never rest: a leaking check valve, slipped floats, a closed outlet valve. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { type Approach, demand, type ScenarioOf } from "./scenario.ts";

const noBurst = ["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.pipe_burst_sustained"] as const;
/** 60 s of sleep delay, 7 s for 12.8 l of the vessel to flow back, and the time that the pump needs to fill it again. */
const cycleSeconds = 84;
const lasts = (defaultSeconds: number) => ({
  default: defaultSeconds,
  min: 300,
  max: 14_400,
  unit: "s",
  tells: { zh: "持续时间", en: "Lasts" },
});

export const shortCycling: ScenarioOf<Booster, "leak" | "lasts"> = {
  name: "short-cycling",
  kind: "booster",
  title: { zh: "供水泵频繁启停（止回阀内漏）", en: "Booster starts too often (leaking check valve)" },
  tells: {
    zh: "夜间小流量休眠时止回阀内漏，压力很快跌到唤醒值，水泵每小时启动约 45 次",
    en: "At night the check valve leaks back while the set sleeps; it wakes again and again, some 45 times an hour",
  },
  parameters: {
    leak: { default: 6, min: 4, max: 10, unit: "m3/h", tells: { zh: "倒流量", en: "Flows back" } },
    lasts: lasts(3000),
  },
  mustFollow: [
    {
      rule: "water.short_cycling",
      severity: "S3",
      ticketClass: "pump_fault",
      // The 13th start within the hour; at 4 m³/h a cycle is some seconds longer.
      within: 13 * (cycleSeconds + 7),
      onlyIf: (values) => values.lasts > 13 * (cycleSeconds + 7),
    },
  ],
  mustNotFollow: [...noBurst, "water.all_pumps_failed", "water.pump_fault", "water.dead_head"],
  mayFollow: ["water.short_cycling"],
  watch: ["outlet_pressure", "flow", "p1_starts", "p2_starts", "p3_starts"],
  approach(booster) {
    booster.fixDemand(0.3);
    return () => (booster.state.control.asleep ? "there" : "fast");
  },
  course: (_booster, values) => [
    {
      at: 0,
      tells: { zh: "止回阀开始内漏", en: "The check valve begins to leak" },
      act: (booster) => booster.leakBack(values.leak),
    },
    { at: values.lasts, tells: { zh: "更换止回阀", en: "The valve is replaced" }, act: (b) => b.leakBack(0) },
    // People get up one after another.
    { at: values.lasts + 60, act: (booster) => booster.fixDemand(4) },
    { at: values.lasts + 800, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const sumpShortCycling: ScenarioOf<Booster, "inflow" | "lasts"> = {
  name: "sump-short-cycling",
  kind: "booster",
  title: { zh: "污水泵频繁启停", en: "Sump pump starts too often" },
  tells: {
    zh: "浮球移位，启停液位差只剩 5 cm，持续来水，污水泵每小时启动约 18 次",
    en: "The floats have slipped to a band of 5 cm; with steady inflow the sump pump starts some 18 times an hour",
  },
  parameters: {
    inflow: { default: 6, min: 5, max: 9, unit: "m3/h", tells: { zh: "来水量", en: "Inflow" } },
    lasts: lasts(4200),
  },
  mustFollow: [
    {
      rule: "water.sump_short_cycling",
      severity: "S3",
      ticketClass: "pump_fault",
      // Sixteen cycles of at most 3.5 min.
      within: 16 * 210,
      onlyIf: (values) => values.lasts > 16 * 210,
    },
  ],
  mustNotFollow: [...noBurst, "water.sump_high"],
  mayFollow: ["water.sump_short_cycling"],
  watch: ["sump_level", "s1_run"],
  approach: (booster): (() => Approach) => {
    booster.fixDemand(8);
    booster.setSump(0.88);
    return () => "there";
  },
  course: (_booster, values) => [
    {
      at: 0,
      tells: { zh: "浮球移位，持续来水", en: "The floats slip, water runs in" },
      act: (booster) => booster.narrowSump(values.inflow),
    },
    { at: values.lasts, tells: { zh: "浮球复位", en: "The floats are put right" }, act: (b) => b.narrowSump(0) },
    { at: values.lasts + 30, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};

export const deadHead: ScenarioOf<Booster, "demand" | "lasts"> = {
  name: "dead-head",
  kind: "booster",
  title: { zh: "出口阀误关、水泵憋压空转", en: "Outlet valve shut, pump runs against it" },
  tells: {
    zh: "下游阀门误关，流量为零，休眠失效，水泵憋压运行并发热",
    en: "A valve downstream is shut by mistake; without flow the set does not fall asleep and its pump heats up",
  },
  parameters: { demand, lasts: lasts(1500) },
  mustFollow: [
    {
      rule: "water.dead_head",
      severity: "S2",
      ticketClass: "pump_fault",
      within: 600,
      onlyIf: (values) => values.lasts > 620,
    },
  ],
  mustNotFollow: [...noBurst, "water.all_pumps_failed", "water.dry_run"],
  watch: ["flow", "outlet_pressure", "p1_freq", "p1_power", "p1_temp"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [
    { at: 0, tells: { zh: "出口阀关闭", en: "The outlet valve is shut" }, act: (b) => b.shutOutlet(true) },
    { at: 60, tells: { zh: "憋压运行", en: "The pump runs against the valve" } },
    { at: values.lasts, tells: { zh: "阀门打开", en: "The valve is opened" }, act: (b) => b.shutOutlet(false) },
    { at: values.lasts + 60, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.lasts,
};
