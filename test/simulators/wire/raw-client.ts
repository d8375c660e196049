/** A Modbus client made of raw bytes, written from the standard for these tests alone. */
import { connect, type Socket } from "node:net";

export interface RawClient {
  readonly socket: Socket;
  /** Resolves when the peer closes or resets the connection. */
  readonly closed: Promise<void>;
  send(...bytes: number[]): void;
  /** The next whole frame that arrives. */
  frame(): Promise<Buffer>;
  /** Sends a read request and answers the next frame. */
  read(transaction: number, unit: number, functionCode: number, address: number, quantity: number): Promise<Buffer>;
}

/** Seven bytes of header and a request of five: function, address, quantity. */
export function readRequest(
  transaction: number,
  unit: number,
  functionCode: number,
  address: number,
  quantity: number,
) {
  const frame = Buffer.alloc(12);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(6, 4);
  frame[6] = unit;
  frame[7] = functionCode;
  frame.writeUInt16BE(address, 8);
  frame.writeUInt16BE(quantity, 10);
  return frame;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, "127.0.0.1");
  const frames: Buffer[] = [];
  const waiting: ((frame: Buffer) => void)[] = [];
  let rest = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 6 && rest.length >= 6 + rest.readUInt16BE(4)) {
      const length = 6 + rest.readUInt16BE(4);
      const frame = Buffer.from(rest.subarray(0, length));
      rest = rest.subarray(length);
      const taker = waiting.shift();
      if (taker) taker(frame);
      else frames.push(frame);
    }
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  const frame = () =>
    new Promise<Buffer>((resolve) => {
      const ready = frames.shift();
      if (ready) resolve(ready);
      else waiting.push(resolve);
    });
  return {
    socket,
    closed,
    frame,
    send: (...bytes) => socket.write(Buffer.from(bytes)),
    read(transaction, unit, functionCode, address, quantity) {
      socket.write(readRequest(transaction, unit, functionCode, address, quantity));
      return frame();
    },
  };
}
