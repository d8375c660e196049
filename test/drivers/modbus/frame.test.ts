/** Frames cut from a stream: in any pieces, and with any garbage. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Asked, mismatch } from "../../../drivers/modbus/asked.ts";
import { cutFrames } from "../../../drivers/modbus/frame.ts";
import { frame } from "./spec-device.ts";

const asked: Asked = { unit: 3, function: 3, start: 10, count: 2 };
const only = (bytes: Buffer) => {
  const [first] = cutFrames(bytes).frames;
  if (!first) throw new Error("no frame");
  return first;
};

describe("frames", () => {
  test("the same frames come out however the stream is cut into pieces", () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 253 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (pduSizes, pieces) => {
        const stream = Buffer.concat(pduSizes.map((size, id) => frame(id, 1, Buffer.alloc(size, id))));
        let rest: Buffer = Buffer.alloc(0);
        const ids: number[] = [];
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = pieces[i % pieces.length] as number;
          const cut = cutFrames(Buffer.concat([rest, stream.subarray(at, at + size)]));
          expect(cut.broken).toBeUndefined();
          for (const { id, pdu } of cut.frames) {
            expect(pdu).toEqual(Buffer.alloc(pduSizes[id] as number, id));
            ids.push(id);
          }
          rest = cut.rest;
          at += size;
        }
        expect(ids).toEqual(pduSizes.map((_, id) => id));
      }),
    );
  });

  test("garbage never throws and is never followed past a wrong header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const { frames, rest, broken } = cutFrames(Buffer.from(bytes));
        const used = frames.reduce((sum, { pdu }) => sum + pdu.length + 7, 0);
        expect(used + rest.length).toBe(bytes.length);
        for (const found of frames) mismatch(asked, found);
        if (!broken) expect(rest.length).toBeLessThan(260);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["another protocol", frame(1, 3, Buffer.of(3, 4, 0, 1, 0, 2), 1)],
    ["a length of one byte", Buffer.of(0, 1, 0, 0, 0, 1, 3)],
    ["a length above the largest frame", Buffer.of(0, 1, 0, 0, 0, 255, 3, 3)],
    ["text", Buffer.from("HTTP/1.1 400 Bad Request")],
  ])("%s breaks the stream", (_, bytes) => {
    expect(cutFrames(bytes).broken?.zh).toContain("Modbus");
  });

  test("an answer is accepted only from the right unit, to the right function, with the right length", () => {
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(3, 4, 0, 1, 0, 2))))).toBeUndefined();
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(0x83, 2))))).toBeUndefined();
    expect(mismatch(asked, only(frame(1, 4, Buffer.of(3, 4, 0, 1, 0, 2))))?.en).toContain("unit 4 answered");
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(4, 4, 0, 1, 0, 2))))?.en).toContain("with function 4");
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(0x84, 2))))).toBeDefined();
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(0x83, 2, 0))))).toBeDefined();
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(3, 2, 0, 1))))).toBeDefined();
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(3, 2, 0, 1, 0, 2))))).toBeDefined();
    expect(mismatch(asked, only(frame(1, 3, Buffer.of(3, 4, 0, 1, 0, 2, 0, 3))))).toBeDefined();
  });

  test("nine coils take two bytes", () => {
    const coils: Asked = { unit: 1, function: 1, start: 0, count: 9 };
    expect(mismatch(coils, only(frame(1, 1, Buffer.of(1, 2, 0, 0))))).toBeUndefined();
    expect(mismatch(coils, only(frame(1, 1, Buffer.of(1, 1, 0))))).toBeDefined();
  });
});
