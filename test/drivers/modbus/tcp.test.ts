/** The driver `modbus-tcp` against devices with the habits of real ones; time is in the test's hand, sockets are real. */
import { describe, expect, test } from "vitest";
import { minutes, type Span, seconds } from "#model/time";
import { LinkBroken, type Trace, type UnitNews } from "../../../drivers/driver.ts";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import {
  exception,
  frame,
  goodReply,
  honest,
  type Memory,
  type Request,
  type SpecDevice,
  startSpecDevice,
} from "./spec-device.ts";

interface UnitSketch {
  readonly unit?: number;
  readonly maxRegisters?: number;
  readonly every?: Span;
  readonly at: readonly string[];
  /** Poll class of single addresses. */
  readonly slow?: Readonly<Record<string, Span>>;
}

/** A hand-held clock that also tells when the driver has nothing left to do but wait. */
function createWatchedClock(workers: number) {
  const clock = createManualClock();
  const resting = new Set<() => void>();
  let asleep = 0;
  const watched: ManualClock = {
    ...clock,
    async sleep(span, signal) {
      asleep += 1;
      if (asleep === workers) for (const wake of [...resting]) wake();
      try {
        await clock.sleep(span, signal);
      } finally {
        asleep -= 1;
      }
    },
  };
  function rest(): Promise<void> {
    if (asleep === workers) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    resting.add(resolve);
    return promise.finally(() => resting.delete(resolve));
  }
  return { clock: watched, rest };
}

