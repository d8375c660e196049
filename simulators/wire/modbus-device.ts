/** A Modbus line on a TCP port: frames of Modbus TCP, or RTU frames as behind a serial server. */
import { createServer, type Socket } from "node:net";
import type { Line } from "./line.ts";
import { listening } from "./listening.ts";
import { createModbusLine, type ModbusLineOptions, type Peer } from "./modbus-line.ts";

export interface LineOptions extends ModbusLineOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface ModbusLine extends Line {
  readonly port: number;
}

/** Listens, or rejects with the system's error (`EADDRINUSE`, `EACCES`). */
export async function listenModbus(options: LineOptions): Promise<ModbusLine> {
  const core = createModbusLine(options);
  const server = createServer((socket) => {
    const client = core.welcome(peerOf(socket));
    if (!client) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", client.left);
    socket.on("data", client.heard);
  });
  const port = await listening(server, options);
  return {
    port,
    where: `${options.framing === "rtu" ? "rtu-over-tcp" : "modbus-tcp"} ${options.host}:${port}`,
    get clients() {
      return core.clients;
    },
    faults: core.faults,
    refuses: () => undefined,
    setFault: core.setFault,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      core.close();
      await closed;
    },
  };
}

function peerOf(socket: Socket): Peer {
  return {
    send: (bytes) => void socket.write(bytes),
    get unsent() {
      return socket.writableLength;
    },
    get gone() {
      return socket.destroyed;
    },
    close: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
  };
}
