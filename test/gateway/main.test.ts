/** The command line as a person or a script meets it: sentences and exit codes of the real process. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createDataFolder } from "../support/data-folder.ts";
import { demoPorts } from "../support/house-process.ts";

const MAIN = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../simulators/demo-site", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function gatehouse(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, LANG: "zh_CN.UTF-8", ...environment },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

const ownRule = (when: string): string =>
  [
    "- id: mine.too_fast",
    "  kind: elevator",
    "  severity: S3",
    "  title: { zh: 太快, en: Too fast }",
    `  when: ${when}`,
    "  because: { zh: 太快, en: too fast }",
    "  advice: { zh: 看, en: look }",
    "  source: test",
    "",
  ].join("\n");

test("schema prints the JSON Schema of the site files", async () => {
  const { code, out } = await gatehouse(["schema", "devices"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toHaveProperty("$schema");
});

test("check says that the demo site is good", async () => {
  const { code, out } = await gatehouse(["check", DEMO]);
  expect(out).toContain("22 台设备");
  expect(code).toBe(0);
});

test("check lists which rule applies to which device, and why not", async () => {
  const { out } = await gatehouse(["check", DEMO, "--rules"]);
  expect(out).toMatch(/^\+ lift-1 {2}elevator\.entrapment_off_landing$/m);
});

test("a broken site is refused with every problem at its place, and exit code 78", async () => {
  using folder = createDataFolder();
  const site = join(folder.path, "site");
  cpSync(DEMO, site, { recursive: true });
  const devices = join(site, "devices", "elevators.yaml");
  writeFileSync(
    devices,
    readFileSync(devices, "utf8").replace("profile: default-elevator", "profle: default-elevator"),
  );
  writeFileSync(join(site, "rules", "mine.yaml"), ownRule("speed > > 3 m/s"));
  const { code, err } = await gatehouse(["run", site]);
  expect(code).toBe(78);
  expect(err).toMatch(/elevators\.yaml:\d+:\d+ {2}.*profle/);
  expect(err).toMatch(/mine\.yaml:5:\d+ {2}\S/);
});

test("a rule that names an unknown point is refused with the nearest name", async () => {
  using folder = createDataFolder();
  const site = join(folder.path, "site");
  cpSync(DEMO, site, { recursive: true });
  writeFileSync(join(site, "rules", "mine.yaml"), ownRule("sped > 3 m/s"));
  const { code, err } = await gatehouse(["check", site]);
  expect(code).toBe(78);
  expect(err).toMatch(/mine\.yaml:5:9 {2}.*sped.* {2}.*speed/s);
});

test("points that claim the same registers are refused by name and place", async () => {
  using folder = createDataFolder();
  const site = join(folder.path, "site");
  cpSync(DEMO, site, { recursive: true });
  const point = (id: string, at: string) =>
    `    - { id: ${id}, name: { zh: 点, en: point }, type: number, at: "${at}" }`;
  writeFileSync(
    join(site, "devices", "mine.yaml"),
    [
      "- id: mine-1",
      "  name: { zh: 我的, en: Mine }",
      "  kind: water",
      "  link: { modbus-tcp: { host: 127.0.0.1, port: 1502 } }",
      "  points:",
      point("total", "holding:4:u32"),
      point("level", "holding:5"),
      "",
    ].join("\n"),
  );
  const { code, err } = await gatehouse(["check", site]);
  expect(code).toBe(78);
  expect(err).toMatch(/mine\.yaml:[67]:\d+ {2}.*(total.*level|level.*total)/);
});

test("more polls than a serial line carries are refused at the link, with its load at its speed", async () => {
  using folder = createDataFolder();
  const site = join(folder.path, "site");
  cpSync(DEMO, site, { recursive: true });
  const file = join(site, "site.yaml");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const bus = "  bus: { modbus-rtu: { path: /dev/ttyUSB0, baudRate: 9600, parity: none } }";
  writeFileSync(file, [...lines, "links:", bus, ""].join("\n"));
  const meters = Array.from({ length: 40 }, (_, i) =>
    [
      `- id: meter-${i}`,
      "  name: { zh: 表, en: Meter }",
      "  kind: water",
      "  link: bus",
      `  unit: ${i + 1}`,
      "  points:",
      '    - { id: level, name: { zh: 点, en: point }, type: number, at: "holding:0" }',
      "",
    ].join("\n"),
  );
  writeFileSync(join(site, "devices", "meters.yaml"), meters.join(""));
  const { code, err } = await gatehouse(["check", site], { LANG: "en_US.UTF-8" });
  expect(code).toBe(78);
  const [, line] = /site\.yaml:(\d+):\d+ {2}.*serial line bus take \d{3} % of its time at 9600 baud/.exec(err) ?? [];
  expect(Number(line), err).toBe(lines.length + 2);
});

test("a taken port is named together with the variable that moves it", async () => {
  const ports = await demoPorts();
  using folder = createDataFolder();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(ports.console, "127.0.0.1", resolve));
  const { code, err } = await gatehouse(["run", DEMO], {
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_PORT: String(ports.console),
  });
  squatter.close();
  expect(code).toBe(1);
  expect(err).toContain(String(ports.console));
  expect(err).toContain("GATEHOUSE_PORT");
});

test("a data folder that another gateway holds is refused with its name", async () => {
  const ports = await demoPorts();
  using folder = createDataFolder();
  const environment = { GATEHOUSE_DATA: folder.path, GATEHOUSE_PORT: String(ports.console) };
  const first = spawn(process.execPath, [MAIN, "run", DEMO], { env: { ...process.env, ...environment } });
  await new Promise<void>((resolve) =>
    first.stdout.on("data", (chunk: Buffer) => chunk.includes("ready") && resolve()),
  );
  const { code, err } = await gatehouse(["run", DEMO], { ...environment, GATEHOUSE_PORT: String(ports.control) });
  first.kill("SIGTERM");
  await new Promise((resolve) => first.once("exit", resolve));
  expect(code).toBe(1);
  expect(err).toContain(folder.path);
});

test("so is the port of the broker", async () => {
  const ports = await demoPorts();
  using folder = createDataFolder();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(ports.control, "127.0.0.1", resolve));
  const { code, err } = await gatehouse(["run", DEMO], {
    GATEHOUSE_DATA: folder.path,
    GATEHOUSE_PORT: String(ports.console),
    GATEHOUSE_BROKER_PORT: String(ports.control),
  });
  squatter.close();
  expect(code).toBe(1);
  expect(err).toContain("GATEHOUSE_BROKER_PORT");
});

test("a broker beyond this machine without TLS needs to be asked for", async () => {
  using folder = createDataFolder();
  const site = join(folder.path, "site");
  cpSync(DEMO, site, { recursive: true });
  const file = join(site, "site.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("host: 127.0.0.1, port: 11883", "host: 0.0.0.0, port: 11883"));
  const { code, err } = await gatehouse(["run", site], {});
  expect(code).toBe(78);
  expect(err).toMatch(/MQTT.*--insecure-lan/s);
});

test("listening beyond this machine without encryption needs to be asked for", async () => {
  const { code, err } = await gatehouse(["run", DEMO], { GATEHOUSE_HOST: "0.0.0.0" });
  expect(code).toBe(78);
  expect(err).toContain("--insecure-lan");
});

test.each([
  [["fly"], 64, "gatehouse <command>"],
  [["run", "--nonsense"], 64, "--nonsense"],
  [["check"], 64, "gatehouse <command>"],
  [["schema", "rulez"], 64, "gatehouse <command>"],
  [["check", "/nowhere/at/all"], 78, "/nowhere/at/all"],
  [["token", "create", DEMO, "--role", "king", "--name", "x"], 64, "viewer operator"],
])("%j ends with %i and a sentence", async (args, code, sentence) => {
  const ended = await gatehouse(args);
  expect(ended.code).toBe(code);
  expect(ended.err).toContain(sentence);
  expect(ended.err).not.toMatch(/^\s+at /m);
});

test.each([
  ["GATEHOUSE_PORT", "lots"],
  ["GATEHOUSE_BROKER_PORT", "70000"],
  ["GATEHOUSE_LOG", "shout"],
])("%s=%s is refused with what would do", async (name, value) => {
  const ended = await gatehouse(["run", DEMO], { [name]: value });
  expect(ended.code).toBe(78);
  expect(ended.err).toContain(`${name}=${value}`);
});

test("a token made on the command line is printed once and opens the API", async () => {
  const ports = await demoPorts();
  using folder = createDataFolder();
  const made = await gatehouse(["token", "create", DEMO, "--role", "viewer", "--name", "grafana"], {
    GATEHOUSE_DATA: folder.path,
  });
  expect(made.code).toBe(0);
  const token = made.out.trim();
  const gateway = spawn(process.execPath, [MAIN, "run", DEMO], {
    env: { ...process.env, GATEHOUSE_DATA: folder.path, GATEHOUSE_PORT: String(ports.console) },
  });
  await new Promise<void>((resolve) =>
    gateway.stdout.on("data", (chunk: Buffer) => chunk.includes("ready") && resolve()),
  );
  const ask = (bearer: string) =>
    fetch(`http://127.0.0.1:${ports.console}/api/site`, { headers: { authorization: `Bearer ${bearer}` } });
  expect((await ask(token)).status).toBe(200);
  expect((await ask(`${token.slice(0, -1)}!`)).status).toBe(401);
  gateway.kill("SIGTERM");
  await new Promise((resolve) => gateway.once("exit", resolve));
});

test("import turns a table of points into a device file, and tells what is wrong with one", async () => {
  using folder = createDataFolder();
  const table = join(folder.path, "points.csv");
  writeFileSync(table, "点名,名称,类型,地址\nflow,流量,模拟量,holding:1\n");
  const good = await gatehouse(["import", table, "pump-9", "--kind", "water"]);
  expect(good.code).toBe(0);
  expect(good.out).toContain('- { id: "flow", name: { zh: "流量", en: "流量" }, type: "number", at: "holding:1" }');
  writeFileSync(table, "点名,名称,类型,地址\nflow,流量,泵,holding:1\n");
  const bad = await gatehouse(["import", table, "pump-9"]);
  expect([bad.code, bad.out]).toEqual([1, ""]);
  expect(bad.err).toContain("points.csv:2:3  类型：“泵”不是类型");
  expect((await gatehouse(["import", table])).code).toBe(64);
});
