/**
 * The narrow end of modbus-serial: a port that hands it nothing but replies that were already matched to their request.
 *
 * The library codes and decodes the PDUs. Its own TCP port is not used, because it finds the request of a reply by an id
 * that wraps at 256, checks neither protocol id nor byte count there, and keeps old requests for ever: a late reply is
 * handed to another request as good data.
 */
import { EventEmitter } from "node:events";
import modbus from "modbus-serial";
import type { Asked } from "./asked.ts";
import { withChecksum } from "./rtu-frame.ts";

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
  type Next = (error: ModbusError | null, reply: object) => void;
  /** By function. Orders have the bytes of the request in `data`. */
  const askers: Readonly<Record<number, (asked: Asked, next: Next) => void>> = {
    1: ({ unit, start, count }, next) => client.writeFC1(unit, start, count, next),
    2: ({ unit, start, count }, next) => client.writeFC2(unit, start, count, next),
    3: ({ unit, start, count }, next) => client.writeFC3(unit, start, count, next),
    4: ({ unit, start, count }, next) => client.writeFC4(unit, start, count, next),
    5: ({ unit, start, data }, next) => client.writeFC5(unit, start, data?.[0] === 0xff, next),
    6: ({ unit, start, data }, next) => client.writeFC6(unit, start, data?.readUInt16BE(0) ?? 0, next),
    16: ({ unit, start, data }, next) => client.writeFC16(unit, start, wordsOf(data), next),
  };
  return {
    encode(slot, asked, done) {
      const ask = askers[asked.function];
      if (!ask) throw new RangeError(`There is no function ${asked.function}`);
      port._transactionIdWrite = slot;
      ask(asked, (error, reply) => {
        if (!error) done({ kind: "data", bytes: "buffer" in reply ? (reply.buffer as Buffer) : Buffer.alloc(0) });
        else if (error.modbusCode === undefined) done({ kind: "unreadable", because: error.message });
        else done({ kind: "exception", code: error.modbusCode });
      });
      return written;
    },
    decode(slot, reply) {
      port._transactionIdRead = slot;
      // The library reads serial frames.
      port.emit("data", withChecksum(reply));
    },
  };
}

type ModbusError = Error & { readonly modbusCode?: number };

const wordsOf = (data: Buffer | undefined): number[] =>
  Array.from({ length: (data?.length ?? 0) / 2 }, (_, i) => data?.readUInt16BE(2 * i) ?? 0);
