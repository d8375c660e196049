#!/usr/bin/env node
/** The command line of the simulated building: run · list · play · fault · stop · top · score. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { callControl } from "./control-client.ts";
import type { ProfileRun } from "./profile-fleet.ts";
import { findScenario, scenarios } from "./scenarios/index.ts";
import type { Score } from "./score.ts";
import type { Text } from "./text.ts";
import type { TopDevice } from "./top.ts";
import { usage, wrongUsage } from "./usage.ts";
import { faultKind, faultKinds, isFaultName } from "./wire/faults.ts";

const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || "");
const say = (text: Text) => (chinese ? text.zh : text.en);

/** Ends the command with a sentence; exit code 1. */
class CommandFailed extends Error {}
const fail = (text: Text): never => {
  throw new CommandFailed(say(text));
};

/** A port from the environment, if it is set. */
function portFromEnvironment(variable: string): number | undefined {
  const value = process.env[variable];
  if (value === undefined || value === "") return undefined;
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  return fail({ zh: `${variable}=${value} 不是端口号（0–65535）`, en: `${variable}=${value} is no port (0–65535)` });
}

/** Loads the plants and servers only for this command: the others just send a request. */
async function run(what: string | ProfileRun, truthFile: string | undefined, withParent: boolean): Promise<void> {
  const { runFleet } = await import("./run.ts");
  const ended = await runFleet({
    what,
    environment: process.env,
    truthFile,
    withParent,
    host: process.env.GATEHOUSE_MODBUS_HOST || "127.0.0.1",
    basePort: portFromEnvironment("GATEHOUSE_MODBUS_PORT"),
    controlPort: portFromEnvironment("GATEHOUSE_SIM_PORT"),
    say: (text) => console.log(say(text)),
  });
  if ("wrong" in ended) throw new CommandFailed(ended.wrong.map(say).join("\n"));
}

/** One scenario with its figures, and what must follow. */
function listScenario(name: string): void {
  const scenario = findScenario(name);
  if (!scenario) {
    fail({
      zh: `没有场景 ${name}，执行 gatehouse-sim list 查看全部`,
      en: `There is no scenario ${name}; gatehouse-sim list names them all`,
    });
    return;
  }
  console.log(`${scenario.name}  ${scenario.kind}  ${say(scenario.title)}\n${say(scenario.tells)}`);
  for (const [parameter, { default: usual, min, max, unit, tells }] of Object.entries(scenario.parameters))
    console.log(`  --param ${parameter}=${usual}`.padEnd(32), `${min}–${max} ${unit}`.padEnd(16), say(tells));
  for (const { rule, severity, ticketClass, within } of scenario.mustFollow)
    console.log(`  → ${rule}`.padEnd(48), severity, `≤ ${within} s`, ticketClass);
  if (scenario.mustFollow.length === 0) console.log(say({ zh: "  → 不应有告警", en: "  → no alarm" }));
}

function listFaults(): void {
  for (const name of Object.keys(faultKinds).filter(isFaultName)) {
    const { scope, seconds, tells } = faultKind(name);
    const range = seconds ? `--seconds ${seconds.default} (${seconds.min}–${seconds.max})` : "";
    console.log(name.padEnd(18), scope.padEnd(5), say(tells), range);
  }
}

async function list(port: number): Promise<void> {
  for (const scenario of scenarios)
    console.log(`${scenario.name.padEnd(32)} ${scenario.kind.padEnd(9)} ${say(scenario.title)}`);
  const answer = await callControl(port, "GET", "/devices");
  if ("unreachable" in answer) {
    console.log(say({ zh: "模拟器未运行，不列出设备", en: "No simulator is running, so no devices are listed" }));
    return;
  }
  const devices = answer.body as { device: string; kind: string; where: string; unit: number; playing: unknown }[];
  for (const { device, kind, where, unit, playing } of devices) {
    console.log(
      `${device.padEnd(32)} ${kind.padEnd(9)} ${where} /${unit} ${playing ? JSON.stringify(playing) : ""}`.trimEnd(),
    );
  }
}

