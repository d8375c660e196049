/** Orders to devices: once, never beside a poll of the unit, read back, and honest about what nobody knows. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minutes, type Span, seconds } from "#model/time";
import type { Write, WriteFailed } from "../../../drivers/driver.ts";
import { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { decodeNumber, decodeText } from "../../../drivers/modbus/decode.ts";
import { encode } from "../../../drivers/modbus/encode.ts";
import { writable } from "../../../drivers/modbus/orders.ts";
import { modbusRtuOverTcp } from "../../../drivers/modbus/serial.ts";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { rtuFrame, startRtuDevice } from "./rtu-device.ts";
import { dataPdu, frame, type Request, startSpecDevice } from "./spec-device.ts";

const never = new AbortController().signal;
const ways = ["modbus-tcp", "modbus-rtu-over-tcp"] as const;

/** A device with memory that takes orders; `answer` may do otherwise by answering true. */
async function startDevice(way: (typeof ways)[number], answer: (request: Request) => boolean = () => false) {
  const cells = new Map<string, number>();
  const table = (code: number) => (code === 1 || code === 5 ? "coil" : "register");
  const pduFor = (request: Request): Buffer => {
    const { unit, code, start, count, data } = request;
    if (code <= 4) return dataPdu((of, read, at) => cells.get(`${of} ${table(read)} ${at}`) ?? 0, request);
    if (code === 5) cells.set(`${unit} coil ${start}`, data[0] === 0xff ? 1 : 0);
    else
      for (let i = 0; i < data.length / 2; i += 1) cells.set(`${unit} register ${start + i}`, data.readUInt16BE(2 * i));
    const echo = Buffer.alloc(5);
    echo.writeUInt8(code, 0);
    echo.writeUInt16BE(start, 1);
    if (code === 16) echo.writeUInt16BE(count, 3);
    else data.copy(echo, 3);
    return echo;
  };
  const wrap = (request: Request, pdu: Buffer) =>
    way === "modbus-tcp" ? frame(request.id, request.unit, pdu) : rtuFrame(request.unit, pdu);
  const honest = (request: Request) => void request.socket.write(wrap(request, pduFor(request)));
  const start = way === "modbus-tcp" ? startSpecDevice : startRtuDevice;
  const device = await start((request) => {
    if (!answer(request)) honest(request);
  });
  const except = (request: Request, code: number) => {
    request.socket.write(wrap(request, Buffer.of(request.code | 0x80, code)));
    return true;
  };
  return Object.assign(device, { cells, honest, wrap, except });
}

async function startDriver(way: (typeof ways)[number], port: number, every: Span = minutes(10), timeout = "200ms") {
  const report = createRecorder();
  const stop = new AbortController();
  const takes = Promise.withResolvers<Write<ModbusAddress>>();
  const tools = driverTools<ModbusAddress>(report, { takesOrders: takes.resolve });
  const units = [
    { device: "pump", unit: 1, maxRegisters: 125, points: [plainPoint(0, ModbusAddress.parse("holding:0"), every)] },
  ];
  const given = { host: "127.0.0.1", port, timeout };
  const ended =
    way === "modbus-tcp"
      ? modbusTcp.run({ id: "line", settings: modbusTcp.settings.parse(given), units }, tools, stop.signal)
      : modbusRtuOverTcp.run(
          { id: "line", settings: modbusRtuOverTcp.settings.parse(given), units },
          tools,
          stop.signal,
        );
  ended.catch(() => undefined);
  const send = await takes.promise;
  return {
    report,
    ended,
    write: (at: string, value: number | string, signal = never, unit = 1) =>
      send({ device: "pump", unit, handle: 0, address: ModbusAddress.parse(at), value }, signal),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("The order did not fail");
    },
    (error: unknown) => error as WriteFailed,
  );
const orders = (requests: readonly Request[]) => requests.filter(({ code }) => code > 4);

