/** What a drive can do wrong: run with an open lock, too fast, past the last landing, or on the spot. */
import type { Elevator } from "../plant/elevator-state.ts";
import { rescueMarks } from "./elevator-rescue.ts";
import { ridingUpBetweenFloors } from "./elevator-start.ts";
import {
  type Approach,
  type Expectation,
  type Mark,
  type Parameter,
  rescueAfter,
  type ScenarioOf,
} from "./scenario.ts";

const persons: Parameter = {
  default: 1,
  min: 1,
  max: 6,
  unit: "1",
  whole: true,
  tells: { zh: "轿内人数", en: "Persons in the car" },
};

/** Whoever is inside when the car stops between two floors is trapped until rescuers come. */
const trapped = (from: number): Expectation<"rescueAfter"> => ({
  rule: "elevator.entrapment_off_landing",
  severity: "S1",
  ticketClass: "elevator_entrapment",
  within: 31,
  from: () => from,
  onlyIf: ({ rescueAfter: after }) => after > from + 35,
});
const stopped = (within: number): Expectation => ({
  rule: "elevator.safety_circuit_open",
  severity: "S2",
  ticketClass: "general_fault",
  within,
});
const mayFollow = ["elevator.stopped_outside_zone", "elevator.alarm_button", "elevator.entrapment_at_landing"];
const rescued = (after: number): readonly Mark<Elevator>[] => rescueMarks(after);

export const elevatorOpenDoorRun: ScenarioOf<Elevator, "persons" | "rescueAfter"> = {
  name: "elevator-open-door-run",
  kind: "elevator",
  title: { zh: "开门走梯（门锁抖动）", en: "Car runs with a lock open" },
  tells: {
    zh: "轿厢全速运行中门锁触点断开 0.6 s，安全回路断开急停，控制器锁存故障 8",
    en: "At full speed a lock contact opens for 0.6 s; the safety circuit stops the car, the controller latches fault 8",
  },
  parameters: { persons, rescueAfter },
  mustFollow: [
    { rule: "elevator.open_door_run", severity: "S1", ticketClass: "general_fault", within: 0.6 },
    stopped(2),
    trapped(1),
  ],
  mustNotFollow: ["elevator.overspeed", "elevator.over_travel"],
  mayFollow,
  watch: ["speed", "door_closed", "landing_lock", "safety_circuit", "fault_code"],
  approach: (elevator, values) => ridingUpBetweenFloors(elevator, Math.round(values.persons)),
  course: (_elevator, values) => [
    {
      at: 0,
      tells: { zh: "门锁触点断开", en: "A lock contact opens" },
      act: (elevator) => elevator.bounceLock(0.6),
    },
    {
      at: 0.05,
      act(elevator) {
        elevator.openSafetyCircuit(8);
        elevator.makeRestless();
      },
    },
    ...rescued(values.rescueAfter),
  ],
  endsAfter: (values) => values.rescueAfter,
};

const runawaySeconds = 1.5;

export const elevatorOverspeed: ScenarioOf<Elevator, "persons" | "rescueAfter"> = {
  name: "elevator-overspeed",
  kind: "elevator",
  title: { zh: "电梯超速", en: "Overspeed" },
  tells: {
    zh: "轿厢在 1.5 s 内升至额定速度的 1.2 倍，限速器开关动作，安全回路断开急停",
    en: "The car speeds up to 1.2 times its rated speed within 1.5 s; the governor's switch opens the safety circuit",
  },
  parameters: { persons, rescueAfter },
  mustFollow: [
    { rule: "elevator.overspeed", severity: "S1", ticketClass: "general_fault", within: 1.4 },
    stopped(2.4),
    trapped(3),
  ],
  mustNotFollow: ["elevator.open_door_run", "elevator.over_travel"],
  mayFollow,
  watch: ["speed", "safety_circuit", "fault_code"],
  approach: (elevator, values) => ridingUpBetweenFloors(elevator, Math.round(values.persons)),
  course: (elevator, values) => [
    {
      at: 0,
      tells: { zh: "轿厢开始超速", en: "The car speeds up" },
      act: (plant) =>
        plant.runAway(Math.sign(elevator.state.car.speed) * 1.2 * elevator.params.ratedSpeed, runawaySeconds, true),
    },
    { at: 3, tells: { zh: "急停", en: "Emergency stop" }, act: (plant) => plant.makeRestless() },
    ...rescued(values.rescueAfter),
  ],
  endsAfter: (values) => values.rescueAfter,
};

const overspeedSeconds = 4;
/** Seconds from the rated speed to the excessive one. */
const speedingUp = 0.3;

