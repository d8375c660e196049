/** The fire input lets every door go; people leave; the doors are armed again afterwards. */
import type { AccessController } from "../plant/access-state.ts";
import { allBut, calm } from "./door-start.ts";
import type { Expectation, Parameter, ScenarioOf } from "./scenario.ts";

const stuckDoor: Parameter = {
  default: 0,
  min: 0,
  max: 4,
  unit: "1",
  whole: true,
  tells: { zh: "未释放的门（0 = 全部释放）", en: "Door that stays locked (0 = none)" },
};
const resetAfter: Parameter = {
  default: 600,
  min: 60,
  max: 7200,
  unit: "s",
  tells: { zh: "消防信号复位时间", en: "The fire signal is reset after" },
};
const rearmAfter: Parameter = {
  default: 60,
  min: 0,
  max: 1800,
  unit: "s",
  tells: { zh: "复位后门禁布防时间", en: "The doors are armed this long after the reset" },
};

type Name = "stuckDoor" | "resetAfter" | "rearmAfter";

export const fireRelease: ScenarioOf<AccessController, Name> = {
  name: "fire-release",
  kind: "access",
  title: { zh: "消防释放门禁", en: "Doors released in a fire" },
  tells: {
    zh: "消防信号到来，全部门在 3 s 内释放，人员疏散，期间不报破门和门未关；有门未释放时须立即报警",
    en: "The fire signal lets all doors go within 3 s; people leave, no door is forced or held; a door that stays locked must be told",
  },
  parameters: { stuckDoor, resetAfter, rearmAfter },
  mustFollow: [
    {
      rule: "access.release_failed",
      severity: "S1",
      ticketClass: "fire_alarm",
      within: 3,
      part: ({ stuckDoor }) => stuckDoor,
      onlyIf: ({ stuckDoor }) => stuckDoor > 0,
    },
    ...[1, 2, 3, 4].map(
      (door): Expectation<Name> => ({
        rule: "access.not_resecured",
        severity: "S2",
        ticketClass: "general_fault",
        within: 120,
        from: ({ resetAfter }) => resetAfter,
        part: () => door,
        // A door that the fire did not let go is not missed either.
        onlyIf: ({ rearmAfter, stuckDoor }) => rearmAfter > 122 && stuckDoor !== door,
      }),
    ),
  ],
  mustNotFollow: allBut("access.release_failed", "access.not_resecured"),
  watch: ["fire_input", "d1_lock_locked", "d1_door_mode"],
  approach: (controller) =>
    calm(
      controller,
      controller.params.doors.map((_, index) => index + 1),
    ),
  course: (controller, values) => [
    {
      at: 0,
      tells: { zh: "消防释放信号到来", en: "The fire signal arrives" },
      act: (at) => at.setFireInput(true, values.stuckDoor),
    },
    { at: 3, tells: { zh: "门已释放", en: "The doors are released" } },
    ...controller.params.doors.flatMap((_, index) => [
      { at: 8 + 2 * index, act: (at: AccessController) => at.moveLeaf(index + 1, index + 1 !== values.stuckDoor) },
      { at: 45 + 2 * index, act: (at: AccessController) => at.moveLeaf(index + 1, false) },
    ]),
    {
      at: values.resetAfter,
      tells: { zh: "消防信号复位，门禁未布防", en: "The fire signal is reset, the doors are not armed yet" },
      act: (at) => at.setFireInput(false),
    },
    {
      at: values.resetAfter + values.rearmAfter,
      tells: { zh: "门禁布防", en: "The doors are armed" },
      act: (at) => at.rearm(),
    },
    { at: values.resetAfter + values.rearmAfter + 20, tells: { zh: "全部门已锁好", en: "All doors are locked" } },
  ],
  endsAfter: (values) => values.resetAfter + values.rearmAfter,
};
