/**
 * Answers one Modbus request, after "MODBUS Application Protocol Specification V1.1b3": read functions 01–04, and 06 and 16
 * where the unit has registers that may be written.
 */
import type { UnitMemory } from "./memory.ts";

/** Exception codes of section 7. */
export const exceptions = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  busy: 6,
  noTarget: 11,
} as const;

export function exception(functionCode: number, code: number): Buffer {
  return Buffer.from([functionCode | 0x80, code]);
}

/** Sections 6.1–6.4: how many items one request may ask for. */
const limits: Readonly<Record<number, number>> = { 1: 2000, 2: 2000, 3: 125, 4: 125 };

/**
 * `pdu` is a request without its header, at least one byte. Coils and discrete inputs show the same bits, holding and
 * input registers the same words, unless the memory tells them apart. `maxRegisters`: what the device gives at once, since small
 * ones give less than the standard allows. Order of the checks as in the state diagrams: function, quantity, address.
 */
export function answer(pdu: Buffer, memory: UnitMemory, maxRegisters = 125): Buffer {
  const functionCode = pdu[0] ?? 0;
  if (memory.write && (functionCode === 6 || functionCode === 16)) return writeWords(pdu, memory.write);
  const limit = limits[functionCode];
  if (limit === undefined) return exception(functionCode, exceptions.illegalFunction);
  // A length that does not fit the function is a fault in the request's structure: exception 03 (section 7).
  if (pdu.length !== 5) return exception(functionCode, exceptions.illegalValue);
  const start = pdu.readUInt16BE(1);
  const quantity = pdu.readUInt16BE(3);
  if (quantity < 1 || quantity > (functionCode > 2 ? Math.min(limit, maxRegisters) : limit))
    return exception(functionCode, exceptions.illegalValue);
  if (start + quantity > 65_536) return exception(functionCode, exceptions.illegalAddress);
  return functionCode <= 2
    ? readBits(functionCode, start, quantity, memory)
    : readWords(functionCode, start, quantity, memory);
}

/** Sections 6.6 and 6.12. The reply repeats the address with the value, or with the quantity. */
function writeWords(pdu: Buffer, write: NonNullable<UnitMemory["write"]>): Buffer {
  const functionCode = pdu[0] ?? 0;
  if (pdu.length < 5) return exception(functionCode, exceptions.illegalValue);
  const quantity = functionCode === 6 ? 1 : pdu.readUInt16BE(3);
  const data = pdu.subarray(functionCode === 6 ? 3 : 6);
  const fits = data.length === 2 * quantity && (functionCode === 6 || pdu[5] === 2 * quantity);
  if (quantity < 1 || quantity > 123 || !fits) return exception(functionCode, exceptions.illegalValue);
  const words = Array.from({ length: quantity }, (_, index) => data.readUInt16BE(2 * index));
  const outcome = write(pdu.readUInt16BE(1), words);
  if (outcome === "taken") return Buffer.from(pdu.subarray(0, 5));
  return exception(functionCode, outcome === "not-allowed" ? exceptions.illegalValue : exceptions.illegalAddress);
}

function readBits(functionCode: number, start: number, quantity: number, memory: UnitMemory): Buffer {
  const bytes = Math.ceil(quantity / 8);
  const reply = Buffer.alloc(2 + bytes);
  reply[0] = functionCode;
  reply[1] = bytes;
  for (let index = 0; index < quantity; index += 1) {
    const bit = memory.bit(start + index, functionCode);
    if (bit === undefined) return exception(functionCode, exceptions.illegalAddress);
    // The first bit asked for is the lowest of the first byte.
    if (bit) reply[2 + (index >> 3)] = (reply[2 + (index >> 3)] ?? 0) | (1 << (index & 7));
  }
  return reply;
}

function readWords(functionCode: number, start: number, quantity: number, memory: UnitMemory): Buffer {
  const reply = Buffer.alloc(2 + 2 * quantity);
  reply[0] = functionCode;
  reply[1] = 2 * quantity;
  for (let index = 0; index < quantity; index += 1) {
    const word = memory.word(start + index, functionCode);
    if (word === undefined) return exception(functionCode, exceptions.illegalAddress);
    reply.writeUInt16BE(word, 2 + 2 * index);
  }
  return reply;
}
