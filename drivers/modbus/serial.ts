/** The drivers `modbus-rtu` and `modbus-rtu-over-tcp`: units on a serial line, at a port of this machine or far away. */
import type { Driver } from "../driver.ts";
import { ModbusAddress } from "./address.ts";
import { createHalfDuplexLine, type HalfDuplexOptions } from "./half-duplex.ts";
import { runLink } from "./link.ts";
import { judge, lineLoad } from "./load.ts";
import { writable } from "./orders.ts";
import { overlaps } from "./overlaps.ts";
import { openSerialPort } from "./serial-port.ts";
import { endpoint, ModbusRtuOverTcpSettings, ModbusRtuSettings } from "./settings.ts";
import { bitsPerCharacter, frameGap } from "./timing.ts";
import { openTcpWire } from "./wire.ts";

/** The line at a serial port of this machine. */
export function portOptions(settings: ModbusRtuSettings): HalfDuplexOptions {
  const { path, baudRate, timeout, pause } = settings;
  return {
    where: path,
    open: openSerialPort(settings),
    timeout,
    gap: frameGap(settings),
    pause,
    wireTime: (bytes) => (bytes * bitsPerCharacter(settings) * 1_000) / baudRate,
    reopen: false,
  };
}

/** The line behind a serial server, which keeps its rhythm; `timeout` holds the time on the wire. */
export function serverOptions(settings: ModbusRtuOverTcpSettings): HalfDuplexOptions {
  const { timeout, pause } = settings;
  const open = openTcpWire(settings);
  return { where: endpoint(settings), open, timeout, gap: 0, pause, wireTime: () => 0, reopen: true };
}

export const modbusRtu: Driver<ModbusRtuSettings, ModbusAddress> = {
  kind: "modbus-rtu",
  settings: ModbusRtuSettings,
  address: ModbusAddress,
  overlaps,
  writable,
  judge,
  load: lineLoad,
  run(link, tools, signal) {
    const options = portOptions(link.settings);
    const create = (of: typeof tools, ending: AbortSignal) => createHalfDuplexLine(options, of, ending);
    return runLink(link, { where: options.where, workers: 1, create }, tools, signal);
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
    const options = serverOptions(link.settings);
    const create = (of: typeof tools, ending: AbortSignal) => createHalfDuplexLine(options, of, ending);
    return runLink(link, { where: options.where, workers: 1, create }, tools, signal);
  },
};
