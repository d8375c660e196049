/** PNG and WebP as their chunks that make the picture: place, words, times and what hangs behind the end are left out. */
import type { Picture } from "./plain-jpeg.ts";

/** Beside the critical ones: colour, transparency, size of a pixel, animation (PNG, third edition, 11.3). */
const PNG_KEPT = new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD acTL fcTL fdAT".split(" "));
const PNG_HEAD = 8;

/** The picture alone, or `undefined` when the bytes are not a whole PNG. */
export function plainPng(bytes: Buffer): Picture | undefined {
  if (bytes.length < PNG_HEAD + 25 || bytes.toString("latin1", 12, 16) !== "IHDR") return undefined;
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  const parts = [bytes.subarray(0, PNG_HEAD)];
  let data = false;
  for (let at = PNG_HEAD; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (end > bytes.length || !/^[A-Za-z]{4}$/.test(type)) return undefined;
    if (PNG_KEPT.has(type)) parts.push(bytes.subarray(at, end));
    data ||= type === "IDAT";
    if (type === "IEND")
      return data && size.width > 0 && size.height > 0 ? { ...size, content: Buffer.concat(parts) } : undefined;
    at = end;
  }
  return undefined;
}

const WEBP_KEPT = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
/** Bits of VP8X that say that Exif and XMP follow. */
const WEBP_WORDS = 0x08 | 0x04;

/** The picture alone, or `undefined` when the bytes are not a whole WebP (RFC 9649). */
export function plainWebp(bytes: Buffer): Picture | undefined {
  if (bytes.length < 20) return undefined;
  const whole = 8 + bytes.readUInt32LE(4);
  if (whole > bytes.length) return undefined;
  const parts: Buffer[] = [];
  let size: { width: number; height: number } | undefined;
  let data = false;
  for (let at = 12; at + 8 <= whole; ) {
    const type = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (end > whole) return undefined;
    const body = bytes.subarray(at + 8, at + 8 + length);
    size ??= webpSize(type, body);
    data ||= type === "VP8 " || type === "VP8L" || type === "ANMF";
    if (WEBP_KEPT.has(type)) {
      const part = Buffer.from(bytes.subarray(at, end));
      if (type === "VP8X" && length > 0) part[8] = (part[8] as number) & ~WEBP_WORDS;
      parts.push(part);
    }
    at = end;
  }
  if (!size || !data) return undefined;
  const content = Buffer.concat([Buffer.from("RIFF\0\0\0\0WEBP", "latin1"), ...parts]);
  content.writeUInt32LE(content.length - 8, 4);
  return { ...size, content };
}

function webpSize(type: string, body: Buffer): { width: number; height: number } | undefined {
  if (type === "VP8X" && body.length >= 10)
    return { width: 1 + body.readUIntLE(4, 3), height: 1 + body.readUIntLE(7, 3) };
  if (type === "VP8L" && body.length >= 5 && body[0] === 0x2f) {
    const bits = body.readUInt32LE(1);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  if (type === "VP8 " && body.length >= 10 && body.readUIntBE(3, 3) === 0x9d012a) {
    return { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff };
  }
  return undefined;
}
