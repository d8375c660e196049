/** The driver against a Modbus server that nobody here wrote: pymodbus, as Debian ships it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { drivers } from "../../../drivers/catalog.ts";
import type { Driver, Write } from "../../../drivers/driver.ts";
import { driverTools, plainPoint } from "../../contracts/driver-tools.ts";
import { createRecorder } from "../../contracts/recorder.ts";
import { needs } from "../../support/needs.ts";
import { havePty, openPty } from "./pty.ts";

/** Debian's own interpreter: another python3 that comes first in PATH does not have Debian's packages. */
const PYTHON = "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("pymodbus-server.py", import.meta.url));

const found = spawnSync(PYTHON, ["-c", "import pymodbus, serial_asyncio"]).status === 0;
const present = needs("pymodbus", "apt-get install python3-pymodbus python3-serial-asyncio", found);

type Way = "modbus-tcp" | "modbus-rtu-over-tcp" | "modbus-rtu";

/** The serial server sits at one end of a pair of pseudo-terminals. */
async function startServer(way: Way) {
  const pty = way === "modbus-rtu" ? await openPty() : undefined;
  const argument = { "modbus-tcp": "tcp", "modbus-rtu-over-tcp": "rtu", "modbus-rtu": pty?.other ?? "" }[way];
  const server = spawn(PYTHON, [SCRIPT, argument], { stdio: ["pipe", "pipe", "inherit"] });
  const failed = once(server, "exit").then(() => Promise.reject(new Error("The pymodbus server did not start")));
  failed.catch(() => undefined);
  const [place] = (await Promise.race([once(createInterface(server.stdout), "line"), failed])) as [string];
  return {
    driver: drivers.get(way) as Driver<unknown, unknown>,
    settings: pty
      ? { path: pty.path, baudRate: 9_600, parity: "none", timeout: "300ms" }
      : { host: "127.0.0.1", port: Number(place), timeout: "300ms" },
    async [Symbol.asyncDispose]() {
      server.stdin.end();
      if (server.exitCode === null) await once(server, "exit");
      await pty?.[Symbol.asyncDispose]();
    },
  };
}

type Server = Awaited<ReturnType<typeof startServer>>;

function start({ driver, settings }: Server, units: Record<string, { unit: number; at: readonly string[] }>) {
  const report = createRecorder();
  const stop = new AbortController();
  let handle = 0;
  const link = {
    id: "line",
    settings: driver.settings.parse(settings),
    units: Object.entries(units).map(([device, { unit, at }]) => ({
      device,
      unit,
      maxRegisters: 125,
      points: at.map((text) => plainPoint(handle++, driver.address.parse(text), seconds(0.2))),
    })),
  };
  const orders = Promise.withResolvers<Write<unknown>>();
  const ended = driver.run(link, driverTools(report, { takesOrders: orders.resolve }), stop.signal);
  ended.catch(() => undefined);
  return {
    report,
    write: orders.promise,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

const ways: readonly Way[] = havePty
  ? ["modbus-tcp", "modbus-rtu-over-tcp", "modbus-rtu"]
  : ["modbus-tcp", "modbus-rtu-over-tcp"];

describe.skipIf(!present).each(ways)("a pymodbus server by %s", (way) => {
  test("every type, order and table is read as pymodbus wrote it, around a hole in the middle", async () => {
    await using server = await startServer(way);
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
    await using running = start(server, { panel: { unit: 1, at } });
    const { report } = running;
    await report.until(() => expected.every((_, i) => report.value(i) !== undefined) && report.of("text").length > 0);
    expect(expected.map(([text], i) => [text, report.value(i)])).toEqual(expected);
    expect(report.of("text")[0]).toMatchObject({ value: "B1 LIFT" });
    expect(report.of("fault")).toEqual([]);
  });

  test("a register that is not there is refused, and the unit beside it is another unit", async () => {
    await using server = await startServer(way);
    await using running = start(server, {
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
    await using server = await startServer(way);
    await using running = start(server, {
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

  test("orders of every type arrive as pymodbus reads them, and are read back while the polls go on", async () => {
    await using server = await startServer(way);
    await using running = start(server, { panel: { unit: 1, at: ["input:0"] } });
    await running.report.until(() => running.report.value(0) !== undefined);
    const write = await running.write;
    const never = new AbortController().signal;
    const orders: readonly (readonly [string, number | string])[] = [
      ["coil:1", 1],
      ["holding:4", 65_535],
      ["holding:5:i16", -7],
      ["holding:6:bcd16", 9_876],
      ["holding:10:f32", Math.fround(-3.5)],
      ["holding:12:f32:BADC", Math.fround(7.25)],
      ["holding:18:u32:CDAB", 305_419_896],
      ["holding:20:i32:DCBA", -2],
      ["holding:22:i64", -9_000_000_000],
      ["holding:26:f64", 0.1],
      ["holding:30:str7", "P2 DOOR"],
    ];
    for (const [at, value] of orders) {
      const address = server.driver.address.parse(at);
      expect([at, await write({ device: "panel", unit: 1, handle: 0, address, value }, never)]).toEqual([at, value]);
    }
    const gone = write(
      { device: "panel", unit: 3, handle: 0, address: server.driver.address.parse("coil:0"), value: 1 },
      never,
    );
    await expect(gone).rejects.toMatchObject({ name: "WriteFailed", outcome: "unknown" });
    const hole = write(
      { device: "panel", unit: 1, handle: 0, address: server.driver.address.parse("holding:8"), value: 1 },
      never,
    );
    await expect(hole).rejects.toMatchObject({ outcome: "refused" });
    const before = running.report.of("samples").length;
    await running.report.until(() => running.report.of("samples").length > before);
    expect(running.report.of("missed")).toEqual([]);
  });
});
