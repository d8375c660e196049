/** A device that speaks RTU frames over a TCP socket, as behind a serial server; written from the protocol's text. */
import { type Cut, dataPdu, type Memory, type Request, type SpecDevice, startSpecDevice } from "./spec-device.ts";

/** CRC-16 bit by bit as in Modbus over serial line 1.02, 6.2.2; low byte first on the wire. */
export function rtuFrame(unit: number, pdu: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.of(unit), pdu]);
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let i = 0; i < 8; i += 1) crc = (crc >> 1) ^ (crc & 1 ? 0xa001 : 0);
  }
  return Buffer.concat([body, Buffer.of(crc & 0xff, crc >> 8)]);
}

const cutRtu: Cut = (bytes, socket) => {
  if (bytes.length < 8) return undefined;
  const code = bytes.readUInt8(1);
  const end = code > 6 ? 9 + bytes.readUInt8(6) : 8;
  if (bytes.length < end) return undefined;
  const frame = bytes.subarray(0, end);
  if (!rtuFrame(frame.readUInt8(0), frame.subarray(1, -2)).equals(frame)) throw new Error("A request is garbled");
  const request: Request = {
    id: 0,
    unit: bytes.readUInt8(0),
    code,
    start: bytes.readUInt16BE(2),
    count: bytes.readUInt16BE(4),
    socket,
    data: code > 6 ? bytes.subarray(7, end - 2) : bytes.subarray(4, 6),
  };
  return { request, rest: bytes.subarray(end) };
};

export const startRtuDevice = (answer: (request: Request) => void, port = 0): Promise<SpecDevice> =>
  startSpecDevice(answer, port, cutRtu);

export const rtuReply = (memory: Memory, request: Request): Buffer => rtuFrame(request.unit, dataPdu(memory, request));

export const honestRtu = (memory: Memory) => (request: Request) => {
  request.socket.write(rtuReply(memory, request));
};
