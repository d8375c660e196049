/** Much at once: a loop breaks with thirty detectors behind it while doors are propped open all over the place. */
import type { AccessController } from "../plant/access-state.ts";
import type { FirePanel } from "../plant/fire-panel-state.ts";
import { feedbackRules, quiet } from "./fire-start.ts";
import { repairAfter, type ScenarioOf } from "./scenario.ts";

export const alarmStorm: ScenarioOf<FirePanel, "repairAfter"> = {
  name: "alarm-storm",
  spansBuilding: true,
  kind: "fire-panel",
  title: { zh: "告警风暴", en: "Alarm storm" },
  tells: {
    zh: "总线断线，20 s 内三十个部件故障，同时多个门被撬开、挡住，每个原因只应有一条告警",
    en: "A loop breaks and thirty components fail within 20 s while doors are forced and propped open: one alarm for each cause",
  },
  parameters: { repairAfter: { ...repairAfter, default: 400 } },
  mustFollow: [
    { rule: "fire.fault", severity: "S2", ticketClass: "general_fault", within: 7 },
    // Each door of every controller that is wired to the panel.
    { rule: "access.forced", severity: "S2", ticketClass: "forced_door", within: 20, at: "access", part: () => 1 },
  ],
  mustNotFollow: ["fire.alarm", "fire.confirmed", ...feedbackRules],
  mayFollow: ["access.held_open", "access.held_prealarm", "access.relock_failed"],
  watch: ["fault_count", "loop_fault"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => [
    {
      at: 0,
      tells: { zh: "总线断线，多处门被撬开", en: "The loop breaks, doors are forced" },
      act(panel, wired) {
        panel.openLoop(61, 90);
        for (const other of wired) {
          if (other.kind !== "access") continue;
          const controller = other as AccessController;
          for (const [index] of controller.params.doors.entries()) controller.clearDoor(index + 1);
        }
      },
    },
    {
      at: 15,
      act(_panel, wired) {
        for (const other of wired) {
          if (other.kind !== "access") continue;
          const controller = other as AccessController;
          for (const [index] of controller.params.doors.entries()) controller.moveLeaf(index + 1, true);
        }
      },
    },
    { at: 40, tells: { zh: "三十个部件全部报故障", en: "All thirty components have been told lost" } },
    {
      at: values.repairAfter,
      tells: { zh: "修复", en: "All is mended" },
      act(panel, wired) {
        panel.closeLoop();
        for (const other of wired) if (other.kind === "access") other.recover();
      },
    },
    { at: values.repairAfter + 60, tells: { zh: "恢复正常", en: "Back to normal" } },
  ],
  endsAfter: (values) => values.repairAfter,
};
