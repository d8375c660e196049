/** The dashboards and alert rules of docs/grafana, asked of a running gateway's own stores: a real Prometheus and a real InfluxDB. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";
import { ADMIN_TOKEN, DEMO_SITE, freePorts, startHouseProcess } from "../../support/house-process.ts";
import { needs } from "../../support/needs.ts";
import { influxdFound, startInfluxd } from "./influxd.ts";

const GRAFANA = fileURLToPath(new URL("../../../docs/grafana", import.meta.url));
const prometheusFound = needs(
  "prometheus",
  "apt-get install prometheus",
  spawnSync("prometheus", ["--version"]).error === undefined,
);

interface Target {
  readonly expr?: string;
  readonly query?: string;
}
interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly datasource: { uid: string };
    readonly targets: readonly Target[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
}

const dashboards = readdirSync(join(GRAFANA, "dashboards")).map(
  (file) => JSON.parse(readFileSync(join(GRAFANA, "dashboards", file), "utf8")) as Dashboard,
);

/** Panels that are rightly empty on a plant that is well. */
const MAY_BE_EMPTY = /^坏值/;

async function startPrometheus(folder: string, url: string) {
  const port = await freePorts(1);
  const config = readFileSync(join(GRAFANA, "prometheus.yaml"), "utf8")
    .replace("/etc/prometheus/alerts.yaml", join(GRAFANA, "alerts.yaml"))
    .replace("/run/secrets/gatehouse-token", join(folder, "token"))
    .replace("127.0.0.1:8080", new URL(url).host)
    .replaceAll("15s", "1s");
  writeFileSync(join(folder, "token"), ADMIN_TOKEN);
  writeFileSync(join(folder, "prometheus.yaml"), config);
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on("line", (line) => {
      said += `${line}\n`;
      if (line.includes("Server is ready")) resolve();
    });
    child.once("exit", () => reject(new Error(said)));
  });
  const ask = async <T>(path: string, query: Record<string, string> = {}): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query)}`);
    const body = (await answer.json()) as { status: string; error?: string; data: T };
    if (body.status !== "success") throw new Error(`${query.query ?? path}: ${body.error}`);
    return body.data;
  };
  return {
    ask,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

describe.skipIf(!influxdFound || !prometheusFound)("the dashboards and alert rules", () => {
  test("every query of every panel is answered by the stores of a running gateway, and every rule is sound", async () => {
    using folder = createDataFolder();
    await using influxd = await startInfluxd(join(folder.path, "influx"));
    const site = join(folder.path, "site");
    cpSync(DEMO_SITE, site, { recursive: true });
    appendFileSync(
      join(site, "site.yaml"),
      `\nnorth: { influx: { url: "${influxd.url}", database: gatehouse, allow: [loopback] } }\n`,
    );
    const broker = await freePorts(1);
    await using house = await startHouseProcess({
      args: [site, "--simulate"],
      environment: { GATEHOUSE_BROKER_PORT: String(broker) },
    });
    await using prometheus = await startPrometheus(folder.path, house.url);
    await house.simulator("POST", "/play", { scenario: "elevator-entrapment", device: "lift-1" });
    await house.until("a ticket is open", ({ tickets }) => tickets.size > 0);
    const count = async (what: string) => (await influxd.ask(`SELECT * FROM ${what} LIMIT 1`)).length;
    await expect
      .poll(async () => [await count("point"), await count("alarm"), await count("ticket")], { timeout: 30_000 })
      .toEqual([1, 1, 1]);
    const scrapes = async () =>
      (await prometheus.ask<{ result: { value: [number, string] }[] }>("query", { query: "count_over_time(up[5m])" }))
        .result[0]?.value[1];
    await expect.poll(async () => Number(await scrapes()), { timeout: 30_000 }).toBeGreaterThan(3);

    const empty: string[] = [];
    for (const { title, panels, templating } of dashboards) {
      for (const { query } of templating.list) {
        const found = await influxd.ask(query.replace("$device", "lift-1"));
        expect([query, found.length > 0]).toEqual([query, true]);
      }
      for (const panel of panels) {
        for (const { expr, query } of panel.targets) {
          const rows = expr
            ? (await prometheus.ask<{ result: unknown[] }>("query", { query: expr })).result
            : await influxd.ask(asGrafanaAsks(query as string));
          if (rows.length === 0) empty.push(panel.title);
          expect([title, panel.title, panel.datasource.uid]).toEqual([
            title,
            panel.title,
            expr ? "prometheus" : "influxdb",
          ]);
        }
      }
    }
    expect(empty.filter((title) => !MAY_BE_EMPTY.test(title))).toEqual([]);

    const names = new Set(await prometheus.ask<string[]>("label/__name__/values"));
    const { groups } = await prometheus.ask<{
      groups: { rules: { name: string; query: string; health: string; state: string }[] }[];
    }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBe(8);
    for (const { name, query, health } of rules) {
      expect([name, health]).toEqual([name, "ok"]);
      const asked = query.match(/\b(gatehouse_\w+|up)\b/g) ?? [];
      expect([name, asked.filter((one) => !names.has(one))]).toEqual([name, []]);
    }
    expect(rules.find(({ name }) => name === "GatehouseDown")?.state).toBe("inactive");
  }, 240_000);
});

/** The variables as Grafana fills them in. */
const asGrafanaAsks = (query: string): string =>
  query
    .replaceAll("$timeFilter", "time > now() - 1h")
    .replaceAll("$__interval", "10s")
    .replace(/\$\{point:regex\}/, "(.*)")
    .replaceAll("$device", "lift-1");
