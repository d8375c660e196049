/** The serial port on a real pseudo-terminal, with the bytes of the device at the pace of 9600 baud. */
import { describe, expect, test } from "vitest";
import { type Span, seconds } from "#model/time";
import type { DriverPoint } from "../../../drivers/driver.ts";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { createHalfDuplexLine } from "../../../drivers/modbus/half-duplex.ts";
import { modbusRtu } from "../../../drivers/modbus/serial.ts";
import { openSerialPort } from "../../../drivers/modbus/serial-port.ts";
import { createClock } from "../../../gateway/clock.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { createRandom, startHostileDevice, type Trick, type Tricks, weighted } from "./hostile-device.ts";
import { readAll, serialTricks } from "./hostile-reads.ts";
import { havePty, openPty } from "./pty.ts";
import { rtuReply, startRtuDevice } from "./rtu-device.ts";
import type { Memory, Request } from "./spec-device.ts";

const clock = createClock();
const alive = new AbortController().signal;
/** 8N1: ten bits. */
const CHARACTER = 10_000 / 9_600;
const memory: Memory = (_unit, _code, address) => address * 3;

/** Sends a reply as the line would: five characters at a time, each lot when its last bit is through. */
async function pace(request: Request, reply: Buffer, after: number): Promise<void> {
  await clock.sleep(after as Span, alive);
  const began = clock.monotonic();
  for (let at = 0; at < reply.length; at += 5) {
    const due = began + Math.min(at + 5, reply.length) * CHARACTER;
    await clock.sleep(Math.max(0, due - clock.monotonic()) as Span, alive);
    request.socket.write(reply.subarray(at, at + 5));
  }
}

function start(path: string, units: Record<string, { unit: number; at: readonly string[]; every?: Span }>) {
  const report = createRecorder();
  const took: number[] = [];
  const samples = report.samples;
  report.samples = (device, handles, raw, count, span) => {
    took.push(span);
    samples(device, handles, raw, count, span);
  };
  const stop = new AbortController();
  let handle = 0;
  const link = {
    id: "bus",
    settings: modbusRtu.settings.parse({ path, baudRate: 9_600, parity: "none", timeout: "60ms" }),
    units: Object.entries(units).map(([device, { unit, at, every = seconds(0.25) }]) => ({
      device,
      unit,
      maxRegisters: 125,
      points: at.map((text): DriverPoint<ModbusAddress> => plainPoint(handle++, modbusRtu.address.parse(text), every)),
    })),
  };
  const ended = modbusRtu.run(link, driverTools<ModbusAddress>(report), stop.signal);
  ended.catch(() => undefined);
  return {
    report,
    took,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

describe.skipIf(!havePty)("a serial line at 9600 baud", () => {
  test("a reply may take longer than the time-out when only its bytes need that long", async () => {
    await using device = await startRtuDevice((request) => void pace(request, rtuReply(memory, request), 15));
    await using pty = await openPty(device.port);
    const at = Array.from({ length: 50 }, (_, i) => `holding:${100 + i}`);
    await using running = start(pty.path, { meter: { unit: 1, at } });
    await running.report.until(() => running.report.of("samples").length >= 3);
    expect(running.report.value(49)).toBe(447);
    expect(running.report.of("missed")).toEqual([]);
    // 105 characters take 109 ms, and the device took 15 to begin.
    expect(Math.min(...running.took)).toBeGreaterThan(110);
  });

  test("between a reply and the next question the line is silent for 3.5 characters", async () => {
    const ends: number[] = [];
    const gaps: number[] = [];
    await using device = await startRtuDevice(async (request) => {
      const last = ends.at(-1);
      if (last !== undefined) gaps.push(clock.monotonic() - last);
      await pace(request, rtuReply(memory, request), 5);
      ends.push(clock.monotonic());
    });
    await using pty = await openPty(device.port);
    await using running = start(pty.path, {
      meter: { unit: 1, at: ["holding:0", "holding:100"], every: seconds(0.02) },
    });
    await running.report.until(() => running.report.of("samples").length >= 20);
    expect(gaps.length).toBeGreaterThan(10);
    expect(Math.min(...gaps)).toBeGreaterThan(3.5 * CHARACTER);
  });

  test("a dead unit costs its neighbour at most the wait for it, and never a value", async () => {
    let deadAsked = 0;
    await using device = await startRtuDevice((request) => {
      if (request.unit === 2) deadAsked += 1;
      else void pace(request, rtuReply(memory, request), 5);
    });
    await using pty = await openPty(device.port);
    await using running = start(pty.path, {
      alive: { unit: 1, at: ["holding:7"] },
      dead: { unit: 2, at: ["holding:7"] },
    });
    await running.report.until(() => running.report.of("samples", "alive").length >= 12);
    // In 3 s of polls at four a second the dead one is asked at 0, 1 and 3 s, or up to a fifth earlier.
    expect(deadAsked).toBeLessThanOrEqual(4);
    expect(running.report.of("missed", "dead").length).toBeGreaterThan(0);
    expect(running.report.of("missed", "alive")).toEqual([]);
  });

  test("a unit that answers after its time is never believed for the next question", async () => {
    let lates = 0;
    await using device = await startRtuDevice((request) => {
      // Unit 2 answers 150 ms after the master has given up, which waits 60 ms and what a longest reply takes.
      const late = request.unit === 2;
      if (late) lates += 1;
      void pace(request, rtuReply(memory, request), late ? 485 : 5);
    });
    await using pty = await openPty(device.port);
    await using running = start(pty.path, {
      quick: { unit: 1, at: ["holding:7"] },
      slow: { unit: 2, at: ["holding:8", "holding:90"], every: seconds(0.5) },
    });
    await running.report.until(() => lates >= 3 && running.report.of("samples", "quick").length >= 10);
    expect(running.report.of("samples", "slow")).toEqual([]);
    expect(running.report.value(0)).toBe(21);
    expect(running.report.of("missed", "quick")).toEqual([]);
  });

  test("a hostile device at the end of a real serial line passes no wrong value off", { timeout: 60_000 }, async () => {
    const random = createRandom(11);
    const { closed: _, ...more } = serialTricks;
    const tricks: Tricks = { ...more, honest: 300 };
    await using device = await startHostileDevice(weighted(tricks, random), random, "rtu");
    await using pty = await openPty(device.port);
    const stop = new AbortController();
    const settings = modbusRtu.settings.parse({ path: pty.path, baudRate: 115_200, parity: "none", timeout: "30ms" });
    const line = createHalfDuplexLine(
      {
        where: pty.path,
        open: openSerialPort(settings),
        timeout: settings.timeout,
        gap: 1.75,
        pause: 0,
        wireTime: () => 0,
        reopen: false,
      },
      driverTools(createRecorder()),
      stop.signal,
    );
    const count = await readAll(line, 1, random, 800);
    stop.abort();
    await line.close(stop.signal.reason);
    expect(count.wrong).toBe(0);
    expect(count.exception).toBe(0);
    expect(count.data).toBeGreaterThan(600);
    expect([...device.played.keys()].sort()).toEqual((Object.keys(tricks) as Trick[]).sort());
    expect(device.released()).toBeGreaterThan(0);
  });
});
