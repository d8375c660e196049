#!/usr/bin/env node
/** The command line, and the only place that reads the environment or ends the process. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { roles } from "#model/account";
import type { Problem } from "#model/problem";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { drivers } from "../drivers/catalog.ts";
import { createClock } from "./clock.ts";
import { createLog, type LogLevel, logLevels } from "./log.ts";
import { describeApplicability, formatProblem, loadSite } from "./site/load-site.ts";

const BAD_SITE = 78;
const FAILED = 1;
const USAGE = 64;

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DEMO = at("../simulators/demo-site");
const { env } = process;
/** Messages of the command line follow the person's locale; Chinese comes first where it is not told. */
const language: keyof Text = /^(?!zh|C\b|POSIX)[a-z]{2}/.test(env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? "")
  ? "en"
  : "zh";
const say = (zh: string, en: string): string => (language === "zh" ? `${zh} / ${en}` : en);

const USAGE_TEXT = `gatehouse <command>

  run [site]         运行网关;不指定站点时运行演示园区 / runs the gateway; without a site, the demo site
      --simulate     同时启动模拟楼宇 / starts the simulated building beside it
      --insecure-lan 允许在局域网上不加密监听 / allows listening without TLS beyond this machine
  check <site>       检查站点文件夹,列出全部问题 / checks a site folder and lists every problem
      --rules        列出每条规则适用于哪些设备 / lists which rule applies to which device
  schema [kind]      站点文件的 JSON Schema，供编辑器使用 / JSON Schema of the site files, for editors
                     kind: site devices rules people response profile
  token create <site> --role R --name N [--days D]
                     创建 API 令牌(网关停止时)/ creates an API token (while the gateway is stopped)

  GATEHOUSE_DATA GATEHOUSE_PORT GATEHOUSE_HOST GATEHOUSE_LOG GATEHOUSE_TOKEN(demo)`;

/** Ends the process with a sentence. */
function end(code: number, sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

function printProblems(problems: readonly Problem[]): void {
  for (const problem of problems) process.stderr.write(`${formatProblem(problem, language)}\n`);
}

/** The site with what the environment overrides, or the end of the process with every problem. */
async function readSite(folder: string): Promise<Site> {
  const result = await loadSite({
    folder: resolve(folder),
    drivers,
    environment: env,
    profiles: at("../drivers/profiles"),
    library: at("../rules/library"),
    policy: at("../rules/response/policy.yaml"),
  });
  if ("problems" in result) {
    printProblems(result.problems);
    end(
      BAD_SITE,
      say(`站点有 ${result.problems.length} 个问题，未启动。`, `The site has ${result.problems.length} problems.`),
    );
  }
  printProblems(result.site.warnings);
  return {
    ...result.site,
    listen: { host: env.GATEHOUSE_HOST ?? result.site.listen.host, port: port(result.site.listen.port) },
  };
}

function port(fallback: number): number {
  const text = env.GATEHOUSE_PORT;
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  end(BAD_SITE, say(`GATEHOUSE_PORT=${text} 不是端口号(0–65535)。`, `GATEHOUSE_PORT=${text} is not a port (0–65535).`));
}

function logLevel(): LogLevel {
  const level = env.GATEHOUSE_LOG ?? "warn";
  if (logLevels.includes(level as LogLevel)) return level as LogLevel;
  end(
    BAD_SITE,
    say(
      `GATEHOUSE_LOG=${level} 无效，可用 ${logLevels.join(" ")}。`,
      `GATEHOUSE_LOG=${level} is none of ${logLevels.join(" ")}.`,
    ),
  );
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
const packageVersion = (): string =>
  (JSON.parse(readFileSync(at("../package.json"), "utf8")) as { version: string }).version;

/** Below this release Node's Brotli decoder has CVE-2026-111497; the gateway decodes no Brotli, and says so all the same. */
const NODE_FLOOR = [26, 12, 1] as const;
function runtimeIsOld(): boolean {
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);
  return major * 1e6 + minor * 1e3 + patch < NODE_FLOOR[0] * 1e6 + NODE_FLOOR[1] * 1e3 + NODE_FLOOR[2];
}

// Each command loads only what it needs: `check` answers at once, though the gateway behind `run` is large.
async function run(args: string[]): Promise<void> {
  const { openHouse } = await import("./house.ts");
  const { startSimulation } = await import("./simulation.ts");
  const { values, positionals } = parse(args, { simulate: { type: "boolean" }, "insecure-lan": { type: "boolean" } });
  const folder = positionals[0] ?? DEMO;
  const site = await readSite(folder);
  if (!LOOPBACK.has(site.listen.host) && !values["insecure-lan"]) {
    end(
      BAD_SITE,
      say(
        `监听 ${site.listen.host} 会在网络上不加密传输。仅在受控网络内加 --insecure-lan。`,
        `Listening on ${site.listen.host} is not encrypted. Add --insecure-lan only on a network that you control.`,
      ),
    );
  }
  const log = createLog(logLevel());
  if (runtimeIsOld())
    log.warn(
      { node: process.versions.node, wanted: NODE_FLOOR.join(".") },
      "this Node has a known hole; use a newer one where you can",
    );

  const opened = new AsyncDisposableStack();
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
  void stopped.then(() => opened.disposeAsync()).then(() => process.exit(0));

  try {
    const simulate = values.simulate || positionals[0] === undefined;
    if (simulate && site.simulator) {
      opened.use(await startSimulation({ fleet: resolve(site.folder, site.simulator.fleet), environment: env, log }));
    }
    const house = await openHouse({
      site,
      drivers,
      data: dataOf(site),
      clock: createClock,
      log,
      version: packageVersion(),
      ...(env.GATEHOUSE_TOKEN && site.simulated ? { demoToken: env.GATEHOUSE_TOKEN } : {}),
    });
    opened.use(house);
    process.stdout.write(`ready ${house.url}\n`);
    if (house.firstRunLink) {
      process.stdout.write(
        `${say("首次登录（一次有效，15 分钟内）", "first sign-in (works once, within 15 minutes)")}: ${house.firstRunLink}\n`,
      );
    }
  } catch (error) {
    await opened.disposeAsync();
    endWith(error);
  }
}

async function check(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, { rules: { type: "boolean" } });
  const [folder] = positionals;
  if (folder === undefined) end(USAGE, USAGE_TEXT);
  const site = await readSite(folder);
  if (values.rules) {
    for (const row of describeApplicability(site)) {
      const why = row.because ? `  ${row.because[language]}` : "";
      process.stdout.write(`${row.applies ? "+" : "-"} ${row.device}  ${row.rule}${why}\n`);
    }
  }
  process.stdout.write(
    `${say(
      `站点 ${site.id} 正常：${site.devices.length} 台设备，${site.points.length} 个点，${site.rules.length} 条规则。`,
      `Site ${site.id} is good: ${site.devices.length} devices, ${site.points.length} points, ${site.rules.length} rules.`,
    )}\n`,
  );
}

