/** From the bytes of a good reply to the numbers and texts of its points. */
import type { Span } from "#model/time";
import type { Report } from "../driver.ts";
import { isBitTable } from "./address.ts";
import { decodeBit, decodeNumber, decodeText } from "./decode.ts";
import type { ModbusPoint, ReadRequest } from "./read-plan.ts";

/** A request with the columns that its reply fills, made once per plan so that a poll allocates nothing per point. */
export interface Block {
  readonly request: ReadRequest;
  readonly numbers: readonly ModbusPoint[];
  readonly texts: readonly ModbusPoint[];
  readonly handles: Int32Array;
  readonly raw: Float64Array;
  readonly words: Uint16Array;
  /** Monotonic time of the last reply of any kind to this request. */
  answeredAt: number;
}

export function prepareBlock(request: ReadRequest): Block {
  const numbers = request.points.filter((point) => point.address.type !== "str");
  return {
    request,
    numbers,
    texts: request.points.filter((point) => point.address.type === "str"),
    handles: Int32Array.from(numbers, (point) => point.handle),
    raw: new Float64Array(numbers.length),
    words: new Uint16Array(isBitTable(request.table) ? 0 : request.count),
    answeredAt: Number.NEGATIVE_INFINITY,
  };
}

/** `bytes` has exactly the length that the request asked for; the connection has seen to that. */
export function deliver(block: Block, bytes: Buffer, device: string, took: Span, report: Report): void {
  const { request, numbers, texts, words, raw } = block;
  const bits = isBitTable(request.table);
  for (let i = 0; i < words.length; i += 1) words[i] = bytes.readUInt16BE(2 * i);
  for (const [i, { address }] of numbers.entries()) {
    const at = address.register - request.start;
    raw[i] = bits ? decodeBit(bytes, at) : decodeNumber(address, words, at);
  }
  report.samples(device, block.handles, raw, numbers.length, took);
  for (const { handle, address } of texts) {
    report.text(device, handle, decodeText(address, words, address.register - request.start));
  }
}