/** Handles count on over all units. */
function start(
  device: SpecDevice,
  units: Record<string, UnitSketch>,
  settings: object = {},
  memory = new Map<string, unknown>(),
  trace: Trace = { frame() {}, unit() {} },
) {
  const { clock, rest } = createWatchedClock(1);
  const report = createRecorder();
  const stop = new AbortController();
  let handle = 0;
  const link = {
    id: "line",
    settings: modbusTcp.settings.parse({ host: "127.0.0.1", port: device.port, timeout: "10s", ...settings }),
    units: Object.entries(units).map(([name, { unit = 1, maxRegisters = 125, every = seconds(1), at, slow = {} }]) => ({
      device: name,
      unit,
      maxRegisters,
      points: at.map((text) => plainPoint(handle++, modbusTcp.address.parse(text), slow[text] ?? every)),
    })),
  };
  const ended = modbusTcp.run(link, driverTools(report, { clock, memory, trace }), stop.signal);
  ended.catch(() => undefined);
  /** Seconds of the clock, one by one, each with every poll that it brings. */
  async function pass(count: number): Promise<void> {
    await rest();
    for (let second = 0; second < count; second += 1) {
      await clock.advance(seconds(1));
      await rest();
    }
  }
  return {
    clock,
    report,
    ended,
    rest,
    pass,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}

const spans = (requests: readonly Request[]) => requests.map(({ start: from, count }) => `${from}+${count}`);
/** Registers whose value is ten times their address, except where nothing is. */
const memoryWithout =
  (...missing: number[]): Memory =>
  (_unit, code, address) =>
    missing.includes(address) ? undefined : code <= 2 ? address % 2 : address * 10;

describe("refused addresses", () => {
  test("a hole between points costs one extra round and is then read around", async () => {
    await using device = await startSpecDevice(honest(memoryWithout(3, 4)));
    await using running = start(device, { pump: { at: ["holding:0", "holding:2", "holding:5", "holding:6"] } });
    await running.report.until(() => running.report.value(3) !== undefined);
    expect([0, 1, 2, 3].map(running.report.value)).toEqual([0, 20, 50, 60]);
    expect(spans(device.requests)).toEqual(["0+7", "0+3", "5+2"]);
    await running.rest();
    device.requests.length = 0;
    await running.pass(1);
    expect(spans(device.requests)).toEqual(["0+3", "5+2"]);
    expect(running.report.of("fault")).toEqual([]);
    expect(running.report.of("missed")).toEqual([]);
  });

  test("what was learnt outlives a reconnect", async () => {
    await using device = await startSpecDevice(honest(memoryWithout(3)));
    const at = ["holding:0", "holding:5"];
    const memory = new Map<string, unknown>();
    {
      await using first = start(device, { pump: { at } }, {}, memory);
      await first.report.until(() => first.report.value(1) !== undefined);
      await first.pass(1);
    }
    device.requests.length = 0;
    await using second = start(device, { pump: { at } }, {}, memory);
    await second.rest();
    expect(spans(device.requests)).toEqual(["0+1", "5+1"]);
  });

  test("a point that the device does not have is told at once, spares the others, and is tried ever more rarely", async () => {
    await using device = await startSpecDevice(honest(memoryWithout(2)));
    await using running = start(device, { pump: { at: ["holding:1", "holding:2", "holding:2.5", "holding:3"] } });
    await running.report.until(() => running.report.value(3) !== undefined);
    expect(running.report.of("fault")).toMatchObject([{ handles: [1, 2], reason: "refused" }]);
    expect(running.report.of("fault")[0]?.because.en).toMatch(/unit 1 refused to read holding:2: exception 2/i);

    const triedAt: number[] = [];
    device.behave((request) => {
      if (request.start === 2) triedAt.push(running.clock.monotonic() / 1_000);
      device.requests.length = 0;
      honest(memoryWithout(2))(request);
    });
    await running.pass(1_300);
    const gaps = triedAt.map((at, i) => Math.round(at - (triedAt[i - 1] ?? 0)));
    expect(gaps).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);

    device.behave(honest(memoryWithout()));
    await running.pass(300);
    expect([running.report.value(1), running.report.value(2)]).toEqual([20, 0]);
    device.requests.length = 0;
    await running.pass(1);
    expect(spans(device.requests)).toEqual(["1+3"]);
  });

  test.each([2, 3])(
    "a device that answers at most 16 registers, with exception %i, is asked for less",
    async (code) => {
      await using device = await startSpecDevice((request) => {
        if (request.count > 16) request.socket.write(exception(request, code));
        else honest(memoryWithout())(request);
      });
      const at = Array.from({ length: 60 }, (_, i) => `holding:${i}`);
      await using running = start(device, { meter: { at } });
      await running.report.until(() => running.report.value(59) !== undefined);
      expect(at.map((_, i) => running.report.value(i))).toEqual(at.map((_, i) => i * 10));
      await running.pass(5);
      device.requests.length = 0;
      await running.pass(3);
      expect(device.requests.every(({ count }) => count <= 16)).toBe(true);
      expect(running.report.of("fault")).toEqual([]);
    },
  );

  test("a table that the device does not know takes only its own points", async () => {
    await using device = await startSpecDevice((request) => {
      if (request.code === 4) request.socket.write(exception(request, 1));
      else honest(memoryWithout())(request);
    });
    await using running = start(device, { pump: { at: ["input:0", "input:1", "holding:0"] } });
    await running.report.until(() => running.report.value(2) !== undefined && running.report.of("fault").length === 2);
    expect(running.report.of("fault").flatMap(({ handles }) => handles)).toEqual([0, 1]);
    expect(device.requests).toHaveLength(2);
  });

  test("a value wider than the device answers is told, and the rest is read", async () => {
    await using device = await startSpecDevice(honest(memoryWithout()));
    await using running = start(device, { pump: { maxRegisters: 2, at: ["holding:0:f64", "holding:9"] } });
    await running.report.until(() => running.report.value(1) !== undefined);
    expect(running.report.of("fault")).toMatchObject([{ handles: [0], reason: "refused" }]);
    expect(running.report.of("fault")[0]?.because.en).toContain("maxRegisters");
  });
});

describe("values", () => {
  test("every table, type and order arrives decoded, and a text as a text", async () => {
    const words: Record<number, number> = { 0: 0xe979, 1: 0x42f6, 2: 0xfffe, 3: 0x1234, 4: 0x4231, 5: 0x4600 };
    await using device = await startSpecDevice(
      honest((_unit, code, address) => (code <= 2 ? address % 2 : (words[address] ?? 0))),
    );
    const at = [
      "holding:0:f32:CDAB",
      "holding:2:i16",
      "input:3:bcd16",
      "holding:3.2",
      "coil:5",
      "discrete:6",
      "holding:4:str4",
    ];
    await using running = start(device, { panel: { at } });
    await running.rest();
    expect([0, 1, 2, 3, 4, 5].map(running.report.value)).toEqual([Math.fround(123.456), -2, 1_234, 1, 1, 0]);
    expect(running.report.of("text")).toMatchObject([{ handle: 6, value: "B1F" }]);
  });
});

