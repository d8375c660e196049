/** The Modbus server byte by byte over real sockets, after the standard: reads, refusals, garbage, faults. */
import { afterEach, describe, expect, test } from "vitest";
import { createChance } from "../../../simulators/chance.ts";
import { createSystemClock } from "../../../simulators/clock.ts";
import type { FaultName } from "../../../simulators/wire/faults.ts";
import { boosterMap, elevatorMap } from "../../../simulators/wire/maps.ts";
import { listenModbus, type ModbusLine } from "../../../simulators/wire/modbus-device.ts";
import { createUnit, type ModbusUnit } from "../../../simulators/wire/modbus-unit.ts";
import { type RawClient, rawClient, readRequest } from "./raw-client.ts";

const lift: Record<string, number> = {};
const pumps: Record<string, number> = {};
const units: Record<number, ModbusUnit> = {};
const open: { line?: ModbusLine; clients: RawClient[] } = { clients: [] };

/** Unit 1 is an elevator, unit 2 a booster set; every point reads 0 unless told otherwise. */
async function listen(): Promise<ModbusLine> {
  Object.assign(lift, {
    heartbeat: 258,
    car_status: 1,
    direction: 2,
    floor_index: -2,
    speed: -1.75,
    run_count: 70_000,
  });
  Object.assign(pumps, { outlet_pressure: 0.55, p1_run: 1, p1_auto: 1 });
  units[1] = createUnit(elevatorMap, (point) => lift[point] ?? 0);
  units[2] = createUnit(boosterMap, (point) => pumps[point] ?? 0);
  const line = await listenModbus({
    host: "127.0.0.1",
    port: 0,
    units: new Map([
      [1, units[1]],
      [2, units[2]],
    ]),
    clock: createSystemClock(),
    chance: createChance(1, "line"),
  });
  open.line = line;
  return line;
}
async function client(line: ModbusLine): Promise<RawClient> {
  const one = await rawClient(line.port);
  open.clients.push(one);
  return one;
}
afterEach(async () => {
  for (const { socket } of open.clients.splice(0)) socket.destroy();
  await open.line?.close();
  for (const readings of [lift, pumps]) for (const point of Object.keys(readings)) delete readings[point];
});
const hex = (frame: Buffer) => frame.toString("hex");

describe("a read request", () => {
  test("is answered with transaction, unit, byte count and big-endian registers", async () => {
    const c = await client(await listen());
    // Registers 0–5: heartbeat 0102, mode 0, status 1 and direction 2 in one word, floor -2, speed -175, flags 0.
    expect(hex(await c.read(0x1234, 1, 3, 0, 6))).toBe(
      "12340000000f01030c01020000" + "0102" + "fffe" + "ff51" + "0000",
    );
  });

  test("shows a u32 high word first, and input registers like holding registers", async () => {
    const c = await client(await listen());
    expect(hex(await c.read(1, 1, 4, 10, 2))).toBe("0001000000070104040001" + "1170");
  });

  test("shows register bits as coils and discrete inputs, lowest bit first", async () => {
    const line = await listen();
    Object.assign(lift, { door_zone: 1, safety_circuit: 1, fire_recall: 1 });
    const c = await client(line);
    // Bits 0–11 of register 5 are bits 80–91; 0, 4 and 11 are set.
    expect(hex(await c.read(2, 1, 2, 80, 12))).toBe("0002000000050102021108");
    expect(hex(await c.read(3, 1, 1, 84, 1))).toBe("000300000004010101" + "01");
  });

  test("reaches each unit of the port, and exception 0B tells that nobody is behind another number", async () => {
    const c = await client(await listen());
    expect(hex(await c.read(1, 2, 3, 3, 1))).toBe("0001000000050203020226");
    expect(hex(await c.read(2, 9, 3, 0, 1))).toBe("0002000000030983" + "0b");
    expect(hex(await c.read(3, 0, 3, 0, 1))).toBe("0003000000030083" + "0b");
  });

  test("of several clients is answered to each with its own transaction", async () => {
    const line = await listen();
    const clients = await Promise.all([client(line), client(line), client(line)]);
    const replies = await Promise.all(clients.map((c, index) => c.read(100 + index, 1, 3, 0, 1)));
    expect(replies.map(hex)).toEqual([
      "006400000005010302" + "0102",
      "006500000005010302" + "0102",
      "006600000005010302" + "0102",
    ]);
    expect(line.clients).toBe(3);
  });

  test("may come in pieces or several at once; the replies keep their order", async () => {
    const c = await client(await listen());
    const bytes = Buffer.concat([1, 2, 3, 4].map((transaction) => readRequest(transaction, 1, 3, 0, transaction)));
    for (const byte of bytes.subarray(0, 20)) c.socket.write(Buffer.from([byte]));
    c.socket.write(bytes.subarray(20));
    const replies = [await c.frame(), await c.frame(), await c.frame(), await c.frame()];
    expect(replies.map((reply) => [reply.readUInt16BE(0), reply[8]])).toEqual([
      [1, 2],
      [2, 4],
      [3, 6],
      [4, 8],
    ]);
  });
});

