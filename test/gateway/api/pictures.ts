/** Small pictures as phones write them, with the place in every corner where a phone would put it. */
import { crc32, deflateSync } from "node:zlib";

/** What must not be left of them. */
export const PLACE = "GPS 31.2304N 121.4737E";

const segment = (marker: number, body: Buffer | string): Buffer => {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, "latin1");
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([head, bytes]);
};

function exif(orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write("II\x2a\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  return Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff, Buffer.from(PLACE)]);
}

/** One grey block of 8 × 8; no decoder is asked here, so tables are left out. */
export const jpeg = ({ orientation = 1 }: { readonly orientation?: number } = {}): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe1, exif(orientation)),
    segment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x>${PLACE}</x>`),
    segment(0xed, `Photoshop 3.0\0${PLACE}`),
    segment(0xfe, PLACE),
    segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
    Buffer.from([0xff, 0xd9]),
  ]);

const chunk = (type: string, data: Buffer | string): Buffer => {
  const named = Buffer.concat([Buffer.from(type, "latin1"), Buffer.from(data)]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(named.length - 4, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
};

export function png(side = 8): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 8;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("tEXt", `Comment\0${PLACE}`),
    chunk("eXIf", PLACE),
    chunk("IDAT", deflateSync(Buffer.alloc((side + 1) * side, 1))),
    chunk("IEND", ""),
  ]);
}

const riff = (type: string, data: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.write(type, 0, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
};

export function webp(): Buffer {
  const extended = Buffer.from([0x0c, 0, 0, 0, 7, 0, 0, 7, 0, 0]);
  const picture = Buffer.concat([Buffer.from([0x2f]), Buffer.from([7, 0xc0, 1, 0]), Buffer.alloc(9)]);
  const body = Buffer.concat([
    Buffer.from("WEBP"),
    riff("VP8X", extended),
    riff("VP8L", picture),
    riff("EXIF", Buffer.from(PLACE)),
    riff("XMP ", Buffer.from(PLACE)),
  ]);
  const head = Buffer.alloc(8);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

export const PDF = Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n");
