/** A door stands open by schedule, which is silent; when its hours end and it still stands open, that counts. */
import type { AccessController } from "../plant/access-state.ts";
import { doorModes } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const openHours: Parameter = {
  default: 300,
  min: 60,
  max: 43_200,
  unit: "s",
  tells: { zh: "常开时段长度", en: "Length of the open hours" },
};
const forgotten = 120;

export const doorOpenHours: ScenarioOf<AccessController, "door" | "openHours"> = {
  name: "door-open-hours",
  kind: "access",
  title: { zh: "常开时段结束门未关", en: "Still open when the open hours end" },
  tells: {
    zh: "常开时段内门一直敞开，不应报警；时段结束后仍未关，按门未关报警",
    en: "A door may stand open during its hours, in silence; when they end and it is not shut, it is held open",
  },
  parameters: { door, openHours },
  mustFollow: [
    {
      rule: "access.held_open",
      severity: "S3",
      ticketClass: "general_fault",
      within: 30,
      from: ({ openHours }) => openHours,
      part: atDoor,
    },
  ],
  mustNotFollow: allBut("access.held_open"),
  mayFollow: ["access.held_prealarm"],
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "常开时段开始", en: "The open hours begin" },
      act: (controller) => controller.setMode(values.door, doorModes.openHours),
    },
    {
      at: 2,
      tells: { zh: "门敞开", en: "The door stands open" },
      act: (controller) => controller.moveLeaf(values.door, true),
    },
    {
      at: values.openHours,
      tells: { zh: "常开时段结束，门仍敞开", en: "The hours end, the door still stands open" },
      act: (controller) => controller.setMode(values.door, doorModes.controlled),
    },
    {
      at: values.openHours + forgotten,
      tells: { zh: "有人把门关上", en: "Somebody shuts the door" },
      act: (controller) => controller.moveLeaf(values.door, false),
    },
    { at: values.openHours + forgotten + 10, tells: { zh: "门已锁好", en: "The door is locked" } },
  ],
  endsAfter: (values) => values.openHours + forgotten,
};
