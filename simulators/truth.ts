/** The ground truth: what really happened and when, apart from anything the wire says, for scoring whoever watches. */
import { appendFileSync } from "node:fs";
import type { Expectation, Severity } from "./scenarios/scenario.ts";
import type { Text } from "./text.ts";

/** An alarm and ticket that must follow an event. */
export interface Expected {
  readonly rule: string;
  /** `<rule>@<device>` */
  readonly alarm: string;
  readonly severity: Severity;
  readonly ticketClass: string;
  /** Seconds of real time after the event. */
  readonly within: number;
  /** ISO time: the event, `within`, and what an observer who polls every second may add. */
  readonly by: string;
}

export type TruthKind = "play" | "start" | "mark" | "end" | "stopped" | "not-prepared" | "fault" | "set" | "storm";

export interface TruthRecord {
  readonly seq: number;
  /** Wall time, ISO 8601 UTC with milliseconds. */
  readonly at: string;
  readonly kind: TruthKind;
  /** A device or a line. */
  readonly device: string;
  /** Plant seconds of the device since the simulators started. */
  readonly plantSeconds?: number;
  /** Number of the performance that this belongs to. */
  readonly play?: number;
  readonly scenario?: string;
  readonly speed?: number;
  readonly seed?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly tells: Text;
  /** True values, without sensors that were set by hand. */
  readonly values?: Readonly<Record<string, number>>;
  /** With kind `start` (t0): what must follow by when, and what must not follow until the end. */
  readonly mustFollow?: readonly Expected[];
  readonly mustNotFollow?: readonly string[];
  /** What may be told as well, of these devices. */
  readonly mayFollow?: readonly string[];
  readonly concerns?: readonly string[];
}

export interface TruthLog {
  record(entry: Omit<TruthRecord, "seq" | "at">): TruthRecord;
  /** Records after a sequence number, or from an instant (ms since epoch) on; the newest `capacity` are kept. */
  after(seq: number): readonly TruthRecord[];
  from(instant: number): readonly TruthRecord[];
}

/** A poll every second, and a second to be heard. */
export const observerSeconds = 2;

export function expectation(item: Expectation, device: string, t0: number): Expected {
  return {
    rule: item.rule,
    alarm: `${item.rule}@${device}`,
    severity: item.severity,
    ticketClass: item.ticketClass,
    within: item.within,
    by: new Date(t0 + (item.within + observerSeconds) * 1000).toISOString(),
  };
}

/**
 * Keeps the newest `capacity` records in memory and, when a file is named, appends each as a line of JSON.
 * @param wall wall time in ms since the epoch
 */
export function createTruthLog(wall: () => number, capacity = 10_000, file?: string): TruthLog {
  const records: TruthRecord[] = [];
  let seq = 0;
  return {
    record(entry) {
      seq += 1;
      const record: TruthRecord = { seq, at: new Date(wall()).toISOString(), ...entry };
      records.push(record);
      if (records.length > capacity) records.shift();
      // Rare and small: a few lines per story. A full disk must be heard of, so errors are not caught here.
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(record)}\n`);
      return record;
    },
    after: (since) => records.filter((record) => record.seq > since),
    from: (instant) => records.filter((record) => Date.parse(record.at) >= instant),
  };
}
