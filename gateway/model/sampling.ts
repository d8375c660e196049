/** 每日抽查: which service records the house draws for a supervisor each day, what was found, and by when it is put right. */
import type { Instant, Span } from "./time.ts";

export const sampleVerdicts = ["in-order", "finding"] as const;
export type SampleVerdict = (typeof sampleVerdicts)[number];

/** What a policy says of it; the share that is drawn is the target `kpi.sampleDaily`. */
export interface SamplingPolicy {
  /** Minutes after the site's midnight at which the records of the day before are drawn. */
  readonly at: number;
  /** What was found is put right within this time. */
  readonly correctWithin: Span;
  /** Told what was drawn, and of a correction that is overdue. */
  readonly tell: readonly string[];
}

/** `CC20261122`: the local day of the drawing. */
export const sampleId = (day: Temporal.PlainDate): string => `CC${day.toString().replaceAll("-", "")}`;

/** On a ticket: one drawing of it, with the words of whoever looked through it. */
export interface TicketSample {
  /** Id of the day's paper. */
  readonly paper: string;
  readonly drawnAt: Instant;
  readonly verdict?: SampleVerdict;
  /** Name of the person. */
  readonly by?: string;
  readonly at?: Instant;
  readonly note?: string;
  /** Of a finding. */
  readonly correctBy?: Instant;
  readonly corrected?: { readonly by: string; readonly at: Instant; readonly note: string };
}

/** On the day's paper: what reports count, and what the heartbeat waits for. */
export interface SampledRow {
  readonly ticket: string;
  readonly verdict?: SampleVerdict;
  readonly correctBy?: Instant;
  readonly correctedAt?: Instant;
  /** That the correction is overdue was said. */
  readonly told?: true;
}

/** The records that were drawn on one day. */
export interface DaySample {
  readonly kind: "sample";
  /** `sampleId` of the day of the drawing. */
  readonly id: string;
  /** Closed: looked through and put right, or too long ago. */
  readonly state: "open" | "closed";
  /** When they were drawn. */
  readonly at: Instant;
  /** The day before, whose records these are. */
  readonly from: Instant;
  readonly to: Instant;
  /** On a simulated site everything is simulated; kinds are never mixed. */
  readonly of: "real" | "simulated";
  /** Records of that day. */
  readonly records: number;
  readonly rows: readonly SampledRow[];
  /** Drawn by a clock that ran ahead of the true time: drawn again when its day comes. */
  readonly ahead?: true;
}
