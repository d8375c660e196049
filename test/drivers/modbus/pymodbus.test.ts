/** The driver against a Modbus server that nobody here wrote: pymodbus, as Debian ships it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { needs } from "../../support/needs.ts";

/** Debian's own interpreter: another python3 that comes first in PATH does not have Debian's packages. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("pymodbus-server.py", import.meta.url));

const found = spawnSync(PYTHON, ["-c", "import pymodbus"]).status === 0;
const present = needs("pymodbus", "apt-get install python3-pymodbus", found);

async function startServer() {
  const server = spawn(PYTHON, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  const failed = once(server, "exit").then(() => Promise.reject(new Error("The pymodbus server did not start")));
  failed.catch(() => undefined);
  const [port] = (await Promise.race([once(createInterface(server.stdout), "line"), failed])) as [string];
  return {
    port: Number(port),
    async [Symbol.asyncDispose]() {
      server.stdin.end();
      if (server.exitCode === null) await once(server, "exit");
    },
  };
}

function start(port: number, units: Record<string, { unit: number; at: readonly string[] }>) {
  const report = createRecorder();
  const stop = new AbortController();
  let handle = 0;
  const link = {
    id: "line",
    settings: modbusTcp.settings.parse({ host: "127.0.0.1", port, timeout: "300ms" }),
    units: Object.entries(units).map(([device, { unit, at }]) => ({
      device,
      unit,
      maxRegisters: 125,
      points: at.map((text) => plainPoint(handle++, modbusTcp.address.parse(text), seconds(0.2))),
    })),
  };
  const ended = modbusTcp.run(link, driverTools(report), stop.signal);
  ended.catch(() => undefined);
  return {
    report,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

describe.skipIf(!present)("a pymodbus server", () => {
  test("every type, order and table is read as pymodbus wrote it, around a hole in the middle", async () => {
    await using server = await startServer();
    const expected: readonly (readonly [string, number])[] = [
      ["holding:0", 4_242],
      ["holding:1:i16", -2],
      ["holding:2:bcd16", 1_234],
      ["holding:3:u8hi", 0xbe],
      ["holding:3:u8lo", 0xef],
      ["holding:3.0", 1],
      ["holding:3.4", 0],
      ["holding:7", 3],
      ["holding:10:f32", Math.fround(123.456)],
      ["holding:12:f32:BADC", Math.fround(123.456)],
      ["holding:14:f32:CDAB", Math.fround(123.456)],
      ["holding:16:f32:DCBA", Math.fround(123.456)],
      ["holding:18:u32", 4_000_000_000],
      ["holding:20:i32:CDAB", -70_000],
      ["holding:22:u64", Number.MAX_SAFE_INTEGER],
      ["holding:26:f64", -0.1],
      ["input:0", 1_000],
      ["input:9", 1_009],
      ["coil:0", 1],
      ["coil:1", 0],
      ["coil:15", 1],
      ["discrete:0", 0],
      ["discrete:9", 1],
    ];
    const at = [...expected.map(([text]) => text), "holding:30:str7"];
    await using running = start(server.port, { panel: { unit: 1, at } });
    const { report } = running;
    await report.until(() => expected.every((_, i) => report.value(i) !== undefined) && report.of("text").length > 0);
    expect(expected.map(([text], i) => [text, report.value(i)])).toEqual(expected);
    expect(report.of("text")[0]).toMatchObject({ value: "B1 LIFT" });
    expect(report.of("fault")).toEqual([]);
  });

  test("a register that is not there is refused, and the unit beside it is another unit", async () => {
    await using server = await startServer();
    await using running = start(server.port, {
      one: { unit: 1, at: ["holding:0", "holding:8"] },
      two: { unit: 2, at: ["holding:0"] },
    });
    const { report } = running;
    await report.until(
      () => report.value(0) !== undefined && report.value(2) !== undefined && report.of("fault").length > 0,
    );
    expect([report.value(0), report.value(2)]).toEqual([4_242, 2]);
    expect(report.of("fault")).toMatchObject([{ device: "one", handles: [1], reason: "refused" }]);
  });

  test("a unit that the server does not have is missed, and the others go on", async () => {
    await using server = await startServer();
    await using running = start(server.port, {
      one: { unit: 1, at: ["holding:0"] },
      three: { unit: 3, at: ["holding:0"] },
    });
    const { report } = running;
    await report.until(() => report.of("missed", "three").length > 0);
    const before = report.of("samples", "one").length;
    await report.until(() => report.of("samples", "one").length > before + 2);
    expect(report.of("missed")[0]).toMatchObject({ device: "three", reason: "timeout" });
    expect(report.of("missed", "one")).toEqual([]);
  });
});
