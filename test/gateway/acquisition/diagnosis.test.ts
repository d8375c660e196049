/** What an engineer is told about a link: figures, faults in words, frames, and never more memory than promised. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { milliseconds, minutes, type Span, seconds } from "#model/time";
import { createClockSkew } from "../../../gateway/acquisition/clock-skew.ts";
import { createFaultList } from "../../../gateway/acquisition/fault-list.ts";
import { createFrameRing } from "../../../gateway/acquisition/frame-ring.ts";
import { createLatency } from "../../../gateway/acquisition/latency.ts";
import { createPuppetDriver, say } from "./puppet-driver.ts";
import { acquire, answer, siteWith } from "./site-of.ts";

const at = (ms: number) => ms as never;

describe("latency", () => {
  test("any percentile of any set of reads is right within a tenth", () => {
    const reads = fc.array(fc.double({ min: 0.1, max: 50_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(reads, fc.constantFrom(0.5, 0.9, 0.99, 1), (took, share) => {
        const latency = createLatency();
        for (const one of took) latency.add(milliseconds(one), seconds(0));
        const exact = took.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(took.length * share)) - 1] as number;
        const told = latency.percentile(share, seconds(1)) as number;
        expect(Math.abs(told - exact) / exact).toBeLessThan(0.1);
      }),
    );
  });

  test("it forgets what is older than ten minutes, and says nothing when nothing was read", () => {
    const latency = createLatency();
    expect(latency.percentile(0.5, seconds(0))).toBeUndefined();
    latency.add(milliseconds(900), seconds(0));
    latency.add(milliseconds(5), minutes(6));
    expect(latency.percentile(0.99, minutes(7))).toBeGreaterThan(800);
    expect(latency.percentile(0.99, minutes(12))).toBeLessThan(6);
    expect(latency.percentile(0.5, minutes(30))).toBeUndefined();
  });
});

describe("frames", () => {
  test("the last 500 are kept in order, later changes of the driver's buffer do not reach them", () => {
    const ring = createFrameRing();
    const buffer = new Uint8Array(3);
    for (let n = 1; n <= 1_203; n += 1) {
      buffer.fill(n % 256);
      ring.add(at(n), n % 2 ? "sent" : "received", 7, buffer);
    }
    const frames = ring.after(0);
    expect(frames).toHaveLength(500);
    expect(frames.map((frame) => frame.seq)).toEqual(Array.from({ length: 500 }, (_, i) => 704 + i));
    expect(frames.every((frame) => frame.bytes.every((byte) => byte === frame.seq % 256))).toBe(true);
    expect(ring.after(1_201).map(({ seq, way, unit }) => [seq, way, unit])).toEqual([
      [1_202, "received", 7],
      [1_203, "sent", 7],
    ]);
    expect(ring.count).toBe(1_203);
  });

  test("of a large frame the beginning is kept, and how long it was", () => {
    const ring = createFrameRing();
    ring.add(at(1), "received", 1, new Uint8Array(100_000).fill(9));
    ring.add(at(2), "received", 1, new Uint8Array(0));
    const [large, empty] = ring.after(0);
    expect([large?.length, large?.bytes.length, empty?.length, empty?.bytes.length]).toEqual([100_000, 512, 0, 0]);
  });
});

describe("faults", () => {
  test("each sentence once with its count, the newest first, a dozen at most, and exact counts by reason", () => {
    const faults = createFaultList();
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 100; n += 1) faults.note("refused", say(`no register ${n}`), at(round * 100 + n));
      faults.note("timeout", say("silent"), at(round * 100 + 99));
    }
    expect(faults.seen()).toHaveLength(12);
    expect(faults.seen()[0]).toEqual({
      reason: "timeout",
      because: say("silent"),
      count: 1,
      firstAt: 299,
      lastAt: 299,
    });
    expect([...faults.counts()]).toEqual([
      ["refused", 300],
      ["timeout", 3],
    ]);
    faults.note("timeout", say("silent"), at(400));
    expect(faults.seen()[0]).toMatchObject({ count: 2, firstAt: 299, lastAt: 400 });
  });
});

describe("a source's clock", () => {
  test("is told by its freshest stamp; stamps of old changes say nothing", () => {
    const skew = createClockSkew();
    expect(skew.read()).toBeUndefined();
    skew.note({}, 1, 1_000, seconds(0));
    skew.note({ sourceAt: Float64Array.of(Number.NaN) }, 1, 1_000, seconds(0));
    expect(skew.read()).toBeUndefined();
    skew.note({ sourceAt: Float64Array.of(1_000_000 - 86_400_000, 1_000_000 + 7_000) }, 2, 1_000_000, seconds(1));
    skew.note({ sourceAt: Float64Array.of(1_060_000 - 3_600_000) }, 1, 1_060_000, seconds(61));
    expect(skew.read()).toBe(7_000);
  });

  test("that was set right is shown right ten minutes later", () => {
    const skew = createClockSkew();
    for (let minute = 0; minute < 12; minute += 1) {
      const now = minute * 60_000;
      skew.note({ sourceAt: Float64Array.of(now + (minute < 2 ? 60_000 : -300)) }, 1, now, minutes(minute));
    }
    expect(skew.read()).toBe(-300);
  });
});

describe("a link", () => {
  const site = siteWith({ pump: { points: { a: {}, b: {} } }, sump: { points: { c: {} } } });

  test("tells state, figures and faults of each unit, and what the driver says about its breaker", async () => {
    const { acquisition, clock, puppet } = acquire(site);
    expect(acquisition.links()).toMatchObject([{ link: "line", driver: "puppet", state: "starting", reconnects: 0 }]);
    const life = await puppet.life(0);
    for (let n = 0; n < 60; n += 1) {
      await clock.advance(seconds(1));
      answer(life, "pump", [0, 1], [n, n]);
    }
    life.tools.report.missed("sump", "timeout", say("no answer within 1 s; check the wire"), seconds(1));
    life.tools.report.missed("sump", "timeout", say("no answer within 1 s; check the wire"));
    life.tools.report.fault("pump", Int32Array.of(1), 1, "refused", say("exception 2"), milliseconds(12));
    life.tools.trace.unit({
      device: "sump",
      breaker: "open",
      nextTry: (clock.monotonic() + 8_000) as Span,
      notes: [say("one client only")],
    });
    await clock.advance(seconds(3));
    const [link] = acquisition.links();
    expect(link).toMatchObject({ state: "up", faults: [] });
    const [pump, sump] = link?.units ?? [];
    expect(pump).toMatchObject({
      device: "pump",
      unit: 1,
      state: "online",
      requests: 61,
      timeouts: 0,
      breaker: "closed",
      faults: [{ reason: "refused", because: say("exception 2"), count: 1 }],
      latency: { p50: expect.closeTo(10, -1), p99: expect.closeTo(10, -1) },
    });
    expect(pump?.requestsPerSecond).toBeCloseTo(58 / 60, 1);
    // Two misses, one of which was a request: while the breaker is open nothing is sent.
    expect(sump).toMatchObject({
      state: "degraded",
      requests: 1,
      timeouts: 2,
      breaker: "open",
      nextTryIn: 5_000,
      notes: [say("one client only")],
      faults: [{ reason: "timeout", because: say("no answer within 1 s; check the wire"), count: 2 }],
    });
    expect(sump).not.toHaveProperty("latency");
    expect(sump).not.toHaveProperty("lastGood");
    await acquisition[Symbol.asyncDispose]();
  });

  test("counts reconnects and keeps the sentence of why it broke; a life that is over adds nothing", async () => {
    const { acquisition, clock, puppet } = acquire(site);
    const first = await puppet.life(0);
    answer(first, "pump", [0], [1]);
    first.tools.trace.frame("sent", 1, Uint8Array.of(1, 3));
    first.tools.trace.unit({ device: "pump", breaker: "open" });
    first.breakLink("the cable is out");
    await clock.advance(seconds(0));
    expect(acquisition.links()[0]).toMatchObject({
      state: "down",
      because: say("the cable is out"),
      faults: [{ reason: "no-link", because: say("the cable is out"), count: 1 }],
      units: [{ breaker: "closed" }, { breaker: "closed" }],
    });
    await clock.advance(seconds(1));
    const second = await puppet.life(1);
    answer(second, "pump", [0], [2]);
    first.tools.trace.frame("sent", 1, Uint8Array.of(9));
    first.tools.trace.unit({ device: "pump", breaker: "open" });
    second.tools.trace.frame("received", 1, Uint8Array.of(2));
    const [link] = acquisition.links();
    expect(link).toMatchObject({ state: "up", reconnects: 1, frames: 2 });
    expect(link).not.toHaveProperty("because");
    expect(link?.units[0]?.breaker).toBe("closed");
    expect(acquisition.frames("line", 0)?.map(({ way, bytes }) => [way, ...bytes])).toEqual([
      ["sent", 1, 3],
      ["received", 2],
    ]);
    expect(acquisition.frames("nowhere", 0)).toBeUndefined();
    await acquisition[Symbol.asyncDispose]();
  });

  test("shows the skew of a device's clock, and a stamp from the future is not taken for the time of the value", async () => {
    const { acquisition, clock, puppet, table } = acquire(site);
    const life = await puppet.life(0);
    const now = clock.now();
    answer(life, "pump", [0, 1], [1, 2], { sourceAt: Float64Array.of(now + 3_600_000, 0) });
    expect([table.sourceAt[0], table.sourceAt[1]]).toEqual([now, now]);
    expect(acquisition.links()[0]?.units[0]?.skew).toBe(3_600_000);
    answer(life, "pump", [0, 1], [1, 2], { sourceAt: Float64Array.of(now - 3_600_000, now + 1_500) });
    expect([table.sourceAt[0], table.sourceAt[1]]).toEqual([now - 3_600_000, now + 1_500]);
    await acquisition[Symbol.asyncDispose]();
  });

  test("tells the load of its line when the driver can reckon it", async () => {
    const { driver } = createPuppetDriver();
    const counted = { ...driver, load: ({ units }: { units: readonly unknown[] }) => units.length * 0.21 };
    const { acquisition } = acquire(site, { drivers: new Map([["puppet", counted]]) });
    expect(acquisition.links()[0]?.load).toBeCloseTo(0.42);
    await acquisition[Symbol.asyncDispose]();
    const plain = acquire(site);
    expect(plain.acquisition.links()[0]).not.toHaveProperty("load");
    await plain.acquisition[Symbol.asyncDispose]();
  });
});
