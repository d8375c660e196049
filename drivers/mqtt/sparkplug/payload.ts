/** A Sparkplug B payload: metrics with name or alias, datatype and value; field numbers by the specification's sparkplug_b.proto. */
import { createWriter, doubleOf, type Field, fieldsOf, floatOf, Malformed, textOf } from "./protobuf.ts";

/** Codes of the specification, section 6.4.16, as far as a point can hold them. */
export const datatypes = {
  1: "Int8",
  2: "Int16",
  3: "Int32",
  4: "Int64",
  5: "UInt8",
  6: "UInt16",
  7: "UInt32",
  8: "UInt64",
  9: "Float",
  10: "Double",
  11: "Boolean",
  12: "String",
  13: "DateTime",
  14: "Text",
  15: "UUID",
} as const;
export type Datatype = (typeof datatypes)[keyof typeof datatypes];

export type MetricValue =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "real"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "null" }
  /** A data set, template or bytes: nothing that a point holds. */
  | { readonly kind: "other" };

export interface Metric {
  readonly name?: string;
  readonly alias?: bigint;
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  readonly datatype?: number;
  /** Stored at the edge and sent later: no value of now. */
  readonly historical: boolean;
  readonly value: MetricValue;
  /** The property `Quality`: 192 good, 500 stale, 0 bad. */
  readonly quality?: number;
}

export interface SparkplugPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly Metric[];
}

/** More metrics in one message than any node of a building has. */
const MOST_METRICS = 20_000;

/** Throws `Malformed` for whatever is no payload. */
export function decodePayload(bytes: Uint8Array): SparkplugPayload {
  const metrics: Metric[] = [];
  let timestamp: number | undefined;
  let seq: number | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) timestamp = Number(wired(field, 0).varint);
    else if (field.number === 2) {
      if (metrics.length === MOST_METRICS) throw new Malformed(`more than ${MOST_METRICS} metrics`);
      metrics.push(decodeMetric(wired(field, 2).bytes));
    } else if (field.number === 3) seq = Number(wired(field, 0).varint);
  }
  return { metrics, ...(timestamp !== undefined && { timestamp }), ...(seq !== undefined && { seq }) };
}

function wired(field: Field, wire: number): Field {
  if (field.wire !== wire) throw new Malformed(`field ${field.number} has wire type ${field.wire} instead of ${wire}`);
  return field;
}

function decodeMetric(bytes: Uint8Array): Metric {
  const metric: { -readonly [K in keyof Metric]?: Metric[K] } = {};
  let value: MetricValue = { kind: "null" };
  let isNull = false;
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case 1:
        metric.name = textOf(wired(field, 2).bytes);
        break;
      case 2:
        metric.alias = wired(field, 0).varint;
        break;
      case 3:
        metric.timestamp = Number(wired(field, 0).varint);
        break;
      case 4:
        metric.datatype = Number(wired(field, 0).varint);
        break;
      case 5:
        metric.historical = wired(field, 0).varint !== 0n;
        break;
      case 7:
        isNull = wired(field, 0).varint !== 0n;
        break;
      case 9: {
        const quality = qualityIn(wired(field, 2).bytes);
        if (quality !== undefined) metric.quality = quality;
        break;
      }
      case 10:
      case 11:
        value = { kind: "number", value: wired(field, 0).varint };
        break;
      case 12:
        value = { kind: "real", value: floatOf(wired(field, 5).bytes) };
        break;
      case 13:
        value = { kind: "real", value: doubleOf(wired(field, 1).bytes) };
        break;
      case 14:
        value = { kind: "bool", value: wired(field, 0).varint !== 0n };
        break;
      case 15:
        value = { kind: "text", value: textOf(wired(field, 2).bytes) };
        break;
      case 16:
      case 17:
      case 18:
      case 19:
        value = { kind: "other" };
        break;
    }
  }
  return { historical: false, ...metric, value: isNull ? { kind: "null" } : value };
}

/** A PropertySet holds keys (1) and values (2) side by side; a value holds an int (3) or a long (4). */
function qualityIn(bytes: Uint8Array): number | undefined {
  const keys: string[] = [];
  const values: Uint8Array[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) keys.push(textOf(wired(field, 2).bytes));
    else if (field.number === 2) values.push(wired(field, 2).bytes);
  }
  const value = values[keys.indexOf("Quality")];
  if (!value) return undefined;
  for (const field of fieldsOf(value)) {
    if ((field.number === 3 || field.number === 4) && field.wire === 0) return Number(BigInt.asIntN(32, field.varint));
  }
  return undefined;
}

const BITS: Readonly<Record<number, readonly [bits: number, signed: boolean]>> = {
  1: [8, true],
  2: [16, true],
  3: [32, true],
  4: [64, true],
  5: [8, false],
  6: [16, false],
  7: [32, false],
  8: [64, false],
  13: [64, false],
};

/** The number that a metric means by its datatype, its text, or `undefined` when it is neither. */
export function meaningOf(value: MetricValue, datatype: number): number | string | undefined {
  switch (value.kind) {
    case "bool":
      return value.value ? 1 : 0;
    case "real":
      return value.value;
    case "text":
      return value.value;
    case "number": {
      if (datatype === 11) return value.value === 0n ? 0 : 1;
      const shape = BITS[datatype];
      if (!shape) return undefined;
      // Negative numbers travel in two's complement, and encoders differ in how far they extend the sign.
      const [bits, signed] = shape;
      const number = Number(signed ? BigInt.asIntN(bits, value.value) : BigInt.asUintN(bits, value.value));
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case "null":
    case "other":
      return undefined;
  }
}

/** One metric as a command carries it; `undefined` when the value does not fit the datatype. */
export function encodeCommand(
  metric: { readonly name: string; readonly alias?: bigint; readonly datatype: number },
  value: number | string,
  at: number,
): Uint8Array | undefined {
  const inner = createWriter();
  if (metric.alias === undefined) inner.bytes(1, new TextEncoder().encode(metric.name));
  else inner.varint(2, metric.alias);
  inner.varint(3, BigInt(at));
  inner.varint(4, BigInt(metric.datatype));
  const shape = BITS[metric.datatype];
  if (shape) {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return undefined;
    const [bits, signed] = shape;
    const fits = signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value));
    if (Number(fits) !== value) return undefined;
    inner.varint(bits === 64 ? 11 : 10, BigInt.asUintN(bits === 64 ? 64 : 32, BigInt(value)));
  } else if (metric.datatype === 9 || metric.datatype === 10) {
    if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
    const bytes = new Uint8Array(metric.datatype === 9 ? 4 : 8);
    const into = new DataView(bytes.buffer);
    if (metric.datatype === 9) into.setFloat32(0, value, true);
    else into.setFloat64(0, value, true);
    inner.fixed(metric.datatype === 9 ? 12 : 13, bytes);
  } else if (metric.datatype === 11) {
    if (value !== 0 && value !== 1) return undefined;
    inner.varint(14, BigInt(value));
  } else if (metric.datatype === 12 || metric.datatype === 14) {
    inner.bytes(15, new TextEncoder().encode(String(value)));
  } else return undefined;
  const whole = createWriter();
  whole.varint(1, BigInt(at));
  whole.bytes(2, inner.done());
  return whole.done();
}
