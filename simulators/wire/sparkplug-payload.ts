/**
 * Payloads of Sparkplug B 3.0 (section 6.4) as protobuf bytes, written from the specification's table of fields. Encodes what an
 * edge node says, and reads of a command which metrics it names.
 */

export type Metric = {
  readonly name?: string;
  readonly alias?: number;
  /** ms since the epoch. */
  readonly at: number;
} & (
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "double" | "int32" | "uint64"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
);

/** Numbers of the data types and of the fields that hold them. */
const kinds = {
  int32: { datatype: 3, field: 10 },
  uint64: { datatype: 8, field: 11 },
  double: { datatype: 10, field: 13 },
  boolean: { datatype: 11, field: 14 },
  string: { datatype: 12, field: 15 },
} as const;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);

function double(field: number, value: number): Buffer {
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), eight]);
}

function encodeMetric(metric: Metric): Buffer {
  const { datatype, field } = kinds[metric.type];
  const value = () => {
    switch (metric.type) {
      case "boolean":
        return number(field, metric.value ? 1 : 0);
      case "double":
        return double(field, metric.value);
      case "string":
        return bytes(field, Buffer.from(metric.value));
      case "int32":
        // A negative number stands as its two's complement in an unsigned field.
        return number(field, Math.round(metric.value) >>> 0);
      case "uint64":
        return number(field, Math.max(0, Math.round(metric.value)));
    }
  };
  return Buffer.concat([
    ...(metric.name === undefined ? [] : [bytes(1, Buffer.from(metric.name))]),
    ...(metric.alias === undefined ? [] : [number(2, metric.alias)]),
    number(3, Math.max(0, Math.round(metric.at))),
    number(4, datatype),
    value(),
  ]);
}

/** A death certificate has no `seq`. */
export function encodePayload(at: number, metrics: readonly Metric[], seq?: number): Buffer {
  return Buffer.concat([
    number(1, Math.max(0, Math.round(at))),
    ...metrics.map((metric) => bytes(2, encodeMetric(metric))),
    ...(seq === undefined ? [] : [number(3, seq)]),
  ]);
}

type Field = { readonly field: number; readonly number: number; readonly bytes: Buffer | undefined };

/** The fields of a message; stops at the first byte that makes no sense. */
function* fields(message: Buffer): Generator<Field> {
  let at = 0;
  const read = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = message[at];
      if (byte === undefined) return undefined;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < message.length) {
    const key = read();
    if (key === undefined) return;
    const [field, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) {
      const value = read();
      if (value === undefined) return;
      yield { field, number: value, bytes: undefined };
      continue;
    }
    const length = wire === 2 ? read() : wire === 1 ? 8 : wire === 5 ? 4 : undefined;
    if (length === undefined || at + length > message.length) return;
    yield { field, number: 0, bytes: message.subarray(at, at + length) };
    at += length;
  }
}

/** Names of the metrics that a command sets to true. */
export function commanded(payload: Buffer): readonly string[] {
  const names: string[] = [];
  for (const { field, bytes: metric } of fields(payload)) {
    if (field !== 2 || !metric) continue;
    let name: string | undefined;
    let isTrue = false;
    for (const part of fields(metric)) {
      if (part.field === 1 && part.bytes) name = part.bytes.toString("utf8");
      if (part.field === 14) isTrue = part.number === 1;
    }
    if (name !== undefined && isTrue) names.push(name);
  }
  return names;
}
