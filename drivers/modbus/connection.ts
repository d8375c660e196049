/** One TCP connection to a Modbus device or gateway. A reply reaches its own request or nobody. */
import type { Socket } from "node:net";
import type { Text } from "#model/text";
import { LinkBroken, type Trace } from "../driver.ts";
import { type Asked, mismatch } from "./asked.ts";
import { dial } from "./dial.ts";
import { cutFrames, type Frame, unasked } from "./frame.ts";
import type { Answer } from "./line.ts";
import { createPduCoder } from "./pdu.ts";
import { closedInReply, silent, undecodable } from "./sentences.ts";
import { endpoint, type ModbusTcpSettings } from "./settings.ts";

/** The time-out is counted in so many ticks: one timer per connection instead of one per request. */
const TICKS = 8;

export type Reply =
  | Answer
  /** The connection was given up for a reason that lies outside this question: ask again on a new one. */
  | { readonly kind: "disturbed"; readonly because: Text };

export interface Connection {
  /** False once it was closed or is no longer trusted; it never becomes true again. */
  readonly usable: () => boolean;
  /** Rejects with `LinkBroken` when the peer goes away before it has answered, or with the signal's reason. */
  ask(asked: Asked): Promise<Reply>;
  close(because: unknown): void;
}

/** Gives out transaction ids 0 … 65535 in turn, over all connections of a link, so that an old reply finds no request. */
export interface TransactionIds {
  next: number;
}

interface Waiting {
  readonly slot: number;
  readonly asked: Asked;
  /** Ticks seen while waiting. */
  age: number;
  readonly settle: (reply: Reply) => void;
  readonly fail: (error: unknown) => void;
}

/** Rejects with `LinkBroken` when nobody accepts within the limit, or with the signal's reason. */
export async function openConnection(
  settings: ModbusTcpSettings,
  ids: TransactionIds,
  trace: Trace,
  signal: AbortSignal,
): Promise<Connection> {
  const socket = await dial(settings, signal);
  return converse(socket, settings, ids, trace);
}

function converse(socket: Socket, settings: ModbusTcpSettings, ids: TransactionIds, trace: Trace): Connection {
  const coder = createPduCoder();
  const waiting = new Map<number, Waiting>();
  const freeSlots = Array.from({ length: settings.maxInFlight }, (_, slot) => slot);
  let rest: Buffer = Buffer.alloc(0);
  let usable = true;
  let ticking = false;
  /** The peer has answered on this connection. */
  let proven = false;

  /** The only way a request ends, so that an id and a slot are free exactly when nobody waits for them. */
  function take(id: number): Waiting | undefined {
    const found = waiting.get(id);
    if (!found) return undefined;
    waiting.delete(id);
    freeSlots.push(found.slot);
    return found;
  }

  /** After a late, foreign or garbled reply nothing on this connection is believed any more. */
  function distrust(because: Text, culprit?: { readonly id: number; readonly reply: Reply }): void {
    usable = false;
    socket.destroy();
    if (culprit) take(culprit.id)?.settle(culprit.reply);
    for (const id of [...waiting.keys()]) take(id)?.settle({ kind: "disturbed", because });
  }

  function breakOff(error: unknown): void {
    usable = false;
    socket.destroy();
    for (const id of [...waiting.keys()]) take(id)?.fail(error);
  }

  function receive(frame: Frame): void {
    const request = waiting.get(frame.id);
    const wrong = request ? mismatch(request.asked, frame) : unasked(frame);
    if (request && !wrong) {
      proven = true;
      coder.decode(request.slot, Buffer.concat([Buffer.of(frame.unit), frame.pdu]));
    } else if (wrong) distrust(wrong, { id: frame.id, reply: { kind: "foreign", because: wrong } });
  }

  socket.on("data", (chunk: Buffer) => {
    const { frames, rest: left, broken } = cutFrames(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk);
    rest = left;
    for (const frame of frames) {
      if (!usable) return;
      trace.frame("received", frame.unit, frame.bytes);
      receive(frame);
    }
    if (broken && usable) distrust(broken, blameOldest(broken));
  });
  const gone = (code?: string) => {
    if (!usable) return;
    const because = closedInReply(endpoint(settings), rest.length > 0, code);
    // Devices drop a connection that was idle, perhaps just as a question comes: that is no fault yet.
    if (proven && rest.length === 0) distrust(because);
    else breakOff(new LinkBroken("no-link", because));
  };
  socket.on("error", (cause: NodeJS.ErrnoException) => gone(cause.code));
  socket.on("end", () => gone());
  socket.on("close", () => gone());

  /**
   * Runs while somebody waits. The next tick is set only after this one was handled, so a process that was held up for
   * seconds ages its requests by a single tick; and what has arrived meanwhile is looked at before a unit is called silent.
   */
  function tick(): void {
    ticking = usable && waiting.size > 0;
    if (!ticking) return;
    const beat = AbortSignal.timeout(Math.ceil(settings.timeout / TICKS));
    beat.addEventListener("abort", () => setImmediate(ageAll), { once: true });
  }

  function ageAll(): void {
    for (const [id, request] of waiting) {
      request.age += 1;
      if (request.age <= TICKS) continue;
      const because = silent(request.asked.unit, endpoint(settings), settings.timeout);
      distrust(because, { id, reply: { kind: "silent", because } });
    }
    tick();
  }

  /** A stream that cannot be followed began with the reply that was awaited first. */
  function blameOldest(because: Text): { id: number; reply: Reply } | undefined {
    const [id] = waiting.keys();
    return id === undefined ? undefined : { id, reply: { kind: "foreign", because } };
  }

  return {
    usable: () => usable,
    ask(asked) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      const slot = freeSlots.pop();
      if (slot === undefined) throw new RangeError("More requests in flight than the link allows");
      const id = ids.next;
      ids.next = (id + 1) & 0xffff;
      waiting.set(id, { slot, asked, age: 0, settle: resolve, fail: reject });
      if (!ticking) tick();
      const body = coder.encode(slot, asked, (decoded) => {
        const found = take(id);
        if (decoded.kind !== "unreadable") return found?.settle(decoded);
        const because = undecodable(decoded.because);
        found?.settle({ kind: "foreign", because });
        distrust(because);
      });
      const header = Buffer.alloc(6);
      header.writeUInt16BE(id, 0);
      header.writeUInt16BE(body.length, 4);
      const frame = Buffer.concat([header, body]);
      trace.frame("sent", asked.unit, frame);
      socket.write(frame);
      return promise;
    },
    close(because) {
      breakOff(because);
    },
  };
}
