/** A real fire: prealarm, first detector, second detector, linkage with all its feedbacks, reset by hand. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, metres, quiet, resetAfter, smoulderingAlarms, smoulderingCourse } from "./fire-start.ts";
import type { ScenarioOf } from "./scenario.ts";

export const fireConfirmed: ScenarioOf<FirePanel, "metres" | "resetAfter"> = {
  name: "fire-confirmed",
  kind: "fire-panel",
  title: { zh: "火灾确认与联动", en: "Confirmed fire with linkage" },
  tells: {
    zh: "3 区阴燃，先预警，一只探测器火警，第二只探测器确认，联动输出启动且全部有反馈",
    en: "Something smoulders in zone 3: prealarm, one detector, a second one confirms, all outputs start and feed back",
  },
  parameters: { metres, resetAfter },
  mustFollow: smoulderingAlarms,
  mustNotFollow: [...feedbackRules, "fire.fault", "fire.power_supply", "fire.heartbeat_frozen"],
  watch: ["fire_count", "prealarm_count", "zone3_state", "first_fire_addr", "out_fan_cmd", "out_fan_fb"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => smoulderingCourse(values),
  endsAfter: (values) => values.resetAfter,
};
