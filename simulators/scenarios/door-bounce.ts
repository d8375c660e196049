/** A worn contact trembles in the wind: nothing may ring, unless the door stays open in the end. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { ScenarioOf } from "./scenario.ts";

const lastEdge = 1.75;

export const doorBounce: ScenarioOf<AccessController, "door" | "staysOpen"> = {
  name: "door-bounce",
  kind: "access",
  title: { zh: "门磁抖动", en: "Contact that trembles" },
  tells: {
    zh: "无人通行，门磁 2 s 内抖动五次，每次不到 0.3 s，不应报警；可设为最后一次门真的被打开，只报一次破门",
    en: "Nobody passes; the contact opens five times within 2 s, each time for less than 0.3 s: silence is the pass. Or the last time the door is really open: forced, told once",
  },
  parameters: {
    door,
    staysOpen: {
      default: 0,
      min: 0,
      max: 1,
      unit: "1",
      whole: true,
      tells: { zh: "最后门真的被打开（1 是，0 否）", en: "In the end the door is really open (1) or not (0)" },
    },
  },
  mustFollow: [
    {
      rule: "access.forced",
      severity: "S2",
      ticketClass: "forced_door",
      within: 1,
      from: () => lastEdge,
      part: atDoor,
      onlyIf: ({ staysOpen }) => staysOpen > 0.5,
    },
  ],
  mustNotFollow: allBut("access.forced"),
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
    {
      at: lastEdge,
      act(controller) {
        if (values.staysOpen > 0.5) controller.moveLeaf(values.door, true);
        else controller.shakeContact(values.door, 0.1);
      },
    },
    // Before it counts as held open.
    { at: 20, act: (controller) => controller.moveLeaf(values.door, false) },
    { at: 30, tells: { zh: "门磁平静", en: "The contact is calm" } },
  ],
  endsAfter: () => 30,
};
