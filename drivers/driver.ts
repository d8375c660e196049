/** The only seam to the south. A driver connects, reports, and fails; it never retries, scales, or logs in a loop. */

import type { ZodType } from "zod";
import type { Reason } from "#model/quality";
import type { Text } from "#model/text";
import type { Clock, Span } from "#model/time";

export interface DriverPoint<Address> {
  /** Row of the point table. */
  readonly handle: number;
  readonly address: Address;
  readonly every: Span;
}

/** One device behind a link. */
export interface DriverUnit<Address> {
  readonly device: string;
  /** Modbus unit id, or the driver's own way to tell devices of one link apart. */
  readonly unit: number;
  readonly maxRegisters: number;
  readonly points: readonly DriverPoint<Address>[];
}

export interface DriverLink<Settings, Address> {
  readonly id: string;
  readonly settings: Settings;
  readonly units: readonly DriverUnit<Address>[];
}

/**
 * Where a driver's findings go. All arrays may be reused by the driver after the call returns.
 * Raw numbers are decoded but not scaled; settling them is the gateway's work.
 */
export interface Report {
  /** `count` raw numbers for `count` handles, all received now; `took` is the time of the read in ms. */
  samples(device: string, handles: Int32Array, raw: Float64Array, count: number, took: Span): void;
  /** A text value (Modbus `str<n>`). */
  text(device: string, handle: number, value: string): void;
  /**
   * Points that could not be read although the device answers, e.g. exception 2: the reason and the sentence. `took` is
   * given once per read.
   */
  fault(device: string, handles: Int32Array, count: number, reason: Reason, because: Text, took?: Span): void;
  /** A poll of this device failed as a whole (no reply, exception 0x0B, …). */
  missed(device: string, reason: Reason, because: Text, took?: Span): void;
}

export interface DriverTools {
  readonly clock: Clock;
  readonly report: Report;
  /** What was learnt about a device and should outlive a reconnect, e.g. ranges that answer exception 2. */
  readonly memory: Map<string, unknown>;
}

export interface Driver<Settings, Address> {
  /** The key in a site file, e.g. `modbus-tcp`. */
  readonly kind: string;
  readonly settings: ZodType<Settings>;
  /** Parses the text of a point's `at`. */
  readonly address: ZodType<Address>;
  /** Addresses of one device that contradict each other, as pairs of positions in `addresses`. */
  overlaps?(addresses: readonly Address[]): readonly { readonly a: number; readonly b: number; readonly what: Text }[];
  /** Runs until the signal (resolves) or until the link breaks (rejects with a `LinkBroken`). */
  run(link: DriverLink<Settings, Address>, tools: DriverTools, signal: AbortSignal): Promise<void>;
}

/** The link as a whole is gone: not reachable, closed, or no longer to be trusted. */
export class LinkBroken extends Error {
  readonly reason: Reason;
  readonly because: Text;
  constructor(reason: Reason, because: Text, options?: ErrorOptions) {
    super(because.en, options);
    this.name = "LinkBroken";
    this.reason = reason;
    this.because = because;
  }
}
