/** The site that a command names, with what the environment overrides. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Problem } from "#model/problem";
import type { Site } from "#model/site";
import { drivers } from "../../drivers/catalog.ts";
import { createClock } from "../clock.ts";
import { formatProblem, loadSite } from "../site/load-site.ts";
import { type CommandLine, exit, Refusal } from "./command.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const RULE_LIBRARY = at("rules/library");

/** Prints every warning. Throws a `Refusal` after printing every problem, or when a variable is no port. */
export async function readSite(line: CommandLine, folder: string): Promise<Site> {
  const result = await loadSite({
    folder: resolve(folder),
    drivers,
    environment: line.environment,
    profiles: at("drivers/profiles"),
    library: RULE_LIBRARY,
    policy: at("rules/response/policy.yaml"),
    today: createClock().now(),
  });
  if ("problems" in result) {
    printProblems(line, result.problems);
    const { length } = result.problems;
    throw new Refusal(exit.badSite, `站点有 ${length} 个问题，未启动。`, `The site has ${length} problems.`);
  }
  printProblems(line, result.site.warnings);
  const { broker, listen } = result.site;
  return {
    ...result.site,
    listen: {
      host: line.environment.GATEHOUSE_HOST ?? listen.host,
      port: portOf(line, "GATEHOUSE_PORT", listen.port),
    },
    ...(broker && {
      broker: {
        ...broker,
        listen: { ...broker.listen, port: portOf(line, "GATEHOUSE_BROKER_PORT", broker.listen.port) },
      },
    }),
  };
}

/** Where the rows live: what the environment names, what the site names, otherwise a folder per site below `data`. */
export const dataOf = ({ environment }: CommandLine, site: Site): string =>
  environment.GATEHOUSE_DATA ?? site.store?.folder ?? resolve("data", site.id);

export function printProblems(line: CommandLine, problems: readonly Problem[]): void {
  for (const problem of problems) line.remark(formatProblem(problem, line.language));
}

function portOf({ environment }: CommandLine, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new Refusal(exit.badSite, `${name}=${text} 不是端口号(0–65535)。`, `${name}=${text} is not a port (0–65535).`);
}
