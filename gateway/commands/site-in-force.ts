/** The site as the gateway goes by it: with the learned values that were applied, asked of it or read from its rows. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Paper } from "#model/paper";
import type { Site } from "#model/site";
import { type Fitted, fitLearned } from "../../rules/tuning/in-force.ts";
import { createClock } from "../clock.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import { askRunning } from "./ask-running.ts";
import { type CommandLine, exit, Refusal, say } from "./command.ts";
import { dataOf } from "./read-site.ts";

/** Says what was applied and does not count any more. Throws a `Refusal` when the gateway runs and does not answer. */
export async function siteInForce(line: CommandLine, site: Site): Promise<{ site: Site; fitted: Fitted }> {
  const fitted = fitLearned(site, await appliedIn(dataOf(line, site)));
  for (const standing of fitted.standing) {
    if (standing.state !== "in-force") line.remark(say(line.language, standing.because.zh, standing.because.en));
  }
  return { site: { ...site, devices: fitted.devices }, fitted };
}

async function appliedIn(data: string): Promise<readonly Paper[]> {
  using asked = await askRunning(data, "learned");
  if (asked) {
    const { reply } = asked;
    if ("file" in reply) return JSON.parse(readFileSync(reply.file, "utf8")) as Paper[];
    const { zh, en } = "because" in reply ? reply.because : reply.said;
    throw new Refusal(exit.failed, zh, en);
  }
  if (!existsSync(join(data, "house.db"))) return [];
  const clock = createClock();
  await using store = await openStore({ folder: data, clock });
  return (await store.load(clock.now())).papers;
}
