/** Links over HTTP: figures for many roles, frames for engineers only, and no secret anywhere. */
import { expect, test } from "vitest";
import * as z from "zod";
import { roles } from "#model/account";
import { milliseconds, seconds } from "#model/time";
import { FrameShape, LinkShape } from "../../../gateway/api/link-shapes.ts";
import { whereOf } from "../../../gateway/api/routes/links.ts";
import { say } from "../acquisition/puppet-driver.ts";
import { acquire, answer, siteWith } from "../acquisition/site-of.ts";
import { startStand, testSite } from "./stand.ts";

async function startWithLinks() {
  const { devices, points, links } = siteWith({ pump: { points: { a: {}, b: {} } }, sump: { points: { c: {} } } });
  const settings = { host: "10.0.4.17", port: 500, portOffset: 2, password: "hunter2" };
  const site = testSite({ devices, points, links: links.map((link) => ({ ...link, settings })) });
  const running = acquire(site);
  const { acquisition } = running;
  const stand = await startStand({
    site,
    devices: () => acquisition.devices(),
    links: () => acquisition.links(),
    frames: acquisition.frames,
  });
  const life = await running.puppet.life(0);
  return {
    ...running,
    stand,
    life,
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await acquisition[Symbol.asyncDispose]();
    },
  };
}

test("a link tells where it goes, its state, and per unit figures, faults with a remedy and the breaker", async () => {
  await using house = await startWithLinks();
  const { stand, life, clock } = house;
  answer(life, "pump", [0, 1], [1, 2], { sourceAt: Float64Array.of(clock.now() + 5_000, Number.NaN) });
  life.tools.report.missed("sump", "timeout", say("silent; check the wire"), seconds(1));
  life.tools.trace.unit({ device: "sump", breaker: "open", nextTry: milliseconds(8_000) });
  const { body } = await stand.ask("GET", "/api/links", { as: "operator" });
  expect(z.array(LinkShape).parse(body)).toMatchObject([
    {
      id: "line",
      driver: "puppet",
      where: "10.0.4.17:502",
      state: "up",
      reconnects: 0,
      units: [
        { device: "pump", name: { zh: "pump" }, state: "online", skew: 5_000, breaker: "closed", pollWanted: 1 },
        {
          device: "sump",
          timeouts: 1,
          breaker: "open",
          nextTryIn: 8_000,
          faults: [
            { reason: "timeout", reasonText: { zh: "设备未应答" }, because: say("silent; check the wire"), count: 1 },
          ],
        },
      ],
    },
  ]);
  expect((await stand.ask("GET", "/api/links/line", { as: "operator" })).body).toEqual(body[0]);
  expect(JSON.stringify(body)).not.toContain("hunter2");
  const metrics = (await stand.ask("GET", "/metrics", { as: "engineer" })).text;
  expect(metrics).toContain('gatehouse_breakers_open{link="line"} 1');
  expect(metrics).toContain('gatehouse_link_reconnects{link="line"} 0');
});

