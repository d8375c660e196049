/** A way for bytes to a serial line: through a serial server by TCP. The port of this machine is in `serial-port.ts`. */
import { dial } from "./dial.ts";
import type { TcpSettings } from "./settings.ts";

export interface WireEvents {
  /** The bytes are the listener's own. */
  data(bytes: Buffer): void;
  /** The wire ended by itself; `code` is that of the error, when there was one. Called at most once, never after `close`. */
  gone(code?: string): void;
}

export interface Wire {
  write(bytes: Buffer): void;
  /** Resolves once the peer can be dialled or the port be opened again. */
  close(): Promise<void>;
}

export type OpenWire = (events: WireEvents, signal: AbortSignal) => Promise<Wire>;

export function openTcpWire(settings: TcpSettings): OpenWire {
  return async (events, signal) => {
    const socket = await dial(settings, signal);
    let open = true;
    const gone = (code?: string) => {
      if (!open) return;
      open = false;
      socket.destroy();
      events.gone(code);
    };
    socket.on("data", (bytes: Buffer) => {
      if (open) events.data(bytes);
    });
    socket.on("error", (cause: NodeJS.ErrnoException) => gone(cause.code));
    socket.on("end", () => gone());
    socket.on("close", () => gone());
    return {
      write: (bytes) => void socket.write(bytes),
      async close() {
        open = false;
        socket.destroy();
      },
    };
  };
}
