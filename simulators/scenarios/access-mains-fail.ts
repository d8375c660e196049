/** The supply of the controller fails: told after a minute, doors stay locked on the battery. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, calm } from "./door-start.ts";
import { repairAfter, type ScenarioOf } from "./scenario.ts";

export const accessMainsFail: ScenarioOf<AccessController, "repairAfter"> = {
  name: "access-mains-fail",
  kind: "access",
  title: { zh: "门禁市电中断", en: "Access control without mains" },
  tells: {
    zh: "弱电间断电，门禁由备用电池供电，门保持锁闭，电压缓慢下降",
    en: "The riser is without power; the controller runs on its battery, whose voltage falls slowly",
  },
  parameters: { repairAfter },
  mustFollow: [{ rule: "access.power_supply", severity: "S3", ticketClass: "general_fault", within: 60 }],
  mustNotFollow: allBut("access.power_supply"),
  watch: ["mains_ok", "battery_v"],
  approach: (controller) => calm(controller, [], 1),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "弱电间断电", en: "The riser loses its power" },
      act: (controller) => controller.loseMains(),
    },
    {
      at: values.repairAfter,
      tells: { zh: "供电恢复", en: "The power is back" },
      act: (controller) => controller.restoreMains(),
    },
    { at: values.repairAfter + 60, tells: { zh: "电池充电", en: "The battery is being charged" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
