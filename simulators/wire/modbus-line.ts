/**
 * A Modbus line with many units behind it, whatever carries its bytes: who is answered, when, with which header, and how
 * the line misbehaves. Written from the standard: a misunderstanding in the gateway's driver cannot hide here as well.
 */
import type { Chance } from "../chance.ts";
import type { SimulatorClock } from "../clock.ts";
import { exception, exceptions } from "./answer.ts";
import { type FaultName, faultKind } from "./faults.ts";
import { createFrameReader, encodeFrame, type Frame, type FrameReader } from "./frames.ts";
import type { LineManners } from "./line.ts";
import type { ModbusUnit } from "./modbus-unit.ts";
import { createRtuReader, encodeRtu } from "./rtu-frames.ts";

/** Beyond these a client is turned away, a request is answered "busy", a client that does not read is cut off. */
const limits = { clients: 32, requestsInFlight: 32, unsentBytes: 65_536 } as const;
const idleCheckMs = 100;
/** A slow serial line hands over what it has received so often, ms. */
const paceMs = 10;

/** One client of the line, as its carrier shows it. */
export interface Peer {
  send(bytes: Buffer): void;
  /** Bytes that the client has not taken yet. */
  readonly unsent: number;
  readonly gone: boolean;
  close(): void;
  /** As a host does that knows nothing of the connection. */
  reset(): void;
}

export interface ModbusLineOptions extends LineManners {
  /** By unit number 1–247. */
  readonly units: ReadonlyMap<number, ModbusUnit>;
  readonly clock: SimulatorClock;
  readonly chance: Chance;
  /** Header with transaction numbers, or unit and checksum alone. */
  readonly framing?: "tcp" | "rtu";
}

export interface LineCore {
  readonly clients: number;
  readonly faults: ReadonlyMap<FaultName, number>;
  setFault(fault: FaultName, on: boolean, seconds?: number): void;
  /** Undefined when the client is turned away. */
  welcome(peer: Peer): { heard(chunk: Buffer): void; left(): void } | undefined;
  close(): void;
}

interface Client {
  readonly peer: Peer;
  readonly reader: FrameReader;
  heardAt: number;
  inFlight: number;
  /** Monotonic time before which the next ordered reply may not go out. */
  freeAt: number;
}

