#!/usr/bin/env node
/** The command line, and the only place that reads the environment or ends the process. */
import { accessSync, constants, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { roles } from "#model/account";
import type { Problem } from "#model/problem";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { days, type Instant, instant, parseInstant } from "#model/time";
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
  browse <link> [--site S] [--out F]
                     列出 OPC UA 服务器的节点,可写成点表文件 / lists the nodes of an OPC UA server, and writes them as points
  trust <site> <link> [--accept THUMBPRINT]
                     查看并信任 OPC UA 服务器的证书 / shows the certificate of an OPC UA server, and trusts it
  backtest <site> --rule ID [--with file.yaml] [--from T --to T] [--csv file]
                     用历史数据试算规则（默认最近 7 天）/ what a rule would have raised over stored history
  backtest <site> --tuning [--rule ID] [--from T --to T]
                     各规则接近触发与数据不可用的情况 / where rules almost raise an alarm, and cannot be judged
  backtest <site> --learn [--from T --to T]
                     从历史学习流量参数并打印，不会自动生效 / prints limits learned from the flow; applies nothing
  schema [kind]      站点文件的 JSON Schema，供编辑器使用 / JSON Schema of the site files, for editors
                     kind: site devices rules people response profile
  token create <site> --role R --name N [--days D]
                     创建 API 令牌(网关停止时)/ creates an API token (while the gateway is stopped)

  scan <modbus-tcp://host:port | link --site S> [--units 1-16] [--tables holding,input] [--range 0-199]
       [--pause 50ms] [--out points.csv] [--force] [--shared]
                     查找有应答的站号和地址,只读 / finds units and addresses that answer, read only
  import <points.csv> <device> [--kind K] [--link L] [--out FILE] [--force]
                     点表(CSV,UTF-8 或 GB18030)转为设备文件 / turns a table of points into a device file

  GATEHOUSE_DATA GATEHOUSE_PORT GATEHOUSE_HOST GATEHOUSE_BROKER_PORT GATEHOUSE_LOG GATEHOUSE_TOKEN(demo)`;

/** Where the rows live: what the environment names, what the site names, otherwise a folder per site below `data`. */
const dataOf = (site: Site): string => env.GATEHOUSE_DATA ?? site.store?.folder ?? resolve("data", site.id);

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
  const { broker } = result.site;
  return {
    ...result.site,
    listen: {
      host: env.GATEHOUSE_HOST ?? result.site.listen.host,
      port: port("GATEHOUSE_PORT", result.site.listen.port),
    },
    ...(broker && {
      broker: { ...broker, listen: { ...broker.listen, port: port("GATEHOUSE_BROKER_PORT", broker.listen.port) } },
    }),
  };
}

function port(name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  end(BAD_SITE, say(`${name}=${text} 不是端口号(0–65535)。`, `${name}=${text} is not a port (0–65535).`));
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
  if (site.broker && !site.broker.tls && !LOOPBACK.has(site.broker.listen.host) && !values["insecure-lan"]) {
    const { host } = site.broker.listen;
    end(
      BAD_SITE,
      say(
        `MQTT 代理监听 ${host} 会在网络上不加密传输密码。请在 broker 下写 tls，或仅在受控网络内加 --insecure-lan。`,
        `The MQTT broker on ${host} would take passwords unencrypted. Give it tls, or add --insecure-lan on a network that you control.`,
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

async function backtest(args: string[]): Promise<void> {
  const texts = ["rule", "with", "from", "to", "csv"].map((name) => [name, { type: "string" }] as const);
  const { values, positionals } = parse(args, {
    ...Object.fromEntries(texts),
    learn: { type: "boolean" },
    tuning: { type: "boolean" },
  });
  const [folder] = positionals;
  if (folder === undefined || (values.rule === undefined && !values.learn && !values.tuning)) end(USAGE, USAGE_TEXT);
  const site = await readSite(folder);
  const range = rangeOf(values);
  if (values.learn) {
    await learn(site, range);
    return;
  }
  if (values.tuning) {
    await tune(site, range, values.rule === undefined ? undefined : String(values.rule));
    return;
  }
  const rule = site.rules.find(({ id }) => id === values.rule);
  if (!rule) end(BAD_SITE, say(`站点没有规则 ${values.rule}。`, `The site has no rule ${values.rule}.`));
  const readable = <R>(file: string, use: (file: string) => R): R => {
    try {
      return use(file);
    } catch {
      end(FAILED, say(`读不到文件 ${file}。`, `The file ${file} cannot be read.`));
    }
  };
  if (values.csv !== undefined) readable(String(values.csv), (file) => accessSync(file, constants.R_OK));
  const { readChangedRule } = await import("./site/changed-rule.ts");
  const { runBacktest } = await import("./backtest/run-backtest.ts");
  const { printReport } = await import("./backtest/print.ts");
  const { piecesOf } = await import("./backtest/csv-samples.ts");
  let changed: RuleDefinition | undefined;
  if (values.with !== undefined) {
    const name = String(values.with);
    const library = at("../rules/library");
    const result = await readChangedRule({
      site,
      rule: rule.id,
      text: readable(name, (file) => readFileSync(file)),
      name,
      library,
    });
    if ("problems" in result) {
      printProblems(result.problems);
      end(BAD_SITE, say(`${name} 有问题，未试算。`, `${name} has problems; nothing was replayed.`));
    }
    changed = result.rule;
  }
  let told = 0;
  try {
    const report = runBacktest({
      site,
      rule,
      ...range,
      ...(changed ? { changed } : {}),
      source: values.csv === undefined ? { folder: dataOf(site) } : { csv: piecesOf(String(values.csv)) },
      progress(share) {
        if (share - told < 0.1) return;
        told = share;
        process.stderr.write(`${Math.round(share * 100)} %\n`);
      },
    });
    process.stdout.write(`${printReport(report, language, site.zone)}\n`);
  } catch (error) {
    endWith(error);
  }
}

async function tune(site: Site, range: { from: Instant; to: Instant }, wanted: string | undefined): Promise<void> {
  const { runTuning } = await import("./backtest/run-tuning.ts");
  const { tuningText } = await import("./backtest/print.ts");
  const rules = site.rules.filter(({ id }) => wanted === undefined || id === wanted);
  if (rules.length === 0) end(BAD_SITE, say(`站点没有规则 ${wanted}。`, `The site has no rule ${wanted}.`));
  try {
    const report = runTuning({ site, rules, ...range, folder: dataOf(site) });
    for (const row of report.rows) {
      process.stdout.write(`${row.rule}@${row.device}  ${tuningText(row, language)}\n`);
    }
    process.stdout.write(
      `${say(`${rules.length} 条规则，${report.samples} 个样本，${report.rows.length} 行。`, `${rules.length} rules, ${report.samples} samples, ${report.rows.length} rows.`)}\n`,
    );
  } catch (error) {
    endWith(error);
  }
}

/** The last 7 days, or what the person says. */
function rangeOf(values: Record<string, string | boolean | undefined>): { from: Instant; to: Instant } {
  const to = values.to === undefined ? createClock().now() : parseInstant(String(values.to));
  const from = values.from === undefined ? to && instant(to - days(7)) : parseInstant(String(values.from));
  if (to !== undefined && from !== undefined && from < to) return { from, to };
  end(
    USAGE,
    say(
      "--from 和 --to 须为带时区的时间，例如 2026-11-21T08:00:00+08:00，且 from 早于 to。",
      "--from and --to are times with a zone, such as 2026-11-21T08:00:00+08:00, and from lies before to.",
    ),
  );
}

async function learn(site: Site, range: { from: Instant; to: Instant }): Promise<void> {
  const { readHistoryFile } = await import("./history/file.ts");
  const { learnSite } = await import("./backtest/learn-site.ts");
  const { learnedYaml } = await import("./backtest/learn.ts");
  using file = readHistoryFile(dataOf(site));
  const learned = file ? learnSite(site, file, range) : [];
  if (learned.length === 0) {
    end(
      FAILED,
      say(
        "没有设备有满一天的流量历史，无法学习。请让网关多运行几天，或用 --from 扩大范围。",
        "No device has a day of flow in the history. Let the gateway run for some days, or name an earlier --from.",
      ),
    );
  }
  const text = learned.map((one) => learnedYaml(one, (range.to - range.from) / days(1))).join("\n\n");
  process.stdout.write(
    `# ${say("核对后把 params 写到 devices/*.yaml 中对应设备下；不会自动生效。", "Check it, then write the params below the device in devices/*.yaml; nothing is applied by itself.")}\n${text}\n`,
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

async function importTable(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, {
    kind: { type: "string" },
    link: { type: "string" },
    out: { type: "string" },
    force: { type: "boolean" },
  });
  const [file, device, ...more] = positionals;
  if (file === undefined || device === undefined || more.length > 0) end(USAGE, USAGE_TEXT);
  const { importPoints } = await import("./commands/import-points.ts");
  const told = (name: "kind" | "link" | "out") => (typeof values[name] === "string" ? { [name]: values[name] } : {});
  const input = { ...told("kind"), ...told("link"), ...told("out"), force: values.force === true };
  const result = await importPoints({ file, device, ...input, drivers, language });
  if (result.outcome === "refused") end(FAILED, result.lines.join("\n"));
  if (result.outcome === "text") process.stdout.write(result.text);
  else {
    process.stdout.write(
      `${say(`已写入 ${result.file}：${result.points} 个点。`, `Written to ${result.file}: ${result.points} points.`)}\n`,
    );
  }
}

