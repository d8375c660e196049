/** What stories, rescuers, mechanics and passengers do to an elevator. */
import type { Controller } from "./elevator-controller.ts";
import type { Faults } from "./elevator-faults.ts";
import type { Elevator } from "./elevator-state.ts";
import { acceleration, dwellSeconds, speeds, type Works } from "./elevator-works.ts";

const terminalFault = 9;
const slipSeconds = 45;
const ghostSeconds = 1.2;
/** Past a terminal landing by levelling speed; 0.25 m in 1.2 s. */
const overshootSpeed = 0.21;
const slipSpeed = 0.03;

/** Each takes effect at once; what it leads to comes step by step. */
export function elevatorOrders(works: Works, controller: Controller, { tripSafety, halt }: Faults) {
  const { params, home, car, doors, state, chance, memory } = works;
  const { enter, openDoors, findLanding } = controller;
  return {
    order(ordered) {
      memory.openCalls = false;
      memory.calls = [ordered];
      if (!memory.boarded) memory.trip = undefined;
    },
    openSafetyCircuit: (code = 1) => tripSafety(code, 0.2),
    bounceLock(seconds) {
      memory.bounceLeft = seconds;
    },
    runAway(speed, seconds, governor) {
      memory.governed = governor;
      car.drive(speed, Math.abs(speed - car.speed) / seconds);
    },
    passTerminal() {
      const up = car.landing > (params.floors - 1) / 2;
      enter("halted");
      car.drive(up ? overshootSpeed : -overshootSpeed, 2);
      memory.faultIn = { code: up ? terminalFault : terminalFault + 1, seconds: 1.2 };
    },
    slip() {
      state.runs += 1;
      memory.slipLeft = slipSeconds;
      enter("halted");
      car.drive(slipSpeed, 1, true);
    },
    inspect(on) {
      state.serviceMode = on ? 2 : 1;
      memory.openCalls = !on;
      memory.calls = [];
      state.persons = on ? 1 : 0;
      if (on) {
        memory.trip = undefined;
        memory.boarded = false;
        enter("halted");
      } else findLanding();
    },
    creep: (speed) => car.drive(speed, 0.5),
    holdDoor(on) {
      memory.heldOpen = on;
    },
    dirtyBeam(on) {
      memory.beamDirty = on;
      doors.dirty(on);
    },
    setFault(code) {
      state.faultCode = code;
    },
    driftLevel(millimetres) {
      state.levelDrift = millimetres;
    },
    call(wanted) {
      memory.calls.push(wanted);
    },
    sink(millimetres) {
      memory.sinks = millimetres;
    },
    park() {
      memory.openCalls = false;
      memory.calls = [];
    },
    ghostPulse() {
      memory.ghostLeft = ghostSeconds;
    },
    recall(on) {
      if (state.recalled === on) return;
      state.recalled = on;
      state.serviceMode = on ? 3 : 1;
      if (!on) {
        if (state.phase === "open") memory.left = dwellSeconds;
        return;
      }
      memory.calls = [];
      const away = state.phase === "moving" && (memory.target - home) * Math.sign(car.speed) > 0 && car.speed !== 0;
      if (away) car.drive(0, acceleration);
    },
    jamDoors: (blips) => doors.jam(blips),
    makeRestless() {
      state.restless = true;
    },
    pressAlarm(seconds) {
      memory.alarmLeft = seconds;
    },
    restoreMains() {
      if (state.mains) return;
      state.mains = true;
      memory.rescueIn = undefined;
      if (state.safetyCircuit && !memory.rescuers) findLanding();
    },
    loseMains() {
      if (!state.mains) return;
      state.mains = false;
      if (params.rescueDevice && !memory.rescueDead) memory.rescueIn = chance.between(5, 10);
      halt();
    },
    killRescueDevice() {
      memory.rescueDead = true;
    },
    beginRescue() {
      state.serviceMode = 2;
      memory.rescuers = true;
      if (car.inDoorZone) return;
      car.crawl(speeds.byHand);
      enter("crawling");
    },
    openByHand() {
      doors.free();
      if (!doors.fullyOpen) openDoors();
    },
    recover() {
      state.serviceMode = 1;
      state.faultCode = 0;
      state.safetyCircuit = true;
      state.mains = true;
      state.restless = false;
      memory.openCalls = true;
      memory.rescuers = false;
      memory.rescueIn = undefined;
      memory.rescueDead = false;
      memory.faultIn = undefined;
      memory.alarmLeft = 0;
      memory.bounceLeft = 0;
      memory.governed = false;
      memory.slipLeft = 0;
      memory.heldOpen = false;
      memory.beamDirty = false;
      state.recalled = false;
      state.levelDrift = 0;
      doors.free();
      if (state.phase === "opening") doors.open();
      findLanding();
    },
  } satisfies Partial<Elevator>;
}