describe("a refusal", () => {
  test.each([
    { what: "a hole between blocks", unit: 2, code: 3, at: 13, count: 1, exception: 2 },
    { what: "a block that spans a hole", unit: 2, code: 3, at: 10, count: 11, exception: 2 },
    { what: "a register after the last", unit: 1, code: 3, at: 16, count: 2, exception: 2 },
    { what: "a range beyond 65535", unit: 1, code: 4, at: 65_535, count: 2, exception: 2 },
    { what: "a bit that does not exist", unit: 1, code: 2, at: 92, count: 1, exception: 2 },
    { what: "126 registers", unit: 1, code: 3, at: 0, count: 126, exception: 3 },
    { what: "no registers", unit: 1, code: 3, at: 0, count: 0, exception: 3 },
    { what: "2001 coils", unit: 1, code: 1, at: 0, count: 2001, exception: 3 },
    { what: "writing a coil", unit: 1, code: 5, at: 0, count: 0xff00, exception: 1 },
    { what: "writing a register", unit: 1, code: 6, at: 1, count: 1, exception: 1 },
    { what: "reading the identification", unit: 1, code: 43, at: 0, count: 0, exception: 1 },
    { what: "function 0", unit: 1, code: 0, at: 0, count: 0, exception: 1 },
  ])("of $what is exception $exception", async ({ unit, code, at, count, exception }) => {
    const c = await client(await listen());
    const reply = await c.read(7, unit, code, at, count);
    expect([...reply]).toEqual([0, 7, 0, 0, 0, 3, unit, code | 0x80, exception]);
  });

  test("of a write of several registers is exception 01, and nothing changes", async () => {
    const c = await client(await listen());
    c.send(0, 1, 0, 0, 0, 11, 1, 16, 0, 1, 0, 2, 4, 0, 9, 0, 9);
    expect(hex(await c.frame())).toBe("00010000000301" + "9001");
    expect(hex(await c.read(2, 1, 3, 1, 1))).toBe("000200000005010302" + "0000");
  });

  test("of a request whose length does not fit its function is exception 03", async () => {
    const c = await client(await listen());
    c.send(0, 1, 0, 0, 0, 3, 1, 3, 0);
    expect(hex(await c.frame())).toBe("00010000000301" + "8303");
    c.send(0, 2, 0, 0, 0, 7, 1, 3, 0, 0, 0, 1, 99);
    expect(hex(await c.frame())).toBe("00020000000301" + "8303");
  });
});

describe("garbage closes the connection and nobody else's", () => {
  test.each([
    { what: "another protocol number", bytes: [0, 1, 0, 9, 0, 6, 1, 3, 0, 0, 0, 1] },
    { what: "a length of zero", bytes: [0, 1, 0, 0, 0, 0] },
    { what: "a length without a function", bytes: [0, 1, 0, 0, 0, 1, 1] },
    { what: "a length beyond the longest frame", bytes: [0, 1, 0, 0, 0, 255, 1, 3] },
    { what: "text", bytes: [...Buffer.from("GET / HTTP/1.1\r\n\r\n")] },
  ])("$what", async ({ bytes }) => {
    const line = await listen();
    const good = await client(line);
    const bad = await client(line);
    bad.send(...bytes);
    await bad.closed;
    expect(hex(await good.read(1, 1, 3, 0, 1))).toBe("000100000005010302" + "0102");
  });

  test("random bytes never stop the server", async () => {
    const line = await listen();
    const chance = createChance(99, "garbage");
    for (let round = 0; round < 30; round += 1) {
      const bad = await client(line);
      bad.socket.end(Buffer.from(Array.from({ length: chance.whole(1, 400) }, () => chance.whole(0, 255))));
      bad.socket.resume();
      await bad.closed;
    }
    const good = await client(line);
    expect(hex(await good.read(1, 1, 3, 0, 1))).toBe("000100000005010302" + "0102");
  });

  test("a client that leaves in the middle of its request is forgotten", async () => {
    const line = await listen();
    const c = await client(line);
    c.send(0, 1, 0, 0, 0, 6, 1);
    c.socket.end();
    await c.closed;
    const good = await client(line);
    await good.read(1, 1, 3, 0, 1);
    expect(line.clients).toBe(1);
  });
});

