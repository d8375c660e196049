/** One lift loses its mains: with a rescue device that works, and without one. */
import type { Elevator } from "../plant/elevator-state.ts";
import { rescueMarks } from "./elevator-rescue.ts";
import { ridingUpBetweenFloors } from "./elevator-start.ts";
import { type Parameter, rescueAfter, type ScenarioOf } from "./scenario.ts";

const persons: Parameter = {
  default: 1,
  min: 1,
  max: 6,
  unit: "1",
  whole: true,
  tells: { zh: "轿内人数", en: "Persons in the car" },
};
const backAfter: Parameter = {
  default: 600,
  min: 40,
  max: 7200,
  unit: "s",
  tells: { zh: "恢复供电时间", en: "Power is back after" },
};

export const elevatorPowerFail: ScenarioOf<Elevator, "persons" | "backAfter"> = {
  name: "elevator-power-fail",
  kind: "elevator",
  title: { zh: "电梯断电（救援装置动作）", en: "Lift loses its mains (rescue device works)" },
  tells: {
    zh: "单台电梯断电，救援装置低速平层开门放人，关门等待来电。用于带救援装置的电梯",
    en: "One lift loses its mains; its rescue device crawls to a landing, opens, closes and waits. For lifts with a rescue device",
  },
  parameters: { persons, backAfter },
  mustFollow: [{ rule: "elevator.power_lost", severity: "S2", ticketClass: "general_fault", within: 5 }],
  mustNotFollow: ["elevator.entrapment_off_landing", "elevator.entrapment_at_landing", "elevator.stopped_outside_zone"],
  watch: ["main_power", "speed", "door_zone", "door_open_limit", "person_count"],
  approach: (elevator, values) => ridingUpBetweenFloors(elevator, Math.round(values.persons)),
  course: (_elevator, values) => [
    { at: 0, tells: { zh: "断电", en: "The mains fail" }, act: (elevator) => elevator.loseMains() },
    { at: 25, tells: { zh: "平层开门放人", en: "Level, the door has opened" } },
    {
      at: values.backAfter,
      tells: { zh: "恢复供电", en: "The mains are back" },
      act: (elevator) => elevator.restoreMains(),
    },
    { at: values.backAfter + 30, tells: { zh: "恢复正常运行", en: "The lift runs again" } },
  ],
  endsAfter: (values) => values.backAfter,
};

export const elevatorPowerFailTrapped: ScenarioOf<Elevator, "persons" | "dead" | "rescueAfter"> = {
  name: "elevator-power-fail-trapped",
  kind: "elevator",
  title: { zh: "电梯断电困人", en: "Lift loses its mains, passengers trapped" },
  tells: {
    zh: "单台电梯断电停在两层之间，没有救援装置或救援装置失效，乘客等待救援",
    en: "One lift loses its mains and stands between two floors with passengers; it has no rescue device, or its device is dead",
  },
  parameters: {
    persons,
    dead: {
      default: 0,
      min: 0,
      max: 1,
      unit: "1",
      whole: true,
      tells: { zh: "装有救援装置但失效（0 = 未装）", en: "A rescue device is fitted and dead (0 = none is fitted)" },
    },
    rescueAfter,
  },
  mustFollow: [
    { rule: "elevator.power_lost", severity: "S2", ticketClass: "general_fault", within: 5 },
    {
      rule: "elevator.entrapment_off_landing",
      severity: "S1",
      ticketClass: "elevator_entrapment",
      within: 31,
      onlyIf: ({ rescueAfter: after, dead }) => dead < 0.5 && after > 40,
    },
    {
      rule: "elevator.entrapment_off_landing",
      severity: "S1",
      ticketClass: "elevator_entrapment",
      // A rescue device that is fitted gets a minute to do its work.
      within: 91,
      onlyIf: ({ rescueAfter: after, dead }) => dead > 0.5 && after > 100,
    },
  ],
  mustNotFollow: ["elevator.entrapment_at_landing", "elevator.safety_circuit_open"],
  mayFollow: ["elevator.stopped_outside_zone"],
  watch: ["main_power", "speed", "door_zone", "person_count"],
  approach: (elevator, values) => ridingUpBetweenFloors(elevator, Math.round(values.persons)),
  course: (_elevator, values) => [
    {
      at: 0,
      tells: { zh: "断电", en: "The mains fail" },
      act(elevator) {
        elevator.killRescueDevice();
        elevator.loseMains();
        elevator.makeRestless();
      },
    },
    ...rescueMarks(values.rescueAfter),
  ],
  endsAfter: (values) => values.rescueAfter,
};
