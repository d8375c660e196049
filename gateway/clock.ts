/** The only place that reads the machine's clocks or waits. */
import { type Clock, type Instant, instant, milliseconds } from "#model/time";

export interface HouseClock extends Clock {
  /** False while the machine's wall clock stands before the last instant this house is known to have lived. */
  trusted(): boolean;
}

/**
 * The machine's clock. `floor` is the high-water mark of the last run: a machine that wakes up before it (an empty
 * real-time-clock battery) goes on from the mark by its monotonic clock until the wall clock has been set right.
 */
export function createClock(floor: Instant = instant(0)): HouseClock {
  const startMono = performance.now();
  const behind = Date.now() < floor;
  const frozen = () => behind && Date.now() < floor;
  return {
    now: () => instant(frozen() ? Math.round(floor + performance.now() - startMono) : Date.now()),
    monotonic: () => milliseconds(performance.now()),
    trusted: () => !frozen(),
    sleep(span, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        // Node turns a delay above 2^31-1 ms into 1 ms; whoever waits that long asks again.
        const timer = setTimeout(done, Math.min(span, 2_147_483_647));
        function done() {
          signal.removeEventListener("abort", abort);
          resolve();
        }
        function abort() {
          clearTimeout(timer);
          reject(signal.reason);
        }
        signal.addEventListener("abort", abort, { once: true });
      });
    },
  };
}
