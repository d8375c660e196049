/** Every driver of the house, one line each. The key is what a site file writes as the kind of a link. */
import type { Driver } from "./driver.ts";
import { modbusRtu, modbusRtuOverTcp } from "./modbus/serial.ts";
import { modbusTcp } from "./modbus/tcp.ts";
import { mqtt } from "./mqtt/driver.ts";
import { opcua } from "./opcua/opcua.ts";

export const drivers: ReadonlyMap<string, Driver<unknown, unknown>> = new Map<string, Driver<unknown, unknown>>([
  [modbusTcp.kind, modbusTcp],
  [modbusRtu.kind, modbusRtu],
  [modbusRtuOverTcp.kind, modbusRtuOverTcp],
  [opcua.kind, opcua],
  [mqtt.kind, mqtt],
]);
