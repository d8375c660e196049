/** Modbus RTU frames: the check sum, and a reply judged while its bytes come in. Pure, and suspicious of every byte. */
import type { Text } from "#model/text";
import { type Asked, EXCEPTION_LENGTH, goodLength, mismatch, otherFunction, otherLength, otherUnit } from "./asked.ts";

/** Of CRC-16 with the polynomial A001, one per value of a byte (Modbus over serial line 1.02, 6.2.2). */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

export function crc16(bytes: Uint8Array, length = bytes.length): number {
  let crc = 0xffff;
  for (let i = 0; i < length; i += 1) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return crc;
}

/** Unit id and PDU as a frame: the low byte of the check sum goes first. */
export function withChecksum(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(body.length + 2);
  body.copy(frame);
  frame.writeUInt16LE(crc16(body), body.length);
  return frame;
}

export type Heard =
  | { readonly kind: "more" }
  | { readonly kind: "frame"; readonly unit: number; readonly pdu: Buffer }
  | { readonly kind: "wrong"; readonly because: Text };

const more: Heard = { kind: "more" };
/** Unit id before the PDU, check sum behind it. */
const AROUND = 3;

/**
 * What has been heard since `sent` went out. A frame on a serial line has no mark of its end, so its length must follow
 * from the question, and any byte beyond it makes the whole reply worthless.
 */
export function hear(asked: Asked, sent: Buffer, bytes: Buffer): Heard {
  const [unit, code] = bytes;
  if (unit === undefined) return more;
  if (unit !== asked.unit) return { kind: "wrong", because: otherUnit(asked, unit) };
  if (code === undefined) return more;
  const isException = code === (asked.function | 0x80);
  if (!isException && code !== asked.function) return { kind: "wrong", because: otherFunction(asked, code) };
  const pduLength = isException ? EXCEPTION_LENGTH : goodLength(asked);
  const length = pduLength + AROUND;
  if (bytes.length >= sent.length && length !== sent.length && bytes.subarray(0, sent.length).equals(sent)) {
    return { kind: "wrong", because: echoed };
  }
  if (bytes.length > length) return { kind: "wrong", because: otherLength(asked, pduLength, bytes.length - AROUND) };
  if (bytes.length < length) return more;
  if (bytes.readUInt16LE(length - 2) !== crc16(bytes, length - 2)) return { kind: "wrong", because: garbled(unit) };
  const pdu = bytes.subarray(1, length - 2);
  const because = mismatch(asked, { unit, pdu });
  return because ? { kind: "wrong", because } : { kind: "frame", unit, pdu };
}

const garbled = (unit: number): Text => ({
  zh: `站号 ${unit} 的应答校验和不对。请检查波特率与校验位、接线、屏蔽和终端电阻，以及站号是否重复。`,
  en: `The check sum of the reply of unit ${unit} is wrong. Check baud rate and parity, the wiring, shield and terminating resistors, and that no two units share an id.`,
});

const echoed: Text = {
  zh: "收到了自己发出的报文（本地回显）。请在 RS-485 转换器上关闭回显。",
  en: "The request itself came back (local echo). Switch the echo off at the RS-485 converter.",
};
