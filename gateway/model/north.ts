/** Where a site sends what it sees: its targets in the north, which points go there, and how much may wait for them. */
import { days, type Span } from "./time.ts";

/** Each list narrows; none told means every point. */
export interface NorthPoints {
  readonly devices?: readonly string[];
  readonly kinds?: readonly string[];
  readonly tags?: readonly string[];
}

/** What may wait for a target that is away. */
export interface NorthQueue {
  /** Bytes. */
  readonly cap: number;
  readonly keep: Span;
}

/** Engineering judgement: a long weekend of a large building; 2 GB hold about 150 million samples. */
export const usualQueue: NorthQueue = { cap: 2e9, keep: days(7) };

export interface InfluxTarget {
  readonly url: string;
  readonly database: string;
  readonly retentionPolicy?: string;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  /** PEM text, in place of the machine's own list. */
  readonly ca?: string;
  /** Networks beyond the open internet in which the server may stand. */
  readonly allow: readonly ("private" | "loopback")[];
  readonly points: NorthPoints;
  readonly queue: NorthQueue;
}

export interface MqttTarget {
  /** Settings of the MQTT driver's connection. */
  readonly broker: unknown;
  /** Absent: plain topics. */
  readonly sparkplug?: { readonly group: string; readonly node: string };
  readonly points: NorthPoints;
  readonly queue: NorthQueue;
  /** Points that may be written from the north. */
  readonly commands: readonly string[];
}

/** Signed JSON (Standard Webhooks) to an address of the customer. */
export interface WebhookTarget {
  readonly url: string;
  /** The new one first while it is changed. */
  readonly secret: string | readonly string[];
  /** PEM text, in place of the machine's own list. */
  readonly ca?: string;
  readonly allow: readonly ("private" | "loopback")[];
  /** Absent: alarms and tickets only. */
  readonly points?: NorthPoints;
  readonly queue: NorthQueue;
}

export interface NorthSettings {
  readonly influx?: InfluxTarget;
  readonly mqtt?: MqttTarget;
  readonly webhook?: WebhookTarget;
}