/** Sends one request to the running simulators and prints the answer. */
async function ask(port: number, path: string, body: unknown): Promise<void> {
  const answer = await callControl(port, "POST", path, body);
  if ("unreachable" in answer) {
    return fail({
      zh: `127.0.0.1:${port} 上没有运行中的模拟器。请先执行 gatehouse-sim run，或用 GATEHOUSE_SIM_PORT 指定端口`,
      en: `No simulator answers at 127.0.0.1:${port}. Start one with gatehouse-sim run, or name its port in GATEHOUSE_SIM_PORT`,
    });
  }
  if (answer.status !== 200) return fail((answer.body as { message: Text }).message);
  console.log(JSON.stringify(answer.body));
}

/** Prints the score of the running simulators: one line per rule, then the sum. Exit code 1 unless all is well. */
async function showScore(port: number, gateway: string | undefined): Promise<void> {
  const token = process.env.GATEHOUSE_TOKEN;
  if (!token) {
    return fail({
      zh: "请用 GATEHOUSE_TOKEN 给出网关的 API 令牌（gatehouse token create）",
      en: "Give an API token of the gateway in GATEHOUSE_TOKEN (gatehouse token create)",
    });
  }
  const path = `/score${gateway === undefined ? "" : `?gateway=${encodeURIComponent(gateway)}`}`;
  const answer = await callControl(port, "GET", path, undefined, token);
  if ("unreachable" in answer) {
    return fail({ zh: `127.0.0.1:${port} 上没有运行中的模拟器`, en: `No simulator answers at 127.0.0.1:${port}` });
  }
  if (answer.status !== 200) return fail((answer.body as { message: Text }).message);
  const score = answer.body as Score;
  for (const { rule, expected, detected, late, missed, false: wrong, longestDelay } of score.rules) {
    console.log(
      `${rule.padEnd(36)} ${detected}/${expected}  late ${late}  missed ${missed}  false ${wrong}  ${longestDelay ?? "–"} s`,
    );
  }
  console.log(
    say({
      zh: `检出 ${score.detected}，迟报 ${score.late}，漏报 ${score.missed}，误报 ${score.false}`,
      en: `detected ${score.detected}, late ${score.late}, missed ${score.missed}, false ${score.false}`,
    }),
  );
  if (score.late + score.missed + score.false > 0) process.exitCode = 1;
}

/** Draws the fleet every second until Ctrl-C; a pipe gets one picture with every device. */
async function showTop(port: number): Promise<void> {
  const [{ picture, redraw }, { createSystemClock }] = await Promise.all([import("./top.ts"), import("./clock.ts")]);
  const look = async () => {
    const answer = await callControl(port, "GET", "/devices");
    if ("unreachable" in answer)
      return fail({ zh: `127.0.0.1:${port} 上没有运行中的模拟器`, en: `No simulator answers at 127.0.0.1:${port}` });
    return answer.body as TopDevice[];
  };
  const { stdout } = process;
  if (!stdout.isTTY) {
    console.log(picture(await look(), 160, Number.POSITIVE_INFINITY, say).join("\n"));
    return;
  }
  // The other screen, without a cursor; what stood on the first comes back at the end.
  stdout.write("\u001b[?1049h\u001b[?25l");
  const leave = Promise.withResolvers<void>();
  process.once("SIGINT", () => leave.resolve());
  process.once("SIGTERM", () => leave.resolve());
  const draw = async () =>
    void stdout.write(redraw(picture(await look(), stdout.columns || 80, stdout.rows || 24, say)));
  const stop = createSystemClock().every(1_000, () => void draw().catch(leave.reject));
  try {
    await draw();
    await leave.promise;
  } finally {
    stop();
    stdout.write("\u001b[?25h\u001b[?1049l");
  }
}

