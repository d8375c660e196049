/** An elevator's controller: whom it fetches and brings, phase by phase, and when its doors open and close. */
import type { Car } from "./car.ts";
import type { Doors } from "./doors.ts";
import { relevelBeyond } from "./elevator-sensors.ts";
import type { ElevatorPhase } from "./elevator-state.ts";
import { dwellSeconds, speeds, stepSeconds, tolerance, type Works } from "./elevator-works.ts";

/** The rescue device holds the door open long enough for a full car. */
const rescueDeviceDwell = 10;
const secondsPerPassenger = 1;
const startDelay = 0.5;
const brakeDelay = 0.3;
/** A door that is closed again and again rests this long in between, s. */
const dirtyDwell = 9;

export interface Controller {
  enter(phase: ElevatorPhase, seconds?: number): void;
  openDoors(): void;
  /** Back to a landing after a stop in between, as the controller does when all is well again. */
  findLanding(): void;
  /** One step; `moved` and `door` say what has come to an end in it. */
  control(moved: ReturnType<Car["step"]>, door: ReturnType<Doors["step"]>): void;
  /** Empty, doors closed, nobody calls, nothing runs out: whole steps would change nothing. */
  nothingPending(): boolean;
}

export function createController({ home, car, doors, state, sensors, memory }: Works): Controller {
  const nothingPending = () =>
    state.phase === "idle" &&
    memory.calls.length === 0 &&
    state.serviceMode === 1 &&
    state.safetyCircuit &&
    state.mains &&
    doors.closed &&
    !state.recalled &&
    !state.alarmButton &&
    !state.lockBounce &&
    !state.ghost &&
    !memory.governed &&
    memory.slipLeft <= 0 &&
    memory.faultIn === undefined &&
    memory.rescueIn === undefined &&
    state.persons === 0 &&
    !car.moving;

  const enter = (phase: ElevatorPhase, seconds = 0) => {
    state.phase = phase;
    memory.left = seconds;
  };
  const openDoors = () => {
    doors.open();
    state.doorCycles += 1;
    enter("opening");
  };
  const goTo = (landing: number) => {
    memory.target = landing;
    if (landing === car.landing && car.offLanding === 0) openDoors();
    else enter("starting", startDelay);
  };
  const takeNextCall = () => {
    if (state.recalled) {
      memory.calls = [];
      if (car.landing !== home || car.offLanding > 0 || !doors.fullyOpen) goTo(home);
      return;
    }
    memory.trip = memory.calls.shift();
    memory.boarded = false;
    if (memory.trip) goTo(memory.trip.from);
  };
  const exchangePassengers = () => {
    if (memory.rescuers || !memory.trip || memory.boarded) {
      state.persons = 0;
      memory.trip = undefined;
      state.restless = false;
    }
    // Whoever ordered a trip from this landing steps in now.
    if (!memory.trip && !memory.rescuers && memory.calls[0]?.from === car.landing) memory.trip = memory.calls.shift();
    if (!memory.trip || memory.trip.from !== car.landing) return 0;
    memory.boarded = true;
    state.persons = memory.trip.persons;
    return memory.trip.persons;
  };
  const afterClosing = () => {
    memory.closedFor = 0;
    if (memory.trip && memory.boarded && memory.trip.to !== car.landing) goTo(memory.trip.to);
    else {
      memory.trip = undefined;
      enter("idle");
    }
  };

  /** One switch for the whole controller; the car and the doors report what has come to an end. */
  const control = (moved: ReturnType<Car["step"]>, door: ReturnType<Doors["step"]>) => {
    memory.left -= stepSeconds;
    switch (state.phase) {
      case "idle":
        if (state.safetyCircuit && state.mains && (state.serviceMode === 1 || state.recalled)) takeNextCall();
        return;
      case "starting":
        if (memory.left > tolerance) return;
        if (!state.safetyCircuit || !state.mains) {
          enter("halted");
          return;
        }
        if (state.recalled) memory.target = home;
        state.runs += 1;
        car.fly(memory.target);
        enter("moving");
        return;
      case "moving":
        if (moved === "arrived") {
          sensors.landed();
          enter("landing", brakeDelay);
        } else if (moved === "halted" && state.recalled) {
          memory.target = home;
          car.fly(home);
        } else if (moved === "halted") enter("halted");
        return;
      case "landing":
        if (memory.left > tolerance) return;
        if (state.recalled && car.landing !== home) goTo(home);
        else openDoors();
        return;
      case "opening":
        if (door === "opened") {
          car.sink(memory.sinks / 1000);
          memory.sinks = 0;
          const dwell = state.mains ? dwellSeconds : rescueDeviceDwell;
          enter("open", dwell + secondsPerPassenger * exchangePassengers());
        } else if (door === "jammed") {
          state.faultCode = 3;
          enter("halted");
        }
        return;
      case "open":
        if (moved === "arrived") sensors.relevelled();
        if (!car.moving && car.offLanding * 1000 > relevelBeyond) car.crawl(speeds.relevel);
        if (car.moving) return;
        if (state.recalled && car.landing === home) return;
        if ((memory.left > tolerance && !state.recalled) || memory.rescuers || memory.heldOpen) return;
        doors.close();
        enter("closing");
        return;
      case "closing":
        if (door === "opened") enter("open", memory.beamDirty ? dirtyDwell : dwellSeconds);
        else if (door === "closed") afterClosing();
        return;
      case "crawling":
        if (moved !== "arrived") return;
        sensors.landed();
        // Rescuers open by hand when they are ready; the rescue device and the controller open at once.
        if (memory.rescuers) enter("halted");
        else enter("landing", brakeDelay);
        return;
      case "halted":
        return;
    }
  };

  /** Back to a landing after a stop in between, as the controller does when all is well again. */
  const findLanding = () => {
    if (state.phase !== "halted" && state.phase !== "crawling") return;
    memory.trip = undefined;
    memory.boarded = false;
    if (car.moving || car.offLanding > 0) {
      car.crawl(speeds.homing);
      enter("crawling");
    } else if (doors.fullyOpen) enter("open", dwellSeconds);
    else openDoors();
  };

  return { enter, openDoors, findLanding, control, nothingPending };
}