describe("values to registers", () => {
  const whole = (type: string, min: number, max: number) =>
    fc.integer({ min, max }).map((value) => [type, value] as const);
  const values = fc.oneof(
    whole("u16", 0, 0xffff),
    whole("i16", -0x8000, 0x7fff),
    whole("bcd16", 0, 9_999),
    whole("u32", 0, 0xffff_ffff),
    whole("i32", -0x8000_0000, 0x7fff_ffff),
    whole("bcd32", 0, 99_999_999),
    whole("u64", 0, Number.MAX_SAFE_INTEGER),
    whole("i64", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => ["f32", value] as const),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ["f64", value] as const),
  );

  test("what is written is what is read, in every type and order", () => {
    fc.assert(
      fc.property(values, fc.constantFrom("ABCD", "CDAB", "BADC", "DCBA"), ([type, value], order) => {
        const parsed = ModbusAddress.safeParse(`holding:5:${type}:${order}`);
        const address = parsed.data ?? ModbusAddress.parse(`holding:5:${type}`);
        const bytes = encode(address, value);
        if (!Buffer.isBuffer(bytes)) throw new Error(bytes.en);
        const words = Uint16Array.from({ length: address.width }, (_, i) => bytes.readUInt16BE(2 * i));
        expect(decodeNumber(address, words, 0) === value).toBe(true);
      }),
    );
  });

  test("the vector of the manuals, 123.456, stands in each order as it should", () => {
    const hex = (order: string) => {
      const bytes = encode(ModbusAddress.parse(`holding:0:f32:${order}`), 123.456);
      return Buffer.isBuffer(bytes) && bytes.toString("hex");
    };
    expect(["ABCD", "CDAB", "BADC", "DCBA"].map(hex)).toEqual(["42f6e979", "e97942f6", "f64279e9", "79e9f642"]);
  });

  test("texts go there and back, also in swapped bytes", () => {
    for (const at of ["holding:0:str7", "holding:0:str7:BADC"]) {
      const address = ModbusAddress.parse(at);
      const bytes = encode(address, "电梯1");
      if (!Buffer.isBuffer(bytes)) throw new Error(bytes.en);
      const words = Uint16Array.from({ length: 4 }, (_, i) => bytes.readUInt16BE(2 * i));
      expect(decodeText(address, words, 0)).toBe("电梯1");
    }
  });

  test.each<[string, number | string]>([
    ["holding:0", -1],
    ["holding:0", 65_536],
    ["holding:0", 1.5],
    ["holding:0", Number.NaN],
    ["holding:0", "7"],
    ["holding:0:i16", 32_768],
    ["holding:0:bcd16", 10_000],
    ["holding:0:u64", 2 ** 60],
    ["holding:0:f32", 1e39],
    ["holding:0:f64", Number.POSITIVE_INFINITY],
    ["holding:0:str3", "four"],
    ["holding:0:str3", 5],
    ["coil:0", 2],
    ["coil:0", "on"],
  ])("%s cannot hold %j, and nothing goes out", (at, value) => {
    const found = encode(ModbusAddress.parse(at), value);
    expect(Buffer.isBuffer(found)).toBe(false);
    expect(found).toMatchObject({ zh: expect.stringMatching(/\p{Script=Han}/u), en: expect.stringContaining("hold") });
  });

  test.each(["input:0", "discrete:0", "holding:0.3", "holding:0:u8hi", "holding:0:u8lo"])(
    "%s is never writable",
    (at) => {
      expect(writable(ModbusAddress.parse(at))).toMatchObject({
        zh: expect.stringMatching(/\p{Script=Han}/u),
        en: expect.stringContaining(at),
      });
    },
  );

  test.each(["coil:0", "holding:0", "holding:0:f32:CDAB", "holding:0:str8"])("%s may be allowed", (at) => {
    expect(writable(ModbusAddress.parse(at))).toBe(true);
  });
});

