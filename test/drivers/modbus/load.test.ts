/** The share of a serial line's time, by hand and by the driver. */
import { expect, test } from "vitest";
import { type Span, seconds } from "#model/time";
import type { DriverLink } from "../../../drivers/driver.ts";
import { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { judge, lineLoad } from "../../../drivers/modbus/load.ts";
import { ModbusRtuSettings } from "../../../drivers/modbus/settings.ts";
import { plainPoint } from "../../contracts/driver-tools.ts";

const link = (
  units: number,
  at: readonly string[],
  every: Span,
  settings: object = {},
): DriverLink<ModbusRtuSettings, ModbusAddress> => ({
  id: "bus",
  settings: ModbusRtuSettings.parse({ path: "/dev/ttyS0", baudRate: 9_600, parity: "none", ...settings }),
  units: Array.from({ length: units }, (_, unit) => ({
    device: `meter ${unit}`,
    unit: unit + 1,
    maxRegisters: 125,
    points: at.map((text, handle) => plainPoint(handle, ModbusAddress.parse(text), every)),
  })),
});

test("20 registers at 9600 baud take 55 ms of characters, two gaps of 4 ms and the device's 20 ms", () => {
  const at = Array.from({ length: 20 }, (_, i) => `holding:${i}`);
  // 8 + 45 characters of ten bits, once a second.
  const byHand = (53 * 10_000) / 9_600 + 2 * ((3.5 * 11_000) / 9_600) + 20;
  expect(lineLoad(link(1, at, seconds(1)))).toBeCloseTo(byHand / 1_000, 6);
  expect(lineLoad(link(3, at, seconds(2)))).toBeCloseTo((3 * byHand) / 2_000, 6);
});

test("parity, stop bits, pauses and baud rate count; coils are eight to a byte", () => {
  const one = (settings: object, at = ["holding:0"]) => lineLoad(link(1, at, seconds(1), settings));
  expect(one({ parity: "even" })).toBeGreaterThan(one({}));
  expect(one({ stopBits: 2 })).toBeGreaterThan(one({}));
  expect(one({ pause: "50ms" }) - one({})).toBeCloseTo(0.05, 6);
  expect(one({ baudRate: 115_200 })).toBeLessThan(one({}));
  const coils = Array.from({ length: 8 }, (_, i) => `coil:${i}`);
  expect(one({}, coils)).toBeCloseTo(one({}, ["coil:0"]), 6);
});

test("up to 70 % nothing is said, up to 100 % a warning, above it an error", () => {
  const verdicts = (units: number) => judge(link(units, ["holding:0"], seconds(1))).map(({ grave }) => grave);
  // One register a second takes 43.6 ms.
  expect(verdicts(16)).toEqual([]);
  expect(verdicts(17)).toEqual([false]);
  expect(verdicts(22)).toEqual([false]);
  expect(verdicts(23)).toEqual([true]);
});
