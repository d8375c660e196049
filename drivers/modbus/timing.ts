/** How long characters take on a serial line. */
import type { ModbusRtuSettings } from "./settings.ts";

type Speed = Pick<ModbusRtuSettings, "baudRate"> & Partial<Pick<ModbusRtuSettings, "parity" | "stopBits">>;

/** Start bit, eight data bits, parity, stop bits. What is not told is as usual: no parity, one stop bit. */
export const bitsPerCharacter = ({ parity = "none", stopBits = 1 }: Speed): number =>
  9 + (parity === "none" ? 0 : 1) + stopBits;

/**
 * Silence in ms that ends a frame: 3.5 characters of 11 bits, and 1.75 ms above 19200 baud (Modbus over serial line 1.02,
 * 2.5.1.1).
 */
export const frameGap = ({ baudRate }: Speed): number => (baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1_000) / baudRate);
