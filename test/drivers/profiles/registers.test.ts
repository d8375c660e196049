/** What registers mean under the profiles that pack, turn round, shift or scale them: words of the wire in, values out. */
import { expect, test } from "vitest";
import { instant, milliseconds } from "#model/time";
import type { ModbusAddress } from "../../../drivers/modbus/address.ts";
import { decodeNumber } from "../../../drivers/modbus/decode.ts";
import { settle } from "../../../gateway/points/settle.ts";
import { createPointTable } from "../../../gateway/points/table.ts";
import { install } from "../../rules/library/installation.ts";

/** Values by point; `bad` where there is none. Registers and bits that are not told are 0. */
async function read(profile: string, words: Readonly<Record<number, number>>): Promise<Record<string, number | "bad">> {
  const { points } = await install(profile);
  const columns = createPointTable(points);
  const registers = new Uint16Array(65_536);
  for (const [register, word] of Object.entries(words)) registers[Number(register)] = word;
  const raw = points.map(({ at }) => {
    const address = at as ModbusAddress;
    const bit = address.type === "bit" && address.bit === undefined;
    return bit ? (registers[address.register] ?? 0) : decodeNumber(address, registers, address.register);
  });
  const handles = Int32Array.from(points, (_, handle) => handle);
  const at = { now: instant(0), mono: milliseconds(0) };
  settle(columns, handles, Float64Array.from(raw), points.length, at, new Int32Array(points.length));
  const value = (handle: number) => Math.round((columns.value[handle] ?? Number.NaN) * 1e6) / 1e6;
  return Object.fromEntries(
    points.map(({ key }, handle) => [key, Number.isNaN(value(handle)) ? ("bad" as const) : value(handle)]),
  );
}

type Row = readonly [
  what: string,
  profile: string,
  Readonly<Record<number, number>>,
  Readonly<Record<string, unknown>>,
];
const rows: readonly Row[] = [
  [
    "a car-top monitor: up at 1.7 m/s past floor 8, somebody inside",
    "cartop-monitor",
    { 1: 0x1100, 2: 0x0811, 3: 1, 4: 2 },
    {
      service_mode: 1,
      going_up: 1,
      door_zone: 0,
      door_closed: 1,
      door_open_limit: 0,
      occupied: 1,
      floor_index: 8,
      speed: 1.7,
      main_power: 1,
      door_cycles: 65_538,
    },
  ],
  [
    "a car-top monitor: inspection, door open, mains off, trapped off landing",
    "cartop-monitor",
    { 0: 0x0802, 1: 0x2800 },
    {
      service_mode: 2,
      door_closed: 0,
      door_open_limit: 1,
      main_power: 0,
      told_trapped_between: 1,
      told_trapped_landing: 0,
    },
  ],
  [
    "a Grundfos booster: 5.5 bar out, 2 bar in, 8 m3/h, pump 1 on, pump 2 at fault and without a current",
    "grundfos-cim",
    { 300: 15_610, 301: 80, 314: 2_000, 340: 5_500, 400: 0b011, 407: 32_315, 410: 0b100, 415: 65_535 },
    {
      outlet_pressure: 0.55,
      inlet_pressure: 0.2,
      flow: 8,
      head: 56.1,
      p1_run: 1,
      p1_fault: 0,
      p1_temp: 50,
      p2_run: 0,
      p2_fault: 1,
      p2_current: "bad",
    },
  ],
  [
    "an inverter at 44.1 Hz",
    "vfd-2000h",
    { 16384: 4_410, 16388: 61, 24576: 0 },
    { p1_freq: 44.1, p1_run: 1, p1_current: 6.1, p1_fault: 0 },
  ],
  ["an inverter that stands with fault 12", "vfd-2000h", { 24576: 12 }, { p1_run: 0, p1_fault: 1, p1_fault_code: 12 }],
  [
    "an inverter whose fault number was not read",
    "vfd-2000h",
    { 24576: 255 },
    { p1_fault: "bad", p1_fault_code: "bad" },
  ],
  ["a sump without mains", "sump-duplex", { 0: 1 }, { control_power: 0, sump_level: 0.01 }],
  [
    "a Notifier point in fire alarm, which is enabled",
    "notifier-point",
    { 1: 0x0c10 },
    { fire_alarm: 1, prealarm: 0, panel_fault: 0, disablement: 0, event_type: 16 },
  ],
  [
    "a Notifier point that is in alarm and disabled",
    "notifier-point",
    { 1: 0x0a10 },
    { fire_alarm: 1, disablement: 1 },
  ],
  ["a Notifier point that does not exist", "notifier-point", { 1: 0x00ff }, { event_type: "bad" }],
  [
    "a GB 26875 word: watching, fire, linkage in manual",
    "gb26875-gateway",
    { 0: 0x0803 },
    { normal_mode: 1, fire_alarm: 1, manual_mode: 1, panel_fault: 0, mains_fail: 0 },
  ],
  [
    "a Siemens bit table: zone 3 in alarm",
    "siemens-dms8000",
    { 21000: 0b100 },
    { fire_alarm: 1, zone3_state: 2, zone1_state: 0, prealarm: 0 },
  ],
  [
    "door 1 of a controller: open, unlocked by a card, event 70000",
    "default-door",
    { 10: 0x00a1, 11: 2, 13: 305, 14: 0, 16: 1, 17: 4_464 },
    {
      door_open: 1,
      lock_locked: 0,
      reader_online: 1,
      grant: 1,
      alarm_state: 2,
      open_seconds: 30.5,
      lock_current: 0,
      event_seq: 70_000,
    },
  ],
  ["a door with an alarm state that nobody knows", "default-door", { 11: 77 }, { alarm_state: "bad", door_mode: 0 }],
  [
    "an UPS with a bad input",
    "default-ups",
    { 0: 0b10001, 1: 80, 2: 14 },
    { on_battery: 1, input_ok: 0, battery_pct: 80, runtime: 14 },
  ],
  [
    "a Tripp Lite UPS 30 s on a depleted battery",
    "tripp-lite-ups",
    { 1054: 2, 1055: 2, 1057: 30, 1058: 4 },
    { on_battery: 1, battery_low: 1, battery_condition: 2, seconds_on_battery: 30, runtime: 4 },
  ],
  ["a gas detector that drifts below zero", "default-gas-detector", { 2: 65_530 }, { conc_lel: -0.6, level1: 0 }],
  [
    "a generator at work in frost",
    "default-generator",
    { 1: 0b1000111, 2: 2_251, 5: 5_002, 7: 65_436, 8: 805, 10: 1_500 },
    {
      running: 1,
      ready: 1,
      in_auto: 1,
      start_cmd: 0,
      breaker_closed: 1,
      voltage_l1: 225.1,
      frequency: 50.02,
      coolant_temp: -10,
      fuel_level: 80.5,
      speed: 1_500,
    },
  ],
];

test.each(rows)("%s", async (_, profile, words, values) => {
  expect(await read(profile, words)).toMatchObject(values);
});
