/**
 * How faithful a line is in time and in its limits, on a clock held in the hand: what a reply takes, what is lost, what is
 * refused. Faults are in `line-faults/`, short signals in `plant/`, control and truth in `control.test.ts`.
 */
import { describe, expect, test } from "vitest";
import { openBuilding } from "../../simulators/building.ts";
import { createChance } from "../../simulators/chance.ts";
import { parseFleet } from "../../simulators/fleet.ts";
import { createTruthLog } from "../../simulators/truth.ts";
import { elevatorMap } from "../../simulators/wire/maps.ts";
import { createModbusLine, type ModbusLineOptions } from "../../simulators/wire/modbus-line.ts";
import { createUnit, type UnitOptions } from "../../simulators/wire/modbus-unit.ts";
import { encodeRtu } from "../../simulators/wire/rtu-frames.ts";
import { createHandClock } from "./hand-clock.ts";
import { readRequest } from "./wire/raw-client.ts";

interface Sent {
  readonly at: number;
  readonly bytes: Buffer;
}

/** A line whose replies are kept with the time at which each began and ended. */
function line(options: Partial<ModbusLineOptions> = {}, unit: UnitOptions = {}, points: Record<string, number> = {}) {
  const clock = createHandClock();
  const sent: Sent[] = [];
  let closed = false;
  const core = createModbusLine({
    units: new Map([[1, createUnit(elevatorMap, (point) => points[point] ?? 0, undefined, { clock, ...unit })]]),
    clock,
    chance: createChance(3, "line"),
    ...options,
  });
  const peer = () =>
    core.welcome({
      send: (bytes) => void sent.push({ at: clock.monotonic(), bytes }),
      unsent: 0,
      get gone() {
        return closed;
      },
      close: () => (closed = true),
      reset: () => (closed = true),
    });
  const client = peer();
  const rtu = options.framing === "rtu";
  const ask = (at: number, count: number, transaction = 1, who = 1) => {
    const frame = readRequest(transaction, who, 3, at, count);
    client?.heard(rtu ? encodeRtu(who, frame.subarray(7)) : frame);
  };
  return { clock, core, sent, ask, peer };
}
/** Milliseconds from a question to its reply, question after question. */
function times(on: ReturnType<typeof line>, rounds: number): number[] {
  return Array.from({ length: rounds }, () => {
    const asked = on.clock.monotonic();
    on.sent.splice(0);
    on.ask(0, 2);
    for (let ms = 0; ms < 700 && on.sent.length === 0; ms += 1) on.clock.advance(1);
    return on.clock.monotonic() - asked;
  });
}

describe("replies take their time", () => {
  test.each([
    ["9600 8N1, 20 registers", 9_600, 10, 20, 63],
    ["9600 8N1, 125 registers", 9_600, 10, 125, 281],
    ["19200 8E1, 50 registers", 19_200, 11, 50, 69],
    ["115200 8N1, 125 registers", 115_200, 10, 125, 26],
  ])("%s: the wire is busy for so long (within 5 %%)", (_name, rate, bits, count, expected) => {
    const map = Array.from({ length: 125 }, (_, at) => ({ point: `p${at}`, at, as: "u16" as const, scale: 1 }));
    const clock = createHandClock();
    const ends: number[] = [];
    let bytes = 0;
    const core = createModbusLine({
      units: new Map([[1, createUnit(map as never, () => 1)]]),
      clock,
      chance: createChance(1, "x"),
      framing: "rtu",
      latency: [0, 0],
      baud: { rate, bits },
    });
    const client = core.welcome({
      send(chunk) {
        bytes += chunk.length;
        if (bytes % (5 + 2 * count) === 0) ends.push(clock.monotonic());
      },
      unsent: 0,
      gone: false,
      close() {},
      reset() {},
    });
    const frame = encodeRtu(1, readRequest(0, 1, 3, 0, count).subarray(7));
    for (let round = 0; round < 5; round += 1) client?.heard(frame);
    clock.advance(3_000);
    expect(ends).toHaveLength(5);
    const each = ((ends[4] ?? 0) - (ends[0] ?? 0)) / 4;
    expect(each).toBeGreaterThan(expected * 0.95);
    expect(each).toBeLessThan(expected * 1.05);
  });

  test("one slave at 9600 baud is read five to eight times a second, as field buses are", () => {
    const bus = line({ framing: "rtu", baud: { rate: 9_600, bits: 10 }, latency: [20, 200] });
    const seconds = times(bus, 60).reduce((sum, ms) => sum + ms / 1000, 0);
    expect(60 / seconds).toBeGreaterThan(5);
    expect(60 / seconds).toBeLessThan(9);
  });

  test("TCP answers within 1–10 ms, with jitter", () => {
    const seen = times(line(), 300);
    expect([Math.min(...seen) >= 1, Math.max(...seen) <= 11, new Set(seen).size > 5]).toEqual([true, true, true]);
  });

  test.each([
    ["serial", [20, 200]],
    ["rtu-over-tcp", [50, 500]],
  ] as const)("%s answers within %j ms unless told otherwise", async (speaks, [least, most]) => {
    const { usualLatency } = await import("../../simulators/open-line.ts");
    const seen = times(line({ framing: "rtu", latency: usualLatency[speaks] }), 300);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...seen)).toBeLessThanOrEqual(most + 1);
    expect(Math.max(...seen) - Math.min(...seen)).toBeGreaterThan((most - least) * 0.9);
  });

  test.each([0.001, 0.01])("a share of %d of the questions is never answered", (lost) => {
    const poor = line({ lost });
    for (let round = 0; round < 20_000; round += 1) {
      poor.ask(0, 1, round & 0xffff);
      poor.clock.advance(11);
    }
    const share = 1 - poor.sent.length / 20_000;
    expect(share).toBeGreaterThan(lost * 0.6);
    expect(share).toBeLessThan(lost * 1.4);
  });
});

