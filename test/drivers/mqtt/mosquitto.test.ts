/** The driver on Mosquitto: versions, sessions, retained values, last wills, clocks, orders, and brokers that say no. */

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { minutes, seconds } from "#model/time";
import { LinkBroken, WriteFailed } from "../../../drivers/driver.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { mosquittoFound, startMosquitto } from "./mosquitto.ts";
import { startLink } from "./start-link.ts";

const folder = () => mkdtempSync(join(tmpdir(), "gatehouse-mqtt-"));
const pump = { pump: ["pump/state#/speed", "pump/on"] };

describe.runIf(mosquittoFound)("on Mosquitto", () => {
  test.each(["3.1.1", 5])("MQTT %s carries plain and JSON values", async (version) => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await using link = startLink({ url: broker.url, version }, pump);
    await link.ready();
    await device.publishAsync("pump/state", '{"speed":1450}', { qos: 1 });
    await device.publishAsync("pump/on", "true");
    await link.report.until(() => link.report.value(0) === 1_450 && link.report.value(1) === 1);
    expect(link.frames).toContain('received 1 pump/state {"speed":1450}');
  });

  test.each(["3.1.1", 5])("MQTT %s: what came while the gateway was away is not lost", async (version) => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    const data = folder();
    {
      await using link = startLink({ url: broker.url, version }, pump, { folder: data });
      await link.ready();
    }
    for (const speed of [1, 2, 3]) await device.publishAsync("pump/state", `{"speed":${speed}}`, { qos: 1 });
    await using link = startLink({ url: broker.url, version }, pump, { folder: data });
    await link.report.until(() => link.report.value(0) === 3);
    expect(link.told.filter(({ handle }) => handle === 0).map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  test("a broker that is killed breaks the link, and nothing after it is reported", async () => {
    await using broker = await startMosquitto();
    await using link = startLink({ url: broker.url }, pump);
    await link.ready();
    await broker.kill();
    const error = await link.ended.catch((broken: unknown) => broken);
    expect(error).toBeInstanceOf(LinkBroken);
    expect((error as LinkBroken).because.zh).toContain("连接断开");
  });

  test("a retained value of unknown age is no value until the device speaks", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await device.publishAsync("pump/state", '{"speed":1}', { retain: true, qos: 1 });
    await using link = startLink({ url: broker.url }, pump);
    await link.report.until(() => link.report.of("fault").length > 0);
    expect(link.report.of("fault")[0]).toMatchObject({ handles: [0], reason: "stale" });
    expect(link.report.of("samples")).toEqual([]);
    await device.publishAsync("pump/state", '{"speed":2}', { retain: true, qos: 1 });
    await link.report.until(() => link.report.value(0) === 2);
    expect(link.told).toMatchObject([{ value: 2, uncertain: false }]);
  });

  test("where the site asks for it, a retained value of unknown age is shown as uncertain", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await device.publishAsync("pump/state", '{"speed":1}', { retain: true, qos: 1 });
    await using link = startLink({ url: broker.url, retained: "uncertain" }, pump);
    await link.report.until(() => link.report.value(0) === 1);
    expect(link.told).toMatchObject([{ value: 1, uncertain: true }]);
  });

  test("a retained value that tells its time is judged by its age", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    const clock = createManualClock();
    const now = clock.now();
    await device.publishAsync("a", `{"v":1,"ts":${now - 5_000}}`, { retain: true, qos: 1 });
    await device.publishAsync("b", `{"v":2,"ts":${now - minutes(10)}}`, { retain: true, qos: 1 });
    await using link = startLink(
      { url: broker.url },
      { pump: ["a#/v ; time=/ts:ms", "b#/v ; time=/ts:ms"] },
      { clock },
    );
    await link.report.until(() => link.report.value(0) === 1 && link.report.of("fault").length > 0);
    expect(link.told).toMatchObject([{ handle: 0, sourceAt: now - 5_000, uncertain: false }]);
    expect(link.report.of("fault")[0]).toMatchObject({ handles: [1], reason: "stale" });
  });

  test("a last will takes the device away, and its return brings back what it had retained", async () => {
    await using broker = await startMosquitto();
    const clock = createManualClock();
    const will = { topic: "pump/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
    const device = await broker.client({ will });
    await device.publishAsync("pump/status", "online", { retain: true, qos: 1 });
    await device.publishAsync("pump/state", '{"speed":7}', { retain: true, qos: 1 });
    await using link = startLink({ url: broker.url }, { pump: ["pump/state#/speed ; alive=pump/status"] }, { clock });
    await link.report.until(() => link.report.value(0) === 7);
    expect(link.told).toMatchObject([{ value: 7, uncertain: false }]);

    await link.ready();
    await clock.advance(seconds(2));
    await link.report.until(() => link.report.of("confirmed").length > 0);

    device.stream.destroy();
    await link.report.until(() => link.report.of("missed").length > 0);
    expect(link.report.of("missed")[0]).toMatchObject({ device: "pump", reason: "no-link" });
    const before = link.report.of("missed").length;
    await clock.advance(seconds(10));
    expect(link.report.of("missed").length).toBeGreaterThanOrEqual(before + 2);

    const again = await broker.client({ will });
    await again.publishAsync("pump/status", "online", { retain: true, qos: 1 });
    await again.publishAsync("pump/state", '{"speed":8}', { qos: 1 });
    await link.report.until(() => link.report.value(0) === 8);
  });

  test("a device that says nothing is missed, again and again", async () => {
    await using broker = await startMosquitto();
    const clock = createManualClock();
    await using link = startLink({ url: broker.url, quietAfter: "30s" }, pump, { clock });
    await link.ready();
    await clock.advance(seconds(29));
    expect(link.report.of("missed")).toEqual([]);
    await clock.advance(seconds(20));
    expect(link.report.of("missed").length).toBeGreaterThanOrEqual(3);
    expect(link.report.of("missed")[0]).toMatchObject({ device: "pump", reason: "timeout" });
  });

  test("a device clock that is an hour fast is noticed and corrected", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    const clock = createManualClock();
    await using link = startLink({ url: broker.url }, { pump: ["a#/v ; time=/ts:ms"] }, { clock });
    await link.ready();
    await device.publishAsync("a", `{"v":1,"ts":${clock.now() + 3_600_000}}`, { qos: 1 });
    await link.report.until(() => link.report.value(0) === 1);
    expect(link.told[0]?.sourceAt).toBe(clock.now());
    expect(link.news[0]?.notes?.[0]?.en).toContain("3600 s fast");
  });

  test("a message older than the one before is told with its own time: its order is for the points to judge", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    const clock = createManualClock();
    await using link = startLink({ url: broker.url }, { pump: ["a#/v ; time=/ts:ms"] }, { clock });
    await link.ready();
    const say = (v: number, ago: number) =>
      device.publishAsync("a", `{"v":${v},"ts":${clock.now() - ago}}`, { qos: 1 });
    await say(1, 0);
    await say(2, 5_000);
    await say(3, 0);
    await link.report.until(() => link.report.value(0) === 3);
    expect(link.told.map(({ value, sourceAt }) => [value, clock.now() - sourceAt])).toEqual([
      [1, 0],
      [2, 5_000],
      [3, 0],
    ]);
  });

  test("a payload that does not fit turns its point bad, with a sentence and a sample of it", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await using link = startLink({ url: broker.url }, pump);
    await link.ready();
    await device.publishAsync("pump/state", '{"speed":"fast"}', { qos: 1 });
    await link.report.until(() => link.report.of("fault").length > 0);
    const [fault] = link.report.of("fault");
    expect(fault).toMatchObject({ handles: [0], reason: "decode" });
    expect(fault?.because.en).toContain('"fast"');
    expect(link.frames.some((frame) => frame.includes("fast"))).toBe(true);
    await device.publishAsync("pump/state", '{"speed":3}', { qos: 1 });
    await link.report.until(() => link.report.value(0) === 3);
  });

  test("a packet beyond the limit breaks the link before it is held", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await using link = startLink({ url: broker.url, version: "3.1.1", packetBytes: 2_048 }, pump);
    await link.ready();
    await device.publishAsync("pump/on", "1".repeat(5_000), { qos: 1 });
    const error = await link.ended.catch((broken: unknown) => broken);
    expect((error as LinkBroken).because.en).toContain("packetBytes");
  });

  test("an order is published, and done when the device reports the new value", async () => {
    await using broker = await startMosquitto();
    const device = await broker.client();
    await device.subscribeAsync("pump/cmd", { qos: 1 });
    const got: string[] = [];
    device.on("message", (_topic, payload) => {
      got.push(payload.toString());
      const { mode } = JSON.parse(payload.toString()) as { mode: string };
      device.publish("pump/state", JSON.stringify({ mode }), { qos: 1 });
    });
    await using link = startLink(
      { url: broker.url },
      { pump: [{ at: "pump/state#/mode > pump/cmd#/mode", type: "enum", words: { auto: 1, manual: 0 } }] },
    );
    const write = await link.ready();
    const [unit] = link.units;
    const point = unit?.points[0];
    if (!unit || !point) throw new Error("no point");
    const order = { device: "pump", unit: 1, handle: 0, address: point.address, value: 1 };
    await expect(write(order, new AbortController().signal)).resolves.toBe(1);
    expect(got).toEqual(['{"mode":"auto"}']);
    await expect(write(order, AbortSignal.abort())).rejects.toMatchObject({ outcome: "unreachable" });
    expect(got).toHaveLength(1);
  });

  test("an order that the device never confirms is unknown, not done", async () => {
    await using broker = await startMosquitto();
    await using link = startLink(
      { url: broker.url, writeTimeout: "200ms" },
      { pump: ["pump/setpoint > pump/setpoint/set"] },
    );
    const write = await link.ready();
    const address = link.units[0]?.points[0]?.address;
    if (!address) throw new Error("no address");
    const failed = await write(
      { device: "pump", unit: 1, handle: 0, address, value: 5 },
      new AbortController().signal,
    ).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(WriteFailed);
    expect(failed).toMatchObject({ outcome: "unknown" });
  });

  test("a wrong password is told as such, and appears nowhere", async () => {
    const made = spawnSync("mosquitto_passwd", ["-c", "-b", join(folder(), "p"), "gate", "right"]);
    expect(made.status).toBe(0);
    const file = join(folder(), "p");
    spawnSync("mosquitto_passwd", ["-c", "-b", file, "gate", "right"]);
    await using broker = await startMosquitto({ config: ["allow_anonymous false", `password_file ${file}`] });
    for (const version of ["3.1.1", 5]) {
      await using link = startLink({ url: broker.url, version, user: "gate", password: "wrong-secret" }, pump);
      const error = (await link.ended.catch((broken: unknown) => broken)) as LinkBroken;
      expect(error.because.en).toMatch(/password/);
      expect(JSON.stringify([error.because, link.frames])).not.toContain("wrong-secret");
    }
    await using link = startLink({ url: broker.url, user: "gate", password: "right" }, pump);
    await link.ready();
  });

  test("a topic that the broker refuses costs only its points", async () => {
    await using broker = await startMosquitto({
      config: ["allow_anonymous true", "acl_file {folder}/acl"],
      files: { acl: "topic readwrite pump/on\n" },
    });
    const device = await broker.client();
    await using link = startLink({ url: broker.url }, pump);
    await link.ready();
    await device.publishAsync("pump/on", "true", { qos: 1 });
    await link.report.until(() => link.report.value(1) === 1);
    // Mosquitto grants every subscription and lets nothing through; aedes and others answer 0x80.
    expect(link.report.value(0)).toBeUndefined();
  });

  test("over TLS the broker must prove its name by the authority that the site names", async () => {
    const at = folder();
    const run = (...args: string[]) => expect(spawnSync("openssl", args, { cwd: at }).status).toBe(0);
    run(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem",
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
    );
    const { readFileSync } = await import("node:fs");
    const cert = readFileSync(join(at, "cert.pem"), "utf8");
    await using broker = await startMosquitto({
      config: ["allow_anonymous true", `certfile ${join(at, "cert.pem")}`, `keyfile ${join(at, "key.pem")}`],
    });
    const url = `mqtts://127.0.0.1:${broker.port}`;
    await using stranger = startLink({ url }, pump);
    const error = (await stranger.ended.catch((broken: unknown) => broken)) as LinkBroken;
    expect(error.because.en).toContain("self-signed");
    await using link = startLink({ url, ca: cert }, pump);
    await link.ready();
  });
});
