/** A serial port of this machine, by the library that modbus-serial brings along. */
import { createRequire } from "node:module";
import { LinkBroken } from "../driver.ts";
import { noSerialLibrary, portNotOpened } from "./sentences.ts";
import type { ModbusRtuSettings } from "./settings.ts";
import type { OpenWire } from "./wire.ts";

/** The part of `serialport` 13 that is used here. */
interface Port {
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Buffer): boolean;
  on(event: "data", listener: (bytes: Buffer) => void): void;
  on(event: "error" | "close", listener: (cause: Error | null) => void): void;
}
type PortMaker = new (options: object) => Port;

/** Loaded when a serial link starts, so that a machine without the library still speaks TCP. */
function load(path: string): PortMaker {
  try {
    const { SerialPort } = createRequire(import.meta.resolve("modbus-serial"))("serialport") as {
      SerialPort: PortMaker;
    };
    return SerialPort;
  } catch (cause) {
    throw new LinkBroken("no-link", noSerialLibrary(path), { cause });
  }
}

export function openSerialPort(settings: ModbusRtuSettings): OpenWire {
  return async (events, signal) => {
    const { path, baudRate, parity, dataBits, stopBits } = settings;
    const Maker = load(path);
    const port = new Maker({ path, baudRate, parity, dataBits, stopBits, autoOpen: false, lock: true });
    const opened = Promise.withResolvers<void>();
    port.open((cause) => {
      if (cause) opened.reject(new LinkBroken("no-link", portNotOpened(path, cause.message), { cause }));
      else opened.resolve();
    });
    await opened.promise;
    let open = true;
    const gone = (cause: Error | null) => {
      if (!open) return;
      open = false;
      events.gone(cause?.message);
    };
    const close = () => {
      open = false;
      const { promise, resolve } = Promise.withResolvers<void>();
      // A port that is closed already says so as an error, which is as good.
      port.close(() => resolve());
      return promise;
    };
    port.on("data", (bytes) => {
      if (open) events.data(bytes);
    });
    port.on("error", gone);
    port.on("close", gone);
    if (signal.aborted) {
      await close();
      throw signal.reason;
    }
    return { write: (bytes) => void port.write(bytes), close };
  };
}
