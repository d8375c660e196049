/** What a driver reports becomes rows of the point table, states of devices, and figures for the engineer. */

import type { DeviceState } from "#model/plan";
import type { PointDefinition } from "#model/points";
import { GOOD, type Quality, type Reason } from "#model/quality";
import type { Text } from "#model/text";
import type { Moment, Span } from "#model/time";
import type { Report } from "../../drivers/driver.ts";
import { moves } from "../points/movement.ts";
import { confirm, markBad, settle, settleText } from "../points/settle.ts";
import type { PointTable } from "../points/table.ts";
import { type DeviceWatch, noteGood, noteMissed, noteRefused } from "./device-watch.ts";
import type { LinkRecord } from "./diagnosis.ts";
import type { PollRate } from "./poll-rate.ts";
import { beat, type Pulse, skip } from "./pulse.ts";
import { emptyAnswer, nothingElse, type Suspicion, suspicious } from "./suspicion.ts";

/** What the acquisition keeps about a device. */
export interface Watched {
  readonly watch: DeviceWatch;
  readonly rate: PollRate;
  readonly handles: Int32Array;
  readonly pulse: Pulse | undefined;
  readonly suspicion: Suspicion | undefined;
}

export interface ReportTools {
  readonly link: string;
  readonly table: PointTable;
  readonly watched: ReadonlyMap<string, Watched>;
  /** By handle: which part of its poll class one sample is. */
  readonly shares: Float64Array;
  readonly record: LinkRecord;
  readonly moment: () => Moment;
  /** Passes on which rows `write` changed. */
  readonly changedBy: (write: (changed: Int32Array) => number) => void;
  readonly announce: (found: readonly (DeviceState | undefined)[]) => void;
  readonly sampled: (quality: Quality, count: number) => void;
  readonly measure: (outcome: string, took: Span | undefined) => void;
}

/** The report of one life of the link: what comes after `alive` says no belongs to nobody. */
export function createReport(tools: ReportTools, alive: () => boolean, answered: () => void): Report {
  const { table, shares, record, moment, changedBy, announce } = tools;
  const definitions: readonly PointDefinition[] = table.definitions;

  /** How many poll classes these points are together. */
  const shareOf = (handles: Int32Array, count: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += shares[handles[i] as number] as number;
    return sum;
  };

  /** The device a report is about, or nothing when the report comes too late. */
  const about = (device: string): Watched | undefined => {
    if (!alive()) return undefined;
    answered();
    const known = tools.watched.get(device);
    if (!known) throw new Error(`The driver of "${tools.link}" reports a device "${device}" that it was not given`);
    return known;
  };

  function dead(known: Watched, handles: Int32Array, count: number, because: Text, took: Span, at: Moment): void {
    const { watch, suspicion } = known;
    const whole = suspicion !== undefined && nothingElse(suspicion, handles[0] as number);
    changedBy((into) => markBad(table, handles, count, "not-available", into));
    tools.sampled("bad", count);
    tools.measure("not-available", took);
    record.failed(watch.device, "not-available", because, took, at);
    announce([whole ? noteMissed(watch, because, at) : noteRefused(watch, because, at)]);
  }

  return {
    samples(device, handles, raw, count, took, told) {
      const known = about(device);
      if (!known) return;
      const at = moment();
      const { suspicion, pulse, watch } = known;
      const suspect = suspicion && suspicious(suspicion, definitions, handles, raw, count);
      if (suspect) {
        dead(known, handles, count, emptyAnswer(suspect), took, at);
        return;
      }
      if (suspicion) suspicion.firstBlock = undefined;
      record.answered(device, took, told, count, at);
      if (pulse && !beat(pulse, moves(table, handles, raw, count), at)) {
        tools.sampled("bad", count);
        tools.measure("frozen", took);
        return;
      }
      changedBy((into) => settle(table, handles, raw, count, at, into, told));
      let good = 0;
      let polls = 0;
      for (let i = 0; i < count; i += 1) {
        const handle = handles[i] as number;
        if (table.quality[handle] === GOOD) good += 1;
        polls += shares[handle] as number;
      }
      known.rate.add(polls, at.mono);
      if (good > 0) tools.sampled("good", good);
      if (good < count) tools.sampled("bad", count - good);
      tools.measure("ok", took);
      announce([noteGood(watch, at)]);
    },
    text(device, handle, value, told) {
      const known = about(device);
      if (!known) return;
      const at = moment();
      const { pulse } = known;
      if (pulse && !beat(pulse, table.text.get(handle) !== value, at)) return;
      changedBy((into) => {
        into[0] = handle;
        return settleText(table, handle, value, at, told) ? 1 : 0;
      });
      known.rate.add(shares[handle] ?? 0, at.mono);
      tools.sampled(table.quality[handle] === GOOD ? "good" : "bad", 1);
    },
    confirmed(device, handles, count) {
      const known = about(device);
      if (!known || known.pulse?.frozen) return;
      const at = moment();
      confirm(table, handles, count, at);
      // Nobody asked, but the source spoke for them: a quiet subscription keeps the rate that it is owed.
      known.rate.confirm(shareOf(handles, count) / (shareOf(known.handles, known.handles.length) || 1), at.mono);
      announce([noteGood(known.watch, at)]);
    },
    fault(device, handles, count, reason, because, took) {
      const known = about(device);
      if (!known) return;
      const at = moment();
      changedBy((into) => markBad(table, handles, count, reason, into));
      tools.measure(reason, took);
      record.failed(device, reason, because, took, at);
      // That it refuses is no answer of a device whose data stands still.
      if (!known.pulse?.frozen) announce([noteRefused(known.watch, because, at)]);
    },
    missed(device: string, reason: Reason, because: Text, took?: Span) {
      const known = about(device);
      if (!known) return;
      const at = moment();
      if (known.pulse) skip(known.pulse);
      known.rate.silence();
      changedBy((into) => markBad(table, known.handles, known.handles.length, reason, into));
      tools.measure(reason, took);
      record.failed(device, reason, because, took, at);
      announce([noteMissed(known.watch, because, at)]);
    },
  };
}
