/** A reader is torn off the wall. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const fixedAfter: Parameter = {
  default: 300,
  min: 60,
  max: 7200,
  unit: "s",
  tells: { zh: "读头修复时间", en: "The reader is mended after" },
};

export const doorReaderCut: ScenarioOf<AccessController, "door" | "fixedAfter"> = {
  name: "door-reader-cut",
  kind: "access",
  title: { zh: "读头被拆", en: "Reader torn off" },
  tells: {
    zh: "读头被撬下，防拆立即动作，8 s 后失联，刷卡无效",
    en: "A reader is torn off: its tamper switch tells at once, after 8 s it is lost, and cards do not work",
  },
  parameters: { door, fixedAfter },
  mustFollow: [
    { rule: "access.tamper_reader", severity: "S2", ticketClass: "general_fault", within: 2, part: atDoor },
    { rule: "access.reader_offline", severity: "S3", ticketClass: "general_fault", within: 38, part: atDoor },
  ],
  mustNotFollow: allBut("access.tamper_reader", "access.reader_offline"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "读头被撬下", en: "The reader is torn off" },
      act: (controller) => controller.cutReader(values.door),
    },
    { at: 9, tells: { zh: "读头失联", en: "The reader is lost" } },
    {
      at: values.fixedAfter,
      tells: { zh: "读头修复", en: "The reader is mended" },
      act: (controller) => controller.recover(),
    },
    { at: values.fixedAfter + 10, tells: { zh: "门恢复正常", en: "The door is back to normal" } },
  ],
  endsAfter: (values) => values.fixedAfter,
};
