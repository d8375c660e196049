/** An elevator: its controller, doors, car and passengers in fixed steps of 50 ms. Pure: no clock, no socket. */
import { type Chance, createChance } from "../chance.ts";
import { createCar } from "./car.ts";
import { createDoors } from "./doors.ts";
import { createController } from "./elevator-controller.ts";
import { createFaults } from "./elevator-faults.ts";
import { elevatorOrders } from "./elevator-orders.ts";
import type { ElevatorParams } from "./elevator-params.ts";
import { createElevatorSensors } from "./elevator-sensors.ts";
import type { Elevator, ElevatorState } from "./elevator-state.ts";
import { acceleration, freshMemory, stepSeconds, stepsPerSecond, type Works } from "./elevator-works.ts";
import { createTraffic } from "./traffic.ts";
import { waking } from "./waking.ts";

/** After closing, passengers turn round and press buttons for a while. */
const settlingSeconds = 5;
const waitingCalls = 6;

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
    limits: { speed: params.ratedSpeed, acceleration, jerk: 1.0 },
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

  const memory = freshMemory(car.landing);
  const works: Works = { params, home, car, doors, state, sensors, chance, memory };
  const controller = createController(works);
  const faults = createFaults(works, controller);
  let steps = 0;
  let hourNow = hour % 24;
  let resting = false;
  let stirred = 0;
  return {
    kind: "elevator",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return steps / stepsPerSecond;
    },
    get carrying() {
      return memory.boarded ? memory.trip : undefined;
    },
    get nextLanding() {
      return car.moving || state.phase === "starting" ? memory.target : car.landing;
    },
    readings: sensors.readings,
    get stirred() {
      return stirred / stepsPerSecond;
    },
    step() {
      steps += 1;
      if (steps % stepsPerSecond === 0) hourNow = (hour + (steps * stepSeconds) / 3600) % 24;
      const call = traffic.step(stepSeconds, hourNow);
      if (call && memory.openCalls && memory.calls.length < waitingCalls) memory.calls.push(call);
      if (resting && memory.calls.length === 0) {
        if (sensors.rest(stepSeconds, steps)) stirred = steps;
        return;
      }
      stirred = steps;
      const moved = car.step(stepSeconds);
      const door = doors.step(stepSeconds);
      controller.control(moved, door);
      faults.tick();
      if (car.moving) state.runSeconds += stepSeconds;
      memory.closedFor = doors.closed ? memory.closedFor + stepSeconds : 0;
      state.settling = state.persons > 0 && memory.closedFor > 0 && memory.closedFor < settlingSeconds;
      sensors.step(stepSeconds, steps);
      resting = controller.nothingPending();
    },
    ...waking(elevatorOrders(works, controller, faults), () => {
      resting = false;
    }),
  };
}