async function scanLine(args: string[]): Promise<void> {
  const names = ["site", "units", "tables", "range", "pause", "out"] as const;
  const { values, positionals } = parse(args, {
    ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
    shared: { type: "boolean" },
    force: { type: "boolean" },
  });
  const [link, ...more] = positionals;
  if (link === undefined || more.length > 0) end(USAGE, USAGE_TEXT);
  const { scan } = await import("./commands/scan.ts");
  const links = typeof values.site === "string" ? (await readSite(values.site)).links : [];
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const told = Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
  const options = { ...told, link, links, shared: values.shared === true, force: values.force === true };
  try {
    const print = (line: Text) => void process.stdout.write(`${line[language]}\n`);
    const result = await scan(options, createClock(), print, stop.signal);
    if (result.outcome === "refused") end(FAILED, say(result.because.zh, result.because.en));
  } catch (error) {
    endWith(error);
  }
}

async function browse(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, { site: { type: "string" }, out: { type: "string" } });
  const [name] = positionals;
  if (name === undefined) end(USAGE, USAGE_TEXT);
  const dial = await opcuaServer(typeof values.site === "string" ? values.site : ".", name);
  const out = typeof values.out === "string" ? values.out : undefined;
  const { browseLink } = await import("./browse.ts");
  try {
    process.stdout.write(`${await browseLink(dial, out)}\n`);
  } catch (error) {
    endWith(error);
  }
}

