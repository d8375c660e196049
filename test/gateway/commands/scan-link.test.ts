/** Scanning a line: what answers is found, nothing is written, and no unit is asked faster than the pause allows. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { drivers } from "../../../drivers/catalog.ts";
import { createClock } from "../../../gateway/clock.ts";
import { importPoints } from "../../../gateway/commands/import-points.ts";
import { numbersOf, type ScanOptions, scan } from "../../../gateway/commands/scan-link.ts";
import { honestRtu, startRtuDevice } from "../../drivers/modbus/rtu-device.ts";
import {
  dataPdu,
  exception,
  frame,
  goodReply,
  type Memory,
  type Request,
  startSpecDevice,
} from "../../drivers/modbus/spec-device.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-scan-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Unit 3 has holding 0–9 and 20, and inputs 5–6; unit 7 only coils and knows no registers; 9 is dead behind its gateway. */
const memory: Memory = (unit, code, address) => {
  if (unit === 3 && code === 3) return address <= 9 || address === 20 ? address : undefined;
  if (unit === 3 && code === 4) return address === 5 || address === 6 ? 1 : undefined;
  return unit === 7 && code === 1 && address < 4 ? 1 : undefined;
};
const building = (request: Request) => {
  const { unit, code, socket } = request;
  if (unit === 9) return void socket.write(exception(request, 11));
  if (unit === 7 && code !== 1) return void socket.write(exception(request, 1));
  if (unit !== 3 && unit !== 7) return;
  socket.write(goodReply(memory, request));
};

const run = async (port: number, more: Partial<ScanOptions> = {}) => {
  const lines: string[] = [];
  const options = {
    link: `modbus-tcp://127.0.0.1:${port}`,
    links: [],
    shared: false,
    force: false,
    pause: "1ms",
    range: "0-31",
    ...more,
  };
  const result = await scan(options, createClock(), (line) => lines.push(line.en), new AbortController().signal);
  return { result, lines: lines.map((line) => line.replace(/ {2}\[\d+ questions\]$/, "")) };
};

