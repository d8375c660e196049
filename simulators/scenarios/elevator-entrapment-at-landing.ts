/** A passenger trapped at a landing: the car has arrived, the door does not open. */
import type { Elevator } from "../plant/elevator-state.ts";
import { rescueMarks } from "./elevator-rescue.ts";
import { arrivingAtLanding } from "./elevator-start.ts";
import { rescueAfter, type ScenarioOf } from "./scenario.ts";

export const elevatorEntrapmentAtLanding: ScenarioOf<Elevator, "persons" | "rescueAfter"> = {
  name: "elevator-entrapment-at-landing",
  kind: "elevator",
  title: { zh: "电梯困人（平层）", en: "Passenger trapped at a landing" },
  tells: {
    zh: "轿厢平层后轿门三次未能打开，报开门故障，乘客被困，救援人员到场放人",
    en: "After the arrival the door fails to open three times, a door fault is latched, the passenger is shut in until rescuers come",
  },
  parameters: {
    persons: {
      default: 1,
      min: 1,
      max: 6,
      unit: "1",
      whole: true,
      tells: { zh: "被困人数", en: "Persons in the car" },
    },
    rescueAfter,
  },
  mustFollow: [
    {
      rule: "elevator.entrapment_at_landing",
      severity: "S1",
      ticketClass: "elevator_entrapment",
      // Shut in since t0, with the door fault latched at +39 s.
      within: 60,
    },
  ],
  mustNotFollow: ["elevator.entrapment_off_landing", "elevator.safety_circuit_open", "elevator.alarm_button"],
  watch: ["speed", "door_zone", "door_closed", "door_open_limit", "fault_code", "person_count", "floor_index"],
  approach: (elevator, values, chance) =>
    arrivingAtLanding(elevator, Math.round(values.persons), () => {
      elevator.makeRestless();
      elevator.jamDoors([chance.between(1, 2), chance.between(1, 2), chance.between(1, 2)]);
    }),
  course: (_elevator, values) => [
    { at: 0, tells: { zh: "已平层，开门指令发出，轿门卡阻", en: "At the landing, the door is told to open and jams" } },
    { at: 13, tells: { zh: "第二次尝试开门", en: "Second try to open" } },
    { at: 26, tells: { zh: "第三次尝试开门", en: "Third try to open" } },
    { at: 39.1, tells: { zh: "开门故障（代码 3），乘客被困", en: "Door fault (code 3), the passenger is shut in" } },
    ...rescueMarks(Math.max(45, values.rescueAfter)),
  ],
  endsAfter: (values) => Math.max(45, values.rescueAfter),
};