describe("a line has its limits", () => {
  const reply = (on: ReturnType<typeof line>, at: number, count: number, unit = 1) => {
    on.sent.splice(0);
    on.ask(at, count, 9, unit);
    on.clock.advance(20);
    return on.sent[0]?.bytes.subarray(7).toString("hex");
  };

  test("more registers than the device gives, a hole, another unit: 03, 02, 0B", () => {
    const small = line({}, { maxRegisters: 4 });
    expect(reply(small, 0, 4)).toMatch(/^0308/);
    expect(reply(small, 0, 5)).toBe("8303");
    expect(reply(small, 16, 2)).toBe("8302");
    expect(reply(small, 900, 1)).toBe("8302");
    expect(reply(small, 0, 1, 2)).toBe("830b");
  });

  test("a line that is asked faster than it answers says that it is busy (06), and answers again afterwards", () => {
    const slow = line({ latency: [400, 500] });
    for (let asked = 0; asked < 40; asked += 1) slow.ask(0, 1, asked);
    const refused = slow.sent.map(({ bytes }) => bytes.subarray(7).toString("hex"));
    expect([refused.length, new Set(refused)]).toEqual([8, new Set(["8306"])]);
    slow.clock.advance(30_000);
    expect(slow.sent).toHaveLength(40);
    slow.ask(0, 1, 99);
    slow.clock.advance(600);
    expect(slow.sent.at(-1)?.bytes.readUInt16BE(0)).toBe(99);
  });

  test("takes so many clients as it has seats, and drops those that are silent", () => {
    const narrow = line({ clients: 1, idleSeconds: 60 });
    expect([narrow.core.clients, narrow.peer()]).toEqual([1, undefined]);
  });
});

describe("a device is like others of its kind, and unlike", () => {
  const words = (on: ReturnType<typeof line>, at: number, count: number) => {
    on.sent.splice(0);
    on.ask(at, count);
    on.clock.advance(20);
    return on.sent[0]?.bytes.subarray(9).toString("hex");
  };
  const points = { heartbeat: 7, run_count: 0x12345678, fault_code: 3 };

  test.each([
    ["ABCD", "12345678"],
    ["CDAB", "56781234"],
    ["BADC", "34127856"],
    ["DCBA", "78563412"],
  ] as const)("32-bit numbers stand as %s", (wordOrder, hex) => {
    expect(words(line({}, { wordOrder }, points), 10, 2)).toBe(hex);
  });

  test("addresses begin where its maker begins", () => {
    const shifted = line({}, { addressShift: 1 }, points);
    expect(words(shifted, 1, 1)).toBe("0007");
    expect(words(shifted, 11, 2)).toBe("12345678");
  });

  test("the heartbeat wraps at 65,536; after a restart it begins at 0, counters keep, and 41 and 40 are told", () => {
    const state: Record<string, number> = { ...points, heartbeat: 65_535 };
    const device = line({}, { tellsRestart: true }, state);
    expect(words(device, 0, 1)).toBe("ffff");
    state.heartbeat = 65_536 + 2;
    expect(words(device, 0, 1)).toBe("0002");
    device.core.setFault("reboot", true, 5);
    expect(words(device, 0, 1)).toBeUndefined();
    device.clock.advance(5_000);
    expect(words(device, 0, 1)).toBe("0000");
    expect(words(device, 6, 1)).toBe("0029");
    device.clock.advance(2_000);
    expect(words(device, 6, 1)).toBe("0028");
    device.clock.advance(2_000);
    expect(words(device, 6, 1)).toBe("0003");
    expect(words(device, 10, 2)).toBe("12345678");
  });
});