async function trust(args: string[]): Promise<void> {
  const { values, positionals } = parse(args, { accept: { type: "string" } });
  const [folder, name] = positionals;
  if (folder === undefined || name === undefined) end(USAGE, USAGE_TEXT);
  const dial = await opcuaServer(folder, name);
  const { showServer } = await import("./trust.ts");
  try {
    const shown = await showServer(dial);
    for (const [what, told] of shown.facts) process.stdout.write(`${say(what.zh, what.en)}: ${told}\n`);
    if (shown.standing === "changed") {
      process.stdout.write(
        `${say("注意：与此前信任的证书不同。未换过证书时请勿接受。", "Careful: this is not the certificate that was trusted before. Do not accept it unless it was renewed.")}\n`,
      );
    }
    if (typeof values.accept === "string") {
      if (!(await shown.accept(values.accept)))
        end(
          FAILED,
          say(
            "指纹与服务器现在出示的证书不符，未信任。",
            "The thumbprint is not that of the certificate shown now; it was not trusted.",
          ),
        );
      process.stdout.write(`${say("已信任。", "Trusted.")}\n`);
    } else if (shown.standing === "trusted") {
      process.stdout.write(`${say("该证书已受信任。", "This certificate is trusted already.")}\n`);
    } else {
      const command = `gatehouse trust ${folder} ${name} --accept ${shown.thumbprint}`;
      process.stdout.write(
        `${say(`在设备上核对指纹后执行：${command}`, `Compare the thumbprint at the device, then run: ${command}`)}\n`,
      );
    }
  } catch (error) {
    endWith(error);
  }
}

async function opcuaServer(folder: string, name: string) {
  const { opcuaLink } = await import("./link-of.ts");
  const site = await readSite(folder);
  const dial = opcuaLink(site, name, dataOf(site), createClock());
  if ("because" in dial) end(FAILED, say(dial.because.zh, dial.because.en));
  return dial;
}

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
  case "scan":
    await scanLine(rest);
    break;
  case "import":
    await importTable(rest);
    break;
  case "backtest":
    await backtest(rest);
    break;
  case "schema":
    await schema(rest);
    break;
  case "token":
    await token(rest);
    break;
  case "browse":
    await browse(rest);
    break;
  case "trust":
    await trust(rest);
    break;
  case "help":
  case "--help":
    process.stdout.write(`${USAGE_TEXT}\n`);
    break;
  default:
    end(USAGE, USAGE_TEXT);
}
