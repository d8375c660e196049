/** A cracked riser: pressure dips and comes back, the flow stays high. Steady pressure alone would never show it. */
import type { Booster } from "../plant/booster.ts";
import { holeFlow } from "../plant/hydraulics.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { burstMarks, burstParameters } from "./burst.ts";
import type { ScenarioOf } from "./scenario.ts";

const barAtSet = 5.5;
/** Half as much again as usual is asked for, 5 m³/h at least; the mean of three minutes swings by some 5 % besides. */
const pours = ({ hole, demand }: { readonly hole: number; readonly demand: number }): boolean =>
  holeFlow(hole, 1, barAtSet) > Math.max(0.5 * demand, 5) + 0.05 * demand;

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
      within: 182,
      onlyIf: (values) => values.hole >= 16 && pours(values),
    },
    {
      rule: "water.pipe_burst_sustained",
      severity: "S2",
      ticketClass: "pipe_burst",
      // No pressure drop is seen first, and the vessel gives some of the flow.
      within: 185,
      onlyIf: (values) => values.hole < 16 && pours(values),
      mayIf: () => true,
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
