/** The machine's clock, begun at a chosen hour, that a test can push on by hours: all who sleep wake as if the time had gone by. */
import { type Instant, instant, milliseconds, type Span } from "#model/time";
import { createClock, type HouseClock } from "../../gateway/clock.ts";

export interface PushedClock extends HouseClock {
  /** Lets this much time go by at once, on the wall and on the monotonic clock. */
  push(span: Span): void;
}

export function createPushedClock(start: Instant): PushedClock {
  const machine = createClock();
  const began = machine.monotonic();
  const sleepers = new Set<() => void>();
  let pushed = 0;
  const mono = () => machine.monotonic() - began + pushed;
  return {
    now: () => instant(Math.round(start + mono())),
    monotonic: () => milliseconds(mono()),
    trusted: () => true,
    async sleep(span, signal) {
      const due = mono() + span;
      while (mono() < due) {
        const woken = new AbortController();
        const wake = () => woken.abort();
        sleepers.add(wake);
        try {
          await machine.sleep(milliseconds(Math.max(0, due - mono())), AbortSignal.any([signal, woken.signal]));
        } catch (error) {
          if (signal.aborted) throw error;
        } finally {
          sleepers.delete(wake);
        }
      }
    },
    push(span) {
      pushed += span;
      for (const wake of [...sleepers]) wake();
    },
  };
}
