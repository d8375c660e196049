/** RTU over TCP and pseudo-terminals as peers see them that nobody here wrote: mbpoll (libmodbus) and pymodbus. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { oneOfEach, telling } from "./one-of-each.ts";
import { startFleet } from "./start-fleet.ts";

const haveMbpoll = needs("mbpoll", "apt-get install mbpoll", spawnSync("mbpoll", ["-V"]).error === undefined);
const haveSocat = needs("socat", "apt-get install socat", spawnSync("socat", ["-V"]).status === 0);
const PYTHON = "/usr/bin/python3";
const havePymodbus = needs(
  "pymodbus",
  "apt-get install python3-pymodbus python3-serial-asyncio",
  spawnSync(PYTHON, ["-c", "import pymodbus, serial"]).status === 0,
);

function scratch() {
  const path = mkdtempSync(join(tmpdir(), "gatehouse-wire-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const readings = (out: string): Record<string, string> =>
  Object.fromEntries([...out.matchAll(/^\[(\d+)\]:\s+(\S+)/gm)].map(([, at = "", value = ""]) => [at, value]));

async function ask(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, [...args])).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

const lift = { unit: 1, device: "lift-1", kind: "elevator" };
const booster = { unit: 2, device: "booster-1", kind: "booster" };

describe.skipIf(!haveMbpoll || !haveSocat)("mbpoll on a pseudo-terminal", () => {
  test("reads every kind, is told of holes, and hears nothing from a unit that is not there", async () => {
    using folder = scratch();
    const path = join(folder.path, "bus");
    await using fleet = await startFleet([
      {
        name: "bus",
        speaks: "serial",
        path,
        baudRate: 19_200,
        parity: "even",
        latency: [1, 5],
        units: oneOfEach,
      },
    ]);
    const mbpoll = (unit: number, at: number, ...more: string[]) =>
      ask("mbpoll", [
        "-m",
        "rtu",
        "-b",
        "19200",
        "-P",
        "even",
        "-0",
        "-1",
        "-o",
        "2",
        `-a${unit}`,
        "-t4",
        `-r${at}`,
        ...more,
        path,
      ]);
    for (let unit = 1; unit <= 8; unit += 1) {
      const out = readings(await mbpoll(unit, 0, "-c2"));
      expect([unit, Object.keys(out)]).toEqual([unit, ["0", "1"]]);
    }
    fleet.device("elevator").setPoint("run_count", 70_000);
    expect(readings(await mbpoll(1, 10, "-c1", "-t4:int", "-B"))).toEqual({ 10: "70000" });
    expect(await mbpoll(1, 900, "-c1")).toMatch(/Illegal data address/i);
    expect(await mbpoll(99, 0, "-c1")).toMatch(/timed out/i);
  }, 60_000);

  test("a bus at 2400 baud takes the time that its bytes need, and the terminal can be opened again and again", async () => {
    using folder = scratch();
    const path = join(folder.path, "bus");
    await using fleet = await startFleet([
      { name: "bus", speaks: "serial", path, baudRate: 2_400, latency: [0, 1], units: [booster] },
    ]);
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      const out = await ask("mbpoll", [
        "-m",
        "rtu",
        "-b",
        "2400",
        "-P",
        "none",
        "-0",
        "-1",
        "-o",
        "3",
        "-a2",
        "-t4",
        "-r20",
        "-c30",
        path,
      ]);
      times.push(performance.now() - began);
      expect(Object.keys(readings(out))).toHaveLength(30);
    }
    // 8 bytes asked and 65 answered, ten bits each, at 2400 bits a second: 304 ms.
    expect(Math.min(...times)).toBeGreaterThan(300);
    expect(fleet.building.lines[0]?.line.where).toBe(`serial ${path}`);
  }, 60_000);
});

/** What pymodbus makes of a unit: registers, or the exception that it was told. */
const SCRIPT = `
import json, sys
from pymodbus.client import ModbusTcpClient, ModbusSerialClient
from pymodbus.transaction import ModbusRtuFramer
way, where, asks = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = ModbusSerialClient(where, baudrate=9600, parity="N", timeout=3) if way == "serial" else ModbusTcpClient("127.0.0.1", int(where), framer=ModbusRtuFramer, timeout=3)
assert client.connect()
said = []
for unit, at, count in asks:
    reply = client.read_holding_registers(at, count, unit)
    said.append(reply.registers if hasattr(reply, "registers") else getattr(reply, "exception_code", "silence"))
print(json.dumps(said))
`;

describe.skipIf(!havePymodbus)("pymodbus", () => {
  const pymodbus = async (way: string, where: string, asks: readonly (readonly number[])[]) => {
    using folder = scratch();
    const file = join(folder.path, "ask.py");
    writeFileSync(file, SCRIPT);
    const out = await ask(PYTHON, [file, way, where, JSON.stringify(asks)]);
    return JSON.parse(out.trim().split("\n").at(-1) ?? "null") as unknown[];
  };

  test("reads RTU frames over TCP, and is refused what is a hole or too long for the device", async () => {
    await using fleet = await startFleet([
      {
        name: "gateway",
        speaks: "rtu-over-tcp",
        offset: 0,
        latency: [1, 5],
        units: [lift, { ...booster, maxRegisters: 16, wordOrder: "CDAB", addressShift: 1000 }],
      },
    ]);
    fleet.device("lift-1").setPoint("floor_index", -2);
    fleet.device("booster-1").setPoint("flow_total", 7_000);
    const said = await pymodbus("rtu", `${fleet.port("gateway")}`, [
      [1, 3, 1],
      [1, 900, 1],
      [2, 1006, 2],
      [2, 1020, 17],
      [2, 6, 2],
    ]);
    // -2; a hole; 70,000 with its low word first; more than it gives at once; the maker's own address.
    expect(said).toEqual([[0xfffe], 2, [0x1170, 0x0001], 3, 2]);
  }, 60_000);

  test("reads every kind behind a serial server", async () => {
    await using fleet = await startFleet([
      { name: "gateway", speaks: "rtu-over-tcp", offset: 0, latency: [1, 5], units: oneOfEach },
    ]);
    for (const [at, { device, kind }] of oneOfEach.entries())
      fleet.device(device).setPoint(telling(kind).point, 100 + at);
    const asks = oneOfEach.map(({ unit, kind }) => [unit, telling(kind).at, 1]);
    expect(await pymodbus("rtu", `${fleet.port("gateway")}`, asks)).toEqual(oneOfEach.map((_, at) => [100 + at]));
  }, 60_000);

  test.skipIf(!haveSocat)(
    "reads a serial port, and is told that the device is busy",
    async () => {
      using folder = scratch();
      const path = join(folder.path, "bus");
      await using fleet = await startFleet([
        { name: "bus", speaks: "serial", path, baudRate: 9_600, latency: [1, 5], units: [lift, booster] },
      ]);
      fleet.device("lift-1").setPoint("floor_index", 7);
      expect(await pymodbus("serial", path, [[1, 3, 1]])).toEqual([[7]]);
      fleet.device("lift-1").faults.setFault("exception-6", true);
      expect(await pymodbus("serial", path, [[1, 3, 1]])).toEqual([6]);
    },
    60_000,
  );
});
