/**
 * A JPEG without what is not the picture (ISO 10918-1 Annex B, Exif 2.32): place, camera, words, previews, and whatever a phone hangs
 * behind its end. Only the orientation stays, or photos of phones would lie on their side.
 */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly content: Buffer;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const COM = 0xfe;
const isApp = (marker: number): boolean => marker >= 0xe0 && marker <= 0xef;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;
/** SOF0 … SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** The picture alone, or `undefined` when the bytes are not a whole JPEG. */
export function plainJpeg(bytes: Buffer): Picture | undefined {
  const parts: Buffer[] = [];
  let size: { width: number; height: number } | undefined;
  let orientation = 1;
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === EOI) {
      if (!size || parts.length === 0) return undefined;
      const head = [Buffer.from([0xff, SOI]), ...(orientation === 1 ? [] : [exifOf(orientation)])];
      return { ...size, content: Buffer.concat([...head, ...parts, Buffer.from([0xff, EOI])]) };
    }
    if (marker === SOI || marker === 0 || isRestart(marker) || at + 4 > bytes.length) return undefined;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end < at + 4 || end > bytes.length) return undefined;
    if (isFrame(marker)) {
      if (end < at + 9) return undefined;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    if (marker === APP1) orientation = orientationIn(bytes.subarray(at + 4, end)) ?? orientation;
    if (isPicture(marker, bytes.subarray(at + 4, end))) parts.push(bytes.subarray(at, end));
    at = end;
    if (marker === SOS) {
      const after = endOfScan(bytes, at);
      parts.push(bytes.subarray(at, after));
      at = after;
    }
  }
  return undefined;
}

/** Colour needs JFIF, an ICC profile and Adobe's word on how the channels are mixed; all other APPn and comments are words. */
function isPicture(marker: number, body: Buffer): boolean {
  if (marker === COM) return false;
  if (!isApp(marker)) return true;
  const starts = (text: string) => body.toString("latin1", 0, text.length) === text;
  return (
    (marker === 0xe0 && starts("JFIF\0")) ||
    (marker === 0xe2 && starts("ICC_PROFILE\0")) ||
    (marker === 0xee && starts("Adobe"))
  );
}

/** Where the next marker stands behind entropy-coded data. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return bytes.length;
    const next = bytes[at + 1] as number;
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
    at += next === 0xff ? 1 : 2;
  }
}

const ORIENTATION = 0x0112;

/** 1 … 8 out of an Exif segment; `undefined` when it holds none. */
function orientationIn(body: Buffer): number | undefined {
  if (body.toString("latin1", 0, 6) !== "Exif\0\0") return undefined;
  const tiff = body.subarray(6);
  const order = tiff.toString("latin1", 0, 2);
  if (tiff.length < 14 || (order !== "II" && order !== "MM")) return undefined;
  const u16 = (at: number) => (order === "II" ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const start = order === "II" ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (start + 2 > tiff.length) return undefined;
  const count = u16(start);
  for (let i = 0; i < count; i++) {
    const entry = start + 2 + i * 12;
    if (entry + 12 > tiff.length) return undefined;
    if (u16(entry) !== ORIENTATION) continue;
    const value = u16(entry + 8);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** An Exif segment that says which side is up, and nothing else. */
function exifOf(orientation: number): Buffer {
  const body = Buffer.from("Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", "latin1");
  body.writeUInt16BE(orientation, 6 + 8 + 2 + 8);
  const head = Buffer.from([0xff, APP1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