export const elevatorOverspeedUngoverned: ScenarioOf<Elevator, "ratio"> = {
  name: "elevator-overspeed-ungoverned",
  kind: "elevator",
  title: { zh: "电梯超速（限速器失调）", en: "Overspeed with a governor out of adjustment" },
  tells: {
    zh: "轿厢以额定速度的 1.17 倍运行 4 s，限速器开关未动作，随后减速停靠",
    en: "The car runs at 1.17 times its rated speed for 4 s; the governor's switch does not act, and the car slows down by itself",
  },
  parameters: {
    ratio: { default: 1.171, min: 1.165, max: 1.3, unit: "1", tells: { zh: "超速倍数", en: "Times the rated speed" } },
  },
  mustFollow: [
    { rule: "elevator.overspeed", severity: "S1", ticketClass: "general_fault", within: 1, from: () => speedingUp },
  ],
  mustNotFollow: ["elevator.safety_circuit_open", "elevator.over_travel", "elevator.entrapment_off_landing"],
  watch: ["speed", "safety_circuit"],
  // Four seconds at that speed need some ten metres of free shaft.
  approach: (elevator) => ridingUpBetweenFloors(elevator, 1, 14),
  course: (elevator, values) => [
    {
      at: 0,
      tells: { zh: "轿厢超速", en: "The car is too fast" },
      act: (plant) =>
        plant.runAway(
          Math.sign(elevator.state.car.speed) * values.ratio * elevator.params.ratedSpeed,
          speedingUp,
          false,
        ),
    },
    {
      at: overspeedSeconds + speedingUp,
      tells: { zh: "减速", en: "It slows down" },
      act: (plant) => plant.creep(0),
    },
    { at: overspeedSeconds + 8, tells: { zh: "停靠最近楼层", en: "It goes to the nearest landing" } },
  ],
  endsAfter: () => overspeedSeconds + 8,
};

/** So long nobody has been in the car, s: whoever watches remembers the last passengers for a minute. */
const emptySince = 65;

/** The car stands empty at its topmost landing, and has done so for a while. */
function atTheTop(elevator: Elevator): () => Approach {
  const top = elevator.params.floors - 1;
  let since = elevator.elapsed;
  elevator.order({ from: top - 1, to: top, persons: 0 });
  return () => {
    const { car, phase } = elevator.state;
    const stands = car.landing === top && car.offLanding === 0 && phase === "idle";
    if (!stands) since = elevator.elapsed;
    if (!stands) return "fast";
    // The last minute passes at its own pace: whoever watches must see it.
    return elevator.elapsed - since >= emptySince ? "there" : "live";
  };
}

export const elevatorOverTravel: ScenarioOf<Elevator, "repairAfter"> = {
  name: "elevator-over-travel",
  kind: "elevator",
  title: { zh: "电梯冲顶", en: "Over-travel at the top" },
  tells: {
    zh: "轿厢在顶层继续上行 0.25 m，上极限开关动作停车，平台码 9",
    en: "At the top landing the car goes on by 0.25 m until its upper limit switch stops it; platform code 9",
  },
  parameters: {
    repairAfter: { default: 600, min: 60, max: 7200, unit: "s", tells: { zh: "处置完成时间", en: "Repaired after" } },
  },
  mustFollow: [{ rule: "elevator.over_travel", severity: "S1", ticketClass: "general_fault", within: 1.2 }],
  mustNotFollow: ["elevator.overspeed", "elevator.open_door_run", "elevator.entrapment_off_landing"],
  // The car stands outside the zone: that is so, and is told after a minute.
  mayFollow: ["elevator.stopped_outside_zone"],
  watch: ["position", "speed", "direction", "limit_up", "door_zone", "fault_code"],
  approach: atTheTop,
  course: (_elevator, { repairAfter }) => [
    {
      at: 0,
      tells: { zh: "轿厢越过顶层继续上行", en: "The car goes past the top landing" },
      act: (elevator) => elevator.passTerminal(),
    },
    { at: 1.3, tells: { zh: "上极限动作", en: "The upper limit switch has acted" } },
    { at: repairAfter, tells: { zh: "维保复位", en: "The maintenance firm resets it" } },
  ],
  endsAfter: ({ repairAfter }) => repairAfter,
};

export const elevatorRunLimiter: ScenarioOf<Elevator, "repairAfter"> = {
  name: "elevator-run-limiter",
  kind: "elevator",
  title: { zh: "运转时间限制器动作", en: "Run time limiter" },
  tells: {
    zh: "曳引轮打滑，抱闸打开而轿厢不动，45 s 后控制器断开电机并报故障 6",
    en: "The sheave slips: the brake is open and the car does not move; after 45 s the controller stops the motor and tells fault 6",
  },
  parameters: {
    repairAfter: { default: 600, min: 60, max: 7200, unit: "s", tells: { zh: "处置完成时间", en: "Repaired after" } },
  },
  mustFollow: [{ rule: "elevator.run_timeout", severity: "S2", ticketClass: "general_fault", within: 45 }],
  mustNotFollow: ["elevator.entrapment_off_landing", "elevator.entrapment_at_landing", "elevator.over_travel"],
  watch: ["speed", "brake_released", "floor_index", "fault_code"],
  approach: atTheTop,
  course: (_elevator, { repairAfter }) => [
    {
      at: 0,
      tells: { zh: "曳引轮打滑", en: "The sheave slips" },
      act: (elevator) => elevator.slip(),
    },
    { at: 46, tells: { zh: "限制器动作", en: "The limiter has acted" } },
    { at: repairAfter, tells: { zh: "维保复位", en: "The maintenance firm resets it" } },
  ],
  endsAfter: ({ repairAfter }) => repairAfter,
};