describe("a device tells less, or keeps more", () => {
  test("a sensor that is not fitted reads FFFF whatever its type, and its bit 0", () => {
    const poor = line(
      {},
      { notFitted: ["speed", "run_count", "door_zone"] },
      { speed: 1, run_count: 5, door_zone: 1, safety_circuit: 1 },
    );
    poor.ask(4, 2);
    poor.ask(10, 2);
    poor.clock.advance(30);
    // Speed and the word of bits, of which only the safety circuit (4) is told; then the counter of two words.
    expect(poor.sent.map(({ bytes }) => bytes.subarray(9).toString("hex"))).toEqual(["ffff0010", "ffffffff"]);
  });

  test("a bit that latches keeps a landing of 0.23 s until it has been read once, and points that are not there are refused", async () => {
    const fleet = (more: object) => {
      const unit = { unit: 1, device: "lift-1", kind: "elevator", params: { startsPerDay: 0 }, ...more };
      const parsed = parseFleet(JSON.stringify({ basePort: 0, ports: [{ name: "a", offset: 0, units: [unit] }] }));
      if ("problems" in parsed) throw new Error("the fleet is wrong");
      const clock = createHandClock();
      const options = { host: "127.0.0.1", basePort: 0, hour: 10, clock, truth: createTruthLog(clock.wall) };
      return { clock, opens: openBuilding(parsed.fleet, options) };
    };
    for (const more of [{ latches: ["wings"] }, { notFitted: ["speed", "__proto__"] }])
      await expect(fleet(more).opens).rejects.toMatchObject({
        wrong: [{ en: expect.stringContaining("has no point") }],
      });
    const { clock, opens } = fleet({ latches: ["door_zone"] });
    const building = await opens;
    try {
      const device = building.devices[0]?.device;
      if (device?.plant.kind !== "elevator") throw new Error("no lift");
      const lift = device.plant as import("../../simulators/plant/elevator-state.ts").Elevator;
      lift.order({ from: 0, to: 19, persons: 1 });
      while (lift.carrying === undefined || lift.state.car.speed < 1.7) clock.advance(50);
      const bits = () => device.unit.reply(Buffer.from([3, 0, 5, 0, 1])).readUInt16BE(2) & 1;
      const seen: number[] = [];
      // Once in two seconds, a landing each 1.7 s: without the latch most would be missed.
      for (; lift.state.car.speed > 1.7; clock.advance(2_000)) seen.push(bits());
      expect(seen.length).toBeGreaterThan(8);
      expect(seen.slice(1)).not.toContain(0);
      while (lift.state.phase !== "idle") clock.advance(50);
    } finally {
      await building.close();
    }
  });
});

test("signals shorter than a poll are short on the wire: a reader each second misses landings, one each 50 ms does not", async () => {
  const parsed = parseFleet(
    JSON.stringify({
      basePort: 0,
      ports: [
        { name: "a", offset: 0, units: [{ unit: 1, device: "lift-1", kind: "elevator", params: { startsPerDay: 0 } }] },
      ],
    }),
  );
  if ("problems" in parsed) throw new Error("the fleet is wrong");
  const clock = createHandClock();
  const building = await openBuilding(parsed.fleet, {
    host: "127.0.0.1",
    basePort: 0,
    hour: 10,
    clock,
    truth: createTruthLog(clock.wall),
  });
  try {
    const device = building.devices[0]?.device;
    if (device?.plant.kind !== "elevator") throw new Error("no lift");
    const lift = device.plant as import("../../simulators/plant/elevator-state.ts").Elevator;
    lift.order({ from: 0, to: 19, persons: 1 });
    while (lift.carrying === undefined || lift.state.car.speed < 1.7) clock.advance(50);
    const rises = { often: 0, seldom: 0 };
    let [before, seldomBefore] = [device.read("door_zone"), device.read("door_zone")];
    for (let tick = 1; lift.state.car.speed > 1.7; tick += 1) {
      clock.advance(50);
      const now = device.read("door_zone");
      if (now > before) rises.often += 1;
      before = now;
      if (tick % 20 !== 0) continue;
      if (now > seldomBefore) rises.seldom += 1;
      seldomBefore = now;
    }
    expect(rises.often).toBeGreaterThan(13);
    expect(rises.seldom).toBeLessThan(rises.often / 2);
  } finally {
    await building.close();
  }
});
