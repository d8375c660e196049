/** Columns of numbers in few bytes: values as scaled integers where that is exact, otherwise as XORed doubles in byte planes. */
import type { ByteReader, ByteWriter } from "./bytes.ts";

/** How a column of values is written. The number is on disk: never give one a second meaning. */
const CONSTANT = 0;
/** `integer / 10^k`, deltas. */
const DIVIDED = 1;
/** `integer * 10^-k`, deltas: what a register times 0.01 gives in doubles, which `/ 100` does not always. */
const MULTIPLIED = 2;
const XOR = 3;

const LARGEST_SCALE = 5;
/** Differences of two such integers still fit into 32 bits with a sign. */
const LARGEST_INTEGER = 2 ** 30;

function fits(values: Float64Array, count: number, mode: number, k: number): boolean {
  const up = 10 ** k;
  const down = Number(`1e-${k}`);
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    const whole = Math.round(value * up);
    if (!(whole < LARGEST_INTEGER && whole > -LARGEST_INTEGER)) return false;
    if ((mode === DIVIDED ? whole / up : whole * down) !== value) return false;
  }
  return true;
}

/** NaN stands for "none" and is not kept: whoever reads knows from the quality where none was. */
export function writeValues(to: ByteWriter, values: Float64Array, count: number): void {
  let first = Number.NaN;
  let isConstant = true;
  for (let i = 0; i < count && isConstant; i += 1) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else isConstant = Object.is(value, first);
  }
  if (isConstant) {
    to.byte(CONSTANT);
    to.double(first);
    return;
  }
  for (let k = 0; k <= LARGEST_SCALE; k += 1) {
    for (const mode of k === 0 ? [DIVIDED] : [DIVIDED, MULTIPLIED]) {
      if (!fits(values, count, mode, k)) continue;
      to.byte(mode);
      to.byte(k);
      writeScaled(to, values, count, 10 ** k);
      return;
    }
  }
  to.byte(XOR);
  writeXor(to, values, count);
}

function writeScaled(to: ByteWriter, values: Float64Array, count: number, up: number): void {
  let before = 0;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number;
    const whole = Number.isNaN(value) ? before : Math.round(value * up);
    to.zigzag(whole - before);
    before = whole;
  }
}

function writeXor(to: ByteWriter, values: Float64Array, count: number): void {
  const planes = new Uint8Array(count * 8);
  const double = new Float64Array(1);
  const halves = new Uint32Array(double.buffer);
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i += 1) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    double[0] = value;
    const a = ((halves[0] as number) ^ low) >>> 0;
    const b = ((halves[1] as number) ^ high) >>> 0;
    low = halves[0] as number;
    high = halves[1] as number;
    for (let byte = 0; byte < 4; byte += 1) {
      planes[byte * count + i] = (a >>> (8 * byte)) & 255;
      planes[(byte + 4) * count + i] = (b >>> (8 * byte)) & 255;
    }
  }
  to.bytes(planes);
}

/** Throws a RangeError on bytes that `writeValues` did not write. */
export function readValues(from: ByteReader, count: number): Float64Array {
  const values = new Float64Array(count);
  const mode = from.byte();
  if (mode === CONSTANT) return values.fill(from.double());
  if (mode === DIVIDED || mode === MULTIPLIED) {
    const k = from.byte();
    const up = 10 ** k;
    const down = Number(`1e-${k}`);
    let whole = 0;
    for (let i = 0; i < count; i += 1) {
      whole += from.zigzag();
      values[i] = mode === DIVIDED ? whole / up : whole * down;
    }
    return values;
  }
  if (mode !== XOR) throw new RangeError(`no column is written in mode ${mode}`);
  const planes = from.bytes(count * 8);
  const halves = new Uint32Array(values.buffer);
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i += 1) {
    for (let byte = 0; byte < 4; byte += 1) {
      low ^= (planes[byte * count + i] as number) << (8 * byte);
      high ^= (planes[(byte + 4) * count + i] as number) << (8 * byte);
    }
    halves[2 * i] = low;
    halves[2 * i + 1] = high;
  }
  return values;
}
