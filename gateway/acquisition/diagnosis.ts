/** Everything that is known about a link for whoever looks for its fault: wire, device, configuration, or us? */
import type { DeviceState } from "#model/plan";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { type Instant, type Moment, milliseconds, type Span } from "#model/time";
import type { DriverUnit, Told, Trace, UnitNews } from "../../drivers/driver.ts";
import { type ClockSkew, createClockSkew } from "./clock-skew.ts";
import { createFaultList, type FaultList, type FaultSeen } from "./fault-list.ts";
import { createFrameRing, type Frame } from "./frame-ring.ts";
import { createLatency, type Latency } from "./latency.ts";
import { createPollRate, type PollRate } from "./poll-rate.ts";

export interface UnitDiagnosis {
  readonly device: string;
  readonly unit: number;
  readonly state: DeviceState["state"];
  readonly since: Instant;
  readonly lastGood?: Instant;
  /** Of answered reads in the last five to ten minutes. */
  readonly latency?: { readonly p50: Span; readonly p99: Span };
  readonly requestsPerSecond: number;
  /** Since the start of the gateway. */
  readonly requests: number;
  readonly timeouts: number;
  readonly faults: readonly FaultSeen[];
  /** Exact, also of sentences that are no longer kept. */
  readonly faultCounts: ReadonlyMap<Reason, number>;
  readonly breaker: UnitNews["breaker"];
  readonly nextTryIn?: Span;
  readonly notes: readonly Text[];
  /** How far the device's clock is ahead of ours. */
  readonly skew?: Span;
}

export interface LinkDiagnosis {
  readonly link: string;
  readonly driver: string;
  readonly state: "starting" | "up" | "down";
  readonly since: Instant;
  readonly because?: Text;
  /** Times that it came up again after it had been up. */
  readonly reconnects: number;
  readonly faults: readonly FaultSeen[];
  readonly frames: number;
  /** Share of a serial line's time that its polls take; absent where it means nothing. */
  readonly load?: number;
  readonly units: readonly UnitDiagnosis[];
}

/** What the acquisition says about a unit besides what the trace learns. */
export interface UnitStanding {
  readonly state: DeviceState["state"];
  readonly since: Instant;
  readonly lastGood: Instant | undefined;
}

export interface LinkRecord {
  /** For the driver of one life of the link; silent once `alive` says no. */
  trace(alive: () => boolean): Trace;
  answered(device: string, took: Span, told: Told | undefined, count: number, at: Moment): void;
  /** `took` is absent when no request went out for it. */
  failed(device: string, reason: Reason, because: Text, took: Span | undefined, at: Moment): void;
  up(at: Moment): void;
  down(reason: Reason, because: Text, at: Moment): void;
  read(standing: (device: string) => UnitStanding, mono: Span): LinkDiagnosis;
  frames(after: number): readonly Frame[];
}

interface UnitRecord {
  readonly unit: DriverUnit<unknown>;
  readonly latency: Latency;
  readonly rate: PollRate;
  readonly faults: FaultList;
  readonly skew: ClockSkew;
  requests: number;
  timeouts: number;
  news: UnitNews | undefined;
}

export function createLinkRecord(
  link: { readonly id: string; readonly driver: string },
  driven: readonly DriverUnit<unknown>[],
  moment: () => Moment,
  load?: number,
): LinkRecord {
  const started = moment();
  const ring = createFrameRing();
  const faults = createFaultList();
  const units = new Map(
    driven.map((unit): [string, UnitRecord] => [
      unit.device,
      {
        unit,
        latency: createLatency(),
        rate: createPollRate(0, started.mono),
        faults: createFaultList(),
        skew: createClockSkew(),
        requests: 0,
        timeouts: 0,
        news: undefined,
      },
    ]),
  );
  let state: LinkDiagnosis["state"] = "starting";
  let since = started.now;
  let because: Text | undefined;
  let timesUp = 0;

  const asked = (record: UnitRecord, mono: Span): void => {
    record.requests += 1;
    record.rate.add(1, mono);
  };

  function unitDiagnosis(record: UnitRecord, standing: UnitStanding, mono: Span): UnitDiagnosis {
    const { unit, latency, news } = record;
    const p50 = latency.percentile(0.5, mono);
    const p99 = latency.percentile(0.99, mono);
    const skew = record.skew.read();
    const nextTry = news?.breaker === "open" ? news.nextTry : undefined;
    return {
      device: unit.device,
      unit: unit.unit,
      state: standing.state,
      since: standing.since,
      ...(standing.lastGood === undefined ? {} : { lastGood: standing.lastGood }),
      ...(p50 === undefined || p99 === undefined ? {} : { latency: { p50, p99 } }),
      requestsPerSecond: record.rate.achieved(mono),
      requests: record.requests,
      timeouts: record.timeouts,
      faults: record.faults.seen(),
      faultCounts: record.faults.counts(),
      breaker: news?.breaker ?? "closed",
      ...(nextTry === undefined ? {} : { nextTryIn: milliseconds(Math.max(0, nextTry - mono)) }),
      notes: news?.notes ?? [],
      ...(skew === undefined ? {} : { skew }),
    };
  }

  return {
    trace: (alive) => ({
      frame(way, unit, bytes) {
        if (alive()) ring.add(moment().now, way, unit, bytes);
      },
      unit(news) {
        const record = units.get(news.device);
        if (record && alive()) record.news = news;
      },
    }),
    answered(device, took, told, count, at) {
      const record = units.get(device);
      if (!record) return;
      asked(record, at.mono);
      record.latency.add(took, at.mono);
      record.skew.note(told, count, at.now, at.mono);
    },
    failed(device, reason, sentence, took, at) {
      const record = units.get(device);
      if (!record) return;
      record.faults.note(reason, sentence, at.now);
      if (reason === "timeout") record.timeouts += 1;
      if (took !== undefined) asked(record, at.mono);
    },
    up(at) {
      if (state === "up") return;
      state = "up";
      since = at.now;
      because = undefined;
      timesUp += 1;
    },
    down(reason, sentence, at) {
      faults.note(reason, sentence, at.now);
      because = sentence;
      for (const record of units.values()) record.news = undefined;
      if (state === "down") return;
      state = "down";
      since = at.now;
    },
    read: (standing, mono) => ({
      link: link.id,
      driver: link.driver,
      state,
      since,
      ...(because ? { because } : {}),
      reconnects: Math.max(0, timesUp - 1),
      faults: faults.seen(),
      frames: ring.count,
      ...(load === undefined ? {} : { load }),
      units: [...units.values()].map((record) => unitDiagnosis(record, standing(record.unit.device), mono)),
    }),
    frames: (after) => ring.after(after),
  };
}
