/** A main torn open: the pressure collapses, all pumps run at full speed and cannot hold it. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { burstMarks, burstParameters } from "./burst.ts";
import type { ScenarioOf } from "./scenario.ts";

export const pipeBurstLarge: ScenarioOf<Booster, "hole" | "demand" | "toSump" | "repairAfter"> = {
  name: "pipe-burst-large",
  kind: "booster",
  title: { zh: "供水主管爆裂（50 mm）", en: "Burst of a main (50 mm)" },
  tells: {
    zh: "主管断裂，压力崩溃，三台泵满频运行仍无法建压，直到关阀",
    en: "A main tears; the pressure collapses, three pumps at full speed cannot restore it until the valve is shut",
  },
  parameters: {
    ...burstParameters,
    // Below 45 mm three pumps would hold more than half of the set pressure.
    hole: { default: 50, min: 45, max: 65, unit: "mm", tells: { zh: "破口直径", en: "Diameter of the hole" } },
  },
  mustFollow: [
    { rule: "water.pipe_burst_collapse", severity: "S1", ticketClass: "pipe_burst", within: 13 },
    { rule: "water.pipe_burst_drop", severity: "S1", ticketClass: "pipe_burst", within: 20 },
    { rule: "water.pipe_burst_sustained", severity: "S2", ticketClass: "pipe_burst", within: 182 },
  ],
  mustNotFollow: ["water.all_pumps_failed", "water.pump_fault"],
  // Where its water goes, and where it comes from.
  mayFollow: ["water.leak_rope", "water.sump_high", "water.sump_pump_no_effect", "water.room_flood", "water.tank_low"],
  watch: ["outlet_pressure", "flow", "p1_freq", "tank_level", "sump_level"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (_booster, values) => burstMarks(values, [3, 8, 13, 30]),
  endsAfter: (values) => values.repairAfter,
};
