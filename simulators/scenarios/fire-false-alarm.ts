/** Steam in a kitchen: one detector is in alarm, no second one follows, people find nothing and reset the panel. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, quiet } from "./fire-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const checkedAfter: Parameter = {
  default: 300,
  min: 180,
  max: 7200,
  unit: "s",
  tells: { zh: "现场核实误报、主机复位时间", en: "Found to be false and reset after" },
};

export const fireFalseAlarm: ScenarioOf<FirePanel, "checkedAfter"> = {
  name: "fire-false-alarm",
  kind: "fire-panel",
  title: { zh: "单点误报（厨房蒸汽）", en: "Single false alarm (kitchen steam)" },
  tells: {
    zh: "厨房蒸汽使一只探测器报警并锁存，蒸汽散去，没有第二只探测器报警，现场核实后复位",
    en: "Steam puts one detector into alarm, which latches; the steam goes, no second one follows, staff checks and resets",
  },
  parameters: { checkedAfter },
  mustFollow: [{ rule: "fire.alarm", severity: "S1", ticketClass: "fire_alarm", within: 60 }],
  mustNotFollow: ["fire.confirmed", ...feedbackRules, "fire.fault", "fire.heartbeat_frozen"],
  watch: ["fire_count", "zone5_state", "first_fire_addr"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    {
      at: 0,
      tells: { zh: "5 区 L1D43 附近厨房产生蒸汽", en: "Steam rises at detector L1D43, zone 5" },
      act: (panel) => panel.steamAt(43),
    },
    { at: 60, tells: { zh: "L1D43 火警", en: "L1D43 is in alarm" } },
    { at: 90, tells: { zh: "蒸汽散去，火警锁存", en: "The steam goes, the alarm stays latched" } },
    {
      at: values.checkedAfter,
      tells: { zh: "现场核实为误报，主机复位", en: "Found to be false; the panel is reset" },
      act: (panel) => void panel.reset(),
    },
    { at: values.checkedAfter + 10, tells: { zh: "主机恢复正常监视", en: "The panel watches again" } },
  ],
  endsAfter: (values) => values.checkedAfter,
};
