/** A value is only ever the answer to the question that was asked: the driver against a hostile device. */
import modbus from "modbus-serial";
import { describe, expect, test } from "vitest";
import { type Clock, milliseconds, seconds } from "#model/time";
import { LinkBroken } from "../../../drivers/driver.ts";
import { decodeBit } from "../../../drivers/modbus/decode.ts";
import type { Asked } from "../../../drivers/modbus/frame.ts";
import { createLine } from "../../../drivers/modbus/line.ts";
import { ModbusTcpSettings } from "../../../drivers/modbus/settings.ts";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { createClock } from "../../../gateway/clock.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { createRandom, startHostileDevice, type Trick, type Tricks, truth } from "./hostile-device.ts";

const systemClock = createClock();

const SEED = 20_261_121;
const READS = 12_000;

/** Every trick often enough to matter; those that cost a time-out are rarer. */
const everyTrick: Tricks = {
  honest: 900,
  pieces: 30,
  late: 2,
  silent: 1,
  "old-id": 4,
  "foreign-id": 4,
  "foreign-unit": 4,
  "wrong-function": 4,
  "foreign-exception": 4,
  short: 4,
  long: 4,
  "lying-count": 4,
  twice: 4,
  "other-protocol": 4,
  "no-frame": 4,
  cut: 4,
  closed: 3,
};

/** A hundred times faster than the machine's: back-off passes quickly, while sockets keep their own pace. */
const hastyClock: Clock = {
  now: systemClock.now,
  monotonic: () => milliseconds(systemClock.monotonic() * 100),
  sleep: (span, signal) => systemClock.sleep(milliseconds(span / 100), signal),
};

/** Half of the reads are of one register, so that a stray reply often has the right shape. */
function someRead(random: () => number): Asked {
  const start = Math.floor(random() * 60_000);
  if (random() < 0.5) return { unit: 1, function: 3, start, count: 1 };
  const count = 1 + Math.floor(random() * 125);
  return { unit: 1 + Math.floor(random() * 4), function: 1 + Math.floor(random() * 4), start, count };
}

function isTrue({ unit, function: code, start, count }: Asked, bytes: Buffer): boolean {
  for (let i = 0; i < count; i += 1) {
    const value = code <= 2 ? decodeBit(bytes, i) : bytes.readUInt16BE(2 * i);
    if (value !== truth(unit, code, start + i)) return false;
  }
  return true;
}

const settingsFor = (port: number, more: object = {}) =>
  ModbusTcpSettings.parse({ host: "127.0.0.1", port, timeout: "20ms", ...more });

async function readAll(device: { port: number }, readers: number, random: () => number, reads: number) {
  const stop = new AbortController();
  const tools = driverTools(createRecorder(), { clock: systemClock });
  const line = createLine(settingsFor(device.port, { maxInFlight: readers }), tools, stop.signal);
  const count = { data: 0, wrong: 0, silent: 0, foreign: 0, exception: 0, broken: 0 };
  let left = reads;
  async function reader(): Promise<void> {
    while (left-- > 0) {
      const asked = someRead(random);
      try {
        const { answer } = await line.ask(asked);
        count[answer.kind] += 1;
        if (answer.kind === "data" && !isTrue(asked, answer.bytes)) count.wrong += 1;
      } catch (error) {
        if (!(error instanceof LinkBroken)) throw error;
        count.broken += 1;
      }
    }
  }
  await Promise.all(Array.from({ length: readers }, reader));
  stop.abort();
  line.close(stop.signal.reason);
  return count;
}

describe("a hostile device", () => {
  test.each([1, 4])(
    `never passes a wrong value off in ${READS} reads, %i in flight`,
    { timeout: 120_000 },
    async (readers) => {
      const random = createRandom(SEED + readers);
      await using device = await startHostileDevice(everyTrick, random);
      const count = await readAll(device, readers, random, READS);
      expect(count.wrong).toBe(0);
      // The test has teeth: most reads came through, every trick was played, and held replies were sent to later requests.
      expect(count.data).toBeGreaterThan(READS * 0.9);
      expect([...device.played.keys()].sort()).toEqual((Object.keys(everyTrick) as Trick[]).sort());
      expect(device.released()).toBeGreaterThan(10);
      expect(Math.min(count.foreign, count.broken)).toBeGreaterThan(0);
      // With others in flight a wrong reply to one of them usually ends the wait first.
      if (readers === 1) expect(count.silent).toBeGreaterThan(0);
      // No exception was ever meant for a request.
      expect(count.exception).toBe(0);
    },
  );

  test("the bare library takes a late reply for the answer to another question", { timeout: 60_000 }, async () => {
    const random = createRandom(SEED);
    await using device = await startHostileDevice({ honest: 200, late: 1 }, random);
    const client = new modbus.default();
    await client.connectTCP("127.0.0.1", { port: device.port });
    client.setID(1);
    client.setTimeout(20);
    let wrong = 0;
    for (let i = 0; i < 20_000 && wrong === 0; i += 1) {
      const start = Math.floor(random() * 60_000);
      const data = await client.readHoldingRegisters(start, 1).then(
        (reply) => reply.data,
        () => undefined,
      );
      if (data && data[0] !== truth(1, 3, start)) wrong += 1;
    }
    client.destroy(() => undefined);
    expect(wrong).toBe(1);
  });

  test("the whole driver, with points of four units, never reports anything but the truth", {
    timeout: 60_000,
  }, async () => {
    const random = createRandom(SEED);
    await using device = await startHostileDevice(everyTrick, random);
    const units = Array.from({ length: 4 }, (_, i) => ({
      device: `unit ${i + 1}`,
      unit: i + 1,
      maxRegisters: 125,
      points: [3, 4, 1, 2].flatMap((code, table) =>
        Array.from({ length: 10 }, (_, place) => {
          const register = place * 7 + i;
          const at = `${["holding", "input", "coil", "discrete"][table]}:${register}`;
          const handle = i * 1_000 + code * 100 + place;
          return { ...plainPoint(handle, modbusTcp.address.parse(at), seconds(0.2)), code, register, unit: i + 1 };
        }),
      ),
    }));
    const points = new Map(units.flatMap((unit) => unit.points.map((point) => [point.handle, point])));
    const report = createRecorder();
    const memory = new Map<string, unknown>();
    const stop = new AbortController();
    let wrong = 0;
    const samples = report.samples;
    report.samples = (name, handles, raw, count, took) => {
      for (let i = 0; i < count; i += 1) {
        const point = points.get(handles[i] as number);
        if (!point || raw[i] !== truth(point.unit, point.code, point.register)) wrong += 1;
      }
      samples(name, handles, raw, count, took);
    };
    const link = { id: "line", settings: settingsFor(device.port, { maxInFlight: 2 }), units };
    const lives = (async () => {
      while (!stop.signal.aborted) {
        await modbusTcp
          .run(link, driverTools(report, { clock: hastyClock, memory }), stop.signal)
          .catch((error: unknown) => {
            if (!(error instanceof LinkBroken)) throw error;
          });
      }
    })();
    await report.until(() => report.of("samples").length >= 2_000);
    stop.abort();
    await lives;
    expect(wrong).toBe(0);
    expect(report.of("missed").length).toBeGreaterThan(0);
  });
});
