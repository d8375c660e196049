/** Opens a TCP connection within a limit, and says in words why it did not come about. */
import { connect, type Socket } from "node:net";
import { LinkBroken } from "../driver.ts";
import { notReachable } from "./sentences.ts";
import { endpoint, type TcpSettings } from "./settings.ts";

/** SYN is sent again after a second: this forgives one that was lost. */
const CONNECT_LIMIT = 3_000;
/** Finds a peer that vanished while nothing is asked. */
const KEEP_ALIVE_AFTER = 15_000;

/** Rejects with `LinkBroken` when nobody accepts within the limit, or with the signal's reason. */
export function dial(settings: TcpSettings, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const limit = Math.max(CONNECT_LIMIT, settings.timeout);
  const late = AbortSignal.timeout(limit);
  const socket = connect({
    host: settings.host,
    port: settings.port + settings.portOffset,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_AFTER,
  });
  const done = () => {
    signal.removeEventListener("abort", abort);
    late.removeEventListener("abort", giveUp);
  };
  const fail = (error: unknown) => {
    done();
    socket.destroy();
    reject(error);
  };
  const abort = () => fail(signal.reason);
  const giveUp = () => fail(new LinkBroken("no-link", notReachable(endpoint(settings), "ETIMEDOUT", limit)));
  signal.addEventListener("abort", abort, { once: true });
  late.addEventListener("abort", giveUp, { once: true });
  socket.on("error", (cause: NodeJS.ErrnoException) => {
    fail(new LinkBroken("no-link", notReachable(endpoint(settings), cause.code ?? cause.message, limit), { cause }));
  });
  socket.once("connect", () => {
    done();
    socket.removeAllListeners("error");
    resolve(socket);
  });
  if (signal.aborted) abort();
  return promise;
}
