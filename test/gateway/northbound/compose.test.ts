/** docker-compose.yml and docs/grafana without a Docker: files that are mounted exist and are sound, names and ports fit together. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { createDataFolder } from "../../support/data-folder.ts";
import { needs } from "../../support/needs.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), "utf8");

/** What of the compose specification is used here; any other key is a mistake in writing. */
const Service = z.strictObject({
  image: z
    .string()
    .regex(/^[\w./-]+:[\w.-]+$/, "an image with its version")
    .optional(),
  build: z.string().optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, "published on this machine only")).optional(),
  volumes: z.array(z.string().regex(/^[^:]+:[^:]+(:ro)?$/)).optional(),
  secrets: z.array(z.string()).optional(),
  network_mode: z.string().optional(),
  depends_on: z.array(z.string()).optional(),
  restart: z.literal("unless-stopped").optional(),
  stop_grace_period: z.string().optional(),
});
const Compose = z.strictObject({
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});
const compose = Compose.parse(parse(read("docker-compose.yml")));
const services = Object.entries(compose.services);

test("every service, volume and secret that is named exists, and every file that is mounted or copied", () => {
  for (const [name, one] of services) {
    expect([name, one.image === undefined]).toEqual([name, one.build !== undefined]);
    for (const other of [...(one.depends_on ?? []), ...(one.network_mode?.match(/^service:(.+)$/)?.slice(1) ?? [])]) {
      expect(Object.keys(compose.services)).toContain(other);
    }
    for (const secret of one.secrets ?? []) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const volume of one.volumes ?? []) {
      const [from = ""] = volume.split(":");
      if (from.startsWith("./")) expect([from, existsSync(join(ROOT, from))]).toEqual([from, true]);
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
    if (one.build !== undefined) {
      const words = [...(one.entrypoint ?? []), ...(one.command ?? [])].filter((word) => word.includes("/"));
      for (const word of words) expect([word, existsSync(join(ROOT, word))]).toEqual([word, true]);
    }
  }
  for (const [, from = ""] of read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const file of from.split(" ")) expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
  }
  expect(read("Dockerfile")).toMatch(/ENTRYPOINT \["node", "gateway\/main\.ts"\]/);
});

test("what Grafana and Prometheus ask stands where compose starts it", () => {
  const { datasources } = parse(read("docs/grafana/provisioning/datasources", datasourceFile())) as {
    datasources: { uid: string; url: string }[];
  };
  const ports: Readonly<Record<string, string>> = { prometheus: "9090", influxdb: "8086" };
  for (const { uid, url } of datasources) {
    const { hostname, port } = new URL(url);
    const holder = Object.keys(compose.services).includes(hostname) ? hostname : "";
    const own = compose.services[uid]?.network_mode;
    // Prometheus lives in the gateway's network, and is found under the gateway's name.
    expect([uid, own === undefined ? uid : own.replace("service:", "")]).toEqual([uid, holder]);
    expect([uid, port]).toEqual([uid, ports[uid]]);
  }
  const uids = new Set(datasources.map(({ uid }) => uid));
  for (const file of readdirSync(join(ROOT, "docs/grafana/dashboards"))) {
    const used = [...read("docs/grafana/dashboards", file).matchAll(/"datasource":\s*\{[^}]*"uid":\s*"([^"]+)"/g)];
    expect(used.length).toBeGreaterThan(0);
    for (const [, uid = ""] of used) expect([file, uids.has(uid)]).toEqual([file, true]);
  }
  const mounted = (service: string) => (compose.services[service]?.volumes ?? []).map((one) => one.split(":")[1]);
  const prometheus = parse(read("docs/grafana/prometheus.yaml")) as { rule_files: string[] };
  for (const file of prometheus.rule_files) expect(mounted("prometheus")).toContain(file);
  const [published] = compose.services.gateway?.ports ?? [];
  expect(published?.split(":").at(-1)).toBe(
    /targets: \["127\.0\.0\.1:(\d+)"\]/.exec(read("docs/grafana/prometheus.yaml"))?.[1],
  );
  expect(read("docs/grafana/provisioning/dashboards", providerFile())).toContain(
    mounted("grafana").find((path) => path?.endsWith("/dashboards") && !path.includes("provisioning")),
  );
});

const datasourceFile = () => readdirSync(join(ROOT, "docs/grafana/provisioning/datasources"))[0] as string;
const providerFile = () => readdirSync(join(ROOT, "docs/grafana/provisioning/dashboards"))[0] as string;

const promtoolFound = needs(
  "promtool",
  "apt-get install prometheus",
  spawnSync("promtool", ["--version"]).error === undefined,
);

test.skipIf(!promtoolFound)(
  "promtool finds the alert rules sound, and they fire when they should and not before",
  () => {
    using folder = createDataFolder();
    const rules = join(ROOT, "docs/grafana/alerts.yaml");
    const check = spawnSync("promtool", ["check", "rules", rules], { encoding: "utf8" });
    expect([check.status, check.stderr]).toEqual([0, ""]);
    const at = (time: string, alertname: string, labels?: Record<string, string>) => ({
      eval_time: time,
      alertname,
      ...(labels ? { exp_alerts: [{ exp_labels: labels }] } : { exp_alerts: [] }),
    });
    const unit = {
      rule_files: [rules],
      evaluation_interval: "15s",
      tests: [
        {
          interval: "15s",
          input_series: [
            { series: 'up{job="gatehouse"}', values: "1x20 0x40" },
            { series: 'gatehouse_north_oldest_seconds{target="influx"}', values: "0x40 700x40" },
            { series: 'gatehouse_dropped_total{what="north-influx-samples"}', values: "0x40 5000x40" },
          ],
          alert_rule_test: [
            at("5m", "GatehouseDown"),
            at("10m", "GatehouseNorthBehind"),
            at("10m", "GatehouseDropped"),
          ],
        },
      ],
    };
    const file = join(folder.path, "unit.yaml");
    writeFileSync(file, JSON.stringify(unit));
    const quiet = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
    expect([quiet.status, quiet.stdout + quiet.stderr]).toEqual([0, expect.stringContaining("SUCCESS")]);
    // The same later, as if nothing fired: promtool must object to each of the three.
    const [one] = unit.tests;
    writeFileSync(
      file,
      JSON.stringify({
        ...unit,
        tests: [
          {
            ...one,
            alert_rule_test: [
              at("12m", "GatehouseDown"),
              at("13m", "GatehouseNorthBehind"),
              at("13m", "GatehouseDropped"),
            ],
          },
        ],
      }),
    );
    const loud = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
    expect(loud.status).not.toBe(0);
    for (const name of ["GatehouseDown", "GatehouseNorthBehind", "GatehouseDropped"]) {
      expect(loud.stdout + loud.stderr).toMatch(new RegExp(`alertname: ?${name}`));
    }
  },
);
