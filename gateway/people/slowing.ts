/** Guessing gets slower with every wrong try and is never locked for good: after five wrong ones 1, 2, 4 … 60 seconds. */
import { type Clock, milliseconds, type Span, seconds } from "#model/time";

const FREE_TRIES = 5;
const LONGEST_WAIT = seconds(60);
/** Names that are remembered; the oldest is forgotten first. Unknown names are slowed like known ones, so that nothing shows. */
const NAMES_KEPT = 10_000;

export interface Slowing {
  /** How long this name must still wait; 0 when a try is free. */
  wait(name: string): Span;
  /** A try begins. Counted before its outcome is known, so that many at once are not free. */
  began(name: string): void;
  /** The try was right: everything is forgotten. */
  succeeded(name: string): void;
  /** The try was not judged at all (too busy): it does not count. */
  dropped(name: string): void;
}

export function createSlowing(clock: Clock): Slowing {
  const tries = new Map<string, { count: number; freeAt: Span }>();
  return {
    wait(name) {
      const freeAt = tries.get(name)?.freeAt ?? 0;
      return milliseconds(Math.max(0, freeAt - clock.monotonic()));
    },
    began(name) {
      const count = (tries.get(name)?.count ?? 0) + 1;
      const over = count - FREE_TRIES;
      const wait = over < 0 ? 0 : Math.min(LONGEST_WAIT, seconds(2 ** Math.min(over, 10)));
      tries.delete(name);
      tries.set(name, { count, freeAt: milliseconds(clock.monotonic() + wait) });
      if (tries.size > NAMES_KEPT) tries.delete(tries.keys().next().value as string);
    },
    succeeded(name) {
      tries.delete(name);
    },
    dropped(name) {
      const known = tries.get(name);
      if (known) tries.set(name, { count: known.count - 1, freeAt: clock.monotonic() });
    },
  };
}
