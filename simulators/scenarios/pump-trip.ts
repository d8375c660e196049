/** The duty pump trips, the standby takes over. */
import type { Booster } from "../plant/booster.ts";
import { onePumpHoldingPressure } from "./booster-start.ts";
import { demand, repairAfter, type ScenarioOf } from "./scenario.ts";

const quietAfter = 30;

export const pumpTrip: ScenarioOf<Booster, "demand" | "repairAfter"> = {
  name: "pump-trip",
  kind: "booster",
  title: { zh: "运行泵跳闸", en: "Duty pump trips" },
  tells: {
    zh: "运行泵过载跳闸，3 s 后备用泵投入，压力短时下降后恢复",
    en: "The duty pump trips on overload; the standby starts after 3 s, the pressure dips and recovers",
  },
  parameters: { demand, repairAfter },
  mustFollow: [{ rule: "water.pump_fault", severity: "S3", ticketClass: "pump_fault", within: 3 }],
  mustNotFollow: [
    "water.all_pumps_failed",
    "water.pipe_burst_drop",
    "water.pipe_burst_collapse",
    "water.pipe_burst_sustained",
  ],
  watch: ["outlet_pressure", "flow", "p1_run", "p1_fault", "p2_run", "p2_fault", "p3_run", "p3_fault"],
  approach: (booster, values) => onePumpHoldingPressure(booster, values.demand),
  course: (booster, values) => {
    const duty = booster.state.pumps.findIndex((pump) => pump.running) + 1;
    return [
      {
        at: 0,
        tells: { zh: `${duty} 号泵过载跳闸`, en: `Pump ${duty} trips on overload` },
        act: (plant) => plant.tripPump(duty),
      },
      { at: 3.2, tells: { zh: "备用泵投入", en: "The standby pump has started" } },
      { at: 15, tells: { zh: "压力恢复", en: "The pressure has recovered" } },
      {
        at: values.repairAfter,
        tells: { zh: `${duty} 号泵复位`, en: `Pump ${duty} is reset` },
        act: (plant) => plant.repairPump(duty),
      },
      { at: values.repairAfter + quietAfter, tells: { zh: "泵组恢复正常", en: "The set is back to normal" } },
    ];
  },
  endsAfter: (values) => values.repairAfter,
};
