/** Doors that stay open or will not close: held by somebody, and stopped again and again by a dirty light beam. */
import type { Elevator } from "../plant/elevator-state.ts";
import { arrivingAtLanding } from "./elevator-start.ts";
import type { Approach, ScenarioOf } from "./scenario.ts";

/** "there" when the door of a car that has just arrived is fully open. */
function openAtLanding(elevator: Elevator, persons: number): () => Approach {
  const arriving = arrivingAtLanding(elevator, persons, () => {});
  let arrived = false;
  return () => {
    if (!arrived && arriving() === "there") arrived = true;
    if (!arrived) return "fast";
    return elevator.readings.door_open_limit === 1 ? "there" : "live";
  };
}

export const elevatorDoorHeld: ScenarioOf<Elevator, "heldFor"> = {
  name: "elevator-door-held",
  kind: "elevator",
  title: { zh: "电梯门长时间被挡", en: "Lift door held open" },
  tells: {
    zh: "搬家挡门，门一直开着，人员在轿厢内外走动，之后放行",
    en: "People move furniture and keep the door open, walking in and out, until they let it go",
  },
  parameters: {
    heldFor: { default: 200, min: 20, max: 1800, unit: "s", tells: { zh: "挡门时长", en: "Held open for" } },
  },
  mustFollow: [
    {
      rule: "elevator.door_open_too_long",
      severity: "S3",
      ticketClass: "general_fault",
      within: 120,
      onlyIf: ({ heldFor }) => heldFor > 125,
    },
    {
      rule: "elevator.door_open_too_long",
      severity: "S2",
      ticketClass: "general_fault",
      within: 180,
      onlyIf: ({ heldFor }) => heldFor > 185,
    },
  ],
  mustNotFollow: ["elevator.entrapment_at_landing", "elevator.entrapment_off_landing", "elevator.door_cycling"],
  watch: ["door_open_limit", "door_closed", "occupied"],
  approach: (elevator) => openAtLanding(elevator, 1),
  course: (_elevator, { heldFor }) => [
    {
      at: 0,
      tells: { zh: "有人挡门", en: "Somebody holds the door" },
      act: (elevator) => elevator.holdDoor(true),
    },
    {
      at: heldFor,
      tells: { zh: "放行", en: "The door is let go" },
      act: (elevator) => elevator.holdDoor(false),
    },
    { at: heldFor + 30, tells: { zh: "恢复正常运行", en: "The lift runs again" } },
  ],
  endsAfter: ({ heldFor }) => heldFor,
};

const giveUpAfter = 90;

export const elevatorDoorFault: ScenarioOf<Elevator> = {
  name: "elevator-door-fault",
  kind: "elevator",
  title: { zh: "电梯关门故障（光幕脏）", en: "Door will not close (dirty light beam)" },
  tells: {
    zh: "光幕脏污，90 s 内反复开关门六次，之后强迫关门并报关门故障",
    en: "The light beam is dirty: the door opens and closes six times within 90 s, is then nudged shut, and a fault is told",
  },
  parameters: {},
  mustFollow: [{ rule: "elevator.door_cycling", severity: "S3", ticketClass: "general_fault", within: 45 }],
  mustNotFollow: ["elevator.entrapment_at_landing", "elevator.entrapment_off_landing"],
  watch: ["door_open_limit", "door_closed", "fault_code"],
  approach: (elevator) => openAtLanding(elevator, 0),
  course: () => [
    { at: 0, tells: { zh: "光幕脏污", en: "The light beam is dirty" }, act: (elevator) => elevator.dirtyBeam(true) },
    {
      at: giveUpAfter,
      tells: { zh: "强迫关门，报关门故障", en: "Nudged shut; the controller tells a door fault" },
      act(elevator) {
        elevator.dirtyBeam(false);
        elevator.setFault(2);
      },
    },
    { at: giveUpAfter + 60, tells: { zh: "光幕擦净，故障复位", en: "The beam is cleaned, the fault reset" } },
  ],
  endsAfter: () => giveUpAfter,
};