async function schema(args: string[]): Promise<void> {
  const [kind] = parse(args, {}).positionals;
  const { siteFileKinds, siteSchema } = await import("./site/schema.ts");
  const known = siteFileKinds.find((one) => one === kind);
  if (kind !== undefined && known === undefined) end(USAGE, USAGE_TEXT);
  process.stdout.write(`${JSON.stringify(siteSchema(known), undefined, 2)}\n`);
}

async function token(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, {
    role: { type: "string" },
    name: { type: "string" },
    days: { type: "string" },
  });
  const [verb, folder] = positionals;
  const role = roles.find((one) => one === values.role);
  const days = values.days === undefined ? undefined : Number(values.days);
  if (verb !== "create" || folder === undefined || !role || typeof values.name !== "string") {
    end(USAGE, `${USAGE_TEXT}\n\n  R: ${roles.join(" ")}`);
  }
  if (days !== undefined && !(days >= 1 && days <= 365)) end(USAGE, say("--days 为 1–365。", "--days is 1–365."));
  const { makeToken } = await import("./people/make-token.ts");
  const { openStore } = await import("./store/sqlite/open-store.ts");
  const site = await readSite(folder);
  const clock = createClock();
  try {
    await using store = await openStore({ folder: dataOf(site), clock });
    const secret = await makeToken(
      store,
      { name: values.name, role, ...(days === undefined ? {} : { days }) },
      clock.now(),
    );
    process.stdout.write(`${secret}\n`);
  } catch (error) {
    endWith(error);
  }
}

/** Where the rows live: what the environment names, what the site names, otherwise a folder per site below `data`. */
const dataOf = (site: Site): string => env.GATEHOUSE_DATA ?? site.store?.folder ?? resolve("data", site.id);

/** What the world refused ends with its sentence; anything else is a bug and keeps its stack. */
function endWith(error: unknown): never {
  const { because = (error as { text?: Text }).text } = error as { because?: Text };
  if (!because) throw error;
  end(FAILED, say(because.zh, because.en));
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>["options"];

function parse(args: string[], options: NonNullable<Options>) {
  try {
    return parseArgs({ args, options, allowPositionals: true }) as {
      values: Record<string, string | boolean | undefined>;
      positionals: string[];
    };
  } catch (error) {
    end(USAGE, `${(error as Error).message}\n\n${USAGE_TEXT}`);
  }
}

const [command, ...rest] = process.argv.slice(2);
switch (command) {
  case "run":
    await run(rest);
    break;
  case "check":
    await check(rest);
    break;
  case "schema":
    await schema(rest);
    break;
  case "token":
    await token(rest);
    break;
  case "help":
  case "--help":
    process.stdout.write(`${USAGE_TEXT}\n`);
    break;
  default:
    end(USAGE, USAGE_TEXT);
}
