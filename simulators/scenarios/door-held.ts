/** Somebody with a card props the door open. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const openFor: Parameter = {
  default: 74,
  min: 31,
  max: 3600,
  unit: "s",
  tells: { zh: "门被顶住的时间", en: "The door stands open for" },
};

export const doorHeld: ScenarioOf<AccessController, "door" | "openFor"> = {
  name: "door-held",
  kind: "access",
  title: { zh: "门长时间未关", en: "Door held open" },
  tells: {
    zh: "刷卡开门后有人用物品顶住门，超过 30 s 报门未关，关上即恢复",
    en: "After a lawful opening something props the door: told after 30 s, over when it shuts",
  },
  parameters: { door, openFor },
  mustFollow: [
    {
      rule: "access.held_prealarm",
      severity: "S4",
      ticketClass: "none",
      within: 26,
      part: atDoor,
    },
    {
      rule: "access.held_open",
      severity: "S3",
      ticketClass: "general_fault",
      within: 31,
      part: atDoor,
      // It waits up to 5 s for a forced door that would explain it; one that is shut meanwhile disturbs nobody.
      onlyIf: ({ openFor }) => openFor > 36,
      mayIf: ({ openFor }) => openFor > 30,
    },
    {
      rule: "access.held_open",
      severity: "S2",
      ticketClass: "general_fault",
      within: 181,
      part: atDoor,
      onlyIf: ({ openFor }) => openFor > 183,
    },
  ],
  mustNotFollow: allBut("access.held_open"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "刷卡开门", en: "A card opens the door" },
      act: (controller) => controller.visit(values.door, 1, values.openFor),
    },
    { at: 31, tells: { zh: "控制器报门未关", en: "The controller tells open too long" } },
    { at: 1 + values.openFor, tells: { zh: "门被关上", en: "The door is shut" } },
    { at: 11 + values.openFor, tells: { zh: "门已锁好", en: "The door is locked" } },
  ],
  endsAfter: (values) => 1 + values.openFor,
};
