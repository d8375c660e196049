/** Any bytes get a lawful answer: what was asked for, or an exception of the standard. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { answer } from "../../../simulators/wire/answer.ts";
import { createFrameReader, encodeFrame } from "../../../simulators/wire/frames.ts";
import { boosterMap, elevatorMap } from "../../../simulators/wire/maps.ts";
import { createMemory, frozenMemory, representable } from "../../../simulators/wire/memory.ts";

const memory = createMemory(boosterMap, () => 1);

test("any request gets its data or an exception 01, 02 or 03, never more than 253 bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 253 }), (bytes) => {
      const reply = answer(Buffer.from(bytes), memory);
      const [code = 0] = bytes;
      expect(reply.length).toBeLessThanOrEqual(253);
      if (reply.length === 2 && (reply[0] ?? 0) >= 0x80) {
        expect(reply[0]).toBe(code | 0x80);
        expect([1, 2, 3]).toContain(reply[1]);
      } else {
        expect(reply[0]).toBe(code);
        expect(reply[1]).toBe(reply.length - 2);
      }
    }),
  );
});

test("a write of several registers is taken as a whole or not at all, and only where the unit takes any", () => {
  const orders: unknown[] = [];
  const unit = createMemory(
    boosterMap,
    () => 0,
    (point, value) => orders.push([point, value]),
  );
  const ask = (hex: string, of = unit) => answer(Buffer.from(hex, "hex"), of).toString("hex");
  expect(ask("10000400010201f4")).toBe("1000040001");
  expect(ask("06000401f4")).toBe("06000401f4");
  expect(orders).toEqual([
    ["pressure_setpoint", 0.5],
    ["pressure_setpoint", 0.5],
  ]);
  for (const [request, reply] of [
    ["10000400020401f40001", "9002"],
    ["1000040001040001", "9003"],
    ["1000040001", "9003"],
    ["100004000000", "9003"],
    ["0600040000", "8603"],
    ["060004", "8603"],
    ["0600030001", "8602"],
  ] as const) {
    expect([request, ask(request)]).toEqual([request, reply]);
  }
  expect(ask("06000401f4", memory)).toBe("8601");
  expect(orders).toHaveLength(2);
});

test("frames come out of the stream whatever pieces it is cut into", () => {
  const pdus = fc.array(fc.uint8Array({ minLength: 1, maxLength: 253 }), { maxLength: 8 });
  fc.assert(
    fc.property(pdus, fc.array(fc.integer({ min: 1, max: 50 })), (list, cuts) => {
      const stream = Buffer.concat(list.map((pdu, index) => encodeFrame(index, 1, Buffer.from(pdu))));
      const reader = createFrameReader();
      const seen: number[][] = [];
      let at = 0;
      for (let piece = 0; at < stream.length; piece += 1) {
        const size = cuts[piece % Math.max(1, cuts.length)] ?? 7;
        const frames = reader.push(stream.subarray(at, at + size));
        if (frames === "ill-formed") throw new Error("a lawful stream was refused");
        for (const { pdu } of frames) seen.push([...pdu]);
        at += size;
      }
      expect(seen).toEqual(list.map((pdu) => [...pdu]));
    }),
  );
});

test("a value that its register cannot hold stands at the end of the register's range", () => {
  const extremes = (value: number) => createMemory(elevatorMap, () => value);
  expect(extremes(1e9).word(4)).toBe(0x7fff);
  expect(extremes(-1e9).word(4)).toBe(0x8000);
  expect(extremes(-1e9).word(6)).toBe(0);
  expect(extremes(1e9).word(2)).toBe(0xffff);
});

test("no two entries of a map claim the same bits", () => {
  for (const map of [elevatorMap, boosterMap]) {
    const taken = new Map<string, string>();
    for (const { at, as, point } of map) {
      const bits = as === "u32" ? [`${at}`, `${at + 1}`] : [as === "u16" || as === "i16" ? `${at}` : `${at} ${as}`];
      for (const bit of bits) {
        expect(taken.get(bit), `${point} at ${bit}`).toBeUndefined();
        taken.set(bit, point);
      }
    }
    for (const entry of map) expect(representable(entry)[0]).toBeLessThanOrEqual(0);
  }
});

test("frozen memory has the same holes and does not follow", () => {
  let value = 1;
  const live = createMemory(boosterMap, () => value);
  const frozen = frozenMemory(live);
  value = 0;
  for (let address = 0; address < 80; address += 1) {
    expect(frozen.word(address) === undefined).toBe(live.word(address) === undefined);
  }
  expect([frozen.word(8), live.word(8)]).toEqual([100, 0]);
  expect([frozen.bit(16), live.bit(16)]).toEqual([true, false]);
});
