/**
 * A Modbus line on a pseudo-terminal: for the master it is a serial port. Node can open no pseudo-terminal of its own, so
 * `socat` makes it and hands the bytes over.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, lstatSync, rmSync } from "node:fs";
import type { Line } from "./line.ts";
import { createModbusLine, type ModbusLineOptions } from "./modbus-line.ts";
import { refusedOnSerial } from "./refused-faults.ts";

/** Made anew so long after a terminal went away, ms. */
const restartMs = 200;

export interface SerialLineOptions extends ModbusLineOptions {
  /** A symbolic link that is made to the terminal; the master opens it as it would open `/dev/ttyUSB0`. */
  readonly path: string;
}

/** What keeps a pseudo-terminal from being made; `missing` when the program is not there. */
export class NoTerminal extends Error {
  readonly path: string;
  readonly reason: "missing" | "taken" | "failed";
  constructor(path: string, reason: NoTerminal["reason"], said: string) {
    super(said);
    this.path = path;
    this.reason = reason;
  }
}

/** Resolves when the terminal can be opened; rejects with `NoTerminal`. */
export async function openSerialLine(options: SerialLineOptions): Promise<Line> {
  const { path, clock } = options;
  const core = createModbusLine({ ...options, framing: "rtu" });
  const standing = lstatSync(path, { throwIfNoEntry: false });
  if (standing && !standing.isSymbolicLink()) throw new NoTerminal(path, "taken", `${path} is there already`);
  // The link of a simulator that was killed leads nowhere.
  if (standing && !existsSync(path)) rmSync(path);
  if (standing && existsSync(path)) throw new NoTerminal(path, "taken", `${path} is there already`);
  let closing = false;
  let socat: ChildProcess | undefined;
  let cancelRestart: (() => void) | undefined;

  const start = async (): Promise<void> => {
    const child = spawn("socat", ["-d", "-d", `PTY,link=${path},raw,echo=0`, "STDIO"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    socat = child;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let said = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      said = (said + text).slice(-2_000);
      if (said.includes("starting data transfer loop")) resolve();
    });
    child.once("error", () => reject(new NoTerminal(path, "missing", "socat is not installed")));
    child.stdin.on("error", () => undefined);
    const client = core.welcome({
      send: (bytes) => void child.stdin.write(bytes),
      get unsent() {
        return child.stdin.writableLength;
      },
      get gone() {
        return child.stdin.destroyed;
      },
      close: () => void child.kill(),
      reset: () => undefined,
    });
    child.stdout.on("data", (chunk: Buffer) => client?.heard(chunk));
    child.once("exit", () => {
      client?.left();
      reject(new NoTerminal(path, "failed", said.trim().split("\n").at(-1) ?? "socat ended"));
      if (!closing) cancelRestart = clock.after(restartMs, () => void start().catch(() => undefined));
    });
    await promise;
  };
  try {
    await start();
  } catch (error) {
    closing = true;
    core.close();
    throw error;
  }
  return {
    port: undefined,
    where: `serial ${path}`,
    get clients() {
      return core.clients;
    },
    faults: core.faults,
    refuses: (fault) => refusedOnSerial[fault],
    setFault: core.setFault,
    async close() {
      closing = true;
      cancelRestart?.();
      const child = socat;
      const ended =
        child && child.exitCode === null && child.signalCode === null
          ? new Promise<void>((done) => child.once("exit", () => done()))
          : undefined;
      core.close();
      await ended;
      rmSync(path, { force: true });
    },
  };
}
