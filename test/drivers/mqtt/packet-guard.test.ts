/** The guard in front of the parser: it finds the length of every packet however the bytes are cut. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPacketGuard } from "../../../drivers/mqtt/packet-guard.ts";

const limits = { firstBytes: 64, packetBytes: 1_000, firstType: 1 };
const packet = (type: number, length: number): number[] => {
  const head = [type << 4];
  let left = length;
  do {
    const more = left >= 128;
    head.push((left % 128) | (more ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return [...head, ...Array<number>(length).fill(7)];
};

test("packets within the limits pass, wherever the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (lengths, cuts) => {
        const stream = Uint8Array.from([...packet(1, 20), ...lengths.flatMap((length) => packet(3, length))]);
        const guard = createPacketGuard(limits);
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const step = cuts[cut % cuts.length] ?? 1;
          expect(guard.refuse(stream.subarray(at, at + step))).toBeUndefined();
          at += step;
        }
        expect(guard.begun).toBe(true);
      },
    ),
  );
});

test("a packet that only announces too many bytes is refused before they come", () => {
  const guard = createPacketGuard(limits);
  expect(guard.refuse(Uint8Array.from(packet(1, 20)))).toBeUndefined();
  expect(guard.refuse(Uint8Array.of(0x30, 0xff, 0xff, 0x7f))).toBe("too-long");
});

test("the first packet has a limit of its own and must be the one that begins", () => {
  expect(createPacketGuard(limits).refuse(Uint8Array.from(packet(1, 65)))).toBe("too-long");
  expect(createPacketGuard(limits).refuse(Uint8Array.from(packet(3, 5)))).toBe("not-mqtt");
  expect(createPacketGuard(limits).refuse(Buffer.from("GET / HTTP/1.1\r\n"))).toBe("not-mqtt");
});

test("a length of more than four bytes is no MQTT", () => {
  expect(createPacketGuard(limits).refuse(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80))).toBe("not-mqtt");
});
