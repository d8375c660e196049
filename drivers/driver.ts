/** The only seam to the south. A driver connects, reports, and fails; it never retries, scales, or logs in a loop. */

import type { ZodType } from "zod";
import type { PointDefinition, PointType } from "#model/points";
import type { Reason } from "#model/quality";
import type { Device, SiteLink } from "#model/site";
import type { Text } from "#model/text";
import type { Clock, Span } from "#model/time";

export interface DriverPoint<Address> {
  /** Row of the point table. */
  readonly handle: number;
  readonly address: Address;
  readonly every: Span;
  readonly type: PointType;
  /** Smallest change worth sending, in raw units (before scale); 0 when every change counts. */
  readonly deadband: number;
  /** What a device that sends words means by them, e.g. `{ open: 1, closed: 0 }`; absent when it sends numbers. */
  readonly words?: Readonly<Record<string, number>>;
  /** True when the site allows this point to be written. */
  readonly writable: boolean;
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

/** What a source that sends by itself says about its numbers, in columns beside them. */
export interface Told {
  /** Instants of the source in ms since epoch; NaN where it told none. */
  readonly sourceAt?: Float64Array;
  /** 1 where the source itself is not sure of the number. */
  readonly uncertain?: Uint8Array;
  /** 1 where the source itself says that the number is history. */
  readonly past?: Uint8Array;
  /** The instants say when it was sent, as a message tells, and not since when the value stands: an old one waited somewhere. */
  readonly sent?: boolean;
}

/** The same of a single text. */
export interface TextTold {
  readonly sourceAt?: number;
  readonly uncertain?: boolean;
  readonly sent?: boolean;
}

/**
 * Where a driver's findings go. All arrays may be reused by the driver after the call returns.
 * Raw numbers are decoded but not scaled; settling them is the gateway's work.
 */
export interface Report {
  /** `count` raw numbers for `count` handles, all received now; `took` is the time of the read in ms. */
  samples(device: string, handles: Int32Array, raw: Float64Array, count: number, took: Span, told?: Told): void;
  /** A text value, e.g. of a Modbus `str<n>`. */
  text(device: string, handle: number, value: string, told?: TextTold): void;
  /**
   * These points are as last reported: the source lives and would have sent a change (a subscription's keep-alive). They
   * do not grow old; what is bad stays bad.
   */
  confirmed(device: string, handles: Int32Array, count: number): void;
  /**
   * Points that could not be read although the device answers, e.g. exception 2: the reason and the sentence. `took` is
   * given once per read.
   */
  fault(device: string, handles: Int32Array, count: number, reason: Reason, because: Text, took?: Span): void;
  /** A poll of this device failed as a whole (no reply, exception 0x0B, …). */
  missed(device: string, reason: Reason, because: Text, took?: Span): void;
}

/** What the engineer pages show of a unit beside its values. */
export interface UnitNews {
  readonly device: string;
  /** `open`: not asked until `nextTry`, since it did not answer; `probing`: one request is out to see. */
  readonly breaker: "closed" | "open" | "probing";
  /** Monotonic time. */
  readonly nextTry?: Span;
  /** What the equipment granted other than asked, e.g. a slower sampling interval; shown as it is. */
  readonly notes?: readonly Text[];
}

/** For those who look for the fault of a link. Calling it costs next to nothing while nobody looks. */
export interface Trace {
  /** A frame as it stood on the wire. Secrets (passwords, tokens) are blanked by the driver before. */
  frame(way: "sent" | "received", unit: number, bytes: Uint8Array): void;
  unit(news: UnitNews): void;
}

/** One order to write, already allowed and confirmed by the gateway. `value` is raw: before scale and offset. */
export interface WriteOrder<Address> {
  readonly device: string;
  readonly unit: number;
  readonly handle: number;
  readonly address: Address;
  readonly value: number | string;
}

/**
 * Writes, reads back, and resolves with the raw value that the device then holds. Rejects with a `WriteFailed`. When the
 * signal is raised before the order went out, it never goes out.
 */
export type Write<Address> = (order: WriteOrder<Address>, signal: AbortSignal) => Promise<number | string>;

/** Pass back to the source that a person has acknowledged the alarm which this point shows. */
export interface AcknowledgeOrder<Address> {
  readonly device: string;
  readonly handle: number;
  readonly address: Address;
  /** What the person wrote, for sources that keep it; may be empty. */
  readonly comment: string;
}

/**
 * Acknowledges what was last reported of the alarm and nothing newer. Resolves when the source has it acknowledged, by this
 * order or by somebody before; rejects with a `WriteFailed`. It sets no value, resets nothing and silences nothing else.
 */
export type Acknowledge<Address> = (order: AcknowledgeOrder<Address>, signal: AbortSignal) => Promise<void>;

/** The device did not take the value, or nobody knows whether it did. */
export class WriteFailed extends Error {
  /** `unknown`: the order went out and no answer came; what the device holds must be read. */
  readonly outcome: "refused" | "unreachable" | "unknown";
  readonly because: Text;
  constructor(outcome: "refused" | "unreachable" | "unknown", because: Text, options?: ErrorOptions) {
    super(because.en, options);
    this.name = "WriteFailed";
    this.outcome = outcome;
    this.because = because;
  }
}

export interface DriverTools<Address = unknown> {
  readonly clock: Clock;
  readonly report: Report;
  readonly trace: Trace;
  /** Called once the link can take orders; they come until `run` ends. A driver that cannot write never calls it. */
  takesOrders(write: Write<Address>): void;
  /** As `takesOrders`, for acknowledgements; called by drivers whose points can be acknowledged at their source. */
  takesAcknowledgements(acknowledge: Acknowledge<Address>): void;
  /** Folder of the gateway's data that belongs to drivers of this kind: certificates, trust lists. Made by the driver. */
  readonly folder: string;
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
  /** Points whose writing this driver refuses to allow at all, e.g. an input register; absent: none can be written. */
  writable?(address: Address): Text | true;
  /** True for a point that shows an alarm of the source which can be acknowledged there; absent: there is none. */
  acknowledges?(address: Address): boolean;
  /** What about a whole link cannot work, e.g. more polls than a serial line carries; shown by `gatehouse check`. */
  judge?(
    link: DriverLink<Settings, Address>,
  ): readonly { readonly grave: boolean; readonly what: Text; readonly todo: Text }[];
  /** Share of a shared line's time that the wanted polls take, e.g. 0.4; absent where no line is shared. */
  load?(link: DriverLink<Settings, Address>): number;
  /** Runs until the signal (resolves) or until the link breaks (rejects with a `LinkBroken`). */
  run(link: DriverLink<Settings, Address>, tools: DriverTools<Address>, signal: AbortSignal): Promise<void>;
}

/**
 * A link with its devices as its driver is given it. Settings and addresses were parsed by that driver's own schemas when the
 * site was read; a point whose address could not be read has been reported and asks for nothing.
 */
export function asDriverSees(
  { id, settings }: SiteLink,
  devices: readonly Device[],
  definitions: readonly PointDefinition[],
): DriverLink<unknown, unknown> {
  const units = devices.map(({ id: device, unit, maxRegisters, points }) => ({
    device,
    unit,
    maxRegisters,
    points: points.flatMap((handle): DriverPoint<unknown>[] => {
      const point = definitions[handle];
      if (point?.at === undefined) return [];
      const { at: address, every, type, scale, words, write } = point;
      const deadband = point.deadband / Math.abs(scale);
      return [{ handle, address, every, type, deadband, writable: write !== undefined, ...(words && { words }) }];
    }),
  }));
  return { id, settings, units };
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
