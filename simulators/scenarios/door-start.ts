/** What the stories of doors share: the calm start, the door parameter, and the alarms that no story of a door may raise. */
import type { AccessController } from "../plant/access-state.ts";
import type { Approach, Parameter } from "./scenario.ts";

export const door: Parameter = {
  default: 1,
  min: 1,
  max: 4,
  unit: "1",
  whole: true,
  tells: { zh: "几号门", en: "Which door" },
};
export const atDoor = (values: { readonly door: number }): number => values.door;

const rules = [
  "access.forced",
  "access.held_open",
  "access.tamper_reader",
  "access.tamper_controller",
  "access.duress",
  "access.reader_offline",
  "access.controller_offline",
  "access.release_failed",
  "access.not_resecured",
  "access.passback",
  "access.probing",
  "access.relock_failed",
  "access.power_supply",
  "access.heartbeat_frozen",
] as const;
type AccessRule = (typeof rules)[number];

/** All rules of doors and controllers but these. */
export const allBut = (...named: readonly AccessRule[]): readonly string[] =>
  rules.filter((rule) => !named.includes(rule));

/** Nobody is at the door, and nobody has been let in for a while; the other doors go on. */
export function calm(controller: AccessController, doors: readonly number[], seconds = 12): () => Approach {
  controller.recover();
  for (const one of doors) controller.clearDoor(one);
  let calmFor = 0;
  return () => {
    const still = doors.every((one) => {
      const at = controller.state.doors[one - 1];
      return !at || (at.locked && !at.contact && !at.granted && !at.exitButton && !at.leafOpen);
    });
    calmFor = still ? calmFor + controller.stepSeconds : 0;
    return calmFor >= seconds ? "there" : "fast";
  };
}
