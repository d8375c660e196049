/** The driver `modbus-tcp`: the units of one Modbus TCP device or gateway over one connection. */
import type { Driver } from "../driver.ts";
import { ModbusAddress } from "./address.ts";
import { runLink } from "./link.ts";
import { writable } from "./orders.ts";
import { overlaps } from "./overlaps.ts";
import { endpoint, ModbusTcpSettings } from "./settings.ts";
import { createTcpLine } from "./tcp-line.ts";

export const modbusTcp: Driver<ModbusTcpSettings, ModbusAddress> = {
  kind: "modbus-tcp",
  settings: ModbusTcpSettings,
  address: ModbusAddress,
  overlaps,
  writable,
  run: (link, tools, signal) =>
    runLink(
      link,
      {
        where: endpoint(link.settings),
        workers: link.settings.maxInFlight,
        create: (of, ending) => createTcpLine(link.settings, of, ending),
      },
      tools,
      signal,
    ),
};