export function createModbusLine(options: ModbusLineOptions): LineCore {
  const { units, clock, chance, latency, lost = 0, baud } = options;
  const rtu = options.framing === "rtu";
  const faults = new Map<FaultName, number>();
  const clients = new Set<Client>();
  const timers = new Set<() => void>();
  /** A serial line carries one frame at a time, whoever asked. */
  const bus = { freeAt: 0 };
  const wireMs = (bytes: number) => (baud ? (bytes * baud.bits * 1000) / baud.rate : 0);
  /** Frames of a serial line are apart by 3.5 characters, above 19,200 bit/s by 1.75 ms ("over Serial Line" V1.02, 2.5.1.1). */
  const silenceMs = !baud ? 0 : baud.rate > 19_200 ? 1.75 : (3.5 * baud.bits * 1000) / baud.rate;
  const framed = (transaction: number, unit: number, pdu: Buffer) =>
    rtu ? encodeRtu(unit, pdu) : encodeFrame(transaction, unit, pdu);

  const send = ({ peer }: Client, bytes: Buffer) => {
    if (peer.gone || faults.has("half-open")) return;
    peer.send(bytes);
    if (peer.unsent > limits.unsentBytes) peer.close();
  };
  const at = (due: number, task: () => void) => {
    const cancel = clock.after(Math.max(0, due - clock.monotonic()), () => {
      timers.delete(cancel);
      task();
    });
    timers.add(cancel);
  };

  /** `asked`: bytes of the request, which a serial line has carried before. */
  const sendAfter = (client: Client, ms: number, inOrder: boolean, asked: number, frame: Buffer) => {
    const turn = baud ? bus : client;
    const now = clock.monotonic();
    const starts = inOrder && baud ? Math.max(now, turn.freeAt) : now;
    const begins = inOrder && !baud ? Math.max(now + ms, turn.freeAt) : starts + wireMs(asked) + silenceMs + ms;
    const ends = begins + wireMs(frame.length);
    if (inOrder) turn.freeAt = ends + silenceMs;
    client.inFlight += 1;
    const lot = Math.max(1, Math.floor((frame.length * paceMs) / Math.max(paceMs, ends - begins)));
    for (let sent = 0; sent < frame.length; sent += lot) {
      const upTo = Math.min(frame.length, sent + lot);
      at(begins + wireMs(upTo), () => {
        if (upTo === frame.length) client.inFlight -= 1;
        send(client, frame.subarray(sent, upTo));
      });
    }
  };

  /** Another unit of the line, or an unknown one where there is none: whose reply a confused gateway would pass on. */
  const stranger = (unit: number): readonly [number, ModbusUnit | undefined] => {
    for (const [number, other] of units) if (number !== unit) return [number, other];
    return [(unit % 247) + 1, undefined];
  };

  const take = (client: Client, frame: Frame) => {
    const unit = units.get(frame.unit);
    const code = frame.pdu[0] ?? 0;
    const asked = frame.pdu.length + 3;
    // On a serial line nobody answers for a unit that is not there, nor to a broadcast.
    if (!unit && rtu) return;
    if (client.inFlight >= limits.requestsInFlight) {
      send(client, framed(frame.transaction, frame.unit, exception(code, exceptions.busy)));
      return;
    }
    if (!unit) {
      // A gateway that finds nobody behind this unit number says so (exception 0B).
      sendAfter(client, 1, true, asked, framed(frame.transaction, frame.unit, exception(code, exceptions.noTarget)));
      return;
    }
    const timing = unit.timing(chance, latency);
    if (timing === "never" || (lost > 0 && chance.between(0, 1) < lost)) return;
    let transaction = frame.transaction;
    let sender = frame.unit;
    let pdu = unit.reply(frame.pdu);
    if (unit.faults.has("foreign-reply")) {
      const [number, other] = stranger(frame.unit);
      sender = number;
      pdu = other?.reply(frame.pdu) ?? pdu;
    }
    if (unit.faults.has("wrong-id")) {
      transaction = (transaction + 1) & 0xffff;
      // The only number of an RTU frame is that of the unit.
      if (rtu) sender = (sender % 247) + 1;
    }
    sendAfter(client, timing.ms, timing.inOrder, asked, framed(transaction, sender, pdu));
  };

  const idleLimit = () => faults.get("drop-idle") ?? options.idleSeconds;
  const dropIdle = () => {
    const longest = (idleLimit() ?? Number.POSITIVE_INFINITY) * 1000;
    const now = clock.monotonic();
    for (const client of clients) if (now - client.heardAt > longest) client.peer.close();
  };
  let stopIdleCheck: (() => void) | undefined;
  const watchIdle = () => {
    stopIdleCheck?.();
    stopIdleCheck = idleLimit() === undefined ? undefined : clock.every(idleCheckMs, dropIdle);
  };
  watchIdle();

  return {
    faults,
    get clients() {
      return clients.size;
    },
    welcome(peer) {
      const most = faults.has("one-client") ? 1 : (options.clients ?? limits.clients);
      if (clients.size >= most) return undefined;
      const reader = rtu ? createRtuReader(() => clock.monotonic()) : createFrameReader();
      const client: Client = { peer, reader, heardAt: clock.monotonic(), inFlight: 0, freeAt: 0 };
      clients.add(client);
      return {
        heard(chunk) {
          client.heardAt = clock.monotonic();
          if (faults.has("half-open")) return;
          const frames = client.reader.push(chunk);
          if (frames === "ill-formed") peer.close();
          else for (const frame of frames) take(client, frame);
        },
        left: () => void clients.delete(client),
      };
    },
    setFault(fault, on, seconds) {
      if (faultKind(fault).scope === "unit") {
        for (const unit of units.values()) unit.setFault(fault, on, seconds);
        return;
      }
      if (on) faults.set(fault, seconds ?? faultKind(fault).seconds?.default ?? 0);
      else faults.delete(fault);
      // A host that comes back knows nothing of its old connections and resets them.
      if (fault === "half-open" && !on) for (const { peer } of clients) peer.reset();
      if (fault === "one-client" && on) for (const { peer } of [...clients].slice(1)) peer.close();
      if (fault === "drop-idle") watchIdle();
    },
    close() {
      stopIdleCheck?.();
      for (const cancel of timers) cancel();
      timers.clear();
      for (const { peer } of clients) peer.close();
    },
  };
}
