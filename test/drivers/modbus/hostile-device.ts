/** A Modbus device that answers late, twice, for somebody else, in pieces, too short, too long, or not at all. */
import { rtuFrame, startRtuDevice } from "./rtu-device.ts";
import { dataPdu, frame, type Request, type SpecDevice, startSpecDevice } from "./spec-device.ts";

/** What truly stands at every address, different almost everywhere. */
export const truth = (unit: number, code: number, address: number): number => {
  const mixed = Math.imul(unit * 0x1_0000 + code * 0x4001 + address + 1, 0x9e37_79b1) >>> 0;
  return code <= 2 ? (mixed >>> 17) & 1 : mixed >>> 16;
};

export type Trick =
  | "honest"
  | "pieces"
  | "late"
  | "silent"
  | "old-id"
  | "foreign-id"
  | "foreign-unit"
  | "wrong-function"
  | "foreign-exception"
  | "short"
  | "long"
  | "lying-count"
  | "twice"
  | "other-protocol"
  | "no-frame"
  | "wrong-checksum"
  | "cut"
  | "closed";

/** Weights of each trick; what is not named never happens. */
export type Tricks = Partial<Record<Trick, number>>;

export interface HostileDevice extends SpecDevice {
  /** How often each trick was played. */
  readonly played: Map<Trick, number>;
  /** Held replies that were sent after all, to whoever asked next. */
  released(): number;
}

/** A small generator with a seed, so that a failure can be played again. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Draws tricks at random by their weights. */
export function weighted(tricks: Tricks, random: () => number): () => Trick {
  const names = Object.keys(tricks) as Trick[];
  const total = names.reduce((sum, name) => sum + (tricks[name] ?? 0), 0);
  return () => {
    let place = random() * total;
    for (const name of names) {
      place -= tricks[name] ?? 0;
      if (place < 0) return name;
    }
    return "honest";
  };
}

export type Framing = "tcp" | "rtu";

/**
 * Plays what `next` draws. With ids, a held reply comes out as soon as a request with the same id (or one that a client
 * with ids of 8 bits would take for the same) arrives, just before that request's own reply, or in front of a random one.
 * On a serial line replies keep their order: a held one comes out with the next connection, as a serial server passes on
 * what came meanwhile, or in front of the next good reply.
 */
export async function startHostileDevice(
  next: () => Trick,
  random: () => number,
  framing: Framing = "tcp",
): Promise<HostileDevice> {
  const played = new Map<Trick, number>();
  const wrap = (id: number, unit: number, pdu: Uint8Array, protocol?: number): Buffer =>
    framing === "tcp" ? frame(id, unit, pdu, protocol) : rtuFrame(unit, pdu);
  const goodReply = (request: Request) => wrap(request.id, request.unit, dataPdu(truth, request));
  let held: Request[] = [];
  let released = 0;

  function release(request: Request): void {
    const due =
      framing === "rtu" ? held : held.filter((old) => (old.id & 0xff) === (request.id & 0xff) || random() < 0.001);
    if (due.length === 0) return;
    held = held.filter((old) => !due.includes(old));
    for (const old of due) {
      released += 1;
      const socket = framing === "rtu" ? request.socket : old.socket;
      socket.write(goodReply(old));
    }
  }

  function play(request: Request): void {
    const trick = next();
    if (framing === "tcp" || trick === "honest") release(request);
    played.set(trick, (played.get(trick) ?? 0) + 1);
    const { id, unit, code, start, count, socket } = request;
    const good = goodReply(request);
    const pdu = dataPdu(truth, request);
    const elsewhere = { ...request, start: (start + 1 + Math.floor(random() * 999)) % 60_000 };
    switch (trick) {
      case "honest":
        socket.write(good);
        return;
      case "pieces":
        for (let at = 0; at < good.length; at += 29) socket.write(good.subarray(at, at + 29));
        return;
      case "late":
        held.push(request);
        return;
      case "silent":
        return;
      case "old-id":
        // Long answered or given up, so that nobody waits for it: a lie under a waiting id could be seen by no client.
        socket.write(wrap((id + 0xf000) & 0xffff, unit, dataPdu(truth, elsewhere)));
        return;
      case "foreign-id":
        socket.write(wrap((id + 0x4000 + Math.floor(random() * 0x4000)) & 0xffff, unit, dataPdu(truth, elsewhere)));
        return;
      case "foreign-unit":
        socket.write(wrap(id, unit + 1, dataPdu(truth, { ...request, unit: unit + 1 })));
        return;
      case "wrong-function": {
        const other = code <= 2 ? 3 - code : 7 - code;
        socket.write(wrap(id, unit, dataPdu(truth, { ...request, code: other })));
        return;
      }
      case "foreign-exception":
        socket.write(wrap(id, unit, Buffer.of((code ^ 1) | 0x80, 2)));
        return;
      case "short":
        socket.write(wrap(id, unit, dataPdu(truth, { ...elsewhere, count: Math.max(1, count - 17) }).subarray(0, -1)));
        return;
      case "long":
        socket.write(wrap(id, unit, Buffer.concat([dataPdu(truth, elsewhere), Buffer.alloc(count > 124 ? 1 : 2)])));
        return;
      case "lying-count":
        pdu[1] = ((pdu[1] ?? 0) + 1) & 0xff;
        socket.write(wrap(id, unit, pdu));
        return;
      case "twice":
        socket.write(Buffer.concat([good, good]));
        return;
      case "other-protocol":
        socket.write(wrap(id, unit, dataPdu(truth, elsewhere), 1));
        return;
      case "no-frame":
        socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        return;
      case "wrong-checksum":
        good.writeUInt8(((good[3] ?? 0) + 1) & 0xff, 3);
        socket.write(good);
        return;
      case "cut": {
        const part = good.subarray(0, Math.floor(random() * good.length));
        if (framing === "tcp") socket.end(part);
        else socket.write(part);
        return;
      }
      case "closed":
        socket.destroy();
        return;
    }
  }

  const device = framing === "tcp" ? await startSpecDevice(play) : await startRtuDevice(play);
  device.onConnection((socket) => {
    if (framing === "tcp" || random() < 0.5) return;
    for (const old of held.splice(0)) {
      released += 1;
      socket.write(goodReply(old));
    }
  });
  return Object.assign(device, { played, released: () => released });
}
