/** Lifts in situations that look like trouble and are none: a mechanic at work, and an empty car with a nervous sensor. */
import type { Elevator } from "../plant/elevator-state.ts";
import type { Mark, ScenarioOf } from "./scenario.ts";

const everything = [
  "elevator.entrapment_off_landing",
  "elevator.entrapment_at_landing",
  "elevator.alarm_button",
  "elevator.open_door_run",
  "elevator.overspeed",
  "elevator.over_travel",
  "elevator.safety_circuit_open",
  "elevator.stopped_outside_zone",
  "elevator.door_open_too_long",
  "elevator.door_cycling",
  "elevator.run_timeout",
  "elevator.power_lost",
  "elevator.heartbeat_frozen",
] as const;

const idle = (elevator: Elevator) => () => (elevator.state.phase === "idle" ? ("there" as const) : ("fast" as const));

/** Slow runs of 4 s, a minute apart, with the car left between two floors meanwhile. */
function creeping(until: number): Mark<Elevator>[] {
  const marks: Mark<Elevator>[] = [];
  for (let at = 20; at + 60 < until; at += 60) {
    const down = (marks.length / 2) % 2 === 1;
    marks.push({ at, act: (elevator) => elevator.creep(down ? -0.3 : 0.3) });
    marks.push({ at: at + 4, act: (elevator) => elevator.creep(0) });
  }
  return marks;
}

export const elevatorMaintenance: ScenarioOf<Elevator, "lasts"> = {
  name: "elevator-maintenance",
  kind: "elevator",
  title: { zh: "电梯维保作业", en: "Maintenance of a lift" },
  tells: {
    zh: "维保人员转检修，在轿顶慢车运行，轿厢长时间停在两层之间，不应报警",
    en: "A mechanic switches to inspection and creeps along the shaft; the car stands between floors for long: silence is the pass",
  },
  parameters: {
    lasts: { default: 660, min: 120, max: 14_400, unit: "s", tells: { zh: "作业时长", en: "The work lasts" } },
  },
  mustFollow: [],
  mustNotFollow: everything,
  watch: ["service_mode", "speed", "door_zone"],
  approach(elevator) {
    // Towards the middle of the shaft, so that there is room either way.
    const middle = Math.floor(elevator.params.floors / 2);
    elevator.order({ from: middle, to: middle + 1, persons: 0 });
    const standing = idle(elevator);
    return () => (elevator.state.car.landing >= middle ? standing() : "fast");
  },
  course: (_elevator, { lasts }) => [
    { at: 0, tells: { zh: "转检修", en: "Switched to inspection" }, act: (elevator) => elevator.inspect(true) },
    ...creeping(lasts),
    { at: lasts, tells: { zh: "恢复正常", en: "Back to normal" }, act: (elevator) => elevator.inspect(false) },
    { at: lasts + 60, tells: { zh: "作业结束", en: "The work is over" } },
  ],
  endsAfter: ({ lasts }) => lasts,
};

export const elevatorParked: ScenarioOf<Elevator, "lasts"> = {
  name: "elevator-parked",
  kind: "elevator",
  title: { zh: "空梯停靠与人感误动", en: "Parked car with a nervous sensor" },
  tells: {
    zh: "空轿厢长时间停在平层，人感传感器每 10 min 误动一次，不应报困人",
    en: "An empty car stands at a landing for hours, and its motion sensor sees something every ten minutes: no entrapment",
  },
  parameters: {
    lasts: { default: 10_800, min: 1200, max: 43_200, unit: "s", tells: { zh: "停靠时长", en: "Parked for" } },
  },
  mustFollow: [],
  mustNotFollow: everything,
  watch: ["occupied", "door_zone", "door_closed"],
  approach(elevator) {
    elevator.park();
    return idle(elevator);
  },
  course: (_elevator, { lasts }) => [
    { at: 0, tells: { zh: "轿厢停靠", en: "The car is parked" } },
    ...Array.from({ length: Math.floor(lasts / 600) }, (_, index) => ({
      at: 600 * (index + 1) - 1,
      act: (elevator: Elevator) => elevator.ghostPulse(),
    })),
    { at: lasts, tells: { zh: "恢复使用", en: "In use again" } },
  ],
  endsAfter: ({ lasts }) => lasts,
};
