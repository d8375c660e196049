/** A door shuts, but its magnet no longer holds. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, atDoor, calm, door } from "./door-start.ts";
import type { Parameter, ScenarioOf } from "./scenario.ts";

const fixedAfter: Parameter = {
  default: 300,
  min: 70,
  max: 7200,
  unit: "s",
  tells: { zh: "门锁修复时间", en: "The lock is mended after" },
};

export const doorLockWorn: ScenarioOf<AccessController, "door" | "fixedAfter"> = {
  name: "door-lock-worn",
  kind: "access",
  title: { zh: "门锁失效", en: "Lock that does not hold" },
  tells: {
    zh: "门已关、已下发锁闭命令，磁力锁吸不住，推门即开",
    en: "The door is shut and commanded locked, but the magnet does not hold it",
  },
  parameters: { door, fixedAfter },
  mustFollow: [
    { rule: "access.relock_failed", severity: "S2", ticketClass: "general_fault", within: 60, part: atDoor },
  ],
  mustNotFollow: allBut("access.relock_failed"),
  watch: [],
  approach: (controller, values) => calm(controller, [values.door]),
  course: (_controller, values) => [
    {
      at: 0,
      tells: { zh: "磁力锁吸不住", en: "The magnet does not hold" },
      act: (controller) => controller.wearLock(values.door),
    },
    {
      at: values.fixedAfter,
      tells: { zh: "门锁修复", en: "The lock is mended" },
      act: (controller) => controller.recover(),
    },
    { at: values.fixedAfter + 10, tells: { zh: "门已锁好", en: "The door is locked" } },
  ],
  endsAfter: (values) => values.fixedAfter,
};
