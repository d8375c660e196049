/**
 * A socket in the data folder by which commands ask the running gateway for what only it can do while it holds `house.db`.
 * Whoever may open it (the owner of the folder, 0600) could as well read the file itself, so it asks for no token.
 */
import { chmodSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { join, relative } from "node:path";
import * as z from "zod";
import type { Text } from "#model/text";

/** What an order gives: a reply for the one who asked, and what is cleared away once that one has hung up. */
export interface Done {
  readonly reply: Answer;
  readonly afterwards?: () => void;
}

/** A file that waits for the one who asked, what was done in words, or why it was not. */
export type Answer = { readonly file: string } | { readonly said: Text } | { readonly because: Text };

export type Orders = Readonly<Record<string, () => Promise<Done>>>;

/** Words of one order; longer lines are nobody's. */
const LONGEST = 64;
const CONNECTIONS = 8;

const Words = z.object({ zh: z.string(), en: z.string() });
const Reply = z.union([z.object({ file: z.string() }), z.object({ said: Words }), z.object({ because: Words })]);

/** The address of a UNIX socket has about 100 bytes, so that it is said from here when that is shorter. */
function addressIn(folder: string): string {
  const full = join(folder, "control.sock");
  const near = relative(process.cwd(), full);
  return near.length < full.length ? near : full;
}

/**
 * Listens in `folder`, which must be this process's own by another lock: a socket left by a crash is replaced. Rejects
 * with the system's error when the folder cannot hold one. `tell` hears what an order threw without a `because`.
 */
export async function openControlSocket(
  folder: string,
  orders: Orders,
  tell: (error: unknown) => void,
): Promise<AsyncDisposable> {
  const address = addressIn(folder);
  rmSync(address, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // Whoever hangs up early is heard by `close`.
    socket.on("error", () => {});
    void attend(socket, orders, tell);
  });
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, resolve);
  });
  chmodSync(address, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

async function attend(socket: Socket, orders: Orders, tell: (error: unknown) => void): Promise<void> {
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const name = await firstLine(socket, LONGEST);
  if (name === undefined || !Object.hasOwn(orders, name)) return void socket.destroy();
  try {
    const done = await orders[name]!();
    socket.write(`${JSON.stringify(done.reply)}\n`);
    await gone;
    done.afterwards?.();
  } catch (error) {
    const { because } = error as { because?: Text };
    if (!because) tell(error);
    const told: Text = because ?? {
      zh: "网关内部出错，请查看网关日志。",
      en: "The gateway failed inside; see its log.",
    };
    socket.end(`${JSON.stringify({ because: told })}\n`);
  }
}

/** The first line, or `undefined` when the other end hangs up before or writes more than `longest` characters. */
async function firstLine(socket: Socket, longest: number): Promise<string | undefined> {
  socket.setEncoding("utf8");
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > longest) resolve(undefined);
    });
    socket.once("close", () => resolve(undefined));
  });
}

export interface Asked extends Disposable {
  readonly reply: Answer;
}

/**
 * Asks the gateway that holds `folder`. `undefined`: none listens there. What it made stays until the result is disposed.
 * Rejects when it hangs up without an answer, or gives one that is none.
 */
export async function askGateway(folder: string, order: string): Promise<Asked | undefined> {
  const socket = createConnection(addressIn(folder));
  const connected = await new Promise<boolean>((resolve, reject) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      ["ENOENT", "ECONNREFUSED", "ENOTDIR"].includes(error.code ?? "") ? resolve(false) : reject(error),
    );
  });
  if (!connected) return undefined;
  socket.on("error", () => {});
  socket.write(`${order}\n`);
  const line = await firstLine(socket, 4_096);
  if (line === undefined) {
    socket.destroy();
    throw new Error("The gateway hung up without an answer.");
  }
  const reply = Reply.parse(JSON.parse(line));
  return { reply, [Symbol.dispose]: () => void socket.end() };
}
