/** Starts `server.ts` as a process of its own, and the faults that a test can do to it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConditionNews, ConditionOrder, ConditionServerOptions } from "./condition-server.ts";
import type { Order, ServerOptions } from "./server.ts";

export interface Told {
  readonly done: boolean;
  readonly sessions: number;
  readonly calls: readonly unknown[];
}

export interface RunningServer<Orders = Order, News = Told> extends AsyncDisposable {
  readonly port: number;
  readonly endpoint: string;
  readonly folder: string;
  order(order: Orders): Promise<News>;
  /** SIGSTOP: the machine takes connections, nobody answers. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "gatehouse-opcua-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** With `folder` given, the server keeps its certificates there, and the caller removes it. */
export const startServer = (options: Partial<ServerOptions> = {}): Promise<RunningServer> =>
  startProcess("server.ts", options);

/** One with alarm conditions. */
export const startConditionServer = (
  options: Partial<ConditionServerOptions> = {},
): Promise<RunningServer<ConditionOrder, ConditionNews>> => startProcess("condition-server.ts", options);

async function startProcess<Orders extends object, News>(
  program: string,
  options: Partial<ConditionServerOptions>,
): Promise<RunningServer<Orders, News>> {
  await using opened = new AsyncDisposableStack();
  const folder = options.folder ?? opened.use(await temporaryFolder()).path;
  const port = options.port ?? (await freePort());
  const child: ChildProcess = fork(
    fileURLToPath(new URL(program, import.meta.url)),
    [JSON.stringify({ ...options, port, folder })],
    { stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  const exited = once(child, "exit");
  opened.defer(async () => {
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await exited;
  });
  await Promise.race([
    once(child, "message"),
    exited.then(([code]) => {
      throw new Error(`the server ended with ${code}`);
    }),
  ]);
  const held = opened.move();
  return {
    port,
    folder,
    endpoint: `opc.tcp://127.0.0.1:${port}`,
    async order(order) {
      const answer = once(child, "message");
      child.send(order);
      const [news] = await Promise.race([answer, exited.then(() => Promise.reject(new Error("the server has ended")))]);
      return news as News;
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export interface Cable extends AsyncDisposable {
  readonly port: number;
  /** Nothing passes any more, and nobody is told: as with a cut cable. */
  cut(): void;
  /** Closes every connection and takes no new one. */
  close(): Promise<void>;
  connections(): number;
  /** Connections taken since the start. */
  accepted(): number;
  /** Closes every connection and takes new ones. */
  hangUp(): void;
  /** Sends to whoever is connected what the server never said. */
  flood(bytes: Buffer): void;
}

/** A TCP proxy to `target`. */
export async function startCable(target: number): Promise<Cable> {
  const { connect } = await import("node:net");
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let live = 0;
  let accepted = 0;
  let isCut = false;
  const server = createServer((near) => {
    live += 1;
    accepted += 1;
    clients.add(near);
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (!isCut) to.write(bytes);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    near.on("close", () => {
      live -= 1;
      clients.delete(near);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true;
    },
    close,
    connections: () => live,
    accepted: () => accepted,
    hangUp() {
      for (const socket of sockets) socket.destroy();
    },
    flood(bytes) {
      for (const socket of clients) socket.write(bytes);
    },
    [Symbol.asyncDispose]: close,
  };
}
