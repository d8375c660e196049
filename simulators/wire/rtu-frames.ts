/**
 * Cuts the bytes of a serial line into requests, after "MODBUS over Serial Line Specification V1.02": unit, PDU, CRC. The
 * standard ends a frame by 3.5 characters of silence; a computer cannot measure those, so the length follows from the
 * function, and silence only ends what made no sense.
 */
import type { Frame, FrameReader } from "./frames.ts";

/** CRC-16 of section 6.2.2, bit by bit; its low byte goes first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function encodeRtu(unit: number, pdu: Buffer): Buffer {
  const frame = Buffer.alloc(pdu.length + 3);
  frame[0] = unit;
  pdu.copy(frame, 1);
  frame.writeUInt16LE(crc16(frame.subarray(0, -2)), pdu.length + 1);
  return frame;
}

/** Unit 1, PDU at most 253, CRC 2. */
const longest = 256;
/** Silence after which a beginning without an end is forgotten, ms. */
const silence = 100;

/** Bytes of the request that begins here; undefined while that cannot be told. */
function lengthOf(buffer: Buffer): number | undefined {
  const code = buffer[1];
  if (code === undefined) return undefined;
  if (code >= 1 && code <= 6) return 8;
  if (code === 15 || code === 16) return buffer.length < 7 ? undefined : 9 + (buffer[6] ?? 0);
  // Of any other function only the CRC can tell where it ends.
  return buffer.length >= 4 && whole(buffer) ? buffer.length : undefined;
}

const whole = (frame: Buffer): boolean => crc16(frame.subarray(0, -2)) === frame.readUInt16LE(frame.length - 2);

/** `now` answers monotonic milliseconds. Never "ill-formed": a slave that does not understand stays silent. */
export function createRtuReader(now: () => number): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  let heardAt = 0;
  return {
    push(chunk) {
      const at = now();
      if (at - heardAt > silence) rest = Buffer.alloc(0);
      heardAt = at;
      let buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const frames: Frame[] = [];
      for (;;) {
        const length = lengthOf(buffer);
        if (length === undefined || buffer.length < length) break;
        const frame = buffer.subarray(0, length);
        if (length > longest || !whole(frame)) {
          buffer = Buffer.alloc(0);
          break;
        }
        frames.push({ transaction: 0, unit: frame[0] ?? 0, pdu: Buffer.from(frame.subarray(1, -2)) });
        buffer = buffer.subarray(length);
      }
      rest = buffer.length > longest ? Buffer.alloc(0) : Buffer.from(buffer);
      return frames;
    },
  };
}
