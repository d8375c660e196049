/** An access controller with up to four doors, their visitors, fire input and supply, in fixed steps of 50 ms. Pure. */
import { createChance } from "../chance.ts";
import { createDoor, type DoorLogic } from "./access-door.ts";
import type { AccessParams } from "./access-params.ts";
import { createAccessReadings } from "./access-readings.ts";
import { type AccessController, type AccessState, eventCodes } from "./access-state.ts";
import { waking } from "./waking.ts";

const stepsPerSecond = 20;
const stepSeconds = 1 / stepsPerSecond;
const tolerance = 1e-9;
/** Share of the peak's visitors per hour of the day. */
const visitors = [
  0.1, 0.08, 0.08, 0.08, 0.1, 0.2, 0.5, 1, 1, 0.6, 0.5, 0.5, 0.6, 0.5, 0.5, 0.5, 0.6, 0.9, 1, 0.8, 0.6, 0.4, 0.2, 0.1,
] as const;
const chances = { denied: 0.02, neverOpens: 0.005, leaves: 0.5 } as const;
/** A reader that is torn off is missed by its controller after 8 s without an answer. */
const readerLost = 8;
/** 12 V lead battery: volts on the charger, at the first moment without it, and when the magnets let go after 4 h. */
const battery = { charged: 13.6, first: 12.6, empty: 10.5, lasts: 4 * 3600 } as const;

interface Due {
  readonly at: number;
  /** 0 belongs to no door. */
  readonly door: number;
  act(): void;
}

