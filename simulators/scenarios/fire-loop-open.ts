/** The cable of the loop breaks: thirty detectors fall silent one after the other, and it must stay one trouble. */
import type { FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, quiet } from "./fire-start.ts";
import { repairAfter, type ScenarioOf } from "./scenario.ts";

const broken = { from: 101, to: 130 } as const;

export const fireLoopOpen: ScenarioOf<FirePanel, "repairAfter"> = {
  name: "fire-loop-open",
  kind: "fire-panel",
  title: { zh: "总线断线（30 个部件失联）", en: "Loop cable open (30 components lost)" },
  tells: {
    zh: "总线断开，30 个部件在 20 s 内相继失联，只应有一张故障工单，不得误报火警",
    en: "The loop breaks and thirty components are lost within 20 s: one trouble ticket, no fire",
  },
  parameters: { repairAfter },
  mustFollow: [{ rule: "fire.fault", severity: "S2", ticketClass: "general_fault", within: 30 }],
  mayFollow: ["fire.fault"],
  mustNotFollow: ["fire.alarm", "fire.confirmed", "fire.prealarm", ...feedbackRules, "fire.heartbeat_frozen"],
  watch: ["loop_fault", "fault_count", "fire_count"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    {
      at: 0,
      tells: { zh: "11 区起总线断线", en: "The loop breaks from zone 11 on" },
      act: (panel) => panel.openLoop(broken.from, broken.to),
    },
    { at: 6, tells: { zh: "主机报总线故障", en: "The panel tells a loop fault" } },
    { at: 31, tells: { zh: "30 个部件全部失联", en: "All thirty components are lost" } },
    {
      at: values.repairAfter,
      tells: { zh: "总线修复", en: "The loop is repaired" },
      act: (panel) => panel.closeLoop(),
    },
    { at: values.repairAfter + 10, tells: { zh: "主机恢复正常监视", en: "The panel watches again" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