describe("a fault", () => {
  const withFault = async (fault: FaultName, seconds?: number) => {
    const line = await listen();
    const c = await client(line);
    await c.read(1, 1, 3, 0, 1);
    line.setFault(fault, true, seconds);
    return { line, c };
  };

  test.each([
    { fault: "exception-2", code: 2 },
    { fault: "exception-4", code: 4 },
    { fault: "exception-6", code: 6 },
    { fault: "exception-11", code: 11 },
  ] as const)("$fault answers so, and stops at once when it is switched off", async ({ fault, code }) => {
    const { line, c } = await withFault(fault);
    expect([...(await c.read(2, 1, 3, 0, 1))].slice(7)).toEqual([0x83, code]);
    line.setFault(fault, false);
    expect(hex(await c.read(3, 1, 3, 0, 1))).toBe("000300000005010302" + "0102");
  });

  test("zeros and ffff fill the registers that exist and keep the holes", async () => {
    const { line, c } = await withFault("zeros");
    expect(hex(await c.read(2, 1, 3, 0, 2))).toBe("000200000007010304" + "00000000");
    line.setFault("zeros", false);
    line.setFault("ffff", true);
    expect(hex(await c.read(3, 1, 3, 0, 2))).toBe("000300000007010304" + "ffffffff");
    expect(hex(await c.read(4, 2, 3, 13, 1))).toBe("000400000003" + "028302");
  });

  test("old-data repeats the registers of the moment, heartbeat-freeze only the heartbeat", async () => {
    const { line, c } = await withFault("old-data");
    Object.assign(lift, { heartbeat: 300, service_mode: 2 });
    expect(hex(await c.read(2, 1, 3, 0, 2))).toBe("000200000007010304" + "01020000");
    line.setFault("old-data", false);
    line.setFault("heartbeat-freeze", true);
    Object.assign(lift, { heartbeat: 301, service_mode: 1 });
    expect(hex(await c.read(3, 1, 3, 0, 2))).toBe("000300000007010304" + "012c0001");
    line.setFault("heartbeat-freeze", false);
    expect(hex(await c.read(4, 1, 3, 0, 2))).toBe("000400000007010304" + "012d0001");
  });

  test("wrong-id answers with another transaction, foreign-reply with another unit's registers", async () => {
    const { line, c } = await withFault("wrong-id");
    expect((await c.read(0xffff, 1, 3, 0, 1)).readUInt16BE(0)).toBe(0);
    line.setFault("wrong-id", false);
    line.setFault("foreign-reply", true);
    expect(hex(await c.read(9, 1, 3, 3, 1))).toBe("000900000005020302" + "0226");
  });

  test("silence swallows the requests of one unit; the other unit still answers", async () => {
    const line = await listen();
    const c = await client(line);
    units[1]?.setFault("silence", true);
    c.socket.write(readRequest(5, 1, 3, 0, 1));
    expect((await c.read(6, 2, 3, 0, 1)).readUInt16BE(0)).toBe(6);
    units[1]?.setFault("silence", false);
    expect((await c.read(7, 1, 3, 0, 1)).readUInt16BE(0)).toBe(7);
  });

  test("late-reply sends the right reply after all, when later requests have been answered", async () => {
    const line = await listen();
    const c = await client(line);
    units[1]?.setFault("late-reply", true, 0.3);
    c.socket.write(readRequest(20, 1, 3, 0, 1));
    expect((await c.read(21, 2, 3, 3, 1)).readUInt16BE(0)).toBe(21);
    expect(hex(await c.frame())).toBe("001400000005010302" + "0102");
  });

  test("slow and jitter change only when the reply comes", () => {
    const unit = createUnit(elevatorMap, () => 0);
    const chance = createChance(1, "x");
    const times = () =>
      Array.from({ length: 50 }, () => unit.timing(chance)).map((timing) => (timing === "never" ? -1 : timing.ms));
    expect(times().every((ms) => ms >= 1 && ms <= 10)).toBe(true);
    unit.setFault("slow", true, 0.5);
    expect(times().every((ms) => ms >= 400 && ms <= 600)).toBe(true);
    unit.setFault("slow", false);
    unit.setFault("jitter", true, 0.2);
    expect(Math.max(...times())).toBeGreaterThan(100);
    expect(times().every((ms) => ms >= 0 && ms <= 200)).toBe(true);
    expect(unit.timing(chance)).toMatchObject({ inOrder: false });
  });

  test("half-open accepts and never answers; the old connections are reset when it ends", async () => {
    const { line, c } = await withFault("half-open");
    c.socket.write(readRequest(2, 1, 3, 0, 1));
    const late = await client(line);
    late.socket.write(readRequest(3, 1, 3, 0, 1));
    expect(await Promise.race([c.frame(), late.frame(), line.setFault("half-open", false), c.closed])).toBeUndefined();
    await Promise.all([c.closed, late.closed]);
    const fresh = await client(line);
    expect((await fresh.read(4, 1, 3, 0, 1)).readUInt16BE(0)).toBe(4);
  });

  test("one-client keeps the oldest connection and turns the others away", async () => {
    const line = await listen();
    const first = await client(line);
    await first.read(1, 1, 3, 0, 1);
    const second = await client(line);
    await second.read(1, 1, 3, 0, 1);
    line.setFault("one-client", true);
    await second.closed;
    const third = await client(line);
    await third.closed;
    expect((await first.read(2, 1, 3, 0, 1)).readUInt16BE(0)).toBe(2);
  });

  test("drop-idle closes a connection that says nothing", async () => {
    const { c } = await withFault("drop-idle", 0.1);
    await c.closed;
  });
});
