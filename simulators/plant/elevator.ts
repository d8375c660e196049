/** An elevator: its controller, doors, car and passengers in fixed steps of 50 ms. Pure: no clock, no socket. */
import { type Chance, createChance } from "../chance.ts";
import { type Car, createCar } from "./car.ts";
import { createDoors, type Doors } from "./doors.ts";
import type { ElevatorParams } from "./elevator-params.ts";
import { createElevatorSensors, relevelBeyond } from "./elevator-sensors.ts";
import type { Elevator, ElevatorPhase, ElevatorState } from "./elevator-state.ts";
import { createTraffic, type Trip } from "./traffic.ts";
import { waking } from "./waking.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
/** Sums of steps miss round numbers by the last bit of a float. */
const tolerance = 1e-6;
const dwellSeconds = 4;
/** The rescue device holds the door open long enough for a full car. */
const rescueDeviceDwell = 10;
const secondsPerPassenger = 1;
const startDelay = 0.5;
const brakeDelay = 0.3;
/** After closing, passengers turn round and press buttons for a while. */
const settlingSeconds = 5;
const waitingCalls = 6;
/** A door that is closed again and again rests this long in between, s. */
const dirtyDwell = 9;
/** The governor's switch trips at this share of rated speed (governor charts: 1.18). */
const governorTrip = 1.18;
const overspeedFault = 11;
const terminalFault = 9;
const slipFault = 6;
const slipSeconds = 45;
const ghostSeconds = 1.2;
/** Past a terminal landing by levelling speed; 0.25 m in 1.2 s. */
const overshootSpeed = 0.21;
const slipSpeed = 0.03;
const speeds = { rescueDevice: 0.2, byHand: 0.1, homing: 0.2, relevel: 0.05 } as const;

/**
 * `hour` is the hour of the day at the start (0–24). The same parameters, seed and hour give the same readings, step
 * by step.
 */
