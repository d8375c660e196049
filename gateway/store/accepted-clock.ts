/**
 * The way back from a clock that ran ahead: a person said, while the gateway was stopped, that the machine's time is right and
 * the high-water mark is not. The next start goes on from there, and what waits moves back with it.
 */
import { type Instant, instant } from "#model/time";

/** The name of the note that says how far the clock had come, and of the one with a person's word about it. */
export const CLOCK_NOTE = "clock";
export const ACCEPTED_NOTE = "clock-accepted";

/** `mark`: how far the house had come by then; `at`: the machine's time that was accepted. */
export interface AcceptedClock {
  readonly mark: Instant;
  readonly at: Instant;
}

export const acceptedNote = ({ mark, at }: AcceptedClock): string => JSON.stringify([mark, at]);

/** The high-water mark: zero for a house that never ran, or whose note is damaged. */
export function clockMark(notes: ReadonlyMap<string, string>): Instant {
  const mark = Number(notes.get(CLOCK_NOTE) ?? 0);
  return instant(Number.isFinite(mark) ? mark : 0);
}

/** The word that still holds: it was about this very mark, and no start has gone on from it yet. */
export function acceptedClock(notes: ReadonlyMap<string, string>): AcceptedClock | undefined {
  let read: unknown;
  try {
    read = JSON.parse(notes.get(ACCEPTED_NOTE) ?? "null");
  } catch {
    return undefined;
  }
  if (!Array.isArray(read)) return undefined;
  const [mark, at] = read;
  if (!Number.isSafeInteger(mark) || !Number.isSafeInteger(at) || at >= mark || mark !== clockMark(notes))
    return undefined;
  return { mark: instant(mark), at: instant(at) };
}
