/** A worn contact trembles in the wind: nothing may ring. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, calm, door } from "./door-start.ts";
import type { ScenarioOf } from "./scenario.ts";

export const doorBounce: ScenarioOf<AccessController, "door"> = {
  name: "door-bounce",
  kind: "access",
  title: { zh: "门磁抖动", en: "Contact that trembles" },
  tells: {
    zh: "无人通行，门磁 2 s 内抖动五次，每次不到 0.3 s，不应报警",
    en: "Nobody passes; the contact opens five times within 2 s, each time for less than 0.3 s: silence is the pass",
  },
  parameters: { door },
  mustFollow: [],
  mustNotFollow: allBut(),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "门磁抖动", en: "The contact trembles" },
      act: (controller) => controller.shakeContact(values.door, 0.1),
    },
    { at: 0.35, act: (controller) => controller.shakeContact(values.door, 0.2) },
    { at: 0.8, act: (controller) => controller.shakeContact(values.door, 0.15) },
    { at: 1.3, act: (controller) => controller.shakeContact(values.door, 0.25) },
    { at: 1.75, act: (controller) => controller.shakeContact(values.door, 0.1) },
    { at: 30, tells: { zh: "门磁平静", en: "The contact is calm" } },
  ],
  endsAfter: () => 30,
};
