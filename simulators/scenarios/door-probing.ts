/** Somebody tries cards at night: eight refusals within forty seconds. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { ScenarioOf } from "./scenario.ts";

const tries = 8;
const apart = 5;

export const doorProbing: ScenarioOf<AccessController, "door"> = {
  name: "door-probing",
  kind: "access",
  title: { zh: "试卡", en: "Cards are being tried" },
  tells: {
    zh: "40 s 内同一读头拒绝八张未登记的卡，门未打开",
    en: "One reader refuses eight unregistered cards within 40 s; the door stays shut",
  },
  parameters: { door },
  mustFollow: [
    // At the fifth refusal.
    { rule: "access.probing", severity: "S3", ticketClass: "general_fault", within: 4 * apart, part: atDoor },
  ],
  mustNotFollow: allBut("access.probing"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    { at: 0, tells: { zh: "开始试卡", en: "The first card is refused" } },
    ...Array.from({ length: tries }, (_, index) => ({
      at: index * apart,
      act: (controller: AccessController) => controller.deny(values.door),
    })),
    { at: tries * apart, tells: { zh: "试卡的人离开", en: "Whoever tried has left" } },
    { at: tries * apart + 90, tells: { zh: "门口平静", en: "The door is calm" } },
  ],
  endsAfter: () => tries * apart,
};