describe.each(ways)("an order by %s", (way) => {
  test("goes out once, with the function that fits, and resolves with what the device then holds", async () => {
    await using device = await startDevice(way);
    await using driver = await startDriver(way, device.port);
    expect(await driver.write("coil:3", 1)).toBe(1);
    expect(await driver.write("coil:3", 0)).toBe(0);
    expect(await driver.write("holding:9:i16", -5)).toBe(-5);
    expect(await driver.write("holding:20:f32:CDAB", 2.5)).toBe(2.5);
    expect(orders(device.requests).map(({ code, start }) => `${code} ${start}`)).toEqual([
      "5 3",
      "5 3",
      "6 9",
      "16 20",
    ]);
    expect(device.cells.get("1 register 20")).toBe(0);
    expect(device.cells.get("1 register 21")).toBe(0x4020);
  });

  test("tells what the device holds, also when that is not what was ordered", async () => {
    await using device = await startDevice(way);
    device.behave((request) => {
      device.honest(request);
      if (request.code === 6) device.cells.set(`1 register ${request.start}`, 50);
    });
    await using driver = await startDriver(way, device.port);
    expect(await driver.write("holding:9", 80)).toBe(50);
  });

  test.each([
    [2, "refused"],
    [3, "refused"],
    [6, "refused"],
    [4, "unknown"],
    [5, "unknown"],
    [10, "unreachable"],
    [11, "unknown"],
  ] as const)("exception %i means %s, and there is no second try", async (code, outcome) => {
    await using device = await startDevice(way, (request) => request.code === 6 && device.except(request, code));
    await using driver = await startDriver(way, device.port);
    const error = await failure(driver.write("holding:9", 7));
    expect(error).toMatchObject({ name: "WriteFailed", outcome });
    expect(error.because.en).toContain(`exception ${code}`);
    expect(orders(device.requests)).toHaveLength(1);
  });

  test.each(["silence", "a hang-up", "a wrong echo", "another unit's reply"])(
    "nobody knows what the device holds after %s",
    async (what) => {
      await using device = await startDevice(way, (request) => {
        if (request.code !== 6) return false;
        if (what === "a hang-up") request.socket.destroy();
        if (what === "a wrong echo") request.socket.write(device.wrap(request, Buffer.of(6, 0, 9, 0, 8)));
        if (what === "another unit's reply") {
          request.socket.write(device.wrap({ ...request, unit: 2 }, Buffer.of(6, 0, 9, 0, 7)));
        }
        return true;
      });
      await using driver = await startDriver(way, device.port);
      await driver.report.until(() => driver.report.value(0) !== undefined);
      const error = await failure(driver.write("holding:9", 7));
      expect(error).toMatchObject({ outcome: "unknown" });
      expect(error.because.zh).toMatch(/不知道/);
      expect(orders(device.requests)).toHaveLength(1);
    },
  );

  test("nobody knows either when the device cannot be read back", async () => {
    await using device = await startDevice(way, (request) => request.start === 9 && request.code === 3);
    await using driver = await startDriver(way, device.port);
    const error = await failure(driver.write("holding:9", 7));
    expect(error).toMatchObject({ outcome: "unknown" });
    expect(error.because.en).toContain("could not be read back");
  });

  test("a device that is not there is unreachable", async () => {
    await using device = await startDevice(way);
    await using driver = await startDriver(way, device.port);
    await driver.report.until(() => driver.report.value(0) !== undefined);
    await device.vanish();
    await expect.poll(() => device.sockets.size).toBe(0);
    expect(await failure(driver.write("holding:9", 7))).toMatchObject({ outcome: "unreachable" });
  });

  test("an order that is withdrawn before its turn never goes out", async () => {
    const held: Request[] = [];
    await using device = await startDevice(way, (request) => request.code === 3 && held.push(request) > 0);
    await using driver = await startDriver(way, device.port, seconds(600), "5s");
    await expect.poll(() => held.length).toBe(1);
    const withdraw = new AbortController();
    const failed = failure(driver.write("holding:9", 7, withdraw.signal));
    withdraw.abort();
    device.behave(device.honest);
    device.honest(held[0] as Request);
    expect(await failed).toMatchObject({ outcome: "unreachable" });
    await driver.report.until(() => driver.report.value(0) !== undefined);
    expect(orders(device.requests)).toEqual([]);
  });

  test("nothing is asked of the unit between the order and its read-back, whatever is due", async () => {
    await using device = await startDevice(way);
    await using driver = await startDriver(way, device.port, seconds(0.005));
    await driver.report.until(() => driver.report.value(0) !== undefined);
    const polls = () => device.requests.filter(({ start }) => start === 0).length;
    // Both have their share: orders go on, however fast this machine is, until some polls came between them.
    const before = polls();
    for (let value = 0; value < 40 || polls() < before + 5; value = (value + 1) % 60_000)
      expect(await driver.write("holding:9", value)).toBe(value);
    const starts = device.requests.map(({ start }) => start);
    const codes = device.requests.map(({ code }) => code);
    for (const [i, code] of codes.entries()) if (code === 6) expect([codes[i + 1], starts[i + 1]]).toEqual([3, 9]);
  });

  test("unit 0 is never written to: nobody answers a broadcast", async () => {
    await using device = await startDevice(way);
    await using driver = await startDriver(way, device.port);
    expect(await failure(driver.write("holding:9", 7, never, 0))).toMatchObject({ outcome: "refused" });
    expect(orders(device.requests)).toEqual([]);
  });
});
