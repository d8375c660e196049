/** The car door with its landing door: opens, closes, is reopened by the light beam, jams when a story says so. */
import type { Chance } from "../chance.ts";

/** 0 closed · 1 open · 2 closing · 3 opening, as the controller reports it. */
export type DoorState = 0 | 1 | 2 | 3;

const openingSeconds = 2.5;
const closingSeconds = 3.0;
/** Somebody steps into the beam while the door closes. */
const reopenShare = 0.05;
/** A controller gives up waiting for the open limit after 10 s, closes, and tries again (door fault after three tries). */
const jam = { giveUp: 10, cycle: 13, contactOpensAt: 0.3 } as const;

export interface Doors {
  readonly state: DoorState;
  /** Closed-limit contact. */
  readonly closed: boolean;
  /** Open-limit contact. */
  readonly fullyOpen: boolean;
  open(): void;
  close(): void;
  /** The next openings fail: the leaves move for the given seconds, once per try, and fall back. */
  jam(blips: readonly number[]): void;
  /** A dirty light beam: every closing ends half way, and the leaves open again. */
  dirty(on: boolean): void;
  /** Rescuers or a mechanic put the leaves right. */
  free(): void;
  step(seconds: number): "opened" | "closed" | "jammed" | undefined;
}

export function createDoors(chance: Chance): Doors {
  let state: DoorState = 0;
  let share = 0;
  let reopenBelow = -1;
  let blips: readonly number[] = [];
  let jammedFor: number | undefined;
  let beamDirty = false;

  const stepJammed = (seconds: number) => {
    jammedFor = (jammedFor ?? 0) + seconds;
    const attempt = Math.floor(jammedFor / jam.cycle);
    const blip = blips[attempt];
    if (blip === undefined) {
      state = 0;
      share = 0;
      blips = [];
      jammedFor = undefined;
      return "jammed" as const;
    }
    const since = jammedFor - attempt * jam.cycle;
    state = since < jam.giveUp ? 3 : 2;
    share = since >= jam.contactOpensAt && since < jam.contactOpensAt + blip ? 0.05 : 0;
    return undefined;
  };

  return {
    get state() {
      return state;
    },
    get closed() {
      return share === 0 && (jammedFor !== undefined || state === 0);
    },
    get fullyOpen() {
      return share === 1;
    },
    open() {
      state = 3;
      if (blips.length > 0) jammedFor = 0;
    },
    close() {
      state = 2;
      reopenBelow = chance.next() < reopenShare ? chance.between(0.3, 0.8) : -1;
      if (beamDirty) reopenBelow = 0.4;
    },
    dirty(on) {
      beamDirty = on;
      if (!on) reopenBelow = -1;
    },
    jam(lengths) {
      blips = lengths;
    },
    free() {
      beamDirty = false;
      blips = [];
      jammedFor = undefined;
      if (share === 0) state = 0;
    },
    step(seconds) {
      if (jammedFor !== undefined) return stepJammed(seconds);
      if (state === 3) {
        share = Math.min(1, share + seconds / openingSeconds);
        if (share < 1) return undefined;
        state = 1;
        return "opened";
      }
      if (state === 2) {
        share = Math.max(0, share - seconds / closingSeconds);
        if (share < reopenBelow) {
          reopenBelow = -1;
          state = 3;
          return undefined;
        }
        if (share > 0) return undefined;
        state = 0;
        return "closed";
      }
      return undefined;
    },
  };
}
