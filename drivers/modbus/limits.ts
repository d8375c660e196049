/**
 * Waiting on the wire. These run on the machine's own timers and not on the house's clock: a test that moves the clock by
 * an hour must not time out a reply that is on its way.
 */

/** Resolves after `ms`, or rejects with the signal's reason. 0 lets everything be seen that has already arrived. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const abort = () => reject(signal?.reason);
  const done = () => {
    signal?.removeEventListener("abort", abort);
    resolve();
  };
  signal?.addEventListener("abort", abort, { once: true });
  if (ms <= 0) setImmediate(done);
  else AbortSignal.timeout(Math.ceil(ms)).addEventListener("abort", () => setImmediate(done), { once: true });
  return promise;
}

/** A limit is counted in so many ticks. */
const TICKS = 8;

/**
 * Calls `expired` after `ms` unless the returned function is called before. The next tick is set only after this one was
 * handled, so a process that was held up for seconds ages its requests by a single tick; and what has arrived meanwhile
 * is looked at before a unit is called silent.
 */
export function countdown(ms: number, expired: () => void): () => void {
  let left = TICKS;
  let cancelled = false;
  const tick = () => {
    if (cancelled) return;
    left -= 1;
    if (left <= 0) expired();
    else beat();
  };
  const beat = () => {
    const timer = AbortSignal.timeout(Math.max(1, Math.ceil(ms / TICKS)));
    timer.addEventListener("abort", () => setImmediate(tick), { once: true });
  };
  beat();
  return () => {
    cancelled = true;
  };
}
