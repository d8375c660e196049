/** Passengers trapped between two floors: the safety circuit opens while the car travels up. */
import type { Chance } from "../chance.ts";
import type { Elevator } from "../plant/elevator-state.ts";
import { rescueMarks } from "./elevator-rescue.ts";
import { ridingUpBetweenFloors } from "./elevator-start.ts";
import { type Mark, rescueAfter, type ScenarioOf } from "./scenario.ts";

/** The first press comes 5–25 s after the stop, the next ones every 20–60 s. */
function presses(until: number, seconds: number, chance: Chance): Mark<Elevator>[] {
  const marks: Mark<Elevator>[] = [];
  for (let at = chance.between(5, 25); at < until; at += chance.between(20, 60)) {
    marks.push({
      at,
      tells: { zh: `乘客按报警按钮 ${seconds} s`, en: `A passenger presses the alarm button for ${seconds} s` },
      act: (elevator) => elevator.pressAlarm(seconds),
    });
  }
  return marks;
}

export const elevatorEntrapment: ScenarioOf<Elevator, "persons" | "pressSeconds" | "rescueAfter"> = {
  name: "elevator-entrapment",
  kind: "elevator",
  title: { zh: "电梯困人（非平层）", en: "Passengers trapped between floors" },
  tells: {
    zh: "轿厢上行途中安全回路断开，停在两层之间，乘客按报警按钮，救援人员到场放人",
    en: "The safety circuit opens while the car travels up; it stops between two floors, passengers press the button, rescuers free them",
  },
  parameters: {
    persons: {
      default: 2,
      min: 1,
      max: 6,
      unit: "1",
      whole: true,
      tells: { zh: "被困人数", en: "Persons in the car" },
    },
    // 3 s is the shortest press that counts; 4 s cannot be missed by an observer who polls every second.
    pressSeconds: {
      default: 4,
      min: 0.5,
      max: 30,
      unit: "s",
      tells: { zh: "每次按报警按钮时长", en: "Each press lasts" },
    },
    rescueAfter,
  },
  mustFollow: [
    { rule: "elevator.safety_circuit_open", severity: "S2", ticketClass: "general_fault", within: 2 },
    { rule: "elevator.entrapment_off_landing", severity: "S1", ticketClass: "elevator_entrapment", within: 31 },
    {
      rule: "elevator.alarm_button",
      severity: "S1",
      ticketClass: "elevator_entrapment",
      within: 25 + 8,
      onlyIf: (values) => values.pressSeconds >= 4,
    },
  ],
  mustNotFollow: ["elevator.entrapment_at_landing"],
  // A press of 3 s counts; whether a poll sees all of it is chance.
  mayFollow: ["elevator.alarm_button"],
  watch: ["speed", "door_zone", "door_closed", "safety_circuit", "fault_code", "person_count", "position"],
  approach: (elevator, values) => ridingUpBetweenFloors(elevator, Math.round(values.persons)),
  course: (_elevator, values, chance) =>
    [
      {
        at: 0,
        tells: { zh: "安全回路断开，抱闸制动", en: "The safety circuit opens, the brake falls in" },
        act: (elevator: Elevator) => {
          elevator.openSafetyCircuit();
          elevator.makeRestless();
        },
      },
      { at: 1.5, tells: { zh: "轿厢停在两层之间", en: "The car stands between two floors" } },
      ...presses(values.rescueAfter, values.pressSeconds, chance),
      ...rescueMarks(values.rescueAfter),
    ].sort((one, other) => one.at - other.at),
  endsAfter: (values) => values.rescueAfter,
};
