/** Somebody breaks the glass of a call point; a detector of the same zone confirms. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, quiet, resetAfter } from "./fire-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const smokeAfter: Parameter = {
  default: 45,
  min: 0,
  max: 60,
  unit: "s",
  tells: { zh: "同区探测器报警时间", en: "A detector of the zone follows after" },
};
const hiddenAge = 90;

export const fireCallPoint: ScenarioOf<FirePanel, "smokeAfter" | "resetAfter"> = {
  name: "fire-call-point",
  kind: "fire-panel",
  title: { zh: "手动报警按钮报火警", en: "Call point, then a detector" },
  tells: {
    zh: "有人按下 7 区手动报警按钮，一分钟内同区一只探测器报警，火灾确认",
    en: "Somebody presses the call point of zone 7; within a minute a detector there confirms the fire",
  },
  parameters: { smokeAfter, resetAfter },
  mustFollow: [
    { rule: "fire.alarm", severity: "S1", ticketClass: "fire_alarm", within: 0 },
    {
      rule: "fire.confirmed",
      severity: "S1",
      ticketClass: "fire_alarm",
      within: 1,
      from: (values) => values.smokeAfter,
    },
  ],
  mustNotFollow: [...feedbackRules, "fire.fault", "fire.power_supply", "fire.heartbeat_frozen"],
  watch: ["fire_count", "zone7_state", "first_fire_addr", "out_lift_recall_cmd", "out_lift_recall_fb"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    {
      at: 0,
      tells: { zh: "7 区手动报警按钮被按下", en: "The call point of zone 7 is pressed" },
      act: (panel) => {
        panel.pressCallPoint(7);
        panel.discoverFire(63, hiddenAge - values.smokeAfter);
      },
    },
    { at: values.smokeAfter, tells: { zh: "L1D63 火警，火灾确认", en: "L1D63 is in alarm: the fire is confirmed" } },
    {
      at: values.resetAfter - 60,
      tells: { zh: "火已扑灭，开窗排烟", en: "The fire is out, the windows are open" },
      act: (panel) => panel.airOut(),
    },
    {
      at: values.resetAfter,
      tells: { zh: "值班员在主机上复位", en: "The panel is reset by hand" },
      act: (panel) => void panel.reset(),
    },
    { at: values.resetAfter + 30, tells: { zh: "主机恢复正常监视", en: "The panel watches again" } },
  ],
  endsAfter: (values) => values.resetAfter,
};
