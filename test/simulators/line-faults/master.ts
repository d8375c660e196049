/** A Modbus master made of raw bytes, over TCP with either framing or on a terminal, written from the standard for these tests. */
import { openSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { ReadStream } from "node:tty";
import { readRequest } from "../wire/raw-client.ts";

export interface Reply {
  /** Absent where the frames carry none. */
  readonly transaction: number | undefined;
  readonly unit: number;
  readonly exception: number | undefined;
  readonly words: readonly number[];
}

export interface Master {
  /** Sends a question about holding registers; answers its transaction number. */
  ask(unit: number, at: number, count: number): number;
  next(): Promise<Reply>;
  /** Resolves when the other end has closed or reset the connection. */
  readonly closed: Promise<void>;
  close(): void;
}

function crc(bytes: Buffer): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  }
  return sum;
}
const words = (data: Buffer) => Array.from({ length: data.length / 2 }, (_, at) => data.readUInt16BE(2 * at));

/** The first whole reply in the bytes, and how many it takes. */
function cut(bytes: Buffer, rtu: boolean): { readonly reply: Reply; readonly length: number } | undefined {
  const head = rtu ? 0 : 6;
  if (bytes.length < head + 3) return undefined;
  const [unit = 0, code = 0, size = 0] = bytes.subarray(head);
  const refused = code >= 0x80;
  const length = head + (refused ? 3 : 3 + size) + (rtu ? 2 : 0);
  if (bytes.length < length) return undefined;
  if (rtu && crc(bytes.subarray(0, length - 2)) !== bytes.readUInt16LE(length - 2)) throw new Error("a wrong checksum");
  const reply = {
    transaction: rtu ? undefined : bytes.readUInt16BE(0),
    unit,
    exception: refused ? size : undefined,
    words: refused ? [] : words(bytes.subarray(head + 3, head + 3 + size)),
  };
  return { reply, length };
}

function masterOn(
  rtu: boolean,
  carrier: { send(bytes: Buffer): void; onData(take: (chunk: Buffer) => void): void; close(): void },
  closed: Promise<void>,
): Master {
  const replies: Reply[] = [];
  const waiting: ((reply: Reply) => void)[] = [];
  let rest = Buffer.alloc(0);
  let transaction = 0;
  carrier.onData((chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let one = cut(rest, rtu); one; one = cut(rest, rtu)) {
      rest = rest.subarray(one.length);
      const taker = waiting.shift();
      if (taker) taker(one.reply);
      else replies.push(one.reply);
    }
  });
  return {
    closed,
    close: carrier.close,
    ask(unit, at, count) {
      transaction += 1;
      const frame = readRequest(transaction, unit, 3, at, count);
      if (!rtu) carrier.send(frame);
      else {
        const body = frame.subarray(6);
        const sum = Buffer.alloc(2);
        sum.writeUInt16LE(crc(body));
        carrier.send(Buffer.concat([body, sum]));
      }
      return transaction;
    },
    next() {
      const ready = replies.shift();
      return ready ? Promise.resolve(ready) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

export async function tcpMaster(port: number, rtu: boolean): Promise<Master> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  await new Promise<void>((done, fail) => socket.once("connect", done).once("error", fail));
  const carrier = {
    send: (bytes: Buffer) => void socket.write(bytes),
    onData: (take: (chunk: Buffer) => void) => void socket.on("data", take),
    close: () => void socket.destroy(),
  };
  return masterOn(rtu, carrier, closed);
}

export function serialMaster(path: string): Master {
  const fd = openSync(path, "r+");
  const terminal = new ReadStream(fd);
  terminal.setRawMode(true);
  const carrier = {
    send: (bytes: Buffer) => void writeSync(fd, bytes),
    onData: (take: (chunk: Buffer) => void) => void terminal.on("data", take),
    close: () => void terminal.destroy(),
  };
  return masterOn(true, carrier, new Promise<void>((done) => terminal.once("close", () => done())));
}
