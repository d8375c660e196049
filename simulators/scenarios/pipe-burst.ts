/** A cracked riser: pressure dips and comes back, the flow stays high. Steady pressure alone would never show it. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { burstMarks, burstParameters } from "./burst.ts";
import type { ScenarioOf } from "./scenario.ts";

export const pipeBurst: ScenarioOf<Booster, "hole" | "demand" | "toSump" | "repairAfter"> = {
  name: "pipe-burst",
  kind: "booster",
  title: { zh: "供水管爆裂（20 mm）", en: "Pipe burst (20 mm)" },
  tells: {
    zh: "立管开裂，压力骤降后由加泵恢复，流量持续偏高，直到关阀",
    en: "A riser cracks; pressure dips until a second pump joins, the flow stays high until the valve is shut",
  },
  parameters: {
    ...burstParameters,
    hole: { default: 20, min: 10, max: 30, unit: "mm", tells: { zh: "破口直径", en: "Diameter of the hole" } },
  },
  mustFollow: [
    {
      rule: "water.pipe_burst_drop",
      severity: "S1",
      ticketClass: "pipe_burst",
      within: 22,
      // Smaller holes do not lower the pressure by 0.025 MPa within 5 s.
      onlyIf: (values) => values.hole >= 16,
    },
    {
      rule: "water.pipe_burst_sustained",
      severity: "S2",
      ticketClass: "pipe_burst",
      within: 185,
      // 10 mm adds 5.8 m3/h, 5 m3/h are asked for: the swings of an ordinary day may hide it.
      onlyIf: (values) => values.hole >= 12,
    },
  ],
  mustNotFollow: ["water.pipe_burst_collapse", "water.all_pumps_failed", "water.pump_fault"],
  // Where its water goes.
  mayFollow: ["water.leak_rope", "water.sump_high", "water.sump_pump_no_effect", "water.room_flood", "water.tank_low"],
  watch: ["outlet_pressure", "flow", "p1_freq", "sump_level"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => burstMarks(values, [11, 17, 30]),
  endsAfter: (values) => values.repairAfter,
};