export function createElevator(params: ElevatorParams, seed: number, hour: number): Elevator {
  const chance: Chance = createChance(seed, "elevator");
  const home = Math.min(params.floors - 1, Math.max(0, params.homeFloor - params.lowestFloor));
  const shaft = {
    landings: params.floors,
    pitch: params.pitch,
    limits: { speed: params.ratedSpeed, acceleration: 0.8, jerk: 1.0 },
  };
  const traffic = createTraffic(
    { landings: params.floors, home, startsPerDay: params.startsPerDay },
    createChance(seed, "traffic"),
  );
  const car = createCar(shaft, chance.whole(0, params.floors - 1), chance);
  const doors = createDoors(createChance(seed, "doors"));
  const state: ElevatorState = {
    car,
    doors,
    phase: "idle",
    persons: 0,
    serviceMode: 1,
    faultCode: 0,
    safetyCircuit: true,
    mains: true,
    alarmButton: false,
    restless: false,
    settling: false,
    lockBounce: false,
    recalled: false,
    levelDrift: 0,
    ghost: false,
    runs: chance.whole(20_000, 400_000),
    runSeconds: chance.whole(1_000, 20_000) * 3600,
    doorCycles: chance.whole(30_000, 600_000),
  };
  const sensors = createElevatorSensors(params, state, createChance(seed, "sensors"));

  let steps = 0;
  let calls: Trip[] = [];
  let trip: Trip | undefined;
  let boarded = false;
  let target = car.landing;
  /** Seconds left in a phase that ends by itself. */
  let left = 0;
  let closedFor = 0;
  let alarmLeft = 0;
  let faultIn: { code: number; seconds: number } | undefined;
  let openCalls = true;
  let rescueIn: number | undefined;
  let rescueDead = false;
  let rescuers = false;
  let bounceLeft = 0;
  let ghostLeft = 0;
  let governed = false;
  let slipLeft = 0;
  let heldOpen = false;
  let beamDirty = false;
  let sinks = 0;
  let hourNow = hour % 24;
  /** Empty, doors closed, nobody calls, nothing runs out: whole steps would change nothing. */
  let resting = false;
  let stirred = 0;
  const nothingPending = () =>
    state.phase === "idle" &&
    calls.length === 0 &&
    state.serviceMode === 1 &&
    state.safetyCircuit &&
    state.mains &&
    doors.closed &&
    !state.recalled &&
    !state.alarmButton &&
    !state.lockBounce &&
    !state.ghost &&
    !governed &&
    slipLeft <= 0 &&
    faultIn === undefined &&
    rescueIn === undefined &&
    state.persons === 0 &&
    !car.moving;

  const enter = (phase: ElevatorPhase, seconds = 0) => {
    state.phase = phase;
    left = seconds;
  };
  const openDoors = () => {
    doors.open();
    state.doorCycles += 1;
    enter("opening");
  };
  const goTo = (landing: number) => {
    target = landing;
    if (landing === car.landing && car.offLanding === 0) openDoors();
    else enter("starting", startDelay);
  };
  const takeNextCall = () => {
    if (state.recalled) {
      calls = [];
      if (car.landing !== home || car.offLanding > 0 || !doors.fullyOpen) goTo(home);
      return;
    }
    trip = calls.shift();
    boarded = false;
    if (trip) goTo(trip.from);
  };
  const exchangePassengers = () => {
    if (rescuers || !trip || boarded) {
      state.persons = 0;
      trip = undefined;
      state.restless = false;
    }
    // Whoever ordered a trip from this landing steps in now.
    if (!trip && !rescuers && calls[0]?.from === car.landing) trip = calls.shift();
    if (!trip || trip.from !== car.landing) return 0;
    boarded = true;
    state.persons = trip.persons;
    return trip.persons;
  };
  const afterClosing = () => {
    closedFor = 0;
    if (trip && boarded && trip.to !== car.landing) goTo(trip.to);
    else {
      trip = undefined;
      enter("idle");
    }
  };

  /** One switch for the whole controller; the car and the doors report what has come to an end. */
  const control = (moved: ReturnType<Car["step"]>, door: ReturnType<Doors["step"]>) => {
    left -= stepSeconds;
    switch (state.phase) {
      case "idle":
        if (state.safetyCircuit && state.mains && (state.serviceMode === 1 || state.recalled)) takeNextCall();
        return;
      case "starting":
        if (left > tolerance) return;
        if (!state.safetyCircuit || !state.mains) {
          enter("halted");
          return;
        }
        if (state.recalled) target = home;
        state.runs += 1;
        car.fly(target);
        enter("moving");
        return;
      case "moving":
        if (moved === "arrived") {
          sensors.landed();
          enter("landing", brakeDelay);
        } else if (moved === "halted" && state.recalled) {
          target = home;
          car.fly(home);
        } else if (moved === "halted") enter("halted");
        return;
      case "landing":
        if (left > tolerance) return;
        if (state.recalled && car.landing !== home) goTo(home);
        else openDoors();
        return;
      case "opening":
        if (door === "opened") {
          car.sink(sinks / 1000);
          sinks = 0;
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
        if ((left > tolerance && !state.recalled) || rescuers || heldOpen) return;
        doors.close();
        enter("closing");
        return;
      case "closing":
        if (door === "opened") enter("open", beamDirty ? dirtyDwell : dwellSeconds);
        else if (door === "closed") afterClosing();
        return;
      case "crawling":
        if (moved !== "arrived") return;
        sensors.landed();
        // Rescuers open by hand when they are ready; the rescue device and the controller open at once.
        if (rescuers) enter("halted");
        else enter("landing", brakeDelay);
        return;
      case "halted":
        return;
    }
  };

  /** The safety circuit opens: motor off, brake set; the controller latches `code`. */
  const tripSafety = (code: number, after: number) => {
    state.safetyCircuit = false;
    faultIn = { code, seconds: after };
    car.emergencyStop();
    if (car.moving || state.phase === "starting") enter("halted");
  };
  /** Back to a landing after a stop in between, as the controller does when all is well again. */
  const findLanding = () => {
    if (state.phase !== "halted" && state.phase !== "crawling") return;
    trip = undefined;
    boarded = false;
    if (car.moving || car.offLanding > 0) {
      car.crawl(speeds.homing);
      enter("crawling");
    } else if (doors.fullyOpen) enter("open", dwellSeconds);
    else openDoors();
  };

  const tickSlowThings = () => {
    if (alarmLeft > 0) alarmLeft -= stepSeconds;
    state.alarmButton = alarmLeft > 0;
    bounceLeft = Math.max(0, bounceLeft - stepSeconds);
    state.lockBounce = bounceLeft > tolerance;
    ghostLeft = Math.max(0, ghostLeft - stepSeconds);
    state.ghost = ghostLeft > tolerance;
    if (governed && Math.abs(car.speed) >= governorTrip * params.ratedSpeed) {
      governed = false;
      tripSafety(overspeedFault, 0);
    }
    if (slipLeft > 0) {
      slipLeft -= stepSeconds;
      if (slipLeft <= tolerance) {
        state.faultCode = slipFault;
        car.emergencyStop();
        enter("halted");
      }
    }
    if (faultIn) {
      faultIn.seconds -= stepSeconds;
      if (faultIn.seconds <= tolerance) {
        state.faultCode = faultIn.code;
        faultIn = undefined;
      }
    }
    if (rescueIn !== undefined && state.phase === "halted" && !car.moving) {
      rescueIn -= stepSeconds;
      if (rescueIn <= 0) {
        rescueIn = undefined;
        car.crawl(speeds.rescueDevice);
        enter("crawling");
      }
    }
  };

  const halt = () => {
    car.emergencyStop();
    if (car.moving || state.phase === "starting") enter("halted");
  };

  const orders = {
    order(ordered) {
      openCalls = false;
      calls = [ordered];
      if (!boarded) trip = undefined;
    },
    openSafetyCircuit: (code = 1) => tripSafety(code, 0.2),
    bounceLock(seconds) {
      bounceLeft = seconds;
    },
    runAway(speed, seconds, governor) {
      governed = governor;
      car.drive(speed, Math.abs(speed - car.speed) / seconds);
    },
    passTerminal() {
      const up = car.landing > (params.floors - 1) / 2;
      enter("halted");
      car.drive(up ? overshootSpeed : -overshootSpeed, 2);
      faultIn = { code: up ? terminalFault : terminalFault + 1, seconds: 1.2 };
    },
    slip() {
      state.runs += 1;
      slipLeft = slipSeconds;
      enter("halted");
      car.drive(slipSpeed, 1, true);
    },
    inspect(on) {
      state.serviceMode = on ? 2 : 1;
      openCalls = !on;
      calls = [];
      state.persons = on ? 1 : 0;
      if (on) {
        trip = undefined;
        boarded = false;
        enter("halted");
      } else findLanding();
    },
    creep: (speed) => car.drive(speed, 0.5),
    holdDoor(on) {
      heldOpen = on;
    },
    dirtyBeam(on) {
      beamDirty = on;
      doors.dirty(on);
    },
    setFault(code) {
      state.faultCode = code;
    },
    driftLevel(millimetres) {
      state.levelDrift = millimetres;
    },
    call(wanted) {
      calls.push(wanted);
    },
    sink(millimetres) {
      sinks = millimetres;
    },
    park() {
      openCalls = false;
      calls = [];
    },
    ghostPulse() {
      ghostLeft = ghostSeconds;
    },
    recall(on) {
      if (state.recalled === on) return;
      state.recalled = on;
      state.serviceMode = on ? 3 : 1;
      if (!on) {
        if (state.phase === "open") left = dwellSeconds;
        return;
      }
      calls = [];
      const away = state.phase === "moving" && (target - home) * Math.sign(car.speed) > 0 && car.speed !== 0;
      if (away) car.drive(0, shaft.limits.acceleration);
    },
    jamDoors: (blips) => doors.jam(blips),
    makeRestless() {
      state.restless = true;
    },
    pressAlarm(seconds) {
      alarmLeft = seconds;
    },
    restoreMains() {
      if (state.mains) return;
      state.mains = true;
      rescueIn = undefined;
      if (state.safetyCircuit && !rescuers) findLanding();
    },
    loseMains() {
      if (!state.mains) return;
      state.mains = false;
      if (params.rescueDevice && !rescueDead) rescueIn = chance.between(5, 10);
      halt();
    },
    killRescueDevice() {
      rescueDead = true;
    },
    beginRescue() {
      state.serviceMode = 2;
      rescuers = true;
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
      openCalls = true;
      rescuers = false;
      rescueIn = undefined;
      rescueDead = false;
      faultIn = undefined;
      alarmLeft = 0;
      bounceLeft = 0;
      governed = false;
      slipLeft = 0;
      heldOpen = false;
      beamDirty = false;
      state.recalled = false;
      state.levelDrift = 0;
      doors.free();
      if (state.phase === "opening") doors.open();
      findLanding();
    },
  } satisfies Partial<Elevator>;
  return {
    kind: "elevator",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    get carrying() {
      return boarded ? trip : undefined;
    },
    get nextLanding() {
      return car.moving || state.phase === "starting" ? target : car.landing;
    },
    readings: sensors.readings,
    get stirred() {
      return stirred / stepsPerSecond;
    },
    step() {
      steps += 1;
      if (steps % stepsPerSecond === 0) hourNow = (hour + (steps * stepSeconds) / 3600) % 24;
      const call = traffic.step(stepSeconds, hourNow);
      if (call && openCalls && calls.length < waitingCalls) calls.push(call);
      if (resting && calls.length === 0) {
        if (sensors.rest(stepSeconds, steps)) stirred = steps;
        return;
      }
      stirred = steps;
      const moved = car.step(stepSeconds);
      const door = doors.step(stepSeconds);
      control(moved, door);
      tickSlowThings();
      if (car.moving) state.runSeconds += stepSeconds;
      closedFor = doors.closed ? closedFor + stepSeconds : 0;
      state.settling = state.persons > 0 && closedFor > 0 && closedFor < settlingSeconds;
      sensors.step(stepSeconds, steps);
      resting = nothingPending();
    },
    ...waking(orders, () => {
      resting = false;
    }),
  };
}
