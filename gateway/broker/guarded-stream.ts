/** A socket as the broker's library may have it: every byte passes the guard first, and what is unsent is counted honestly. */
import { Duplex } from "node:stream";
import { createPacketGuard, type GuardLimits } from "../../drivers/mqtt/packet-guard.ts";

/** What a client may have unsent before it gets nothing more: a healthy one never comes near. */
const UNSENT = 1_048_576;

interface Line extends Duplex {
  destroySoon?(): void;
}

export function guardStream(
  socket: Line,
  limits: GuardLimits,
  refused: (why: "too-long" | "not-mqtt") => void,
): Duplex {
  const guard = createPacketGuard(limits);
  const stream = new Duplex({
    writableHighWaterMark: UNSENT,
    allowHalfOpen: false,
    read: () => void socket.resume(),
    write: (bytes: Buffer, _encoding, done) => void socket.write(bytes, done),
    // The library writes a packet in many small pieces; they go out as one.
    writev: (pieces, done) => void socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
    final(done) {
      socket.destroySoon?.();
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (bytes: Buffer) => {
    const why = guard.refuse(bytes);
    if (why !== undefined) {
      refused(why);
      stream.destroy();
    } else if (!stream.push(bytes)) socket.pause();
  });
  socket.on("end", () => stream.push(null));
  socket.on("error", () => stream.destroy());
  socket.on("close", () => stream.destroy());
  return stream;
}
