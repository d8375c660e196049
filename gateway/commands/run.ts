/** `gatehouse run [site]`: the gateway, until somebody asks it to stop. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Site } from "#model/site";
import { drivers } from "../../drivers/catalog.ts";
import { createClock } from "../clock.ts";
import { openHouse } from "../house.ts";
import { createLog, type LogLevel, logLevels } from "../log.ts";
import { startSimulation } from "../simulation.ts";
import { type CommandLine, exit, parse, Refusal, say } from "./command.ts";
import { dataOf, readSite } from "./read-site.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const DEMO = at("simulators/demo-site");
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);
/** Below this release Node's Brotli decoder has CVE-2026-111497; the gateway decodes no Brotli, and says so all the same. */
const NODE_FLOOR = [26, 12, 1] as const;

/** Resolves after SIGTERM or SIGINT, once everything is closed. */
export async function run(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { simulate: { type: "boolean" }, "insecure-lan": { type: "boolean" } });
  const site = await readSite(line, positionals[0] ?? DEMO);
  if (!values["insecure-lan"]) refuseOpenListeners(site);
  const log = createLog(logLevel(line));
  if (runtimeIsOld()) {
    log.warn(
      { node: process.versions.node, wanted: NODE_FLOOR.join(".") },
      "this Node has a known hole; use a newer one where you can",
    );
  }
  const stopped = new Promise<void>((stop) => {
    process.once("SIGTERM", () => stop());
    process.once("SIGINT", () => stop());
  });

  await using opened = new AsyncDisposableStack();
  async function open(): Promise<void> {
    const simulate = values.simulate || positionals[0] === undefined;
    if (simulate && site.simulator) {
      const fleet = resolve(site.folder, site.simulator.fleet);
      opened.use(await startSimulation({ fleet, environment: line.environment, log }));
    }
    const demoToken = site.simulated ? line.environment.GATEHOUSE_TOKEN : undefined;
    const house = await openHouse({
      site,
      drivers,
      data: dataOf(line, site),
      clock: createClock,
      log,
      version: packageVersion(),
      ...(demoToken ? { demoToken } : {}),
    });
    opened.use(house);
    line.print(`ready ${house.url}`);
    if (house.firstRunLink) {
      const first = say(
        line.language,
        "首次登录（一次有效，15 分钟内）",
        "first sign-in (works once, within 15 minutes)",
      );
      line.print(`${first}: ${house.firstRunLink}`);
    }
  }
  // Whoever stops a gateway that is still opening does not wait for it.
  await Promise.race([open(), stopped]);
  await stopped;
  return exit.done;
}

function refuseOpenListeners({ listen, broker }: Site): void {
  if (!LOOPBACK.has(listen.host)) {
    throw new Refusal(
      exit.badSite,
      `监听 ${listen.host} 会在网络上不加密传输。仅在受控网络内加 --insecure-lan。`,
      `Listening on ${listen.host} is not encrypted. Add --insecure-lan only on a network that you control.`,
    );
  }
  if (broker && !broker.tls && !LOOPBACK.has(broker.listen.host)) {
    const { host } = broker.listen;
    throw new Refusal(
      exit.badSite,
      `MQTT 代理监听 ${host} 会在网络上不加密传输密码。请在 broker 下写 tls，或仅在受控网络内加 --insecure-lan。`,
      `The MQTT broker on ${host} would take passwords unencrypted. Give it tls, or add --insecure-lan on a network that you control.`,
    );
  }
}

function logLevel({ environment }: CommandLine): LogLevel {
  const level = environment.GATEHOUSE_LOG ?? "warn";
  const known = logLevels.find((one) => one === level);
  if (known) return known;
  const all = logLevels.join(" ");
  throw new Refusal(
    exit.badSite,
    `GATEHOUSE_LOG=${level} 无效，可用 ${all}。`,
    `GATEHOUSE_LOG=${level} is none of ${all}.`,
  );
}

const packageVersion = (): string =>
  (JSON.parse(readFileSync(at("package.json"), "utf8")) as { version: string }).version;

function runtimeIsOld(): boolean {
  const [major = 0, minor = 0, patch = 0] = process.versions.node.split(".").map(Number);
  return major * 1e6 + minor * 1e3 + patch < NODE_FLOOR[0] * 1e6 + NODE_FLOOR[1] * 1e3 + NODE_FLOOR[2];
}