test("the metrics tell of each unit what its page tells: latency, requests, faults by reason, breaker, last good", async () => {
  await using house = await startWithLinks();
  const { stand, life, clock } = house;
  for (let n = 0; n < 99; n += 1)
    life.tools.report.samples("pump", Int32Array.of(0), Float64Array.of(n), 1, milliseconds(10));
  life.tools.report.samples("pump", Int32Array.of(0), Float64Array.of(1), 1, milliseconds(2_000));
  life.tools.report.samples("pump", Int32Array.of(0), Float64Array.of(1), 1, milliseconds(2_000));
  life.tools.report.missed("sump", "timeout", say("silent"), seconds(1));
  life.tools.report.missed("sump", "timeout", say("silent"), seconds(1));
  life.tools.report.missed("sump", "refused", say("exception 4"), seconds(1));
  life.tools.trace.unit({ device: "sump", breaker: "open", nextTry: milliseconds(8_000) });
  const text = (await stand.ask("GET", "/metrics", { as: "engineer" })).text;
  const told = (name: string): number => {
    const line = text.split("\n").find((one: string) => one.startsWith(`gatehouse_unit_${name} `));
    return Number(line?.split(" ").at(-1) ?? Number.NaN);
  };
  // A percentile is right within a tenth.
  expect(told('latency_seconds{link="line",device="pump",quantile="0.5"}')).toBeCloseTo(0.01, 2);
  expect(told('latency_seconds{link="line",device="pump",quantile="0.99"}')).toBeGreaterThan(1.8);
  expect(told('latency_seconds{link="line",device="sump",quantile="0.5"}')).toBeNaN();
  expect(told('requests_total{link="line",device="pump"}')).toBe(101);
  expect(told('requests_total{link="line",device="sump"}')).toBe(3);
  expect(told('faults_total{link="line",device="sump",reason="timeout"}')).toBe(2);
  expect(told('faults_total{link="line",device="sump",reason="refused"}')).toBe(1);
  expect(told('faults_total{link="line",device="pump",reason="timeout"}')).toBe(0);
  expect(told('breaker{link="line",device="sump",state="open"}')).toBe(1);
  expect(told('breaker{link="line",device="sump",state="closed"}')).toBe(0);
  expect(told('breaker{link="line",device="pump",state="closed"}')).toBe(1);
  expect(told('last_good_seconds{link="line",device="pump"}')).toBe(clock.now() / 1_000);
  expect(told('last_good_seconds{link="line",device="sump"}')).toBeNaN();
  // A second scrape does not count twice.
  const again = (await stand.ask("GET", "/metrics", { as: "engineer" })).text;
  expect(again).toContain('gatehouse_unit_requests_total{link="line",device="pump"} 101');
});

test("frames are hex with their time, for engineers and admins only, and only those that are new", async () => {
  await using house = await startWithLinks();
  const { stand, life } = house;
  life.tools.trace.frame("sent", 7, Uint8Array.of(7, 3, 0, 0, 0, 10, 0xc5, 0xab));
  life.tools.trace.frame("received", 7, new Uint8Array(600).fill(255));
  const { body } = await stand.ask("GET", "/api/links/line/frames", { as: "engineer" });
  expect(z.array(FrameShape).parse(body)).toMatchObject([
    { seq: 1, at: "2026-11-21T08:00:00.000Z", way: "sent", unit: 7, length: 8, hex: "07 03 00 00 00 0A C5 AB" },
    { seq: 2, way: "received", length: 600, hex: Array(512).fill("FF").join(" ") },
  ]);
  const later = await stand.ask("GET", "/api/links/line/frames?after=1", { as: "admin" });
  expect(later.body.map((frame: { seq: number }) => frame.seq)).toEqual([2]);
  for (const role of roles) {
    const { status } = await stand.ask("GET", "/api/links/line/frames", { as: role });
    expect([role, status]).toEqual([role, role === "engineer" || role === "admin" ? 200 : 403]);
  }
});

test.each([
  ["/api/links/nowhere", 404],
  ["/api/links/nowhere/frames", 404],
  ["/api/links/..%2f..%2fetc", 400],
  ["/api/links/line/frames?after=-1", 400],
  ["/api/links/line/frames?after=1e9", 400],
  ["/api/links/line/frames?before=3", 400],
  [`/api/links/${"a".repeat(400)}`, 414],
])("%s is answered %d", async (path, status) => {
  await using house = await startWithLinks();
  expect((await house.stand.ask("GET", path, { as: "admin" })).status).toBe(status);
});

test.each([
  [{ host: "::1", port: 502 }, "[::1]:502"],
  [{ path: "/dev/ttyUSB0", baudRate: 9600 }, "/dev/ttyUSB0"],
  [{ endpoint: "opc.tcp://10.0.0.9:4840/UA", user: "x" }, "opc.tcp://10.0.0.9:4840/UA"],
  [{ url: "mqtts://user:secret@broker.lan:8883/?token=secret" }, "mqtts://broker.lan:8883"],
  [{ url: "not a url secret" }, undefined],
  [undefined, undefined],
])("the address of a link with %j is %j", (settings, where) => {
  expect(whereOf({ id: "l", driver: "d", settings })).toBe(where);
});
