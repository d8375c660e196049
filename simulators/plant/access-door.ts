/** One door of an access controller: leaf, contact that bounces, lock, grant, and what the controller makes of them. */
import type { Chance } from "../chance.ts";
import { alarmStates, type Door, doorModes, eventCodes } from "./access-state.ts";

/** Sums of steps miss round numbers by the last bit of a float. */
const tolerance = 1e-9;
const releaseDelay = 0.3;
const relockDelay = 0.2;
/** How long a grant or the exit button keeps the lock released when nobody opens. */
const releaseSeconds = 5;
/** Somebody who passes may let the leaf swing back once. */
const afterPass = 1;
const bounce = { shortest: 0.05, longest: 0.2 } as const;
const forcedAfter = 0.4;
const heldAfter = 30;

export interface DoorInputs {
  readonly fireInput: boolean;
  /** A release has ended, and nobody has armed the doors since. */
  readonly disarmed: boolean;
  /** The supply holds the magnets. */
  readonly powered: boolean;
  /** This door's lock does not follow the fire release. */
  readonly stuck: boolean;
}

export interface DoorLogic {
  readonly door: Door;
  /** Shut, locked and nobody on the way. */
  readonly idle: boolean;
  /** Nothing about it will change by itself, only by an order or by other inputs. */
  readonly resting: boolean;
  grant(code: number): void;
  pressExit(): void;
  moveLeaf(open: boolean): void;
  shake(seconds: number): void;
  note(code: number): void;
  setMode(mode: number): void;
  reset(): void;
  step(seconds: number, inputs: DoorInputs): void;
}

