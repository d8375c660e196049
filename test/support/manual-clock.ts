/** A clock held in the hand: time stands still until the test moves it. */
import { type Clock, type Instant, instant, milliseconds, type Span } from "#model/time";

export interface ManualClock extends Clock {
  /** Moves wall and monotonic time together and wakes sleepers in the order of their deadlines. */
  advance(span: Span): Promise<void>;
  /** Moves only the wall clock, as NTP or a person does. */
  stepWall(span: Span): void;
}

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/** Starts at `start` (default 2026-11-21T08:00:00Z, 16:00 in Shanghai) with the monotonic clock at zero. */
export function createManualClock(start: Instant = instant(1_795_248_000_000)): ManualClock {
  let wall: number = start;
  let mono = 0;
  const sleepers = new Set<Sleeper>();
  const settle = () => new Promise<void>((done) => setImmediate(done));

  return {
    now: () => instant(wall),
    monotonic: () => milliseconds(mono),
    sleep(span, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          due: mono + span,
          wake() {
            sleepers.delete(sleeper);
            signal.removeEventListener("abort", abort);
            resolve();
          },
        };
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        sleepers.add(sleeper);
      });
    },
    async advance(span) {
      const end = mono + span;
      await settle();
      for (;;) {
        const next = [...sleepers].filter((s) => s.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        const step = Math.max(0, next.due - mono);
        mono += step;
        wall += step;
        next.wake();
        await settle();
      }
      wall += end - mono;
      mono = end;
      await settle();
    },
    stepWall(span) {
      wall += span;
    },
  };
}
