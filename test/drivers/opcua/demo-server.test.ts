/** node-opcua's own demo server in a process of its own: a peer that nobody here wrote. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startLink } from "./start-link.ts";
import { freePort } from "./start-server.ts";

const PROGRAM = join(
  createRequire(import.meta.url).resolve("node-opcua-samples/package.json"),
  "../bin/simple_server.cjs",
);
const MAIN = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
const DEMO_SITE = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));
/** Long enough on a machine that makes the server's keys and builds its address space beside other tests. */
const START = 300_000;

let home: string;
let port: number;
let child: ChildProcess;
/** Its own namespace; every address of this file stands in it. */
let own: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "gatehouse-demo-server-"));
  port = await freePort();
  child = spawn(process.execPath, [PROGRAM, "--port", String(port), "--keySize", "2048"], {
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ready = Promise.withResolvers<void>();
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
    if (said.includes("waiting for connections")) ready.resolve();
  });
  child.once("exit", (code) => ready.reject(new Error(`the demo server ended with ${code}: ${said}`)));
  await ready.promise;
  await using link = startLink({ endpoint: endpoint(), timeout: "20s" }, [{ at: "i=2255#[1]", type: "text" }]);
  await link.report.until(() => link.report.of("text").length > 0);
  own = link.report.of("text")[0]?.value ?? "";
}, START);
afterAll(async () => {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  await rm(home, { recursive: true, force: true });
});

const endpoint = () => `opc.tcp://127.0.0.1:${port}`;
const connect = (points: Parameters<typeof startLink>[1], more: object = {}) =>
  startLink({ endpoint: endpoint(), timeout: "20s", ...more }, points);
const node = (id: string) => `nsu=${own};s=${id}`;

describe("the driver at node-opcua's own demo server", () => {
  test("reads numbers, a date, elements of an array and of a matrix, and an analog item with its range", async () => {
    const points = [
      node("PumpSpeed"),
      node("SomeDate"),
      `${node("Position")}#[2]`,
      `${node("Matrix")}#[1][2]`,
      node("TemperatureAnalogItem"),
      `/Objects/nsu=${own};MyDevices/TemperatureAnalogItem/nsu=http://opcfoundation.org/UA/;EURange#.high`,
      `/Objects/nsu=${own};MyDevices/FanSpeed`,
    ];
    await using link = connect(points);
    await link.report.until(() => points.every((_, handle) => link.report.value(handle) !== undefined));
    const value = (handle: number) => link.report.value(handle) ?? Number.NaN;
    expect(Math.abs(value(0) - 200)).toBeLessThanOrEqual(100);
    expect(value(1)).toBe(Date.UTC(2016, 9, 13, 8, 40));
    expect([value(2), value(3), value(5)]).toEqual([3, 6, 200]);
    expect(value(4)).toBeGreaterThanOrEqual(19);
    expect(value(4)).toBeLessThan(20);
    expect(Math.abs(value(6) - 1_000)).toBeLessThanOrEqual(50);
    expect(link.report.of("fault")).toEqual([]);
  });

  test("names the code of a discrete item as the server does, and its number for a number point", async () => {
    const discrete = "nsu=urn://node-opcua-simulator;s=MultiStateDiscrete001";
    await using link = connect([{ at: discrete, type: "text" }, discrete]);
    await link.report.until(() => link.report.of("text").length > 0 && link.report.value(1) !== undefined);
    expect(link.report.of("text")[0]?.value).toBe("Orange");
    expect(link.report.value(1)).toBe(1);
  });

  test("what it will not let us read has no value, and says with which status", async () => {
    const at = (name: string) => `nsu=urn://node-opcua-simulator;s=AccessLevel_${name}`;
    await using link = connect([at("CurrentRead_NotUser"), at("CurrentWrite_NotCurrentRead"), node("SomeDate")]);
    const refused = () => link.report.of("fault").filter(({ reason }) => reason === "refused");
    await link.report.until(() => new Set(refused().flatMap(({ handles }) => handles)).size >= 2);
    expect(refused().every(({ because }) => because.en.includes("BadNotReadable"))).toBe(true);
    expect([link.report.value(0), link.report.value(1)]).toEqual([undefined, undefined]);
  });

  test("an address that is not there, or an array without its index, is a fault of that point alone", async () => {
    await using link = connect([node("NoSuchThing"), node("Position"), node("SomeDate")]);
    await link.report.until(() => link.report.value(2) !== undefined && link.report.of("fault").length >= 2);
    const reasons = new Map(
      link.report.of("fault").flatMap(({ handles, reason }) => handles.map((one) => [one, reason])),
    );
    expect(reasons).toEqual(
      new Map([
        [0, "refused"],
        [1, "decode"],
      ]),
    );
  });

  test("a value that it moves a hundred times a second arrives in bulk, several samples to a message", async () => {
    await using link = connect([{ at: node("FanSpeed"), every: 50 }], { publishing: "500ms" });
    const seen = () => new Set(link.report.of("samples").map(({ values }) => values.get(0))).size;
    await link.report.until(() => seen() >= 30);
    for (const { values } of link.report.of("samples"))
      expect(Math.abs((values.get(0) ?? Number.NaN) - 1_000)).toBeLessThanOrEqual(50);
  });
});

test("gatehouse browse writes a points file of it that gatehouse check takes", { timeout: START }, async () => {
  const site = join(home, "site");
  cpSync(DEMO_SITE, site, { recursive: true });
  const written = readFileSync(join(site, "site.yaml"), "utf8");
  writeFileSync(
    join(site, "site.yaml"),
    `${written}\nlinks:\n  demo:\n    opcua: { endpoint: "${endpoint()}", security: none, timeout: 20s }\n`,
  );
  const file = join(site, "devices", "demo.yaml");
  const run = async (...args: string[]) => {
    const gatehouse = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, LANG: "en_US.UTF-8", GATEHOUSE_DATA: join(home, "data") },
    });
    let out = "";
    for (const stream of [gatehouse.stdout, gatehouse.stderr])
      stream.on("data", (chunk: Buffer) => {
        out += chunk.toString();
      });
    const [code] = await once(gatehouse, "close");
    return { code, out };
  };
  const browsed = await run("browse", "demo", "--site", site, "--out", file);
  expect(browsed.code, browsed.out).toBe(0);
  expect(browsed.out).toMatch(/PumpSpeed {2}\[Double/);
  expect(browsed.out).toMatch(/TemperatureAnalogItem {2}\[Double/);
  expect(readFileSync(file, "utf8")).toContain(`at: "${node("PumpSpeed")}"`);
  const checked = await run("check", site);
  expect(checked.code, checked.out).toBe(0);
});
