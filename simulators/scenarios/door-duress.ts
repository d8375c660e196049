/** A resident opens with the duress code: the door opens as usual and tells in silence. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const clearedAfter: Parameter = {
  default: 300,
  min: 10,
  max: 7200,
  unit: "s",
  tells: { zh: "控制器解除胁迫的时间", en: "The latch is cleared after" },
};

export const doorDuress: ScenarioOf<AccessController, "door" | "clearedAfter"> = {
  name: "door-duress",
  kind: "access",
  title: { zh: "胁迫开门", en: "Opened under duress" },
  tells: {
    zh: "有人用胁迫密码开门，门正常开关，现场不响，只在监控中心报警",
    en: "Somebody opens with the duress code; the door behaves as usual, only the control room hears of it",
  },
  parameters: { door, clearedAfter },
  mustFollow: [{ rule: "access.duress", severity: "S1", ticketClass: "forced_door", within: 0, part: atDoor }],
  mustNotFollow: allBut("access.duress"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "输入胁迫密码，门正常打开", en: "The duress code is entered, the door opens as usual" },
      act: (controller) => controller.visitUnderDuress(values.door, 1.5, 4.5),
    },
    {
      at: values.clearedAfter,
      tells: { zh: "现场确认安全，解除胁迫记录", en: "Found safe, the latch is cleared" },
      act: (controller) => controller.clearDuress(values.door),
    },
    { at: values.clearedAfter + 10, tells: { zh: "门恢复正常", en: "The door is back to normal" } },
  ],
  endsAfter: (values) => values.clearedAfter,
};
