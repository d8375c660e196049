/** The figures of each device on a link for Prometheus, taken at the scrape from what its engineer page shows. Names are contract. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { Reason } from "#model/quality";
import type { Instant, Span } from "#model/time";

const breakers = ["closed", "open", "probing"] as const;

export interface StandingLink {
  readonly link: string;
  readonly reconnects: number;
  readonly units: readonly StandingUnit[];
}

/** One device on a link, as its engineer page shows it. */
export interface StandingUnit {
  readonly device: string;
  /** Of the last five to ten minutes; absent when nothing was answered in them. */
  readonly latency?: { readonly p50: Span; readonly p99: Span };
  /** Since the start of the gateway, as are the faults by reason. */
  readonly requests: number;
  readonly faultCounts: ReadonlyMap<Reason, number>;
  readonly breaker: (typeof breakers)[number];
  readonly lastGood?: Instant;
}

/** `show` replaces what was shown before, so that a unit that is gone leaves no row. */
export function unitFigures(registers: Registry[]): { show(links: readonly StandingLink[]): void } {
  const of = (name: string, help: string, ...more: string[]) => ({
    name: `gatehouse_unit_${name}`,
    help,
    labelNames: ["link", "device", ...more],
    registers,
  });
  const latency = new Gauge(
    of(
      "latency_seconds",
      "What half and 99 % of the answers took at most, in the last five to ten minutes.",
      "quantile",
    ),
  );
  const requests = new Counter(of("requests_total", "Requests to the device since the start of the gateway."));
  const faults = new Counter(
    of("faults_total", "Faults since the start; `timeout` is silence, `refused` an exception of the device.", "reason"),
  );
  const breaker = new Gauge(of("breaker", "1 for the state of the breaker before the device.", "state"));
  const lastGood = new Gauge(of("last_good_seconds", "Unix time of the last good value; absent before the first."));
  return {
    show(links) {
      for (const figure of [latency, requests, faults, breaker, lastGood]) figure.reset();
      for (const { link, units } of links) {
        for (const unit of units) {
          const labels = { link, device: unit.device };
          if (unit.latency) {
            latency.set({ ...labels, quantile: "0.5" }, unit.latency.p50 / 1_000);
            latency.set({ ...labels, quantile: "0.99" }, unit.latency.p99 / 1_000);
          }
          requests.inc(labels, unit.requests);
          // A rate over a row that appears with its first event misses that event.
          for (const reason of ["timeout", "refused"] as const) faults.inc({ ...labels, reason }, 0);
          for (const [reason, count] of unit.faultCounts) faults.inc({ ...labels, reason }, count);
          for (const state of breakers) breaker.set({ ...labels, state }, state === unit.breaker ? 1 : 0);
          if (unit.lastGood !== undefined) lastGood.set(labels, unit.lastGood / 1_000);
        }
      }
    },
  };
}
