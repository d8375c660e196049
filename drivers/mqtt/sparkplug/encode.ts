/** Sparkplug B payloads as an edge node writes them; field numbers by the specification's sparkplug_b.proto. */
import { createWriter } from "./protobuf.ts";

/** Codes of the specification, section 6.4.16. */
export const INT32 = 3;
export const INT64 = 4;
export const DOUBLE = 10;
export const BOOLEAN = 11;
export const STRING = 12;
export type Written = typeof INT32 | typeof INT64 | typeof DOUBLE | typeof BOOLEAN | typeof STRING;

/** The property `Quality` of section 6.4.11. */
export const QUALITY = { good: 192, uncertain: 500, bad: 0 } as const;

export interface MetricOut {
  readonly name?: string;
  readonly alias?: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly datatype: Written;
  /** Stored here and sent later: no value of now. */
  readonly historical?: boolean;
  /** `null` where there is none to believe. */
  readonly value: number | string | boolean | null;
  /** Told when it is not good. */
  readonly quality?: (typeof QUALITY)[keyof typeof QUALITY];
}

export interface PayloadOut {
  readonly at: number;
  /** Absent in a death of the node. */
  readonly seq?: number;
  readonly metrics: readonly MetricOut[];
}

const utf8 = new TextEncoder();

export function encodePayload({ at, seq, metrics }: PayloadOut): Uint8Array {
  const whole = createWriter();
  whole.varint(1, BigInt(Math.round(at)));
  for (const metric of metrics) whole.bytes(2, encodeMetric(metric));
  if (seq !== undefined) whole.varint(3, BigInt(seq));
  return whole.done();
}

function encodeMetric({ name, alias, at, datatype, historical, value, quality }: MetricOut): Uint8Array {
  const inner = createWriter();
  if (name !== undefined) inner.bytes(1, utf8.encode(name));
  if (alias !== undefined) inner.varint(2, BigInt(alias));
  inner.varint(3, BigInt(Math.round(at)));
  inner.varint(4, BigInt(datatype));
  if (historical) inner.varint(5, 1n);
  if (value === null) inner.varint(7, 1n);
  if (quality !== undefined && quality !== QUALITY.good) inner.bytes(9, qualityProperty(quality));
  if (value === null) return inner.done();
  switch (datatype) {
    case INT32:
      inner.varint(10, BigInt.asUintN(32, BigInt(Math.round(Number(value)))));
      break;
    case INT64:
      inner.varint(11, BigInt.asUintN(64, BigInt(Math.round(Number(value)))));
      break;
    case DOUBLE: {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, Number(value), true);
      inner.fixed(13, bytes);
      break;
    }
    case BOOLEAN:
      inner.varint(14, value === true || value === 1 ? 1n : 0n);
      break;
    case STRING:
      inner.bytes(15, utf8.encode(String(value)));
      break;
  }
  return inner.done();
}

/** A PropertySet with the one key `Quality`: keys (1) and values (2) side by side; a value has type (1) and int (3). */
function qualityProperty(quality: number): Uint8Array {
  const value = createWriter();
  value.varint(1, BigInt(INT32));
  value.varint(3, BigInt(quality));
  const set = createWriter();
  set.bytes(1, utf8.encode("Quality"));
  set.bytes(2, value.done());
  return set.done();
}
