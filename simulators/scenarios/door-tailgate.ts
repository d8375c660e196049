/** A second person follows within one grant. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { ScenarioOf } from "./scenario.ts";

/** Seconds after the card. */
const followsAfter = 3;

export const doorTailgate: ScenarioOf<AccessController, "door"> = {
  name: "door-tailgate",
  kind: "access",
  title: { zh: "尾随进入", en: "Tailgating" },
  tells: {
    zh: "一人刷卡，第二人 3 s 内跟进，闸机计数两人，没有第二次放行",
    en: "One card, and a second person follows within 3 s; the turnstile counts two",
  },
  parameters: { door },
  mustFollow: [
    {
      rule: "access.passback",
      severity: "S3",
      ticketClass: "general_fault",
      within: 0,
      from: () => followsAfter,
      part: atDoor,
    },
  ],
  mustNotFollow: allBut("access.passback"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "刷卡开门", en: "A card opens the door" },
      act: (controller) => controller.visit(values.door, 1, 5),
    },
    {
      at: followsAfter,
      tells: { zh: "第二人跟进", en: "A second person follows" },
      act: (controller) => controller.tailgate(values.door),
    },
    { at: 20, tells: { zh: "门已锁好", en: "The door is locked" } },
  ],
  endsAfter: () => 20,
};
