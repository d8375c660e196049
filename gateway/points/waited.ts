/**
 * Samples that are too old to be the present: a backlog that a device or broker sends when the line is back, or a clock that was
 * set back. They look alike, and taking the one for the other raises alarms about the past or hides those of the present. So
 * such a sample goes to history and its row waits, until the device itself shows which of the two it is.
 */
import type { Moment, Span } from "#model/time";
import type { PointTable } from "./table.ts";

/**
 * Sent longer ago than this: it has waited somewhere. Engineering judgement: longer than a slow network takes, shorter than any
 * response clock.
 */
const WAITED = 60_000;
/** A clock that was set runs on beside ours; a backlog catches up. After this long the two are told apart (domain lateness). */
const TELL_APART = 2_000;
/** Nothing newer came for so long: what came last is what the device says, however old it calls it. Engineering judgement. */
const LAST_WORD = 5_000;

/** A sample that waits. */
export interface Waiting {
  readonly value: number | string;
  readonly source: number;
  readonly uncertain: number;
  readonly at: Moment;
}

/** What is not yet clear about the samples of one device. */
interface Doubt {
  /** How old they were when they came, in ms, and since when they are so old. */
  lag: number;
  since: Span;
  last: Span;
  clockWasSet: boolean;
  readonly rows: Map<number, Waiting>;
}

/** By device. */
export interface Doubts {
  readonly open: Map<string, Doubt>;
  /** Ages that are usual since a clock was set, in ms. */
  readonly usual: Map<string, number>;
}

export const noDoubts = (): Doubts => ({ open: new Map(), usual: new Map() });

const deviceOf = (table: PointTable, handle: number): string => table.definitions[handle]?.device ?? "";

/** True for a sample that cannot simply be the present. `sent`: its stamp says when it was sent, and not what it is about. */
export function isOld(table: PointTable, handle: number, source: number, at: Moment, sent: boolean): boolean {
  const lateness = table.lateness[handle] as number;
  // Whoever wants every sample as it comes gets it.
  if (lateness === 0) return false;
  if ((table.newestSource[handle] as number) - source > lateness) return true;
  const age = at.now - source;
  if (!sent || age <= TELL_APART) return false;
  const { open, usual } = table.doubts;
  if (age <= WAITED && open.size === 0) return false;
  const device = deviceOf(table, handle);
  // A backlog is one to its end.
  const catchesUp = open.get(device)?.clockWasSet === false;
  return age - (usual.get(device) ?? 0) > (catchesUp ? TELL_APART : WAITED);
}

/** Notes an old sample. True when it is the present all the same, because the clock of its device was set. */
export function countsAsNew(table: PointTable, handle: number, waiting: Waiting): boolean {
  const device = deviceOf(table, handle);
  const { now, mono } = waiting.at;
  const lag = now - waiting.source;
  let doubt = table.doubts.open.get(device);
  if (!doubt) {
    doubt = { lag, since: mono, last: mono, clockWasSet: false, rows: new Map() };
    table.doubts.open.set(device, doubt);
  }
  doubt.last = mono;
  if (doubt.clockWasSet) {
    doubt.rows.delete(handle);
    return true;
  }
  if (Math.abs(lag - doubt.lag) > TELL_APART) {
    // It catches up, or falls behind: no clock does that.
    doubt.lag = lag;
    doubt.since = mono;
  } else if (mono - doubt.since >= TELL_APART) {
    wasSet(table, device, doubt);
    doubt.rows.delete(handle);
    return true;
  }
  const before = doubt.rows.get(handle);
  if (!before || before.source <= waiting.source) doubt.rows.set(handle, waiting);
  return false;
}

function wasSet(table: PointTable, device: string, doubt: Doubt): void {
  doubt.clockWasSet = true;
  table.doubts.usual.set(device, doubt.lag);
  table.definitions.forEach((point, handle) => {
    if (point.device === device) table.newestSource[handle] = Number.NaN;
  });
}

/** A sample of the present came: its device's clock is right, and what waited was a backlog. */
export function cameFresh(table: PointTable, handle: number, source: number, at: Moment): void {
  const { open, usual } = table.doubts;
  if (open.size === 0 && usual.size === 0) return;
  const device = deviceOf(table, handle);
  const lag = at.now - source;
  const known = usual.get(device);
  if (known !== undefined && lag < known - TELL_APART) usual.delete(device);
  const doubt = open.get(device);
  if (!doubt || doubt.clockWasSet) return;
  if (lag < doubt.lag - TELL_APART) open.delete(device);
  else if (at.mono - doubt.since >= TELL_APART) wasSet(table, device, doubt);
}

/** Hands over what has waited long enough, or need not wait any more. */
export function endWaiting(table: PointTable, mono: Span, take: (handle: number, waiting: Waiting) => void): void {
  for (const [device, doubt] of table.doubts.open) {
    if (!doubt.clockWasSet && mono - doubt.last < LAST_WORD) continue;
    table.doubts.open.delete(device);
    for (const [handle, waiting] of doubt.rows) {
      if (mono - waiting.at.mono <= (table.staleAfter[handle] as number)) take(handle, waiting);
    }
  }
}
