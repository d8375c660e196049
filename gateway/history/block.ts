/**
 * A block: up to some thousand samples of one point in one piece of bytes. Times as delta of delta, values as columns.ts
 * writes them, qualities as runs; then zstd where it helps, and a checksum over all of it in front.
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { BAD } from "#model/quality";
import { createByteReader, createByteWriter } from "./bytes.ts";
import { readValues, writeValues } from "./columns.ts";

/** Samples of one point in the order of their times. */
export interface Samples {
  readonly count: number;
  /** ms since epoch, whole numbers. */
  readonly at: Float64Array;
  /** NaN where the quality is bad. */
  readonly value: Float64Array;
  /** `codeOf(quality, reason)`. */
  readonly code: Uint8Array;
}

/** Quality and reason of quality.ts in one byte. */
export const codeOf = (quality: number, reason: number): number => quality | (reason << 2);
export const qualityOf = (code: number): number => code & 3;
export const reasonOf = (code: number): number => code >>> 2;

/** Of one block: what is read at once, and what a broken block costs. */
export const BLOCK_SAMPLES = 4_096;
/** Times inside a block are differences of 32 bits. */
export const BLOCK_SPAN = 86_400_000;

const PLAIN = 0;
const ZSTD = 1;
/** No honest block is larger when unpacked. */
const LARGEST = 4_194_304;
/** Higher levels take longer and save a fiftieth. */
const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Compresses where that helps, and puts the checksum in front. */
export function seal(plain: Uint8Array): Uint8Array {
  const packed = plain.length > 128 ? zstdCompressSync(plain, level) : plain;
  const isSmaller = packed.length < plain.length;
  const body = isSmaller ? packed : plain;
  const sealed = new Uint8Array(body.length + 5);
  sealed[4] = isSmaller ? ZSTD : PLAIN;
  sealed.set(body, 5);
  new DataView(sealed.buffer).setUint32(0, crc32(sealed.subarray(4)), true);
  return sealed;
}

/** `undefined` when the bytes are not what was sealed. Never throws. */
export function unseal(sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < 5) return undefined;
  const told = new DataView(sealed.buffer, sealed.byteOffset).getUint32(0, true);
  if (crc32(sealed.subarray(4)) !== told) return undefined;
  const body = sealed.subarray(5);
  if (sealed[4] === PLAIN) return body;
  try {
    return sealed[4] === ZSTD ? zstdDecompressSync(body, { maxOutputLength: LARGEST }) : undefined;
  } catch {
    // Bytes that have the right checksum and are still no zstd: as good as broken.
    return undefined;
  }
}

const writer = createByteWriter();

/** `samples` in order of time, at most BLOCK_SAMPLES over at most BLOCK_SPAN. */
export function encodeBlock(samples: Samples): Uint8Array {
  const { count, at, value, code } = samples;
  writer.varint(count);
  const first = at[0] ?? 0;
  writer.double(first);
  let before = first;
  let step = 0;
  for (let i = 1; i < count; i += 1) {
    const next = (at[i] as number) - before;
    writer.zigzag(next - step);
    step = next;
    before = at[i] as number;
  }
  for (let i = 0; i < count; ) {
    let end = i + 1;
    while (end < count && code[end] === code[i]) end += 1;
    writer.byte(code[i] as number);
    writer.varint(end - i);
    i = end;
  }
  writeValues(writer, value, count);
  return seal(writer.take());
}

/** `undefined` for a broken block. Never throws. */
export function decodeBlock(sealed: Uint8Array): Samples | undefined {
  const plain = unseal(sealed);
  if (!plain) return undefined;
  try {
    return decode(plain);
  } catch {
    return undefined;
  }
}

function decode(plain: Uint8Array): Samples | undefined {
  const from = createByteReader(plain);
  const count = from.varint();
  if (count > LARGEST) return undefined;
  const at = new Float64Array(count);
  let before = from.double();
  let step = 0;
  at[0] = before;
  for (let i = 1; i < count; i += 1) {
    step += from.zigzag();
    before += step;
    at[i] = before;
  }
  const code = new Uint8Array(count);
  for (let i = 0; i < count; ) {
    const run = from.byte();
    const end = i + from.varint();
    if (end === i || end > count) return undefined;
    code.fill(run, i, end);
    i = end;
  }
  const value = readValues(from, count);
  for (let i = 0; i < count; i += 1) if (qualityOf(code[i] as number) === BAD) value[i] = Number.NaN;
  return { count, at, value, code };
}
