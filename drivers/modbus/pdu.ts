/**
 * The narrow end of modbus-serial: a port that hands it nothing but replies that were already matched to their request.
 *
 * The library codes and decodes the PDUs. Its own TCP port is not used, because it finds the request of a reply by an id
 * that wraps at 256, checks neither protocol id nor byte count there, and keeps old requests for ever: a late reply is
 * handed to another request as good data.
 */
import { EventEmitter } from "node:events";
import modbus from "modbus-serial";
import type { Asked } from "./frame.ts";

export type Decoded =
  | { readonly kind: "data"; readonly bytes: Buffer }
  | { readonly kind: "exception"; readonly code: number }
  | { readonly kind: "unreadable"; readonly because: string };

export interface PduCoder {
  /** The request as unit id and PDU. `slot` is free: no other request that waits has it. */
  encode(slot: number, asked: Asked, done: (decoded: Decoded) => void): Buffer;
  /** Unit id and PDU of the reply to the request in `slot`; calls its `done` before it returns. */
  decode(slot: number, reply: Buffer): void;
}

export function createPduCoder(): PduCoder {
  let written: Buffer = Buffer.alloc(0);
  const port = Object.assign(new EventEmitter(), {
    isOpen: true,
    _transactionIdWrite: 0,
    _transactionIdRead: 0,
    open: (ready: () => void) => ready(),
    close: (ready: () => void) => ready(),
    write(frame: Buffer) {
      written = frame.subarray(0, -2);
    },
  });
  const client = new modbus.default(port);
  client.open();
  type Read = (
    unit: number,
    start: number,
    count: number,
    next: (error: ModbusError | null, reply: Bytes) => void,
  ) => void;
  const readers: readonly Read[] = [
    (...request) => client.writeFC1(...request),
    (...request) => client.writeFC2(...request),
    (...request) => client.writeFC3(...request),
    (...request) => client.writeFC4(...request),
  ];
  return {
    encode(slot, asked, done) {
      const read = readers[asked.function - 1];
      if (!read) throw new RangeError(`Function ${asked.function} does not read`);
      port._transactionIdWrite = slot;
      read(asked.unit, asked.start, asked.count, (error, reply) => {
        if (!error) done({ kind: "data", bytes: reply.buffer });
        else if (error.modbusCode === undefined) done({ kind: "unreadable", because: error.message });
        else done({ kind: "exception", code: error.modbusCode });
      });
      return written;
    },
    decode(slot, reply) {
      port._transactionIdRead = slot;
      port.emit("data", withChecksum(reply));
    },
  };
}

type ModbusError = Error & { readonly modbusCode?: number };
type Bytes = { readonly buffer: Buffer };

/** The library reads serial frames, so the reply gets the CRC of Modbus over serial line 1.02, 6.2.2. */
function withChecksum(reply: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of reply) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  const frame = Buffer.allocUnsafe(reply.length + 2);
  reply.copy(frame);
  frame.writeUInt16LE(crc, reply.length);
  return frame;
}
