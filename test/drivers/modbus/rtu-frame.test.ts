/** RTU replies judged byte by byte: whole ones in any pieces, and no garbage ever taken for one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Asked } from "../../../drivers/modbus/asked.ts";
import { crc16, hear, withChecksum } from "../../../drivers/modbus/rtu-frame.ts";
import { rtuFrame } from "./rtu-device.ts";

const asked: Asked = { unit: 3, function: 3, start: 10, count: 2 };
const sent = rtuFrame(3, Buffer.of(3, 0, 10, 0, 2));
const good = rtuFrame(3, Buffer.of(3, 4, 1, 2, 3, 4));
const wrongly = (bytes: Buffer) => {
  const heard = hear(asked, sent, bytes);
  if (heard.kind !== "wrong") throw new Error(`This was ${heard.kind}`);
  return heard.because;
};

describe("a reply on a serial line", () => {
  test("the check sum is that of the standard, and as another program makes it", () => {
    // Modbus over serial line 1.02, 6.2.2: 02 07 gives 41 12 on the wire.
    expect(crc16(Buffer.of(2, 7))).toBe(0x1241);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 254 }), (bytes) => {
        const [unit = 0, ...pdu] = bytes;
        expect(withChecksum(Buffer.from(bytes))).toEqual(rtuFrame(unit, Uint8Array.from(pdu)));
      }),
    );
  });

  test("more is waited for until the last byte, and then it is the frame", () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(hear(asked, sent, good.subarray(0, length))).toEqual({ kind: "more" });
    }
    expect(hear(asked, sent, good)).toEqual({ kind: "frame", unit: 3, pdu: Buffer.of(3, 4, 1, 2, 3, 4) });
    expect(hear(asked, sent, rtuFrame(3, Buffer.of(0x83, 2)))).toEqual({
      kind: "frame",
      unit: 3,
      pdu: Buffer.of(0x83, 2),
    });
  });

  test("one byte more, another unit, function or length, a wrong sum, an echo: each is told for what it is", () => {
    expect(wrongly(Buffer.concat([good, Buffer.of(0)])).en).toContain("wrong length");
    expect(wrongly(Buffer.concat([good, good])).en).toContain("wrong length");
    expect(wrongly(rtuFrame(4, Buffer.of(3, 4, 1, 2, 3, 4))).en).toContain("unit 4 answered");
    expect(wrongly(rtuFrame(3, Buffer.of(4, 4, 1, 2, 3, 4))).en).toContain("function 4");
    expect(wrongly(rtuFrame(3, Buffer.of(3, 2, 1, 2, 3, 4))).en).toContain("wrong length");
    expect(wrongly(Buffer.from(good).fill(0, 4, 5)).en).toContain("check sum");
    expect(wrongly(sent).en).toContain("echo");
  });

  test("a confirmed order must repeat what was ordered", () => {
    const order: Asked = { unit: 3, function: 6, start: 10, count: 1, data: Buffer.of(1, 2) };
    const request = rtuFrame(3, Buffer.of(6, 0, 10, 1, 2));
    expect(hear(order, request, request).kind).toBe("frame");
    expect(hear(order, request, rtuFrame(3, Buffer.of(6, 0, 10, 1, 3))).kind).toBe("wrong");
    expect(hear(order, request, rtuFrame(3, Buffer.of(6, 0, 11, 1, 2))).kind).toBe("wrong");
  });

  test("garbage never throws, and never passes for a reply unless its sum is right", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(hear(asked, sent, Buffer.from(bytes)).kind).not.toBe("frame");
      }),
    );
  });

  test("no single bit may be wrong anywhere", () => {
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(hear(asked, sent, bytes).kind).not.toBe("frame");
    }
  });
});
