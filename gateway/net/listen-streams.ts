/** A listener for protocols other than HTTP: plain or TLS streams, so many at once and per address, and no more. */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { seconds } from "#model/time";
import { CannotListen, type Listen } from "./listen.ts";

export interface StreamLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

export interface StreamListener extends AsyncDisposable {
  /** The port that was bound. */
  readonly port: number;
}

/** A client that does not finish its TLS greeting holds its socket no longer than this. */
const HANDSHAKE = seconds(5);

/**
 * Calls `take` for every connection, over TLS once the greeting is done. Rejects with a `CannotListen` that names the
 * setting `portFrom`. Disposing ends the listener and every connection.
 */
export async function listenForStreams(
  listen: Omit<Listen, "names">,
  limits: StreamLimits,
  portFrom: string,
  take: (socket: Socket, address: string) => void,
): Promise<StreamListener> {
  const open = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const admit = (socket: Socket): void => {
    const address = socket.remoteAddress ?? "";
    const count = (perAddress.get(address) ?? 0) + 1;
    if (open.size >= limits.connections || count > limits.connectionsPerAddress) return void socket.destroy();
    open.add(socket);
    perAddress.set(address, count);
    socket.once("close", () => {
      open.delete(socket);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  };
  const hand = (socket: Socket): void => {
    if (socket.destroyed) return;
    socket.setNoDelay(true);
    take(socket, socket.remoteAddress ?? "");
  };

  let server: Server;
  if (listen.tls) {
    const secure = createTlsServer({ ...listen.tls, minVersion: "TLSv1.2", handshakeTimeout: HANDSHAKE });
    // Counted from the first byte on: a greeting that never ends takes a place too.
    secure.on("connection", admit);
    secure.on("secureConnection", hand);
    // A greeting that fails is the client's affair.
    secure.on("tlsClientError", (_error, socket) => socket.destroy());
    server = secure;
  } else {
    server = createServer((socket) => {
      admit(socket);
      hand(socket);
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new CannotListen(listen, error, portFrom)));
    server.listen({ host: listen.host, port: listen.port }, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : listen.port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
