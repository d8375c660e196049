/** A Modbus TCP server on a bare socket, written from the protocol's text: it answers well, badly, or not at all. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface Request {
  readonly id: number;
  readonly unit: number;
  readonly code: number;
  readonly start: number;
  readonly count: number;
  readonly socket: Socket;
  /** Of an order: the value, or the values of function 16. */
  readonly data: Buffer;
}

export interface SpecDevice extends AsyncDisposable {
  readonly port: number;
  readonly requests: Request[];
  readonly sockets: Set<Socket>;
  /** Connections accepted so far. */
  accepted(): number;
  /** What happens with the next requests. */
  behave(answer: (request: Request) => void): void;
  onConnection(listener: (socket: Socket) => void): void;
  /** Stops listening and drops everybody, as a device that loses its power. */
  vanish(): Promise<void>;
}

/** Value of a register, or of a coil as 0 and 1; `undefined` means that it does not exist: exception 2. */
export type Memory = (unit: number, code: number, address: number) => number | undefined;

export const frame = (id: number, unit: number, pdu: Uint8Array, protocol = 0): Buffer => {
  const header = Buffer.alloc(7);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(protocol, 2);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
};

export const exception = ({ id, unit, code }: Request, exceptionCode: number): Buffer =>
  frame(id, unit, Buffer.of(code | 0x80, exceptionCode));

/** The PDU of the answer, from the memory. */
export function dataPdu(memory: Memory, { unit, code, start, count }: Request): Buffer {
  const values = Array.from({ length: count }, (_, i) => memory(unit, code, start + i));
  if (values.some((value) => value === undefined)) return Buffer.of(code | 0x80, 2);
  const data = Buffer.alloc(code <= 2 ? Math.ceil(count / 8) : count * 2);
  for (const [i, value = 0] of values.entries()) {
    if (code > 2) data.writeUInt16BE(value & 0xffff, 2 * i);
    else if (value) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return Buffer.concat([Buffer.of(code, data.length), data]);
}

export const goodReply = (memory: Memory, request: Request): Buffer =>
  frame(request.id, request.unit, dataPdu(memory, request));

export const honest = (memory: Memory) => (request: Request) => {
  request.socket.write(goodReply(memory, request));
};

/** Takes the first whole request off the bytes; `undefined` when there is none yet. */
export type Cut = (bytes: Buffer, socket: Socket) => { readonly request: Request; readonly rest: Buffer } | undefined;

const cutTcp: Cut = (bytes, socket) => {
  if (bytes.length < 12) return undefined;
  const end = 6 + bytes.readUInt16BE(4);
  if (bytes.length < end) return undefined;
  const code = bytes.readUInt8(7);
  const request: Request = {
    id: bytes.readUInt16BE(0),
    unit: bytes.readUInt8(6),
    code,
    start: bytes.readUInt16BE(8),
    count: bytes.readUInt16BE(10),
    socket,
    data: code > 6 ? bytes.subarray(13, end) : bytes.subarray(10, 12),
  };
  return { request, rest: bytes.subarray(end) };
};

export async function startSpecDevice(
  answer: (request: Request) => void,
  port = 0,
  cut: Cut = cutTcp,
): Promise<SpecDevice> {
  let now = answer;
  let accepted = 0;
  let connected: (socket: Socket) => void = () => undefined;
  const requests: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.setNoDelay();
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    connected(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let found = cut(rest, socket); found; found = cut(rest, socket)) {
        rest = found.rest;
        requests.push(found.request);
        now(found.request);
      }
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const vanish = async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    accepted: () => accepted,
    behave(other) {
      now = other;
    },
    onConnection(listener) {
      connected = listener;
    },
    vanish,
    [Symbol.asyncDispose]: vanish,
  };
}
