/** Debian's InfluxDB 1.6 as a process of its own, asked by the package's own client, so that nobody here reads what he wrote himself. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import influx from "influx";
import { needs } from "../../support/needs.ts";

export const influxdFound = needs(
  "influxd",
  "apt-get install influxdb",
  spawnSync("influxd", ["version"]).error === undefined,
);

export interface Influxd extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** SIGKILL, as a power cut would; its files stay. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: the line is there and nobody answers. */
  freeze(): void;
  thaw(): void;
  ask<T>(query: string): Promise<readonly T[]>;
}

export interface InfluxdOptions {
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Of the data folder, when it is not to lie in the given one. */
  readonly data?: string;
  /** More lines under [http]. */
  readonly http?: readonly string[];
}

export const DATABASE = "gatehouse";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** With a database `gatehouse` in it. */
export async function startInfluxd(folder: string, options: InfluxdOptions = {}): Promise<Influxd> {
  const [port, rpc] = [await freePort(), await freePort()];
  const { tls, user } = options;
  const data = options.data ?? folder;
  for (const one of [folder, data]) mkdirSync(one, { recursive: true });
  const config = (auth: boolean) => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${data}/data"
wal-dir = "${data}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
auth-enabled = ${auth}
${tls ? `https-enabled = true\nhttps-certificate = "${tls.cert}"\nhttps-private-key = "${tls.key}"` : ""}
${(options.http ?? []).join("\n")}
`;
  const file = join(folder, "influxd.conf");
  let child: ReturnType<typeof spawn> | undefined;

  async function start(auth = user !== undefined): Promise<void> {
    writeFileSync(file, config(auth));
    const running = spawn("influxd", ["-config", file], { stdio: ["ignore", "ignore", "pipe"] });
    child = running;
    let said = "";
    await new Promise<void>((resolve, reject) => {
      createInterface(running.stderr).on("line", (line) => {
        said += `${line}\n`;
        if (/Listening on HTTP/.test(line)) resolve();
      });
      running.once("exit", () => reject(new Error(`influxd did not start:\n${said}`)));
    });
  }

  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill("SIGKILL");
    await once(running, "exit");
  }

  const client = new influx.InfluxDB({
    host: "127.0.0.1",
    port,
    protocol: tls ? "https" : "http",
    database: DATABASE,
    ...(user ? { username: user.name, password: user.password } : {}),
    ...(tls ? { options: { ca: tls.ca } } : {}),
  });

  await start(false);
  await client.createDatabase(DATABASE);
  if (user) {
    await client.createUser(user.name, user.password, true);
    await kill();
    await start();
  }

  return {
    port,
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    start: () => start(),
    kill,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    ask: async (query) => [...((await client.query(query)) as unknown as readonly never[])],
    async [Symbol.asyncDispose]() {
      child?.kill("SIGCONT");
      await kill();
    },
  };
}