/** A line where the running simulators have one of this name, otherwise a device. */
async function targetOf(port: number, name: string): Promise<{ readonly link: string } | { readonly device: string }> {
  const answer = await callControl(port, "GET", "/devices");
  const devices = "unreachable" in answer ? [] : (answer.body as { device: string; link: string; port: number }[]);
  const isDevice = devices.some(({ device }) => device === name);
  const isLink = devices.some((one) => one.link === name || `${one.port}` === name);
  return isLink && !isDevice ? { link: name } : { device: name };
}

/** `hole=30` → hole: 30 */
function figures(given: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = "", value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      if (value === undefined)
        return fail({ zh: `--param ${text} 应写成 名=数值`, en: `--param ${text} must read name=number` });
      return [name, number(`param ${name}`, value) ?? 0];
    }),
  );
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  return fail({ zh: `--${name} 应为数字，而不是 ${text}`, en: `--${name} takes a number, not ${text}` });
}

async function main(argv: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      device: { type: "string" },
      profile: { type: "string" },
      speaks: { type: "string" },
      path: { type: "string" },
      broker: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      speed: { type: "string" },
      seed: { type: "string" },
      changes: { type: "string" },
      seconds: { type: "string" },
      gateway: { type: "string" },
      param: { type: "string", multiple: true, default: [] },
      off: { type: "boolean", default: false },
      truth: { type: "string" },
      "with-parent": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [command, first, second, ...rest] = positionals;
  const port = () => portFromEnvironment("GATEHOUSE_SIM_PORT") ?? 8090;
  if (values.help || command === "help") return console.log(say(usage));
  const { profile, device, speaks, path, broker } = values;
  if (command === "run" && profile && !first)
    return run({ profile, device, speaks, path, broker, vars: values.var }, values.truth, values["with-parent"]);
  if (command === "run" && first && !second && !profile) return run(first, values.truth, values["with-parent"]);
  if (command === "list" && first && !second) return first === "faults" ? listFaults() : listScenario(first);
  if (command === "list" && !first) return list(port());
  if (command === "play" && first && !second && values.device) {
    const speed = number("speed", values.speed);
    const seed = number("seed", values.seed);
    return ask(port(), "/play", { scenario: first, device: values.device, speed, seed, params: figures(values.param) });
  }
  if (command === "fault" && first && second && rest.length === 0) {
    const seconds = number("seconds", values.seconds);
    return ask(port(), "/faults", { ...(await targetOf(port(), first)), fault: second, on: !values.off, seconds });
  }
  if (command === "storm" && !second) {
    const changes = number("changes", values.changes);
    const seconds = number("seconds", values.seconds);
    const target = first === undefined ? {} : await targetOf(port(), first);
    return ask(port(), "/storm", { ...target, changes, seconds });
  }
  if (command === "top" && !first) return showTop(port());
  if (command === "score" && !first) return showScore(port(), values.gateway);
  if (command === "stop" && !first) return ask(port(), "/stop", { device: values.device });
  fail(wrongUsage(command));
}

// As in the gateway: the second start takes half the time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/gatehouse", import.meta.url));
enableCompileCache();

try {
  await main(process.argv.slice(2));
} catch (error) {
  const wrongOption = error instanceof TypeError && "code" in error && `${error.code}`.startsWith("ERR_PARSE_ARGS");
  if (!(error instanceof CommandFailed) && !wrongOption) throw error;
  // Of options the library speaks English only, and at length.
  const unknown = wrongOption ? /'(-[^' ]+)/.exec(error.message)?.[1] : undefined;
  const text = { zh: `选项 ${unknown} 有误，gatehouse-sim --help 查看说明`, en: error.message.split(". ")[0] ?? "" };
  console.error(unknown === undefined ? error.message : say(text));
  process.exitCode = 1;
}
