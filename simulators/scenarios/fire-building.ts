/** A confirmed fire in a whole building: the panel recalls the lifts and releases the doors, and each is looked at. */
import type { Elevator } from "../plant/elevator-state.ts";
import type { FirePanel } from "../plant/fire-panel-state.ts";
import {
  commandedAt,
  feedbackRules,
  metres,
  quiet,
  resetAfter,
  smoulderingAlarms,
  smoulderingCourse,
} from "./fire-start.ts";
import type { Mark, ScenarioOf } from "./scenario.ts";

const stuckAt = 20;

const others = ["access.forced", "access.held_open", "access.release_failed", "access.not_resecured"] as const;

export const fireInBuilding: ScenarioOf<FirePanel, "metres" | "resetAfter"> = {
  name: "fire-in-building",
  spansBuilding: true,
  kind: "fire-panel",
  title: { zh: "楼宇火灾联动", en: "Fire in a building" },
  tells: {
    zh: "火灾确认后电梯迫降、门禁释放、风机水泵反馈，全部按时到位，复位后门禁重新布防",
    en: "Once the fire is confirmed lifts come home, doors are let go, fan and pump feed back, all in time; after the reset the doors are armed again",
  },
  parameters: { metres, resetAfter },
  mustFollow: smoulderingAlarms,
  mustNotFollow: [...feedbackRules, ...others, "elevator.not_recalled", "elevator.door_open_too_long"],
  watch: ["fire_count", "out_lift_recall_cmd", "out_door_release_cmd"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) => smoulderingCourse(values),
  endsAfter: (values) => values.resetAfter,
};

export const fireLiftStuck: ScenarioOf<FirePanel, "metres" | "resetAfter"> = {
  name: "fire-lift-stuck",
  spansBuilding: true,
  kind: "fire-panel",
  title: { zh: "火灾迫降时电梯困人", en: "A lift is stuck in a fire" },
  tells: {
    zh: "火灾确认前一台电梯已故障停在两层之间，迫降不到位",
    en: "Before the fire is confirmed a lift has stopped between two floors with people inside; it does not come home",
  },
  parameters: { metres, resetAfter },
  mustFollow: [
    ...smoulderingAlarms,
    {
      rule: "elevator.not_recalled",
      severity: "S1",
      ticketClass: "fire_alarm",
      // A minute to come home.
      within: 60,
      from: commandedAt,
      at: "elevator",
    },
  ],
  mustNotFollow: [...feedbackRules, ...others],
  mayFollow: [
    "elevator.safety_circuit_open",
    "elevator.entrapment_off_landing",
    "elevator.entrapment_at_landing",
    "elevator.stopped_outside_zone",
  ],
  watch: ["fire_count", "out_lift_recall_cmd", "out_door_release_cmd"],
  approach: (panel) => quiet(panel),
  course: (_panel, values) =>
    [
      ...smoulderingCourse(values),
      {
        at: stuckAt,
        tells: { zh: "电梯安全回路断开停梯", en: "The lifts' safety circuits open" },
        act(_panel: FirePanel, wired) {
          for (const other of wired) if (other.kind === "elevator") (other as Elevator).openSafetyCircuit();
        },
      } satisfies Mark<FirePanel>,
    ].sort((one, other) => one.at - other.at),
  endsAfter: (values) => values.resetAfter,
};
