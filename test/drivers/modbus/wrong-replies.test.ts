/** A value is only ever the answer to the question that was asked: the driver against a hostile device. */
import fc from "fast-check";
import modbus from "modbus-serial";
import { describe, expect, test } from "vitest";
import { type Clock, milliseconds, seconds } from "#model/time";
import { LinkBroken } from "../../../drivers/driver.ts";
import { ModbusTcpSettings } from "../../../drivers/modbus/settings.ts";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { createClock } from "../../../gateway/clock.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { createRandom, type Framing, startHostileDevice, type Trick, truth, weighted } from "./hostile-device.ts";
import { everyTrick, lineTo, readAll, serialTricks } from "./hostile-reads.ts";

const systemClock = createClock();

const SEED = 20_261_121;
/** Lines that are read side by side, so that the time-outs of one do not hold up the others. */
const LINES = 16;

/** A hundred times faster than the machine's: back-off passes quickly, while sockets keep their own pace. */
const hastyClock: Clock = {
  now: systemClock.now,
  monotonic: () => milliseconds(systemClock.monotonic() * 100),
  sleep: (span, signal) => systemClock.sleep(milliseconds(span / 100), signal),
};

const settingsFor = (port: number, more: object = {}) =>
  ModbusTcpSettings.parse({ host: "127.0.0.1", port, timeout: "20ms", ...more });

describe("a hostile device", () => {
  const shares: readonly (readonly [Framing, number, number])[] = [
    ["tcp", 1, 12_000],
    ["tcp", 4, 12_000],
    ["tcp", 16, 12_000],
    ["rtu", 1, 16_000],
  ];
  // The full million runs in `npm run bench modbus`: too long for every change.
  test.each(shares)(
    "never passes a wrong value off: %s, %i in flight, %i reads",
    { timeout: 120_000 },
    async (framing, readers, reads) => {
      const tricks = framing === "tcp" ? everyTrick : serialTricks;
      const played = new Set<Trick>();
      let released = 0;
      const counts = await Promise.all(
        Array.from({ length: LINES }, async (_, place) => {
          const random = createRandom(SEED + readers * 100 + place);
          await using device = await startHostileDevice(weighted(tricks, random), random, framing);
          const stop = new AbortController();
          const line = lineTo(device.port, framing, readers, stop.signal);
          const count = await readAll(line, readers, random, reads / LINES);
          stop.abort();
          await line.close(stop.signal.reason);
          for (const trick of device.played.keys()) played.add(trick);
          released += device.released();
          return count;
        }),
      );
      const sum = (kind: keyof (typeof counts)[0]) => counts.reduce((total, count) => total + count[kind], 0);
      expect(sum("wrong")).toBe(0);
      // The test has teeth: most reads came through, every trick was played, and held replies were sent to later requests.
      // The more are in flight, the more of them a distrusted connection takes along.
      expect(sum("data")).toBeGreaterThan(reads * (readers > 4 ? 0.7 : 0.9));
      expect([...played].sort()).toEqual((Object.keys(tricks) as Trick[]).sort());
      expect(released).toBeGreaterThan(5);
      expect(sum("foreign")).toBeGreaterThan(0);
      // With others in flight a wrong reply to one of them usually ends the wait first.
      if (readers === 1) expect(sum("silent")).toBeGreaterThan(0);
      // No exception was ever meant for a request.
      expect(sum("exception")).toBe(0);
    },
  );

  test.each(["tcp", "rtu"] as const)(
    "whatever it does in whatever order, no value is wrong: %s",
    async (framing) => {
      const names = Object.keys(framing === "tcp" ? everyTrick : serialTricks) as Trick[];
      const scripts = fc.array(fc.constantFrom(...names), {
        minLength: 1,
        maxLength: 24,
      });
      await fc.assert(
        fc.asyncProperty(scripts, fc.integer({ min: 1, max: 8 }), fc.nat(), async (script, depth, seed) => {
          const readers = framing === "tcp" ? depth : 1;
          const random = createRandom(seed);
          const left = [...script];
          await using device = await startHostileDevice(() => left.shift() ?? "honest", random, framing);
          const stop = new AbortController();
          const line = lineTo(device.port, framing, readers, stop.signal);
          const count = await readAll(line, readers, random, script.length + 4);
          stop.abort();
          await line.close(stop.signal.reason);
          expect(count.wrong).toBe(0);
          expect(count.exception).toBe(0);
        }),
        { numRuns: framing === "tcp" ? 60 : 15, seed: SEED },
      );
    },
    120_000,
  );

  const bare = [
    ["TCP", "tcp", (client: modbus.default, port: number) => client.connectTCP("127.0.0.1", { port })],
    ["RTU over TCP", "rtu", (client: modbus.default, port: number) => client.connectTelnet("127.0.0.1", { port })],
  ] as const;
  test.each(bare)(
    "the bare library takes a late reply for the answer to another question: %s",
    {
      timeout: 60_000,
    },
    async (_, framing, connect) => {
      const random = createRandom(SEED);
      await using device = await startHostileDevice(weighted({ honest: 200, late: 1 }, random), random, framing);
      const client = new modbus.default();
      await connect(client, device.port);
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
    },
  );

  test("the whole driver, with points of four units, never reports anything but the truth", {
    timeout: 60_000,
  }, async () => {
    const random = createRandom(SEED);
    await using device = await startHostileDevice(weighted(everyTrick, random), random);
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
