/**
 * What an onlooker gets when it comes: the whole house. In a storm that is thousands of alarms, so the gravest come with the
 * snapshot and the rest behind it, some at a time, while the loop has its turns. What happens meanwhile is held back until
 * the picture is whole. A frame before that has number 0: who is cut off then and comes again begins anew.
 */
import { type Alarm, isListed } from "#model/alarm";
import { byUrgency } from "../routes/alarms.ts";
import type { KeptFrame } from "./frames.ts";

/** So many alarms in one frame: about 5 ms of work. */
export const ROWS_IN_A_FRAME = 200;
/** Frames that wait for a picture to be whole; whoever takes longer reads too slowly. */
const HELD = 200;
export const NOT_WHOLE = 0;

export interface FirstLook {
  readonly alarms: readonly Alarm[];
  /** Ids of the alarms that follow, the gravest first. */
  readonly rest: readonly string[];
}

export function firstLook(alarms: Iterable<Alarm>): FirstLook {
  const listed = [...alarms].filter(isListed).sort(byUrgency);
  return { alarms: listed.slice(0, ROWS_IN_A_FRAME), rest: listed.slice(ROWS_IN_A_FRAME).map(({ id }) => id) };
}

/** Frames for an onlooker whose picture is not whole yet. */
export interface HeldBack {
  /** False when there are too many. */
  keep(frame: KeptFrame): boolean;
  readonly frames: readonly KeptFrame[];
}

export function holdBack(): HeldBack {
  const frames: KeptFrame[] = [];
  return {
    frames,
    keep(frame) {
      frames.push(frame);
      return frames.length <= HELD;
    },
  };
}

export interface RestTools {
  /** The alarms as they stand when their turn comes. */
  alarm(id: string): Alarm | undefined;
  /** False: the onlooker has left. */
  present(): boolean;
  /** True while it has not read what it was sent. */
  full(): boolean;
  /** A moment for it to read. */
  wait(): Promise<void>;
  send(alarms: readonly Alarm[], last: boolean): void;
}

/** Sends the rest of the picture. Resolves when it is whole, or when nobody looks any more. */
export async function showRest(rest: readonly string[], tools: RestTools): Promise<void> {
  for (let from = 0; from < rest.length; from += ROWS_IN_A_FRAME) {
    await new Promise<void>((done) => setImmediate(done));
    while (tools.present() && tools.full()) await tools.wait();
    if (!tools.present()) return;
    const alarms = rest.slice(from, from + ROWS_IN_A_FRAME).flatMap((id) => tools.alarm(id) ?? []);
    tools.send(alarms, from + ROWS_IN_A_FRAME >= rest.length);
  }
}
