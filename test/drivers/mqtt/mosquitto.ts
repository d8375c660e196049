/** Mosquitto as Debian ships it: a broker that nobody here wrote, as a process of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connectAsync, type MqttClient } from "mqtt";
import { needs } from "../../support/needs.ts";

const PROGRAM = "/usr/sbin/mosquitto";
export const mosquittoFound = needs(
  "mosquitto",
  "apt-get install mosquitto mosquitto-clients",
  spawnSync(PROGRAM, ["-h"]).error === undefined,
);

export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** A client of the test's own, ended with the broker. */
  client(options?: Parameters<typeof connectAsync>[1]): Promise<MqttClient>;
  /** SIGKILL: the connections break, and nothing is said. */
  kill(): Promise<void>;
}

export interface MosquittoOptions {
  readonly port?: number;
  /** Lines after the listener. */
  readonly config?: readonly string[];
  /** Files beside the configuration; `{folder}` in the lines names where they are. */
  readonly files?: Readonly<Record<string, string>>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-mosquitto-"));
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  const lines = options.config ?? ["allow_anonymous true"];
  const config = [`listener ${port} 127.0.0.1`, "persistence false", "log_dest stderr", "user root", ...lines];
  const file = join(folder, "mosquitto.conf");
  writeFileSync(file, config.join("\n").replaceAll("{folder}", folder));
  const broker = spawn(PROGRAM, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const running = new Promise<void>((resolve, reject) => {
    createInterface(broker.stderr).on("line", (line) => {
      said += `${line}\n`;
      if (line.includes("running")) resolve();
    });
    broker.once("exit", () => reject(new Error(`mosquitto did not start:\n${said}`)));
  });
  await running;
  const clients: MqttClient[] = [];
  const kill = async () => {
    if (broker.exitCode !== null || broker.signalCode !== null) return;
    broker.kill("SIGKILL");
    await once(broker, "exit");
  };
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    kill,
    async client(more) {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...more });
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true);
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
