/** A real fire whose smoke fan is commanded and never feeds back. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import {
  commandedAt,
  feedbackRules,
  metres,
  quiet,
  resetAfter,
  smoulderingAlarms,
  smoulderingCourse,
} from "./fire-start.ts";
import type { ScenarioOf } from "./scenario.ts";

export const fireFeedbackMissing: ScenarioOf<FirePanel, "metres" | "resetAfter"> = {
  name: "fire-feedback-missing",
  kind: "fire-panel",
  title: { zh: "火灾联动：排烟风机无反馈", en: "Linkage: the smoke fan does not feed back" },
  tells: {
    zh: "火灾确认后排烟风机已发启动命令，但始终没有反馈，须派人现场启动",
    en: "After the fire is confirmed the smoke fan is commanded but never feeds back: somebody must start it on site",
  },
  parameters: { metres, resetAfter },
  mustFollow: [
    ...smoulderingAlarms,
    { rule: "fire.feedback_fan", severity: "S1", ticketClass: "fire_alarm", within: 30, from: commandedAt },
  ],
  mustNotFollow: [
    ...feedbackRules.filter((rule) => rule !== "fire.feedback_fan"),
    "fire.fault",
    "fire.power_supply",
    "fire.heartbeat_frozen",
  ],
  watch: ["fire_count", "zone3_state", "out_fan_cmd", "out_fan_fb", "out_lift_recall_fb"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => {
    const [first, ...rest] = smoulderingCourse(values);
    return [...(first ? [first] : []), { at: 0, act: (panel) => panel.withholdFeedback("fan") }, ...rest];
  },
  endsAfter: (values) => values.resetAfter,
};
