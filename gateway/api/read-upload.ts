/**
 * What a file really is, judged by its bytes and never by its name; and the picture as it is kept: without place, camera, words or
 * anything that hangs behind its end. Nothing is decoded, so that no decoder can be attacked.
 */

import type { Text } from "#model/text";
import type { TicketFile } from "#model/ticket";
import { type Picture, plainJpeg } from "./plain-jpeg.ts";
import { plainPng, plainWebp } from "./plain-png-webp.ts";

/** W10: 大小不超过5MB. */
export const LARGEST_FILE = 5 * 1_024 * 1_024;
/** A picture larger than this costs whoever opens it half a gigabyte (security.md row 27). */
const MOST_PIXELS = 40_000_000;

export type Upload =
  | { readonly ok: true; readonly type: TicketFile["type"]; readonly content: Buffer }
  | { readonly ok: false; readonly because: Text };

/** The file as it is kept, or why it is not taken. Never throws, whatever the bytes are. */
export function readUpload(bytes: Buffer): Upload {
  const type = typeOf(bytes);
  if (type === undefined) return { ok: false, because: unknownKind };
  if (type === "application/pdf") {
    return hasEnd(bytes) ? { ok: true, type, content: bytes } : { ok: false, because: broken };
  }
  const picture = PLAIN[type](bytes);
  if (!picture) return { ok: false, because: broken };
  if (picture.width * picture.height > MOST_PIXELS) return { ok: false, because: tooManyPixels };
  return { ok: true, type, content: picture.content };
}

const PLAIN: Readonly<Record<Exclude<TicketFile["type"], "application/pdf">, (bytes: Buffer) => Picture | undefined>> =
  {
    "image/jpeg": plainJpeg,
    "image/png": plainPng,
    "image/webp": plainWebp,
  };

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function typeOf(bytes: Buffer): TicketFile["type"] | undefined {
  const starts = (text: string, at = 0) => bytes.toString("latin1", at, at + text.length) === text;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (bytes.subarray(0, PNG.length).equals(PNG)) return "image/png";
  if (starts("RIFF") && starts("WEBP", 8)) return "image/webp";
  // PDF 32000-1 7.5.2: the header is the first line; readers that look further in are what polyglots live on.
  return starts("%PDF-1.") || starts("%PDF-2.") ? "application/pdf" : undefined;
}

const hasEnd = (bytes: Buffer): boolean => bytes.subarray(-1_024).includes("%%EOF");

const unknownKind: Text = {
  zh: "不支持此类文件。可上传 JPEG、PNG、WebP 照片或 PDF（按内容识别，改扩展名无效）。",
  en: "This kind of file is not taken. Send a JPEG, PNG or WebP picture or a PDF; the content counts, not the name.",
};
const broken: Text = {
  zh: "文件已损坏或不完整，请重新拍摄或导出后再上传。",
  en: "The file is damaged or cut short. Take or export it again.",
};
const tooManyPixels: Text = {
  zh: "照片超过 4000 万像素，请调低相机分辨率后重拍。",
  en: "The picture has more than 40 million pixels. Choose a lower resolution and take it again.",
};
