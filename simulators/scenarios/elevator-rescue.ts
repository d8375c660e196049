/** The end of an entrapment: rescuers take over, bring the car to a landing, open the door, hand the lift back. */
import type { Elevator } from "../plant/elevator-state.ts";
import type { Mark } from "./scenario.ts";

const doorOpenedAfter = 30;
const handedBackAfter = 120;

/** Marks from the rescuers' arrival at `at` seconds; the door opens half a minute later. */
export function rescueMarks(at: number): readonly Mark<Elevator>[] {
  return [
    {
      at,
      tells: { zh: "救援人员到场，转检修", en: "Rescuers arrive and switch to inspection" },
      act: (elevator) => elevator.beginRescue(),
    },
    {
      at: at + doorOpenedAfter,
      tells: { zh: "救援人员打开轿门，乘客离开轿厢", en: "Rescuers open the door, the passengers leave" },
      act: (elevator) => elevator.openByHand(),
    },
    {
      at: at + handedBackAfter,
      tells: { zh: "故障排除，电梯恢复正常运行", en: "Fault removed, the lift is back in service" },
    },
  ];
}
