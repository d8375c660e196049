/** Collects what a message of the server says about many points, and reports it per device in as few calls as the truth allows. */
import type { DataValue } from "node-opcua";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import { milliseconds, type Span } from "#model/time";
import type { Report, TextTold } from "../driver.ts";
import type { Item, Lost, OpcuaLink, Slot } from "./items.ts";
import { badStatus } from "./sentences.ts";
import { gradeOf, readValue, statusName } from "./value.ts";

const NOTHING = 0;
const NUMBER = 1;
const FAULT = 2;

/** How a point stood when it was last heard of. */
const UNHEARD = 0;
const HEALTHY = 1;
const BROKEN = 2;
/** The server says that it cannot reach the device behind it. */
const UNREACHED = 3;

interface UnitBatch {
  readonly device: string;
  readonly handles: Int32Array;
  readonly raw: Float64Array;
  readonly sourceAt: Float64Array;
  readonly uncertain: Uint8Array;
  count: number;
  /** By position of the point: what waits to be reported of it. */
  readonly waiting: Uint8Array;
  readonly faults: Map<string, { readonly handles: number[]; readonly reason: Reason; readonly because: Text }>;
  /** By position of the point. */
  readonly standing: Uint8Array;
  readonly confirmed: Int32Array;
  unreached: { readonly reason: Reason; readonly because: Text } | undefined;
}

export interface Sink {
  take(item: Item, value: DataValue): void;
  /** A whole item got no value, e.g. since the server refused to watch it. */
  refuse(item: Item, status: string): void;
  lose(lost: readonly Lost[]): void;
  /** Reports what was collected; `took` is how long it was asked for. */
  flush(took?: Span): void;
  /** The server lives and has sent no change: what is good is as fresh as now, what is unreached is missed once more. */
  alive(): void;
  /** Every device is silent. */
  missed(reason: Reason, because: Text): void;
}

export function createSink(link: OpcuaLink, report: Report): Sink {
  const batches = link.units.map(({ device, points }): UnitBatch => {
    const size = points.length;
    return {
      device,
      handles: new Int32Array(size),
      raw: new Float64Array(size),
      sourceAt: new Float64Array(size),
      uncertain: new Uint8Array(size),
      count: 0,
      waiting: new Uint8Array(size),
      faults: new Map(),
      standing: new Uint8Array(size),
      confirmed: new Int32Array(size),
      unreached: undefined,
    };
  });

  function flushUnit(batch: UnitBatch, took: Span): void {
    const { device, handles, raw, sourceAt, uncertain, count, faults } = batch;
    batch.waiting.fill(NOTHING);
    batch.count = 0;
    if (count > 0) report.samples(device, handles, raw, count, took, { sourceAt, uncertain });
    for (const { handles: bad, reason, because } of faults.values())
      report.fault(device, Int32Array.from(bad), bad.length, reason, because);
    faults.clear();
  }

  /** What was said before about the same point goes out first, so that no pulse is lost and the last word is the last. */
  function room(batch: UnitBatch, { position }: Slot, wants: number): void {
    if (batch.waiting[position] !== NOTHING) flushUnit(batch, milliseconds(0));
    batch.waiting[position] = wants;
  }

  function number(slot: Slot, raw: number, sourceAt: number, isUncertain: boolean): void {
    const batch = batches[slot.unit] as UnitBatch;
    room(batch, slot, NUMBER);
    const { count } = batch;
    batch.handles[count] = slot.handle;
    batch.raw[count] = raw;
    batch.sourceAt[count] = sourceAt;
    batch.uncertain[count] = isUncertain ? 1 : 0;
    batch.count = count + 1;
    batch.standing[slot.position] = HEALTHY;
  }

  function text(slot: Slot, value: string, told: TextTold): void {
    const batch = batches[slot.unit] as UnitBatch;
    room(batch, slot, NOTHING);
    batch.standing[slot.position] = HEALTHY;
    report.text(batch.device, slot.handle, value, told);
  }

  function fault(slot: Slot, key: string, reason: Reason, because: Text): void {
    const batch = batches[slot.unit] as UnitBatch;
    room(batch, slot, FAULT);
    const same = batch.faults.get(key);
    if (same) same.handles.push(slot.handle);
    else batch.faults.set(key, { handles: [slot.handle], reason, because });
    const unreached = reason === "no-link" || reason === "timeout";
    batch.standing[slot.position] = unreached ? UNREACHED : BROKEN;
    if (unreached) batch.unreached = { reason, because };
  }

  return {
    take(item, value) {
      const grade = gradeOf(value);
      for (const slot of item.slots) {
        if (grade === "bad") {
          const status = statusName(value.statusCode);
          const { reason, because } = badStatus(status, slot.reading.at);
          fault(slot, status, reason, because);
          continue;
        }
        const found = readValue(value.value, slot.reading);
        const sourceAt = value.sourceTimestamp?.getTime() ?? Number.NaN;
        const uncertain = grade === "uncertain";
        if (typeof found === "number") number(slot, found, sourceAt, uncertain);
        else if (typeof found === "string") text(slot, found, { sourceAt, uncertain });
        else fault(slot, `${found.reason} ${slot.handle}`, found.reason, found.because);
      }
    },
    refuse(item, status) {
      for (const slot of item.slots) {
        const { reason, because } = badStatus(status, slot.reading.at);
        fault(slot, status, reason, because);
      }
    },
    lose(lost) {
      for (const { unit, handle, because } of lost) {
        const batch = batches[unit];
        if (batch) report.fault(batch.device, Int32Array.of(handle), 1, "refused", because);
      }
    },
    flush(took = milliseconds(0)) {
      for (const batch of batches) flushUnit(batch, took);
    },
    alive() {
      for (const batch of batches) {
        const { device, standing, confirmed, unreached } = batch;
        const points = link.units[batches.indexOf(batch)]?.points ?? [];
        let healthy = 0;
        let unreachedPoints = 0;
        for (const [position, { handle }] of points.entries()) {
          if (standing[position] === HEALTHY) {
            confirmed[healthy] = handle;
            healthy += 1;
          } else if (standing[position] === UNREACHED) unreachedPoints += 1;
        }
        if (healthy > 0) report.confirmed(device, confirmed, healthy);
        else if (unreachedPoints > 0 && unreached) report.missed(device, unreached.reason, unreached.because);
      }
    },
    missed(reason, because) {
      for (const batch of batches) {
        batch.standing.fill(UNHEARD);
        report.missed(batch.device, reason, because);
      }
    },
  };
}