/** `hour` is the hour of the day at the start. The same parameters, seed and hour give the same readings, step by step. */
export function createAccessController(params: AccessParams, seed: number, hour: number): AccessController {
  const chance = createChance(seed, "access");
  let steps = 0;
  const now = () => steps / stepsPerSecond;
  const logics: DoorLogic[] = params.doors.map((_, index) => createDoor(createChance(seed, `door ${index + 1}`), now));
  const state: AccessState = {
    doors: logics.map(({ door }) => door),
    mains: true,
    cabinetOpen: false,
    fireInput: false,
    volts: battery.charged,
  };
  const published = createAccessReadings(state, createChance(seed, "sensors"));
  const waiting = logics.map(() => chance.exponential(1));
  const cleared = new Set<number>();
  let drained = 0;
  let disarmed = false;
  let stuck = 0;
  let agenda: Due[] = [];
  let nextDue = Number.POSITIVE_INFINITY;
  /** Expected visitors per door and step at this time of day. */
  let perStep = 0;
  /** By door: somebody is there, or something was ordered since. At the others only time and meters go on. */
  const awake = logics.map(() => true);
  let touched = true;
  let stirred = 0;
  let powered = true;

  const logic = (door: number): DoorLogic => {
    const found = logics[door - 1];
    if (!found) throw new Error(`the controller has no door ${door}`);
    return found;
  };
  const after = (seconds: number, door: number, act: () => void) => {
    agenda.push({ at: now() + seconds, door, act });
    nextDue = Math.min(nextDue, now() + seconds);
  };
  const pass = (door: number, openAfter: number, openFor: number) => {
    after(openAfter, door, () => logic(door).moveLeaf(true));
    after(openAfter + openFor, door, () => logic(door).moveLeaf(false));
  };
  const ordinaryVisitor = (door: number) => {
    const one = logic(door);
    // Mostly 2 to 8 s, 4 s in the middle.
    const openFor = Math.min(12, Math.max(1.5, 4 * Math.exp(chance.normal(0, 0.35))));
    if (chance.next() < chances.leaves) one.pressExit();
    else if (one.door.readerOnline && chance.next() >= chances.denied) one.grant(eventCodes.granted);
    else if (one.door.readerOnline) return one.note(eventCodes.unknownCard);
    else return;
    if (chance.next() >= chances.neverOpens) pass(door, chance.between(0.5, 3), openFor);
  };
  const letPeopleCome = () => {
    if (steps % stepsPerSecond === 1) {
      const share = visitors[Math.floor(hour + now() / 3600) % 24] ?? 0;
      perStep = (stepSeconds * params.perHour * share) / 3600;
    }
    for (let index = 0; index < logics.length; index += 1) {
      const left = (waiting[index] as number) - perStep;
      waiting[index] = left;
      if (left > 0) continue;
      const door = index + 1;
      if (cleared.has(door) || !(logics[index] as DoorLogic).idle) continue;
      if (agenda.some((due) => due.door === door)) continue;
      waiting[index] = chance.exponential(1);
      awake[index] = true;
      ordinaryVisitor(door);
    }
  };
  const act = () => {
    if (now() < nextDue - tolerance) return;
    const due = agenda.filter(({ at }) => at <= now() + tolerance).sort((one, other) => one.at - other.at);
    agenda = agenda.filter((entry) => !due.includes(entry));
    nextDue = agenda.reduce((soonest, { at }) => Math.min(soonest, at), Number.POSITIVE_INFINITY);
    for (const entry of due) {
      awake[entry.door - 1] = true;
      entry.act();
    }
  };
  const supply = () => {
    drained = Math.min(battery.lasts, Math.max(0, drained + (state.mains ? -2 : 1) * stepSeconds));
    const left = 1 - drained / battery.lasts;
    if (drained === 0 && state.mains && state.volts === battery.charged) return;
    state.volts = state.mains ? 13 + 0.6 * left : battery.empty + (battery.first - battery.empty) * left;
  };

  const stepDoors = () => {
    for (let index = 0; index < logics.length; index += 1) {
      if (!awake[index]) continue;
      const one = logics[index] as DoorLogic;
      one.step(stepSeconds, { fireInput: state.fireInput, disarmed, powered, stuck: stuck === index + 1 });
      published.publishDoor(index);
      stirred = steps;
      awake[index] = !one.resting;
    }
  };
  const orders = {
    clearDoor(door) {
      cleared.add(door);
    },
    visit(door, openAfter, openFor) {
      logic(door).grant(eventCodes.granted);
      pass(door, openAfter, openFor);
    },
    visitUnderDuress(door, openAfter, openFor) {
      logic(door).grant(eventCodes.duress);
      logic(door).door.duress = true;
      pass(door, openAfter, openFor);
    },
    clearDuress(door) {
      logic(door).door.duress = false;
    },
    deny: (door) => logic(door).note(eventCodes.unknownCard),
    tailgate: (door) => logic(door).note(eventCodes.tailgate),
    moveLeaf: (door, open) => logic(door).moveLeaf(open),
    shakeContact: (door, seconds) => logic(door).shake(seconds),
    cutReader(door) {
      logic(door).door.readerTamper = true;
      after(readerLost, door, () => {
        logic(door).door.readerOnline = false;
      });
    },
    wearLock(door) {
      logic(door).door.worn = true;
    },
    setMode: (door, mode) => logic(door).setMode(mode),
    setFireInput(on, sticks = 0) {
      if (state.fireInput && !on) disarmed = true;
      state.fireInput = on;
      if (on) stuck = sticks;
    },
    rearm() {
      disarmed = false;
      stuck = 0;
    },
    openCabinet(open) {
      state.cabinetOpen = open;
    },
    loseMains() {
      state.mains = false;
    },
    restoreMains() {
      state.mains = true;
    },
    recover() {
      agenda = [];
      nextDue = Number.POSITIVE_INFINITY;
      cleared.clear();
      state.mains = true;
      state.cabinetOpen = false;
      state.fireInput = false;
      disarmed = false;
      stuck = 0;
      for (const one of logics) one.reset();
    },
  } satisfies Partial<AccessController>;
  return {
    kind: "access",
    params,
    stepSeconds,
    state,
    get elapsed() {
      return now();
    },
    readings: published.readings,
    get stirred() {
      return state.mains && drained === 0 ? stirred / stepsPerSecond : now();
    },
    step() {
      steps += 1;
      supply();
      letPeopleCome();
      act();
      const powers = state.volts > battery.empty + tolerance;
      if (touched || powers !== powered) {
        awake.fill(true);
        stirred = steps;
        published.publishController();
      }
      touched = false;
      powered = powers;
      stepDoors();
      published.step(steps, stepsPerSecond);
    },
    ...waking(orders, () => {
      touched = true;
    }),
  };
}
