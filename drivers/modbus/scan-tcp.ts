/** Questions of a scan over Modbus TCP: one connection, one question at a time; after a lost reply a new connection. */
import { connect, type Socket } from "node:net";
import { LinkBroken } from "../driver.ts";
import { isBitTable } from "./address.ts";
import type { Heard, Question } from "./scan.ts";
import { notReachable } from "./sentences.ts";

export interface ScanLine extends Disposable {
  /** Rejects with a `LinkBroken` when nobody accepts the connection. */
  ask(question: Question): Promise<Heard>;
}

const HEADER = 7;

/** `timeout` in ms holds for the connection and for each reply. */
export function openScanLine(host: string, port: number, timeout: number): ScanLine {
  let socket: Socket | undefined;
  let id = 0;

  function drop(): void {
    socket?.destroy();
    socket = undefined;
  }

  async function dial(): Promise<Socket> {
    if (socket && !socket.destroyed && socket.readable) return socket;
    drop();
    const fresh = connect({ host, port, noDelay: true });
    const where = `${host}:${port}`;
    const opened = Promise.withResolvers<void>();
    const late = AbortSignal.timeout(timeout);
    late.addEventListener("abort", () =>
      opened.reject(new LinkBroken("no-link", notReachable(where, "ETIMEDOUT", timeout))),
    );
    fresh.once("connect", () => opened.resolve());
    fresh.on("error", (cause: NodeJS.ErrnoException) =>
      opened.reject(new LinkBroken("no-link", notReachable(where, cause.code ?? cause.message, timeout), { cause })),
    );
    try {
      await opened.promise;
    } catch (error) {
      fresh.destroy();
      throw error;
    }
    socket = fresh;
    return fresh;
  }

  /** The first whole frame, or nothing when none comes in time or the connection ends. */
  function frameFrom(line: Socket): Promise<Buffer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    let rest = Buffer.alloc(0);
    const take = (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length < HEADER) return;
      const length = rest.readUInt16BE(4) + 6;
      // Anything beyond the one frame that was asked for makes the whole of it worthless.
      if (length < HEADER + 2 || length > 260 || rest.length > length) resolve(undefined);
      else if (rest.length === length) resolve(rest);
    };
    const late = AbortSignal.timeout(timeout);
    const gone = () => resolve(undefined);
    late.addEventListener("abort", gone, { once: true });
    line.on("data", take);
    line.once("close", gone);
    line.once("end", gone);
    return promise.finally(() => {
      line.off("data", take);
      line.off("close", gone);
      line.off("end", gone);
    });
  }

  return {
    async ask(question) {
      const line = await dial();
      id = (id + 1) & 0xffff;
      const request = Buffer.alloc(12);
      request.writeUInt16BE(id, 0);
      request.writeUInt16BE(6, 4);
      request.writeUInt8(question.unit, 6);
      request.writeUInt8(question.function, 7);
      request.writeUInt16BE(question.start, 8);
      request.writeUInt16BE(question.count, 10);
      const reply = frameFrom(line);
      line.write(request);
      const heard = judge(question, id, await reply);
      if (heard.kind === "lost") drop();
      return heard;
    },
    [Symbol.dispose]: drop,
  };
}

const lost: Heard = { kind: "lost" };

/** Only a reply to exactly this question says anything. */
function judge(asked: Question, id: number, frame: Buffer | undefined): Heard {
  if (!frame || frame.readUInt16BE(0) !== id || frame.readUInt16BE(2) !== 0 || frame.readUInt8(6) !== asked.unit)
    return lost;
  const code = frame.readUInt8(7);
  if (code === (asked.function | 0x80))
    return frame.length === 9 ? { kind: "exception", code: frame.readUInt8(8) } : lost;
  const bits = isBitTable(asked.function === 1 ? "coil" : asked.function === 2 ? "discrete" : "holding");
  const bytes = bits ? Math.ceil(asked.count / 8) : 2 * asked.count;
  return code === asked.function && frame.readUInt8(8) === bytes && frame.length === 9 + bytes
    ? { kind: "data" }
    : lost;
}
