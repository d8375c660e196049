/** An ordinary visit: card, lock, door, and the lock again. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, calm, door } from "./door-start.ts";
import type { ScenarioOf } from "./scenario.ts";

export const doorVisit: ScenarioOf<AccessController, "door" | "openFor"> = {
  name: "door-visit",
  kind: "access",
  title: { zh: "正常刷卡通行", en: "Ordinary visit" },
  tells: {
    zh: "刷卡后 0.3 s 开锁，1.5 s 开门，关门后重新上锁，不应报警",
    en: "A card unlocks within 0.3 s, the door opens after 1.5 s, shuts and locks again: silence is the pass",
  },
  parameters: {
    door,
    openFor: { default: 4.5, min: 1, max: 20, unit: "s", tells: { zh: "开门时长", en: "Open for" } },
  },
  mustFollow: [],
  mustNotFollow: allBut(),
  watch: ["d1_door_open", "d1_lock_locked"],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "刷卡通过", en: "A card is granted" },
      act: (controller) => controller.visit(values.door, 1.5, values.openFor),
    },
    { at: 30, tells: { zh: "门已锁好", en: "The door is locked again" } },
  ],
  endsAfter: () => 30,
};
