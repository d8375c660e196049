/** Runs work at most once per span: the first time at once, what comes meanwhile together when the span is over. */
import type { Clock, Span } from "#model/time";

/**
 * Call the result whenever there is work. `work` never runs twice within `span`, and never later than that. What it throws goes
 * to `failed`, and the next work is done all the same: an onlooker must not stop the house.
 */
export function createPace(
  clock: Clock,
  span: Span,
  signal: AbortSignal,
  work: () => void,
  failed: (error: unknown) => void,
): () => void {
  let wanted = false;
  let running = false;

  async function run(): Promise<void> {
    // What one happening publishes in several pieces leaves together.
    await Promise.resolve();
    while (wanted && !signal.aborted) {
      wanted = false;
      try {
        work();
      } catch (error) {
        failed(error);
      }
      await clock.sleep(span, signal).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    }
    running = false;
  }

  return () => {
    wanted = true;
    if (running || signal.aborted) return;
    running = true;
    void run();
  };
}
