/** The drivers `modbus-rtu` and `modbus-rtu-over-tcp`: units on a serial line, at a port of this machine or far away. */
import type { Driver } from "../driver.ts";
import { ModbusAddress } from "./address.ts";
import { createHalfDuplexLine } from "./half-duplex.ts";
import { runLink } from "./link.ts";
import { judge, lineLoad } from "./load.ts";
import { writable } from "./orders.ts";
import { overlaps } from "./overlaps.ts";
import { openSerialPort } from "./serial-port.ts";
import { endpoint, ModbusRtuOverTcpSettings, ModbusRtuSettings } from "./settings.ts";
import { bitsPerCharacter, frameGap } from "./timing.ts";
import { openTcpWire } from "./wire.ts";

export const modbusRtu: Driver<ModbusRtuSettings, ModbusAddress> = {
  kind: "modbus-rtu",
  settings: ModbusRtuSettings,
  address: ModbusAddress,
  overlaps,
  writable,
  judge,
  load: lineLoad,
  run(link, tools, signal) {
    const { path, baudRate, timeout, pause } = link.settings;
    const options = {
      where: path,
      open: openSerialPort(link.settings),
      timeout,
      gap: frameGap(link.settings),
      pause,
      wireTime: (bytes: number) => (bytes * bitsPerCharacter(link.settings) * 1_000) / baudRate,
      reopen: false,
    };
    const create = (of: typeof tools, ending: AbortSignal) => createHalfDuplexLine(options, of, ending);
    return runLink(link, { where: path, workers: 1, create }, tools, signal);
  },
};

export const modbusRtuOverTcp: Driver<ModbusRtuOverTcpSettings, ModbusAddress> = {
  kind: "modbus-rtu-over-tcp",
  settings: ModbusRtuOverTcpSettings,
  address: ModbusAddress,
  overlaps,
  writable,
  judge,
  load: lineLoad,
  run(link, tools, signal) {
    const { timeout, pause } = link.settings;
    const where = endpoint(link.settings);
    const open = openTcpWire(link.settings);
    // The serial server keeps the rhythm of the line behind it; `timeout` holds the time on the wire.
    const options = { where, open, timeout, gap: 0, pause, wireTime: () => 0, reopen: true };
    const create = (of: typeof tools, ending: AbortSignal) => createHalfDuplexLine(options, of, ending);
    return runLink(link, { where, workers: 1, create }, tools, signal);
  },
};
