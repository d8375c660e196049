/** Every driver of the house, one line each. The key is what a site file writes as the kind of a link. */
import type { Driver } from "./driver.ts";
import { modbusTcp } from "./modbus/tcp.ts";
import { mqtt } from "./mqtt/driver.ts";

export const drivers: ReadonlyMap<string, Driver<unknown, unknown>> = new Map<string, Driver<unknown, unknown>>([
  [modbusTcp.kind, modbusTcp],
  [mqtt.kind, mqtt],
]);
