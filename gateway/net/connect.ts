/** The one way out by a plain socket, for protocols that a library speaks: only to addresses that the site allows. */
import { createConnection, isIP, type Socket } from "node:net";
import { CONNECT_LIMIT, lookupWithin } from "./outgoing.ts";
import { noConnection, notAllowed, tooSlow } from "./outgoing-trouble.ts";
import { mayReach, type Neighbourhood } from "./reach.ts";

export interface ConnectRequest {
  readonly host: string;
  readonly port: number;
  readonly allow?: readonly Neighbourhood[];
  /** Ends the socket also after it is connected. */
  readonly signal?: AbortSignal;
}

/** A connected socket. Rejects with an OutgoingTrouble. The caller ends it. */
export function connect({ host, port, allow = [], signal }: ConnectRequest): Promise<Socket> {
  if (isIP(host) && !mayReach(host, allow)) return Promise.reject(notAllowed(host));
  return new Promise((done, fail) => {
    const limit = AbortSignal.timeout(CONNECT_LIMIT);
    const socket = createConnection({ host, port, lookup: lookupWithin(host, allow), noDelay: true });
    const stop = () => socket.destroy(new Error("stopped"));
    limit.addEventListener("abort", stop, { once: true });
    signal?.addEventListener("abort", () => socket.destroy(), { once: true });
    if (signal?.aborted) stop();
    socket.once("error", (error) => {
      fail("problem" in error ? error : limit.aborted ? tooSlow(host, false, error) : noConnection(host, error));
    });
    socket.once("close", () => fail(tooSlow(host, false, undefined)));
    socket.once("connect", () => {
      limit.removeEventListener("abort", stop);
      done(socket);
    });
  });
}
