/** A batch of samples of many points as it came: what the disk has of the newest minutes before they stand in blocks. */
import { seal, unseal } from "./block.ts";

export interface Batch {
  readonly count: number;
  /** Numbers of points: handles on the way to the thread, ids of `series` in the file. */
  readonly series: Int32Array;
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly code: Uint8Array;
}

export function encodeTail(batch: Batch): Uint8Array {
  const { count } = batch;
  const plain = new Uint8Array(4 + count * 21);
  new DataView(plain.buffer).setUint32(0, count, true);
  let at = 4;
  for (const column of [batch.at, batch.value, batch.series, batch.code]) {
    const bytes = new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT);
    plain.set(bytes, at);
    at += bytes.length;
  }
  return seal(plain);
}

/** `undefined` for a torn row. Never throws. */
export function decodeTail(sealed: Uint8Array): Batch | undefined {
  const plain = unseal(sealed);
  if (!plain || plain.length < 4) return undefined;
  const count = new DataView(plain.buffer, plain.byteOffset).getUint32(0, true);
  if (plain.length !== 4 + count * 21) return undefined;
  // A copy from the start of its own memory, so that columns of 8 bytes stand where they may.
  const bytes = new Uint8Array(plain.subarray(4)).buffer;
  return {
    count,
    at: new Float64Array(bytes, 0, count),
    value: new Float64Array(bytes, count * 8, count),
    series: new Int32Array(bytes, count * 16, count),
    code: new Uint8Array(bytes, count * 20, count),
  };
}
