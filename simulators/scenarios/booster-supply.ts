/** Booster sets that run out of water: a shut inlet that empties the tank, and a clogged strainer. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { demand, repairAfter, type ScenarioOf } from "./scenario.ts";

const tankArea = 12;
/** The level is told in whole centimetres and trembles by some millimetres: for a minute below 0.60 m it must be at 0.58 m. */
const marks = { low: 0.58, empty: 0.3 } as const;
/** Seconds until the tank has fallen from `from` to `to` metres at this demand (m³/h). */
const falls = (from: number, to: number, flow: number) => ((from - to) * tankArea * 3600) / flow;
const noBurst = ["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.pipe_burst_sustained"] as const;

export const dryRun: ScenarioOf<Booster, "level" | "demand" | "pumpsStopAfter"> = {
  name: "dry-run",
  kind: "booster",
  title: { zh: "水箱抽空、水泵干转", en: "Tank runs empty, pumps run dry" },
  tells: {
    zh: "市政进水中断，水箱液位下降，先低液位告警，抽空后水泵干转",
    en: "The inlet is shut: the tank falls, is told low, and in the end the pumps draw air",
  },
  parameters: {
    level: { default: 0.75, min: 0.62, max: 2, unit: "m", tells: { zh: "起始液位", en: "Level at the start" } },
    demand,
    pumpsStopAfter: {
      default: 120,
      min: 30,
      max: 1800,
      unit: "s",
      tells: { zh: "抽空后多久处置", en: "Somebody acts so long after it is empty" },
    },
  },
  mustFollow: [
    {
      rule: "water.tank_low",
      severity: "S2",
      ticketClass: "pump_fault",
      // Demand swings by a tenth.
      within: 60,
      from: (values) => 1.1 * falls(values.level, marks.low, values.demand),
    },
    {
      rule: "water.dry_run",
      severity: "S1",
      ticketClass: "pump_fault",
      within: 22,
      // The less is drawn, the longer the vessel keeps the pressure up: 25 s at 8 m3/h.
      from: (values) =>
        1.1 * falls(values.level, marks.empty, values.demand) + Math.max(0, (25 * 8) / values.demand - 22),
    },
  ],
  mustNotFollow: noBurst,
  // Without water the pressure falls at full speed, and suction is gone.
  mayFollow: ["water.under_pressure", "water.all_pumps_failed", "water.suction_low", "water.cavitation"],
  watch: ["tank_level", "flow", "outlet_pressure", "p1_current", "p1_freq"],
  approach(booster, values) {
    const holding = onePumpHoldingPressure(booster, values.demand);
    booster.setTank(values.level);
    booster.shutInlet(true);
    return () => {
      booster.setTank(values.level);
      return holding();
    };
  },
  course(_booster, values) {
    const low = falls(values.level, marks.low, values.demand);
    const empty = falls(values.level, marks.empty, values.demand);
    return [
      { at: 0, tells: { zh: "进水中断", en: "The inlet is shut" } },
      { at: low, tells: { zh: "液位约 0.6 m", en: "The tank is at about 0.6 m" } },
      { at: empty, tells: { zh: "液位约 0.3 m，开始吸空", en: "The tank is at about 0.3 m; the pumps draw air" } },
      {
        at: 1.1 * empty + values.pumpsStopAfter,
        tells: { zh: "恢复进水", en: "The inlet is open again" },
        act(booster) {
          booster.shutInlet(false);
          booster.setTank(1);
        },
      },
      { at: 1.1 * empty + values.pumpsStopAfter + 60, tells: { zh: "恢复供水", en: "Water runs again" } },
    ];
  },
  endsAfter: (values) => 1.1 * falls(values.level, marks.empty, values.demand) + values.pumpsStopAfter,
};

const cloggedAfter = 57;

export const cavitation: ScenarioOf<Booster, "demand" | "repairAfter"> = {
  name: "cavitation",
  kind: "booster",
  title: { zh: "进口滤网堵塞、水泵气蚀", en: "Strainer clogs, pumps cavitate" },
  tells: {
    zh: "进口压力在 60 s 内从 0.20 降到 0.02 MPa，流量剧烈波动，功率下降",
    en: "Within a minute the suction pressure falls from 0.20 to 0.02 MPa; flow swings, power drops",
  },
  parameters: { demand, repairAfter },
  mustFollow: [
    {
      rule: "water.suction_low",
      severity: "S2",
      ticketClass: "pump_fault",
      within: 60,
      from: () => cloggedAfter,
      onlyIf: (values) => values.repairAfter > cloggedAfter + 70,
    },
  ],
  mustNotFollow: noBurst,
  mayFollow: ["water.cavitation"],
  watch: ["inlet_pressure", "flow", "p1_power"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [
    {
      at: 0,
      tells: { zh: "滤网开始堵塞", en: "The strainer begins to clog" },
      act: (booster) => booster.cavitate(true),
    },
    { at: 60, tells: { zh: "气蚀", en: "The pumps cavitate" } },
    {
      at: values.repairAfter,
      tells: { zh: "滤网清洗", en: "The strainer is cleaned" },
      act: (booster) => booster.cavitate(false),
    },
    { at: values.repairAfter + 60, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