describe("a scan", () => {
  test("finds units on a serial line behind a serial server, past those that are silent", async () => {
    await using device = await startRtuDevice((request) => {
      if (request.unit === 3) honestRtu(memory)(request);
    });
    const driver = drivers.get("modbus-rtu-over-tcp");
    const settings = driver?.settings.parse({ host: "127.0.0.1", port: device.port, timeout: "100ms" });
    const links = [{ id: "riser", driver: "modbus-rtu-over-tcp", settings }];
    const { lines, result } = await run(0, { link: "riser", links, shared: true, units: "2-4" });
    expect(result).toEqual({ outcome: "done" });
    expect(lines).toEqual(["unit 3  holding:0-9  holding:20  input:5-6"]);
    expect((await run(0, { link: "riser", links })).result).toMatchObject({ outcome: "refused" });
  });

  test("finds units and the ranges that they answer, and asks one thing at a time with functions that only read", async () => {
    await using device = await startSpecDevice(building);
    const { lines, result } = await run(device.port, { units: "3,7-9", tables: "holding,input,coil" });
    expect(result).toEqual({ outcome: "done" });
    expect(lines).toEqual(["unit 3  holding:0-9  holding:20  input:5-6", "unit 7  coil:0-3  without holding input"]);
    expect(device.requests.every(({ code }) => code >= 1 && code <= 4)).toBe(true);
    const order = device.requests.map(({ unit }) => unit);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(device.requests.length).toBeLessThan(300);
  });

  test("waits between its questions", async () => {
    const times: number[] = [];
    await using device = await startSpecDevice((request) => {
      times.push(performance.now());
      building(request);
    });
    await run(device.port, { units: "3", tables: "holding", range: "0-9", pause: "30ms" });
    expect(times.length).toBeGreaterThan(1);
    for (const [n, time] of times.slice(1).entries()) expect(time - (times[n] as number)).toBeGreaterThan(25);
  });

  test("believes no reply to another question, and goes on after it on a new connection", async () => {
    let wrong = 0;
    await using device = await startSpecDevice((request) => {
      wrong += 1;
      const { id, unit, socket } = request;
      const pdu = dataPdu(memory, request);
      if (wrong === 2) socket.write(frame(id ^ 1, unit, pdu));
      else if (wrong === 4) socket.write(frame(id, unit + 1, pdu));
      else if (wrong === 6) socket.write(Buffer.concat([frame(id, unit, pdu), Buffer.of(0)]));
      else if (wrong === 8) socket.write(frame(id, unit, Buffer.of(3, 250, 1)));
      else socket.write(goodReply(memory, request));
    });
    const { lines } = await run(device.port, { units: "3", tables: "holding" });
    expect(lines).toEqual(["unit 3  holding:0-9  holding:20"]);
    expect(device.accepted()).toBe(5);
  });

  test("stops with a unit that falls silent midway and keeps what it has found", async () => {
    let asked = 0;
    await using device = await startSpecDevice((request) => {
      asked += 1;
      if (asked < 4) building(request);
    });
    const { lines } = await run(device.port, { units: "3", tables: "holding" });
    expect(lines).toEqual(["unit 3  holding:0-7  (stopped answering midway)"]);
    expect(asked).toBe(5);
  });

  test("writes a table of points that import takes, and overwrites nothing", async () => {
    await using device = await startSpecDevice(building);
    const out = join(folder, "points.csv");
    await run(device.port, { units: "3", out });
    expect(readFileSync(out, "utf8").split("\n")).toHaveLength(1 + 13 + 1);
    const imported = await importPoints({
      file: out,
      device: "d",
      kind: "water",
      force: false,
      drivers,
      language: "en",
    });
    expect(imported).toMatchObject({ outcome: "text", text: expect.stringContaining('at: "holding:20"') });
    const again = await run(device.port, { units: "3", tables: "holding", range: "0-0", out });
    expect(again.result).toMatchObject({ outcome: "refused", because: { en: expect.stringContaining("--force") } });
  });

  test("of a link of a site is refused until a person says that it may be shared", async () => {
    await using device = await startSpecDevice(building);
    const links = [
      { id: "riser", driver: "modbus-tcp", settings: { host: "127.0.0.1", port: device.port } },
      { id: "bms", driver: "opcua", settings: {} },
    ];
    const of = (link: string, shared = false) => run(device.port, { link, links, shared, units: "3", range: "0-9" });
    expect((await of("riser")).result).toMatchObject({
      outcome: "refused",
      because: { en: expect.stringContaining("--shared") },
    });
    expect((await of("bms", true)).result).toMatchObject({ because: { en: expect.stringContaining("is opcua") } });
    expect((await of("nothing")).result).toMatchObject({ because: { en: expect.stringContaining("riser bms") } });
    expect(device.requests).toEqual([]);
    expect((await of("riser", true)).lines).toEqual(["unit 3  holding:0-9  input:5-6"]);
  });

  test("of what is not there says so", async () => {
    const device = await startSpecDevice(building);
    expect((await run(device.port, { units: "40" })).lines).toEqual(["No unit answers."]);
    await device.vanish();
    await expect(run(device.port)).rejects.toThrow(`127.0.0.1:${device.port}`);
  });

  test.each([
    { units: "0-5" },
    { units: "5-1" },
    { units: "x" },
    { range: "9-1" },
    { range: "0-70000" },
    { tables: "holding,foo" },
    { pause: "soon" },
    { link: "modbus-tcp://" },
    { link: "modbus-tcp://user@host:1/x" },
  ])("with %j is refused before anything is asked", async (more) => {
    expect((await run(1, more)).result).toMatchObject({ outcome: "refused" });
  });
});

test("unit lists are ranges and single numbers", () => {
  expect(numbersOf("3,1-2, 2", 1, 247)).toEqual([1, 2, 3]);
  expect(numbersOf("", 1, 247)).toBeUndefined();
});
