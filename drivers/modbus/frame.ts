/** Modbus TCP frames, cut from the stream. Pure, and suspicious of every byte. */
import type { Text } from "#model/text";

/** MBAP header: transaction id, protocol id, length, unit id (Modbus messaging on TCP/IP 1.0b, 3.1.3). */
const BEFORE_UNIT = 6;
/** Unit id, function, exception code. */
const SHORTEST = 3;
/** Unit id and the largest PDU, 253 bytes. */
const LONGEST = 254;

export interface Frame {
  readonly id: number;
  readonly unit: number;
  /** Function and data. */
  readonly pdu: Buffer;
  /** The whole of it. */
  readonly bytes: Buffer;
}

/**
 * Cuts the complete frames off the front of `bytes`. `broken` tells why the stream cannot be followed any further: after
 * a wrong header nobody knows where the next frame begins.
 */
export function cutFrames(bytes: Buffer): {
  readonly frames: readonly Frame[];
  readonly rest: Buffer;
  readonly broken?: Text;
} {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= BEFORE_UNIT) {
    const protocol = bytes.readUInt16BE(at + 2);
    const length = bytes.readUInt16BE(at + 4);
    if (protocol !== 0 || length < SHORTEST || length > LONGEST) {
      return {
        frames,
        rest: bytes.subarray(at),
        broken: {
          zh: `应答不是 Modbus TCP 报文（协议号 ${protocol}，长度 ${length}）。请核对端口；若是透明传输的串口服务器，请改用 modbus-rtu-over-tcp，或把它设为 Modbus 网关模式。`,
          en: `The reply is no Modbus TCP frame (protocol ${protocol}, length ${length}). Check the port; for a serial server in transparent mode use modbus-rtu-over-tcp, or set it to Modbus gateway mode.`,
        },
      };
    }
    const end = at + BEFORE_UNIT + length;
    if (end > bytes.length) break;
    frames.push({
      id: bytes.readUInt16BE(at),
      unit: bytes[at + 6] ?? 0,
      pdu: bytes.subarray(at + 7, end),
      bytes: bytes.subarray(at, end),
    });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

/** A frame that nobody waits for. */
export const unasked = (frame: Frame): Text => ({
  zh: `收到无人请求的应答（事务号 ${frame.id}，站号 ${frame.unit}），可能是迟到或串扰的应答，已丢弃并重建连接。`,
  en: `A reply came that nobody waits for (transaction ${frame.id}, unit ${frame.unit}), late or meant for somebody else; it was dropped and the connection made anew.`,
});
