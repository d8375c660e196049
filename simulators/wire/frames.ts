/** Cuts a TCP stream into Modbus frames, after "MODBUS Messaging on TCP/IP Implementation Guide V1.0b", section 3.1.3. */

export interface Frame {
  readonly transaction: number;
  readonly unit: number;
  /** Function code and data, at least one byte. */
  readonly pdu: Buffer;
}

/** Transaction 2 bytes, protocol 2 (always 0), length 2 (unit and PDU), unit 1. A PDU has at most 253 bytes. */
const headerBytes = 7;
const longest = 254;

export interface FrameReader {
  /** All whole frames so far, or "ill-formed": then nobody can say where the next frame begins. */
  push(chunk: Buffer): readonly Frame[] | "ill-formed";
}

export function createFrameReader(): FrameReader {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      let buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const frames: Frame[] = [];
      while (buffer.length >= 6) {
        const length = buffer.readUInt16BE(4);
        if (buffer.readUInt16BE(2) !== 0 || length < 2 || length > longest) return "ill-formed";
        if (buffer.length < 6 + length) break;
        frames.push({
          transaction: buffer.readUInt16BE(0),
          unit: buffer.readUInt8(6),
          pdu: buffer.subarray(headerBytes, 6 + length),
        });
        buffer = buffer.subarray(6 + length);
      }
      // At most one frame's beginning is kept; copied, so that it does not hold the whole chunk.
      rest = Buffer.from(buffer);
      return frames;
    },
  };
}

export function encodeFrame(transaction: number, unit: number, pdu: Buffer): Buffer {
  const frame = Buffer.alloc(headerBytes + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame.writeUInt8(unit, 6);
  pdu.copy(frame, headerBytes);
  return frame;
}
