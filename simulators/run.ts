/** `gatehouse-sim run`: opens the fleet and its control, says ready, and closes everything when it is told to end. */
import { appendFileSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Building, openBuilding } from "./building.ts";
import { createSystemClock, hourOfDay } from "./clock.ts";
import { openControl } from "./control.ts";
import { type Fleet, type FleetProblem, parseFleet } from "./fleet.ts";
import { FleetRefused, PortRefused } from "./open-line.ts";
import { type ProfileRun, profileFleet } from "./profile-fleet.ts";
import type { Text } from "./text.ts";
import { createTruthLog } from "./truth.ts";

export interface RunOptions {
  /** A fleet file, or one device made of a profile. */
  readonly what: string | ProfileRun;
  /** Where `${NAME}` in a fleet file is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Records of the ground truth are appended here, one JSON line each. */
  readonly truthFile: string | undefined;
  /** Ends when stdin ends, that is when whoever started this has died. */
  readonly withParent: boolean;
  readonly host: string;
  /** In place of those in the fleet file. */
  readonly basePort: number | undefined;
  readonly controlPort: number | undefined;
  readonly say: (text: Text) => void;
}

type Wrong = { readonly wrong: readonly Text[] };

/** Resolves when the fleet has been closed again, or at once with what is wrong. */
export async function runFleet(options: RunOptions): Promise<Wrong | { readonly closed: true }> {
  const fleet =
    typeof options.what === "string" ? readFleet(options.what, options.environment) : profileFleet(options.what);
  if ("wrong" in fleet) return fleet;
  const truthProblem = options.truthFile === undefined ? undefined : openTruthFile(options.truthFile);
  if (truthProblem) return truthProblem;
  const clock = createSystemClock();
  const truth = createTruthLog(clock.wall, undefined, options.truthFile);
  await using house = new AsyncDisposableStack();
  let building: Building;
  let port: number;
  try {
    building = await openBuilding(fleet, {
      host: options.host,
      basePort: options.basePort ?? fleet.basePort,
      hour: fleet.hour ?? hourOfDay(clock.wall(), fleet.zone),
      clock,
      truth,
      folder: typeof options.what === "string" ? dirname(options.what) : ".",
    });
    house.defer(() => building.close());
    const control = await openControl(building, options.controlPort ?? fleet.control.port);
    house.defer(() => control.close());
    port = control.port;
  } catch (error) {
    if (error instanceof PortRefused) return { wrong: [refusedPort(error)] };
    if (error instanceof FleetRefused) return { wrong: error.wrong };
    throw error;
  }
  const ending = told(options.withParent);
  const modbus = building.lines
    .flatMap(({ line }) => (line.where.startsWith("modbus-tcp ") ? [line.port] : []))
    .join(" ");
  options.say({
    zh: `模拟楼宇：${building.devices.length} 台设备${modbus && `，Modbus 端口 ${modbus}`}`,
    en: `Simulated building: ${building.devices.length} devices${modbus && `, Modbus ports ${modbus}`}`,
  });
  for (const { name, line } of building.lines) {
    if (line.where.startsWith("modbus-tcp ")) continue;
    options.say({ zh: `线路 ${name}：${line.where}`, en: `Line ${name}: ${line.where}` });
  }
  const ready = `ready http://127.0.0.1:${port}`;
  options.say({ zh: ready, en: ready });
  await ending;
  return { closed: true };
}

/** Resolves on SIGTERM, on SIGINT, or when the parent is gone. */
function told(withParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      if (withParent) process.stdin.destroy();
      resolve();
    };
    process.once("SIGTERM", end);
    // Ctrl-C reaches parent and child alike; the parent then ends this when it no longer needs it.
    if (withParent) process.on("SIGINT", () => {});
    else process.once("SIGINT", end);
    if (withParent) process.stdin.on("end", end).on("error", end).resume();
  });
}

function readFleet(file: string, environment: RunOptions["environment"]): Fleet | Wrong {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { wrong: [{ zh: `${file}: 无法读取：${why}`, en: `${file}: cannot be read: ${why}` }] };
  }
  const parsed = parseFleet(text);
  if ("fleet" in parsed) return fillIn(parsed.fleet, file, environment);
  return { wrong: parsed.problems.map((problem) => problemLine(file, problem)) };
}

/** `fleet.yaml:12:7: ports[0].units[2].kind: …`, so that an editor jumps there. */
function problemLine(file: string, { path, line, column, what }: FleetProblem): Text {
  const place = [`${file}${line === undefined ? "" : `:${line}:${column ?? 1}`}`, path].filter(Boolean).join(": ");
  return { zh: `${place}: ${what.zh}`, en: `${place}: ${what.en}` };
}

/** Brokers and their passwords may stand in the environment. */
function fillIn(fleet: Fleet, file: string, environment: RunOptions["environment"]): Fleet | Wrong {
  const wrong: Text[] = [];
  const filled = (text: string | undefined) =>
    text?.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = environment[name];
      if (value === undefined || value === "")
        wrong.push({ zh: `${file}: 环境变量 ${name} 未设置`, en: `${file}: the variable ${name} is not set` });
      return value ?? "";
    });
  const ports = fleet.ports.map((port) => ({
    ...port,
    broker: filled(port.broker),
    user: filled(port.user),
    password: filled(port.password),
  }));
  return wrong.length > 0 ? { wrong } : { ...fleet, ports };
}

/** A file that cannot be written is told at the start rather than at the first record. */
function openTruthFile(file: string): Wrong | undefined {
  try {
    appendFileSync(file, "");
    return undefined;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { wrong: [{ zh: `${file}: 无法写入：${why}`, en: `${file}: cannot be written: ${why}` }] };
  }
}

function refusedPort(error: PortRefused): Text {
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  const { port, variable } = error;
  if (code === "EADDRINUSE") {
    return {
      zh: `端口 ${port} 已被其他程序占用。请停止该程序，或用 ${variable} 换一个端口`,
      en: `Port ${port} is taken by another program. Stop it, or choose another port with ${variable}`,
    };
  }
  return {
    zh: `端口 ${port} 无法打开（${code}）。请用 ${variable} 换一个端口`,
    en: `Port ${port} cannot be opened (${code}). Choose another port with ${variable}`,
  };
}
