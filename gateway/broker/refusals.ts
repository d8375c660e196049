/** What is remembered and said about refusals: bounded in the memory that it takes and in the lines that it writes. */
import { type Clock, minutes, type Span } from "#model/time";
import type { Log } from "../log.ts";

/** An address that fails this often within a minute is not heard for the rest of it. */
const FAILURES = 10;

/** Addresses that tried wrong passwords, for a minute; many addresses make it forget, not grow. */
export function createFailures(clock: Clock) {
  const byAddress = new Map<string, { count: number; since: Span }>();
  const fresh = (address: string) => {
    const entry = byAddress.get(address);
    return entry && clock.monotonic() - entry.since < minutes(1) ? entry : undefined;
  };
  return {
    tooMany: (address: string): boolean => (fresh(address)?.count ?? 0) >= FAILURES,
    note(address: string): void {
      const entry = fresh(address);
      if (entry) entry.count += 1;
      else {
        if (byAddress.size >= 10_000) byAddress.clear();
        byAddress.set(address, { count: 1, since: clock.monotonic() });
      }
    },
  };
}

/** Says each kind of refusal once a minute: whoever is refused often must not fill the log. */
export function createTeller(clock: Clock, log: Pick<Log, "warn">, dropped: ((what: string) => void) | undefined) {
  const saidAt = new Map<string, Span>();
  return {
    dropped: (what: string) => dropped?.(what),
    refused(why: string, facts: Readonly<Record<string, string | undefined>>): void {
      dropped?.("broker-refused");
      const now = clock.monotonic();
      const before = saidAt.get(why);
      if (before !== undefined && now - before < minutes(1)) return;
      saidAt.set(why, now);
      log.warn({ ...facts, why }, "the broker refused a client");
    },
  };
}
