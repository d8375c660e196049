/** What is asked of a unit, and whether a reply answers exactly that. Pure, and suspicious of every byte. */
import type { Text } from "#model/text";

export interface Asked {
  readonly unit: number;
  /** Reads: 1 to 4. Orders: 5 (one coil), 6 (one register), 16 (several registers). */
  readonly function: number;
  readonly start: number;
  readonly count: number;
  /** Of an order: the bytes as they stand in the request, high byte first; FF00 or 0000 for a coil. */
  readonly data?: Buffer;
}

/** Data bytes of a good reply to a read. */
const dataBytes = (asked: Asked): number => (asked.function <= 2 ? Math.ceil(asked.count / 8) : asked.count * 2);

/** Function, first address, and value or count: what the reply to an order repeats. */
function echoOf({ function: code, start, count, data }: Asked): Buffer {
  const echo = Buffer.alloc(5);
  echo.writeUInt8(code, 0);
  echo.writeUInt16BE(start, 1);
  if (code === 16) echo.writeUInt16BE(count, 3);
  else data?.copy(echo, 3, 0, 2);
  return echo;
}

/** Bytes of the PDU (function and data) that answers `asked`. */
export const goodLength = (asked: Asked): number => (asked.function <= 4 ? 2 + dataBytes(asked) : 5);

/** Function and exception code. */
export const EXCEPTION_LENGTH = 2;

/**
 * What a reply gets wrong about the request; `undefined` when it answers exactly what was asked, be it with data or with
 * an exception.
 */
export function mismatch(asked: Asked, reply: { readonly unit: number; readonly pdu: Buffer }): Text | undefined {
  const { unit, pdu } = reply;
  if (unit !== asked.unit) return otherUnit(asked, unit);
  const code = pdu[0] ?? 0;
  const isException = code === (asked.function | 0x80);
  if (!isException && code !== asked.function) return otherFunction(asked, code);
  const expected = isException ? EXCEPTION_LENGTH : goodLength(asked);
  const wrongCount = !isException && asked.function <= 4 && pdu[1] !== dataBytes(asked);
  if (pdu.length !== expected || wrongCount) return otherLength(asked, expected, pdu.length);
  if (!isException && asked.function > 4 && !pdu.equals(echoOf(asked))) {
    return {
      zh: `站号 ${asked.unit} 对写入的应答与所写的地址或数值不一致。`,
      en: `The reply of unit ${asked.unit} repeats another address or value than was written.`,
    };
  }
  return undefined;
}

export const otherUnit = (asked: Asked, unit: number): Text => ({
  zh: `问的是站号 ${asked.unit}，应答却来自站号 ${unit}。请检查网关的站号设置。`,
  en: `Unit ${asked.unit} was asked, but unit ${unit} answered. Check the unit ids set in the gateway.`,
});

export const otherFunction = (asked: Asked, code: number): Text => ({
  zh: `站号 ${asked.unit} 对功能码 ${asked.function} 的应答却是功能码 ${code}。`,
  en: `Unit ${asked.unit} answered function ${asked.function} with function ${code}.`,
});

export const otherLength = (asked: Asked, expected: number, found: number): Text => ({
  zh: `站号 ${asked.unit} 的应答长度不符：应为 ${expected} 字节，实为 ${found} 字节。`,
  en: `The reply of unit ${asked.unit} has the wrong length: ${found} bytes instead of ${expected}.`,
});
