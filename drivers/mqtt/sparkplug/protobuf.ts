/** As much of the protobuf wire format as Sparkplug needs, strictly: whatever is cut short or over-long throws a `Malformed`. */

export class Malformed extends Error {}

export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes. */
  readonly wire: number;
  readonly varint: bigint;
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/** Walks the fields of one message in the order in which they stand. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let place = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[place];
      if (byte === undefined) throw new Malformed("a number is cut short");
      place += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return BigInt.asUintN(64, value);
    }
    throw new Malformed("a number is over-long");
  };
  const take = (count: number): Uint8Array => {
    if (count > message.length - place) throw new Malformed("a field is cut short");
    place += count;
    return message.subarray(place - count, place);
  };
  while (place < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (number < 1 || number > 536_870_911) throw new Malformed("a field has no number");
    if (wire === 0) yield { number, wire, varint: varint(), bytes: NO_BYTES };
    else if (wire === 1) yield { number, wire, varint: 0n, bytes: take(8) };
    else if (wire === 2) yield { number, wire, varint: 0n, bytes: take(Number(varint())) };
    else if (wire === 5) yield { number, wire, varint: 0n, bytes: take(4) };
    else throw new Malformed(`wire type ${wire} is none`);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Malformed("a text is no UTF-8");
  }
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const floatOf = (bytes: Uint8Array): number => view(bytes).getFloat32(0, true);
export const doubleOf = (bytes: Uint8Array): number => view(bytes).getFloat64(0, true);

/** Writes messages field by field. */
export function createWriter() {
  const parts: number[] = [];
  const varint = (value: bigint) => {
    let left = BigInt.asUintN(64, value);
    while (left > 0x7fn) {
      parts.push(Number(left & 0x7fn) | 0x80);
      left >>= 7n;
    }
    parts.push(Number(left));
  };
  const key = (number: number, wire: number) => varint(BigInt(number * 8 + wire));
  return {
    varint(number: number, value: bigint): void {
      key(number, 0);
      varint(value);
    },
    bytes(number: number, bytes: Uint8Array): void {
      key(number, 2);
      varint(BigInt(bytes.length));
      for (const byte of bytes) parts.push(byte);
    },
    fixed(number: number, bytes: Uint8Array): void {
      key(number, bytes.length === 8 ? 1 : 5);
      for (const byte of bytes) parts.push(byte);
    },
    done: (): Uint8Array => Uint8Array.from(parts),
  };
}