/** `now` tells the controller's seconds, which stand in its events. */
export function createDoor(chance: Chance, now: () => number): DoorLogic {
  const door: Door = {
    leafOpen: false,
    contact: false,
    locked: true,
    commandedLocked: true,
    granted: false,
    exitButton: false,
    readerTamper: false,
    readerOnline: true,
    duress: false,
    mode: doorModes.controlled,
    alarm: alarmStates.normal,
    openFor: 0,
    worn: false,
    event: { code: eventCodes.closed, seq: chance.whole(1_000, 900_000), time: 0 },
  };
  /** The mode by order, which the fire input covers while it is on. */
  let ordered: number = doorModes.controlled;
  let grantLeft = 0;
  let exitLeft = 0;
  /** Seconds for which an opening counts as asked for. */
  let passLeft = 0;
  let bounceLeft = 0;
  let shakeLeft = 0;
  let lockChange = 0;
  let unasked = false;
  let unaskedFor = 0;
  let heldFor = 0;

  const note = (code: number) => {
    door.event = { code, seq: (door.event.seq + 1) % 4_294_967_296, time: Math.floor(now()) };
  };
  const free = () => door.mode === doorModes.openHours || door.mode === doorModes.fireRelease;

  const readContact = (seconds: number) => {
    const was = door.contact;
    bounceLeft = Math.max(0, bounceLeft - seconds);
    shakeLeft = Math.max(0, shakeLeft - seconds);
    // While it bounces the contact says either, step by step.
    const bounced = bounceLeft > tolerance ? chance.next() < 0.5 : door.leafOpen;
    door.contact = bounced || shakeLeft > tolerance;
    if (door.contact === was) return;
    if (door.contact) unasked = !free() && passLeft <= tolerance;
  };

  const watch = (seconds: number) => {
    door.openFor = door.contact ? door.openFor + seconds : 0;
    unaskedFor = door.contact && unasked && !free() ? unaskedFor + seconds : 0;
    heldFor = door.contact && !free() ? heldFor + seconds : 0;
    const was = door.alarm;
    const shut = !door.contact && bounceLeft <= tolerance;
    if (door.mode === doorModes.fireRelease) door.alarm = alarmStates.freeAccess;
    else if (unaskedFor >= forcedAfter - tolerance) door.alarm = alarmStates.forced;
    else if (was === alarmStates.forced && !shut) return;
    else if (heldFor > heldAfter) door.alarm = alarmStates.heldOpen;
    else door.alarm = door.readerTamper ? alarmStates.tamper : alarmStates.normal;
    if (door.alarm === was) return;
    if (door.alarm === alarmStates.forced) note(eventCodes.forced);
    if (door.alarm === alarmStates.heldOpen) note(eventCodes.heldOpen);
    if (door.alarm === alarmStates.tamper) note(eventCodes.tamper);
  };

  const driveLock = (seconds: number, { disarmed, powered, stuck }: DoorInputs) => {
    const letGo = free() || disarmed || !powered || grantLeft > tolerance || exitLeft > tolerance;
    door.commandedLocked = !letGo;
    const wanted = letGo ? stuck && door.mode === doorModes.fireRelease : !door.leafOpen && !door.worn;
    // A door that is pulled open against its lock leaves the lock as it was.
    const target = !letGo && door.leafOpen ? door.locked : wanted;
    if (target === door.locked) lockChange = 0;
    else {
      lockChange += seconds;
      if (lockChange < (target ? relockDelay : releaseDelay) - tolerance) return;
      door.locked = target;
      lockChange = 0;
    }
  };

  return {
    door,
    get idle() {
      return !door.leafOpen && !door.contact && bounceLeft <= tolerance && grantLeft + exitLeft + passLeft <= tolerance;
    },
    get resting() {
      return (
        shakeLeft === 0 &&
        bounceLeft === 0 &&
        grantLeft === 0 &&
        exitLeft === 0 &&
        passLeft === 0 &&
        lockChange === 0 &&
        !door.leafOpen &&
        !door.contact &&
        !door.granted &&
        !door.exitButton &&
        door.alarm !== alarmStates.forced &&
        door.alarm !== alarmStates.heldOpen
      );
    },
    grant(code) {
      grantLeft = releaseSeconds;
      passLeft = Math.max(passLeft, releaseSeconds);
      note(code);
    },
    pressExit() {
      exitLeft = releaseSeconds;
      passLeft = Math.max(passLeft, releaseSeconds);
      note(eventCodes.exitButton);
    },
    moveLeaf(open) {
      if (door.leafOpen === open) return;
      door.leafOpen = open;
      bounceLeft = chance.between(bounce.shortest, bounce.longest);
      note(open ? eventCodes.opened : eventCodes.closed);
      // The lock falls in as soon as the leaf is back, whatever is left of the grant.
      if (!open) {
        grantLeft = 0;
        exitLeft = 0;
        passLeft = passLeft > tolerance ? afterPass : 0;
      }
    },
    shake(seconds) {
      shakeLeft = seconds;
    },
    note,
    setMode(mode) {
      ordered = mode;
      heldFor = 0;
    },
    reset() {
      ordered = doorModes.controlled;
      grantLeft = 0;
      exitLeft = 0;
      shakeLeft = 0;
      door.worn = false;
      door.duress = false;
      door.readerTamper = false;
      door.readerOnline = true;
      if (!door.leafOpen) return;
      door.leafOpen = false;
      bounceLeft = bounce.shortest;
      passLeft = afterPass;
      note(eventCodes.closed);
    },
    step(seconds, inputs) {
      door.mode = inputs.fireInput ? doorModes.fireRelease : ordered;
      grantLeft = Math.max(0, grantLeft - seconds);
      exitLeft = Math.max(0, exitLeft - seconds);
      // Whoever was let in may keep the door open: its contact may tremble without being an alarm.
      if (!(door.leafOpen && passLeft > tolerance && !unasked)) passLeft = Math.max(0, passLeft - seconds);
      door.granted = grantLeft > tolerance;
      // The controller stretches the button's short contact over the whole release.
      door.exitButton = exitLeft > tolerance;
      readContact(seconds);
      driveLock(seconds, inputs);
      watch(seconds);
    },
  };
}