describe("units that do not answer", () => {
  const deaf =
    (unit: number, memory = memoryWithout()) =>
    (request: Request) => {
      if (request.unit !== unit) honest(memory)(request);
    };

  test("a silent unit costs the others nothing but the wait, and is asked again ever more rarely", async () => {
    await using device = await startSpecDevice(deaf(2));
    const units = { alive: { unit: 1, at: ["holding:1"] }, dead: { unit: 2, at: ["holding:1"] } };
    await using running = start(device, units, { timeout: "200ms" });
    await running.report.until(() => running.report.of("samples", "alive").length > 0);
    const askedAt: number[] = [];
    device.behave((request) => {
      if (request.unit === 2) askedAt.push(Math.round(running.clock.monotonic() / 1_000));
      else honest(memoryWithout())(request);
    });
    while (askedAt.length < 9) await running.pass(1);
    // Pauses are up to a fifth shorter. The clock only moves in whole seconds here, so one may seem a second longer.
    const pauses = askedAt.map((at, i) => at - (askedAt[i - 1] ?? at));
    const expected = [0, 1, 2, 4, 8, 16, 32, 60, 60];
    expect(pauses).toHaveLength(expected.length);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(Math.floor((expected[i] ?? 0) * 0.8));
      expect(pause).toBeLessThanOrEqual((expected[i] ?? 0) + 1);
    }
    expect(running.report.of("missed")[0]).toMatchObject({ device: "dead", reason: "timeout" });
    expect(running.report.of("missed")[0]?.because.en).toMatch(/unit 2 at 127.0.0.1:\d+ did not answer within 0.2 s/i);
    expect(running.report.of("missed", "alive")).toEqual([]);
    // Nothing is believed on a connection on which an answer is still due.
    expect(device.accepted()).toBe(askedAt.length + 1);
  });

  test("a unit that comes back is polled as a whole at once", async () => {
    await using device = await startSpecDevice(() => undefined);
    const lift = { at: ["holding:0", "holding:1"], slow: { "holding:1": minutes(1) } };
    await using running = start(device, { lift }, { timeout: "200ms" });
    await running.report.until(() => running.report.of("missed").length === 1);
    device.behave(honest(memoryWithout()));
    await running.clock.advance(seconds(1));
    await running.report.until(() => running.report.value(0) !== undefined && running.report.value(1) !== undefined);
  });

  test.each([
    [10, "path"],
    [11, "behind the gateway did not answer"],
  ])("exception %i marks the unit behind the gateway, whose connection and other units go on", async (code, words) => {
    await using device = await startSpecDevice((request) => {
      if (request.unit === 2) request.socket.write(exception(request, code));
      else honest(memoryWithout())(request);
    });
    await using running = start(device, {
      alive: { unit: 1, at: ["holding:1"] },
      dead: { unit: 2, at: ["holding:1"] },
    });
    await running.pass(20);
    expect(running.report.of("missed").length).toBeGreaterThan(3);
    expect(running.report.of("missed")[0]).toMatchObject({ device: "dead", reason: "timeout" });
    expect(running.report.of("missed")[0]?.because.zh).toContain("网关");
    expect(running.report.of("missed")[0]?.because.en).toContain(words);
    expect(running.report.of("missed", "alive")).toEqual([]);
    expect(running.report.of("samples", "alive").length).toBeGreaterThan(10);
    expect(device.accepted()).toBe(1);
  });

  test.each([4, 8, 0x41])("exception %i for everything is a missed poll", async (code) => {
    await using device = await startSpecDevice((request) => request.socket.write(exception(request, code)));
    await using running = start(device, { pump: { at: ["holding:0", "holding:90"] } });
    await running.report.until(() => running.report.of("missed").length === 1);
    expect(running.report.of("missed")[0]?.because.en).toContain(`exception ${code}`);
    expect(running.report.of("samples")).toEqual([]);
  });

  test.each([5, 6])("exception %i lets the unit have time, and only then the poll is missed", async (code) => {
    let busy = 3;
    await using device = await startSpecDevice((request) => {
      busy -= 1;
      if (busy >= 0) request.socket.write(exception(request, code));
      else honest(memoryWithout())(request);
    });
    await using running = start(device, { pump: { at: ["holding:1"], every: minutes(1) } });
    await running.pass(3);
    expect(running.report.value(0)).toBe(10);
    expect(device.requests).toHaveLength(4);
    expect([...running.report.of("missed"), ...running.report.of("fault")]).toEqual([]);

    busy = Number.POSITIVE_INFINITY;
    device.requests.length = 0;
    while (running.report.of("missed").length === 0) await running.pass(1);
    expect(device.requests).toHaveLength(5);
    expect(running.report.of("missed")[0]?.because.en).toContain(`exception ${code}`);
  });

  test("exception 4 in one place takes those points only, while the device answers elsewhere", async () => {
    await using device = await startSpecDevice((request) => {
      if (request.start === 90) request.socket.write(exception(request, 4));
      else honest(memoryWithout())(request);
    });
    await using running = start(device, { pump: { at: ["holding:0", "holding:90"] } });
    await running.pass(5);
    expect(running.report.of("fault")).toHaveLength(6);
    expect(running.report.of("missed")).toEqual([]);
    expect(running.report.of("fault")[0]).toMatchObject({ handles: [1], reason: "refused" });

    device.behave((request) => request.socket.write(exception(request, 4)));
    await running.pass(2);
    expect(running.report.of("missed").length).toBeGreaterThan(0);
  });

  test("a unit that always answers with a foreign unit id is missed with the reason, and the next unit goes on", async () => {
    await using device = await startSpecDevice((request) => {
      const reply = goodReply(memoryWithout(), request);
      if (request.unit === 2) reply.writeUInt8(9, 6);
      request.socket.write(reply);
    });
    await using running = start(device, { alive: { unit: 1, at: ["holding:1"] }, odd: { unit: 2, at: ["holding:1"] } });
    await running.pass(3);
    expect(running.report.of("missed")[0]).toMatchObject({ device: "odd", reason: "decode" });
    expect(running.report.of("missed")[0]?.because.en).toContain("Unit 2 was asked, but unit 9 answered");
  });

  test("a unit whose replies carry an id that nobody asked is missed after a second try", async () => {
    await using device = await startSpecDevice((request) => {
      request.socket.write(frame(request.id ^ 0x8000, request.unit, Buffer.of(3, 2, 0, 7)));
    });
    await using running = start(device, { odd: { at: ["holding:1"] } });
    await running.report.until(() => running.report.of("missed").length > 0);
    expect(device.requests).toHaveLength(2);
    expect(running.report.of("missed")[0]).toMatchObject({ reason: "decode" });
  });
});

