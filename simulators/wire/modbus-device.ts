/**
 * A Modbus TCP server with many units behind one port, written from the standard on plain sockets: a misunderstanding
 * in the gateway's driver cannot hide here as well.
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import { exception, exceptions } from "./answer.ts";
import { type FaultName, faultKind } from "./faults.ts";
import { createFrameReader, encodeFrame, type Frame } from "./frames.ts";
import type { ModbusUnit } from "./modbus-unit.ts";

/** Beyond these a client is turned away, a request is answered "busy", a client that does not read is cut off. */
const limits = { clients: 32, requestsInFlight: 32, unsentBytes: 65_536 } as const;
const idleCheckMs = 100;

export interface LineOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** By unit number 1–247. */
  readonly units: ReadonlyMap<number, ModbusUnit>;
  readonly clock: SimulatorClock;
  readonly chance: Chance;
}

export interface ModbusLine {
  readonly port: number;
  readonly clients: number;
  /** Faults of the whole line that are on. */
  readonly faults: ReadonlyMap<FaultName, number>;
  /** Switches a fault: one of scope `line` for the port, one of scope `unit` for all its units. */
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  close(): Promise<void>;
}

interface Client {
  readonly socket: Socket;
  heardAt: number;
  inFlight: number;
  /** Monotonic time before which the next ordered reply may not go out. */
  lastDue: number;
}

/** Listens, or rejects with the system's error (`EADDRINUSE`, `EACCES`). */
export async function listenModbus(options: LineOptions): Promise<ModbusLine> {
  const { units, clock, chance } = options;
  const faults = new Map<FaultName, number>();
  const clients = new Set<Client>();
  const timers = new Set<() => void>();
  let stopIdleCheck: (() => void) | undefined;

  const send = (client: Client, frame: Buffer) => {
    if (client.socket.destroyed || faults.has("half-open")) return;
    client.socket.write(frame);
    if (client.socket.writableLength > limits.unsentBytes) client.socket.destroy();
  };

  const sendAfter = (client: Client, ms: number, inOrder: boolean, frame: Buffer) => {
    const now = clock.monotonic();
    const due = inOrder ? Math.max(now + ms, client.lastDue) : now + ms;
    if (inOrder) client.lastDue = due;
    client.inFlight += 1;
    const cancel = clock.after(due - now, () => {
      timers.delete(cancel);
      client.inFlight -= 1;
      send(client, frame);
    });
    timers.add(cancel);
  };

  /** Another unit of the line, or an unknown one where there is none: whose reply a confused gateway would pass on. */
  const stranger = (unit: number): readonly [number, ModbusUnit | undefined] => {
    for (const [number, other] of units) if (number !== unit) return [number, other];
    return [(unit % 247) + 1, undefined];
  };

  const take = (client: Client, frame: Frame) => {
    const unit = units.get(frame.unit);
    const code = frame.pdu[0] ?? 0;
    if (client.inFlight >= limits.requestsInFlight) {
      send(client, encodeFrame(frame.transaction, frame.unit, exception(code, exceptions.busy)));
      return;
    }
    if (!unit) {
      // A gateway that finds nobody behind this unit number says so (exception 0B).
      sendAfter(client, 1, true, encodeFrame(frame.transaction, frame.unit, exception(code, exceptions.noTarget)));
      return;
    }
    const timing = unit.timing(chance);
    if (timing === "never") return;
    let transaction = frame.transaction;
    let sender = frame.unit;
    let pdu = unit.reply(frame.pdu);
    if (unit.faults.has("foreign-reply")) {
      const [number, other] = stranger(frame.unit);
      sender = number;
      pdu = other?.reply(frame.pdu) ?? pdu;
    }
    if (unit.faults.has("wrong-id")) transaction = (transaction + 1) & 0xffff;
    sendAfter(client, timing.ms, timing.inOrder, encodeFrame(transaction, sender, pdu));
  };

  const welcome = (socket: Socket) => {
    const most = faults.has("one-client") ? 1 : limits.clients;
    if (clients.size >= most) {
      socket.destroy();
      return;
    }
    const client: Client = { socket, heardAt: clock.monotonic(), inFlight: 0, lastDue: 0 };
    const reader = createFrameReader();
    clients.add(client);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => clients.delete(client));
    socket.on("data", (chunk: Buffer) => {
      client.heardAt = clock.monotonic();
      if (faults.has("half-open")) return;
      const frames = reader.push(chunk);
      if (frames === "ill-formed") {
        socket.destroy();
        return;
      }
      for (const frame of frames) take(client, frame);
    });
  };

  const applyLineFault = (fault: FaultName, on: boolean) => {
    if (fault === "half-open" && !on) {
      // A host that comes back knows nothing of its old connections and resets them.
      for (const client of clients) client.socket.resetAndDestroy();
    } else if (fault === "one-client" && on) {
      for (const client of [...clients].slice(1)) client.socket.destroy();
    } else if (fault === "drop-idle") {
      stopIdleCheck?.();
      stopIdleCheck = on ? clock.every(idleCheckMs, dropIdle) : undefined;
    }
  };

  const dropIdle = () => {
    const longest = (faults.get("drop-idle") ?? Number.POSITIVE_INFINITY) * 1000;
    const now = clock.monotonic();
    for (const client of clients) if (now - client.heardAt > longest) client.socket.destroy();
  };

  const server = createServer(welcome);
  await listening(server, options.port, options.host);
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : options.port,
    get clients() {
      return clients.size;
    },
    faults,
    setFault(fault, on, seconds) {
      if (faultKind(fault).scope === "unit") {
        for (const unit of units.values()) unit.setFault(fault, on, seconds);
        return;
      }
      if (on) faults.set(fault, seconds ?? faultKind(fault).seconds?.default ?? 0);
      else faults.delete(fault);
      applyLineFault(fault, on);
    },
    async close() {
      stopIdleCheck?.();
      for (const cancel of timers) cancel();
      timers.clear();
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const client of clients) client.socket.destroy();
      await closed;
    },
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
