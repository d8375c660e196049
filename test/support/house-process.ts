/** The real gateway as a process of its own with the simulated building beside it, seen only through its sockets. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import type { LiveFrame } from "../../gateway/api/live-shapes.ts";
import type { DeviceBody } from "../../gateway/api/shapes.ts";
import type { TicketBody } from "../../gateway/api/ticket-shapes.ts";

const MAIN = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const SIMULATORS = fileURLToPath(new URL("../../simulators/main.ts", import.meta.url));
export const DEMO_SITE = fileURLToPath(new URL("../../simulators/demo-site", import.meta.url));
export const ADMIN_TOKEN = "test-admin-token-0123456789-0123456789";

/** Ports that were free a moment ago; `run` of them follow each other. */
export async function freePorts(run: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    // Below the range from which the machine takes ports for connections that go out (32768 and up on Linux).
    const base = 18_000 + Math.floor(Math.random() * 14_000);
    const taken = await Promise.all(Array.from({ length: run }, (_, n) => isTaken(base + n)));
    if (!taken.includes(true)) return base;
  }
  throw new Error("no free ports");
}

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(true));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface HouseProcess extends AsyncDisposable {
  readonly url: string;
  readonly control: string;
  readonly process: ChildProcess;
  /** Everything the process printed so far. */
  output(): string;
  call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  simulator<T>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** The live stream, kept open: what is true now, and a way to wait until something becomes true. */
  readonly seen: Seen;
  until<T>(what: string, find: (seen: Seen) => T | undefined | false, within?: number): Promise<T>;
  /** SIGKILL: as a power cut would. */
  kill(): Promise<void>;
}

export interface Seen {
  readonly alarms: Map<string, AlarmBody>;
  readonly tickets: Map<string, TicketBody>;
  readonly devices: Map<string, DeviceBody>;
}

export interface HouseOptions {
  readonly data?: string;
  readonly ports?: { readonly console: number; readonly modbus: number; readonly control: number };
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `gatehouse run` on free ports and resolves once it says that it is ready. */
export async function startHouseProcess(options: HouseOptions = {}): Promise<HouseProcess> {
  const ports = options.ports ?? (await demoPorts());
  const ownData = options.data === undefined;
  const data = options.data ?? mkdtempSync(join(tmpdir(), "gatehouse-"));
  const child = spawn(process.execPath, [MAIN, "run", ...(options.args ?? [])], {
    env: {
      ...process.env,
      GATEHOUSE_DATA: data,
      GATEHOUSE_PORT: String(ports.console),
      GATEHOUSE_MODBUS_PORT: String(ports.modbus),
      GATEHOUSE_SIM_PORT: String(ports.control),
      GATEHOUSE_TOKEN: ADMIN_TOKEN,
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const match = /ready (http:\S+)/.exec(printed);
      if (match?.[1]) resolve(match[1]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the gateway ended with ${code} before it was ready:\n${printed}`)));
  });
  const url = await ready;
  const control = `http://127.0.0.1:${ports.control}`;
  const { seen, until, close } = await follow(url);

  const house: HouseProcess = {
    url,
    control,
    process: child,
    seen,
    until,
    output: () => printed,
    call: (method, path, body) => call(`${url}${path}`, method, body, { authorization: `Bearer ${ADMIN_TOKEN}` }),
    simulator: (method, path, body) => call(`${control}${path}`, method, body, {}),
    async kill() {
      close();
      child.kill("SIGKILL");
      await ended;
    },
    async [Symbol.asyncDispose]() {
      close();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
      if (ownData) rmSync(data, { recursive: true, force: true });
    },
  };
  return house;
}

export interface Building extends AsyncDisposable {
  /** SIGKILL: every line is cut, and nobody says so. */
  kill(): Promise<void>;
  play(scenario: string, device: string): Promise<void>;
}

/** A simulated building on its own, so that it outlives a gateway: that of the demo site unless another file is named. */
export async function startBuilding(
  ports: { readonly modbus: number; readonly control: number },
  fleet = join(DEMO_SITE, "fleet.yaml"),
): Promise<Building> {
  const child = spawn(process.execPath, [SIMULATORS, "run", fleet], {
    env: { ...process.env, GATEHOUSE_MODBUS_PORT: String(ports.modbus), GATEHOUSE_SIM_PORT: String(ports.control) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => chunk.includes("ready") && resolve());
    child.once("exit", (code) => reject(new Error(`the simulators ended with ${code}`)));
  });
  return {
    async play(scenario, device) {
      const answer = await call(`http://127.0.0.1:${ports.control}/play`, "POST", { scenario, device }, {});
      if (answer.status >= 300) throw new Error(`play answered ${answer.status}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Console, eight Modbus ports and simulator control, all free. */
/** Ports of the demo's fleet, counted from the first. */
const DEMO_LINES = 16;

export async function demoPorts(): Promise<{ console: number; modbus: number; control: number }> {
  const base = await freePorts(DEMO_LINES + 2);
  return { modbus: base, control: base + DEMO_LINES, console: base + DEMO_LINES + 1 };
}

/** One request, its answer read as JSON. */
export async function call<T>(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as T };
}

/** The live stream of a house at `url`: what is true now, and a way to wait until something becomes true. */
export async function follow(url: string) {
  const seen: Seen = { alarms: new Map(), tickets: new Map(), devices: new Map() };
  const waiting = new Set<() => void>();
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/live`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as LiveFrame;
    if (frame.kind === "snapshot" || frame.kind === "alarm")
      for (const alarm of frame.alarms) seen.alarms.set(alarm.id, alarm);
    if (frame.kind === "snapshot" || frame.kind === "ticket")
      for (const ticket of frame.tickets) seen.tickets.set(ticket.no, ticket);
    if (frame.kind === "snapshot" || frame.kind === "link")
      for (const device of frame.devices) seen.devices.set(device.id, device);
    for (const look of [...waiting]) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => {
      socket.send(JSON.stringify({ sub: { view: "watch" } }));
      resolve();
    });
    socket.once("error", reject);
  });
  function until<T>(what: string, find: (seen: Seen) => T | undefined | false, within = 60_000): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const look = () => {
        const found = find(seen);
        if (found === undefined || found === false) return;
        clearTimeout(deadline);
        waiting.delete(look);
        resolve(found);
      };
      const deadline = setTimeout(() => {
        waiting.delete(look);
        const alarms = [...seen.alarms.values()].map((alarm) => `${alarm.id} ${alarm.state}`);
        reject(
          new Error(
            `not seen within ${within} ms: ${what}\nalarms: ${alarms.join(", ")}\ntickets: ${[...seen.tickets.keys()].join(", ")}`,
          ),
        );
      }, within);
      waiting.add(look);
      look();
    });
  }
  return { seen, until, close: () => socket.terminate() };
}