describe("the connection", () => {
  test("closed in the middle of a reply: the link breaks with the reason, and there is no value", async () => {
    await using device = await startSpecDevice((request) => {
      request.socket.end(goodReply(memoryWithout(), request).subarray(0, 10));
    });
    await using running = start(device, { pump: { at: ["holding:1"] } });
    const error = await running.ended.catch((broken: unknown) => broken);
    expect(error).toBeInstanceOf(LinkBroken);
    expect((error as LinkBroken).because.en).toContain("in the middle of a reply");
    expect(running.report.said).toEqual([]);
  });

  test("closed instead of a reply, as by a device that allows one client only", async () => {
    await using device = await startSpecDevice((request) => request.socket.destroy());
    await using running = start(device, { pump: { at: ["holding:1"] } });
    const error = await running.ended.catch((broken: unknown) => broken);
    const { because } = error as LinkBroken;
    expect(because.en).toMatch(/instead of answering|reset/);
    expect(because.zh).toMatch(/未应答/);
  });

  test("closed while nothing is asked, as idle sockets are: the next poll dials again and nobody is told", async () => {
    await using device = await startSpecDevice(honest(memoryWithout()));
    await using running = start(device, { meter: { every: minutes(2), at: ["holding:1"] } });
    await running.report.until(() => running.report.value(0) !== undefined);
    for (const socket of device.sockets) socket.destroy();
    await expect.poll(() => device.sockets.size).toBe(0);
    await running.clock.advance(minutes(2));
    await running.report.until(() => running.report.of("samples").length === 2);
    expect(running.report.of("missed")).toEqual([]);
    expect(device.accepted()).toBe(2);
  });

  test("closed just as a question comes, after good answers: asked again on a new connection, and nobody is told", async () => {
    await using device = await startSpecDevice(honest(memoryWithout()));
    await using running = start(device, { meter: { every: minutes(2), at: ["holding:1"] } });
    await running.report.until(() => running.report.value(0) !== undefined);
    let dropped = 0;
    device.behave((request) => {
      dropped += 1;
      request.socket.destroy();
      device.behave(honest(memoryWithout()));
    });
    await running.clock.advance(minutes(2));
    await running.report.until(() => running.report.of("samples").length === 2);
    expect(dropped).toBe(1);
    expect(running.report.of("missed")).toEqual([]);
    expect(device.accepted()).toBe(2);
  });

  test("a device that takes one client only is never dialled while the old connection stands", async () => {
    let most = 0;
    await using device = await startSpecDevice((request) => {
      if (device.requests.length % 2 === 0) honest(memoryWithout())(request);
    });
    device.onConnection(() => {
      most = Math.max(most, [...device.sockets].filter((socket) => !socket.readableEnded).length);
    });
    await using running = start(device, { pump: { at: ["holding:1"] } }, { timeout: "50ms" });
    await running.report.until(() => running.report.of("missed").length > 0);
    while (running.report.of("samples").length < 4) await running.pass(1);
    expect(device.accepted()).toBeGreaterThan(2);
    expect(most).toBe(1);
  });

  test("every frame is shown as it stood on the wire, and what became of the unit's breaker", async () => {
    await using device = await startSpecDevice(honest(memoryWithout()));
    const frames: string[] = [];
    const news: string[] = [];
    const trace = {
      frame: (way: string, unit: number, bytes: Uint8Array) =>
        void frames.push(`${way} ${unit} ${Buffer.from(bytes).toString("hex")}`),
      unit: ({ device: name, breaker, nextTry }: UnitNews) =>
        void news.push(`${name} ${breaker}${nextTry === undefined ? "" : " until"}`),
    };
    await using running = start(
      device,
      { pump: { unit: 7, at: ["holding:1"] } },
      { timeout: "50ms" },
      new Map(),
      trace,
    );
    await running.report.until(() => running.report.value(0) !== undefined);
    expect(frames).toEqual(["sent 7 000100000006070300010001", "received 7 000100000005070302000a"]);
    device.behave(() => undefined);
    await running.pass(1);
    await running.report.until(() => running.report.of("missed").length === 1);
    device.behave(honest(memoryWithout()));
    await running.pass(2);
    expect(news).toEqual(["pump closed", "pump open until", "pump probing", "pump closed"]);
  });

  test("nobody listens: the link breaks and says at which address", async () => {
    await using device = await startSpecDevice(() => undefined);
    await device.vanish();
    await using running = start(device, { pump: { at: ["holding:1"] } });
    const error = (await running.ended.catch((broken: unknown) => broken)) as LinkBroken;
    expect(error.reason).toBe("no-link");
    expect(error.because.en).toContain(`127.0.0.1:${device.port} refused the connection`);
    expect(error.because.zh).toContain("拒绝连接");
  });

  test("several units may be asked at once, each unit only once", async () => {
    const waiting: Request[] = [];
    await using device = await startSpecDevice((request) => waiting.push(request));
    const at = ["holding:1", "holding:100"];
    await using running = start(
      device,
      { a: { unit: 1, at }, b: { unit: 2, at }, c: { unit: 3, at } },
      { maxInFlight: 2, timeout: "5s" },
    );
    await running.clock.advance(seconds(1));
    await expect.poll(() => waiting.length).toBe(2);
    expect(new Set(waiting.map(({ unit }) => unit)).size).toBe(2);
    device.behave(honest(memoryWithout()));
    // Answered in the other order: each reply finds its own request.
    for (const request of waiting.reverse()) honest(memoryWithout())(request);
    await running.report.until(() => [0, 1, 2, 3, 4, 5].every((handle) => running.report.value(handle) !== undefined));
    expect([0, 1, 2, 3, 4, 5].map(running.report.value)).toEqual([10, 1_000, 10, 1_000, 10, 1_000]);
    expect(device.accepted()).toBe(1);
  });
});

describe("the rhythm", () => {
  test("a poll never overtakes itself, keeps its phase, and does not make up for rounds it missed", async () => {
    const waiting: Request[] = [];
    await using device = await startSpecDevice((request) => waiting.push(request));
    await using running = start(device, { pump: { at: ["holding:1"] } }, { timeout: "10s" });
    await expect.poll(() => waiting.length).toBe(1);
    await running.clock.advance(seconds(3.5));
    expect(device.requests).toHaveLength(1);
    device.behave(honest(memoryWithout()));
    honest(memoryWithout())(waiting[0] as Request);
    await running.report.until(() => running.report.of("samples").length === 1);
    await running.clock.advance(seconds(0.4));
    expect(device.requests).toHaveLength(1);
    await running.clock.advance(seconds(0.1));
    await running.report.until(() => running.report.of("samples").length === 2);
    expect(device.requests).toHaveLength(2);
  });

  test("a device without points leaves the line alone", async () => {
    await using device = await startSpecDevice(() => undefined);
    await using running = start(device, { empty: { at: [] } });
    await running.clock.advance(minutes(5));
    expect(device.accepted()).toBe(0);
  });
});
