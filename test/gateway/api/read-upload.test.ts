import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readUpload } from "../../../gateway/api/read-upload.ts";
import { jpeg, PDF, PLACE, png, webp } from "./pictures.ts";

const kept = (bytes: Buffer) => {
  const read = readUpload(bytes);
  if (!read.ok) throw new Error(read.because.en);
  return read;
};

describe("a picture is kept without where and by what it was taken", () => {
  test.each([
    ["JPEG", jpeg(), "image/jpeg"],
    ["JPEG of a phone that lies on its side", jpeg({ orientation: 6 }), "image/jpeg"],
    ["JPEG with a second one behind it", Buffer.concat([jpeg(), jpeg()]), "image/jpeg"],
    ["PNG", png(), "image/png"],
    ["PNG with words behind its end", Buffer.concat([png(), Buffer.from(PLACE)]), "image/png"],
    ["WebP", webp(), "image/webp"],
  ])("%s", (_what, bytes, type) => {
    expect(bytes.includes(PLACE)).toBe(true);
    const read = kept(bytes);
    expect(read.type).toBe(type);
    expect(read.content.includes(PLACE)).toBe(false);
    // What is kept is a picture again, and there is nothing more to take out of it.
    expect(kept(read.content).content).toEqual(read.content);
  });

  test("which side is up stays, and a picture that stands upright carries no Exif at all", () => {
    expect(kept(jpeg({ orientation: 6 })).content.includes("Exif")).toBe(true);
    expect(kept(jpeg({ orientation: 6 })).content.readUInt16BE(30)).toBe(6);
    expect(kept(jpeg({ orientation: 1 })).content.includes("Exif")).toBe(false);
  });
});

test("a PDF is taken as it is, when it has its head and its end", () => {
  expect(kept(PDF)).toMatchObject({ type: "application/pdf", content: PDF });
  expect(readUpload(PDF.subarray(0, -6)).ok).toBe(false);
  expect(readUpload(Buffer.concat([Buffer.from("junk"), PDF])).ok).toBe(false);
});

test.each([
  ["nothing", ""],
  ["a page", "<!doctype html><script>alert(1)</script>"],
  ["a drawing with a script", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ["a program", "MZ\x90\0\x03"],
  ["another program", "\x7fELF\x02\x01\x01"],
  ["an archive", "PK\x03\x04"],
  ["a film", "\0\0\0\x18ftypmp42"],
  ["a GIF", "GIF89a"],
  ["the first bytes of a JPEG", "\xff\xd8\xff"],
  ["a page that says it is a JPEG", "\xff\xd8\xff\xe0<html>"],
  ["the head of a PNG", "\x89PNG\r\n\x1a\n"],
  ["an empty RIFF", "RIFF\0\0\0\0WEBP"],
])("%s is refused with a sentence", (_what, text) => {
  const read = readUpload(Buffer.from(text, "latin1"));
  expect(read).toMatchObject({ ok: false, because: { zh: expect.any(String), en: expect.any(String) } });
});

test("a picture that is cut short anywhere is refused, and no bytes at all break the reading", () => {
  const all = [jpeg({ orientation: 6 }), png(), webp()];
  for (const whole of all) {
    for (let length = 0; length < whole.length - 12; length++) readUpload(whole.subarray(0, length));
    expect(readUpload(whole.subarray(0, Math.floor(whole.length / 2))).ok).toBe(false);
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
      (good, hits) => {
        const bad = Buffer.from(good);
        for (const [at, value] of hits) if (at < bad.length) bad[at] = value;
        const read = readUpload(bad);
        return !read.ok || read.content.length <= bad.length + 64;
      },
    ),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !readUpload(Buffer.from(bytes)).ok));
});

test("a picture of more than 40 million pixels is refused, however few bytes it has", () => {
  const body = deflateSync(Buffer.alloc(10));
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(30_000, 0);
  head.writeUInt32BE(30_000, 4);
  head[8] = 8;
  const bomb = Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    chunk("IDAT", body),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  expect(readUpload(bomb)).toMatchObject({ ok: false, because: { en: expect.stringContaining("40 million") } });
});
