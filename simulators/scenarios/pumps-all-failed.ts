/** All pumps stop: the pressure collapses as in a burst, but nothing flows. It must not be taken for a burst. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { demand, repairAfter, type ScenarioOf } from "./scenario.ts";

const quietAfter = 120;

export const pumpsAllFailed: ScenarioOf<Booster, "demand" | "repairAfter"> = {
  name: "pumps-all-failed",
  kind: "booster",
  title: { zh: "全部水泵停运", en: "All pumps failed" },
  tells: {
    zh: "三台泵同时跳闸，气压罐放空后压力归零，流量为零，不是爆管",
    en: "Three pumps trip at once; the pressure falls to nothing once the vessel is empty, nothing flows: no burst",
  },
  parameters: { demand, repairAfter },
  mustFollow: [
    { rule: "water.pump_fault", severity: "S2", ticketClass: "pump_fault", within: 3 },
    { rule: "water.all_pumps_failed", severity: "S1", ticketClass: "pump_fault", within: 30 },
  ],
  mustNotFollow: ["water.pipe_burst_drop", "water.pipe_burst_collapse", "water.pipe_burst_sustained"],
  watch: ["outlet_pressure", "flow", "p1_fault", "p2_fault", "p3_fault"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => [
    {
      at: 0,
      tells: { zh: "三台泵同时跳闸", en: "All three pumps trip" },
      act: (booster) => {
        for (const pump of [1, 2, 3]) booster.tripPump(pump);
      },
    },
    { at: 5, tells: { zh: "跳闸后 5 s", en: "5 s after the trip" } },
    { at: 20, tells: { zh: "跳闸后 20 s", en: "20 s after the trip" } },
    { at: 29, tells: { zh: "气压罐已空，供水中断", en: "The vessel is empty, no water any more" } },
    {
      at: values.repairAfter,
      tells: { zh: "三台泵复位", en: "The pumps are reset" },
      act: (booster) => {
        for (const pump of [1, 2, 3]) booster.repairPump(pump);
      },
    },
    { at: values.repairAfter + quietAfter, tells: { zh: "供水恢复正常", en: "The supply is back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
