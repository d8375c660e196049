/** What an access controller and its doors are, and what stories can do to them. */
import type { AccessParams } from "./access-params.ts";
import type { Plant } from "./plant.ts";

/** Modes of a door: by order, or by the fire input. */
export const doorModes = { controlled: 0, openHours: 2, fireRelease: 4 } as const;
/** Alarm states as BACnet Access Door has them. */
export const alarmStates = { normal: 0, heldOpen: 2, forced: 3, tamper: 4, freeAccess: 7 } as const;
/** Event codes of the door; 133 is another maker's code for a second person in one grant. */
export const eventCodes = {
  granted: 0,
  unknownCard: 27,
  heldOpen: 28,
  tamper: 100,
  duress: 101,
  forced: 102,
  tailgate: 133,
  opened: 200,
  closed: 201,
  exitButton: 202,
} as const;

export interface Door {
  /** Where the leaf really is; its contact bounces. */
  leafOpen: boolean;
  /** What the contact says. */
  contact: boolean;
  locked: boolean;
  commandedLocked: boolean;
  /** A card, code or remote order opens the door at present. */
  granted: boolean;
  exitButton: boolean;
  readerTamper: boolean;
  readerOnline: boolean;
  duress: boolean;
  mode: number;
  alarm: number;
  openFor: number;
  /** The magnet draws current but does not hold. */
  worn: boolean;
  event: { readonly code: number; readonly seq: number; readonly time: number };
}

export interface AccessState {
  readonly doors: readonly Door[];
  mains: boolean;
  cabinetOpen: boolean;
  fireInput: boolean;
  volts: number;
}

/** Doors are counted from 1. */
export interface AccessController extends Plant {
  readonly kind: "access";
  readonly params: AccessParams;
  readonly state: Readonly<AccessState>;
  /** Nobody comes to this door any more until recovery. */
  clearDoor(door: number): void;
  /** Somebody with a card: opens after `openAfter` s and lets the door fall shut `openFor` s later. */
  visit(door: number, openAfter: number, openFor: number): void;
  /** The same with the duress code: the door opens as usual, and the latch tells in silence. */
  visitUnderDuress(door: number, openAfter: number, openFor: number): void;
  clearDuress(door: number): void;
  /** An unregistered card. */
  deny(door: number): void;
  /** A second person within one grant, counted by the turnstile. */
  tailgate(door: number): void;
  /** The leaf is moved without anybody asking the controller. */
  moveLeaf(door: number, open: boolean): void;
  /** The contact alone opens for so many seconds; the leaf stays where it is. */
  shakeContact(door: number, seconds: number): void;
  cutReader(door: number): void;
  /** The magnet no longer holds although it is commanded. */
  wearLock(door: number): void;
  setMode(door: number, mode: number): void;
  /** While it is on, every door is let go; a door that `sticks` stays locked. */
  setFireInput(on: boolean, sticks?: number): void;
  /** The doors are armed again by hand at the controller after a release. */
  rearm(): void;
  openCabinet(open: boolean): void;
  loseMains(): void;
  restoreMains(): void;
}
