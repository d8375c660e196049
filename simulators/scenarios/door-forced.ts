/** A door is broken open at night: no card, no button, no remote order. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const closedAfter: Parameter = {
  default: 20,
  min: 5,
  max: 3600,
  unit: "s",
  tells: { zh: "保安关门时间", en: "A guard shuts the door after" },
};

export const doorForced: ScenarioOf<AccessController, "door" | "closedAfter"> = {
  name: "door-forced",
  kind: "access",
  title: { zh: "破门", en: "Door forced open" },
  tells: {
    zh: "一分钟内无人刷卡、按出门按钮或远程开门，门被强行打开，锁仍报锁闭",
    en: "Nobody asked for a minute, and the door is broken open while its lock still says locked",
  },
  parameters: { door, closedAfter },
  mustFollow: [
    { rule: "access.forced", severity: "S2", ticketClass: "forced_door", within: 1, part: atDoor },
    {
      rule: "access.held_open",
      severity: "S3",
      ticketClass: "general_fault",
      within: 30,
      part: atDoor,
      onlyIf: ({ closedAfter }) => closedAfter > 32,
    },
  ],
  mustNotFollow: allBut("access.forced", "access.held_open"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "门被强行打开", en: "The door is broken open" },
      act: (controller) => controller.moveLeaf(values.door, true),
    },
    {
      at: values.closedAfter,
      tells: { zh: "保安到场关门", en: "A guard shuts the door" },
      act: (controller) => controller.moveLeaf(values.door, false),
    },
    { at: values.closedAfter + 10, tells: { zh: "门已锁好", en: "The door is locked again" } },
  ],
  endsAfter: (values) => values.closedAfter,
};
