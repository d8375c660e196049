/** The simulated devices as `mbpoll` sees them, a Modbus client on libmodbus that nobody here wrote. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createChance } from "../../simulators/chance.ts";
import { createSystemClock } from "../../simulators/clock.ts";
import { boosterMap, elevatorMap } from "../../simulators/wire/maps.ts";
import { listenModbus } from "../../simulators/wire/modbus-device.ts";
import { createUnit } from "../../simulators/wire/modbus-unit.ts";
import { needs } from "../support/needs.ts";
import { oneOfEach, telling } from "./one-of-each.ts";
import { startFleet } from "./start-fleet.ts";

const installed = needs("mbpoll", "apt-get install mbpoll", spawnSync("mbpoll", ["-V"]).error === undefined);

/** Unit 1 is an elevator, unit 2 a booster set whose setpoint is what was written last. */
async function startLine() {
  const lift: Record<string, number> = { heartbeat: 258, floor_index: -2, run_count: 70_000, door_zone: 1 };
  const pumps: Record<string, number> = { outlet_pressure: 0.55, pressure_setpoint: 0.55 };
  const line = await listenModbus({
    host: "127.0.0.1",
    port: 0,
    units: new Map([
      [1, createUnit(elevatorMap, (point) => lift[point] ?? 0)],
      [
        2,
        createUnit(
          boosterMap,
          (point) => pumps[point] ?? 0,
          (point, value) => Object.assign(pumps, { [point]: value }),
        ),
      ],
    ]),
    clock: createSystemClock(),
    chance: createChance(1, "line"),
  });
  const mbpoll = async (options: readonly string[], ...values: string[]): Promise<{ code: number; out: string }> => {
    const told = ["-0", "-1", "-o", "5", "-p", String(line.port), "127.0.0.1"];
    try {
      const { stdout } = await promisify(execFile)("mbpoll", [...options, ...told, ...values]);
      return { code: 0, out: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: `${stdout}${stderr}` };
    }
  };
  return { mbpoll, pumps, [Symbol.asyncDispose]: () => line.close() };
}

/** `[3]: \t65534 (-2)` → 3: 65534 */
const readings = (out: string): Record<string, string> =>
  Object.fromEntries([...out.matchAll(/^\[(\d+)\]:\s+(\S+)/gm)].map(([, at = "", value = ""]) => [at, value]));

describe.skipIf(!installed)("mbpoll", () => {
  test("reads registers, numbers of two registers, and bits", async () => {
    await using line = await startLine();
    const words = await line.mbpoll(["-a1", "-t4", "-r0", "-c6"]);
    expect(readings(words.out)).toMatchObject({ 0: "258", 3: "65534", 5: "1" });
    const wide = await line.mbpoll(["-a1", "-t4:int", "-B", "-r10", "-c1"]);
    expect(readings(wide.out)).toEqual({ 10: "70000" });
    const bits = await line.mbpoll(["-a1", "-t1", "-r80", "-c2"]);
    expect(readings(bits.out)).toEqual({ 80: "1", 81: "0" });
  });

  test("is told of addresses and units that are not there", async () => {
    await using line = await startLine();
    expect((await line.mbpoll(["-a1", "-t4", "-r900", "-c1"])).out).toMatch(/Illegal data address/i);
    expect((await line.mbpoll(["-a9", "-t4", "-r0", "-c1"])).out).toMatch(/Target device failed to respond/i);
  });

  test("writes the set pressure within its limits, and nothing else", async () => {
    await using line = await startLine();
    const write = (unit: number, at: number, value: number) =>
      line.mbpoll([`-a${unit}`, "-t4", `-r${at}`], String(value));
    expect((await write(2, 4, 500)).code).toBe(0);
    expect(line.pumps.pressure_setpoint).toBe(0.5);
    expect((await write(2, 4, 700)).out).toMatch(/Illegal data value/i);
    expect((await write(2, 3, 500)).out).toMatch(/Illegal data address/i);
    expect((await write(1, 1, 2)).out).toMatch(/Illegal function/i);
    expect(line.pumps).toMatchObject({ pressure_setpoint: 0.5, outlet_pressure: 0.55 });
  });

  test("reads a device of every kind on one line", async () => {
    await using fleet = await startFleet([{ name: "all", offset: 0, units: oneOfEach }]);
    for (const [at, { device, unit, kind }] of oneOfEach.entries()) {
      const own = telling(kind);
      fleet.device(device).setPoint(own.point, 200 + at);
      const told = [
        "-0",
        "-1",
        "-o",
        "5",
        "-p",
        `${fleet.port("all")}`,
        `-a${unit}`,
        "-t4",
        `-r${own.at}`,
        "-c1",
        "127.0.0.1",
      ];
      const { stdout } = await promisify(execFile)("mbpoll", told);
      expect([device, readings(stdout)]).toEqual([device, { [own.at]: `${200 + at}` }]);
    }
  }, 60_000);
});
