/** Numbers to bytes and back: varints and zigzag in buffers that grow. Reading past the end throws a RangeError. */

export interface ByteWriter {
  /** An unsigned integer below 2^32; 1 byte up to 127. */
  varint(n: number): void;
  /** A signed integer of 32 bits; small ones of either sign stay small. */
  zigzag(n: number): void;
  byte(n: number): void;
  double(x: number): void;
  bytes(block: Uint8Array): void;
  /** What was written, as a copy. The writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer>;
}

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(32_768);
  let view = new DataView(buffer.buffer);
  let at = 0;
  const room = (more: number) => {
    if (at + more <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, at + more));
    larger.set(buffer);
    buffer = larger;
    view = new DataView(buffer.buffer);
  };
  const varint = (n: number) => {
    room(5);
    let rest = n >>> 0;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  };
  return {
    varint,
    zigzag: (n) => varint(((n << 1) ^ (n >> 31)) >>> 0),
    byte(n) {
      room(1);
      buffer[at++] = n;
    },
    double(x) {
      room(8);
      view.setFloat64(at, x, true);
      at += 8;
    },
    bytes(block) {
      room(block.length);
      buffer.set(block, at);
      at += block.length;
    },
    take() {
      const taken = buffer.slice(0, at);
      at = 0;
      return taken;
    },
  };
}

export interface ByteReader {
  varint(): number;
  zigzag(): number;
  byte(): number;
  double(): number;
  bytes(count: number): Uint8Array;
}

export function createByteReader(block: Uint8Array): ByteReader {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let at = 0;
  const byte = (): number => {
    if (at >= block.length) throw new RangeError("the block is cut off");
    return block[at++] as number;
  };
  const varint = (): number => {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte();
      result |= (next & 127) << shift;
      if (next < 128) return result >>> 0;
    }
    throw new RangeError("the block holds a number without an end");
  };
  return {
    byte,
    varint,
    zigzag() {
      const n = varint();
      return (n >>> 1) ^ -(n & 1);
    },
    double() {
      const x = view.getFloat64(at, true);
      at += 8;
      return x;
    },
    bytes(count) {
      if (at + count > block.length) throw new RangeError("the block is cut off");
      at += count;
      return block.subarray(at - count, at);
    },
  };
}
