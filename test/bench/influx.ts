/** The same samples into a real influxd (Debian's 1.6), for comparison; skipped with a line where there is none. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createDataFolder } from "../support/data-folder.ts";
import type { Recorded } from "./plant-samples.ts";

const AT_ONCE = 5_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

export async function besideInflux(park: Recorded, points: readonly string[]): Promise<void> {
  if (spawnSync("influxd", ["version"]).error) {
    process.stdout.write("  influxd is missing: apt-get install influxdb shows the same samples in it\n");
    return;
  }
  using folder = createDataFolder();
  const [http, rpc] = [await freePort(), await freePort()];
  const config = join(folder.path, "influx.conf");
  writeFileSync(
    config,
    `reporting-disabled = true\nbind-address = "127.0.0.1:${rpc}"\n[meta]\ndir = "${folder.path}/meta"\n[data]\ndir = "${folder.path}/data"\nwal-dir = "${folder.path}/wal"\nquery-log-enabled = false\n[http]\nbind-address = "127.0.0.1:${http}"\nlog-enabled = false\n`,
  );
  const influxd = spawn("influxd", ["-config", config], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    await new Promise<void>((resolve, reject) => {
      influxd.once("exit", () => reject(new Error("influxd ended")));
      influxd.stderr.on("data", (chunk: Buffer) => String(chunk).includes("Listening on HTTP") && resolve());
    });
    const base = `http://127.0.0.1:${http}`;
    const ask = (text: string, database = "") =>
      fetch(`${base}/query?db=${database}&q=${encodeURIComponent(text)}`, { method: "POST" }).then((answer) =>
        answer.text(),
      );
    await ask("CREATE DATABASE park");
    const began = performance.now();
    for (let start = 0; start < park.count; start += AT_ONCE) {
      const lines: string[] = [];
      for (let i = start; i < Math.min(park.count, start + AT_ONCE); i += 1) {
        const value = park.value[i] as number;
        if (!Number.isNaN(value))
          lines.push(`point,id=${points[park.handle[i] as number]} value=${value} ${park.at[i]}`);
      }
      const { status } = await fetch(`${base}/write?db=park&precision=ms`, { method: "POST", body: lines.join("\n") });
      if (status !== 204) throw new Error(`influxd answered ${status}`);
    }
    const took = (performance.now() - began) / 1_000;
    const busiest = points[park.handle[0] as number];
    const asked = performance.now();
    await ask(
      `SELECT min(value), max(value), mean(value), last(value) FROM point WHERE id='${busiest}' AND time >= ${park.at[0]}ms AND time <= ${park.at[park.count - 1]}ms GROUP BY time(20s)`,
      "park",
    );
    const answered = performance.now() - asked;
    process.stdout.write(
      `  influxd 1.x, the same ${park.count} samples once: ${(park.count / took / 1e3).toFixed(0)} k samples/s by HTTP, ` +
        `${(sizeOf(join(folder.path, "data")) / park.count + sizeOf(join(folder.path, "wal")) / park.count).toFixed(2)} bytes per sample on the disk (not compacted), ` +
        `one point over the whole time ${answered.toFixed(1)} ms\n`,
    );
  } finally {
    influxd.kill("SIGKILL");
    if (influxd.exitCode === null) await once(influxd, "exit");
  }
}
