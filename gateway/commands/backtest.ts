/** `gatehouse backtest <site>`: what a rule would have raised over stored history, or what the history teaches (`--learn`). */
import { accessSync, constants, readFileSync } from "node:fs";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import { days, type Instant, instant, parseInstant } from "#model/time";
import { piecesOf } from "../backtest/csv-samples.ts";
import { printReport } from "../backtest/print.ts";
import { runBacktest } from "../backtest/run-backtest.ts";
import { createClock } from "../clock.ts";
import { withSelf } from "../self/self-device.ts";
import { readChangedRule } from "../site/changed-rule.ts";
import { type CommandLine, exit, type Parsed, parse, Refusal, texts, WrongUsage } from "./command.ts";
import { learn } from "./learn.ts";
import { noRule } from "./no-rule.ts";
import { tellProgress } from "./progress.ts";
import { dataOf, printProblems, RULE_LIBRARY, readSite } from "./read-site.ts";
import { siteInForce } from "./site-in-force.ts";
import { tune } from "./tune.ts";

export async function backtest(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, {
    ...texts("rule", "with", "from", "to", "csv"),
    learn: { type: "boolean" },
    tuning: { type: "boolean" },
  });
  const [folder] = positionals;
  if (folder === undefined || (values.rule === undefined && !values.learn && !values.tuning)) throw new WrongUsage();
  const inForce = await siteInForce(line, withSelf(await readSite(line, folder)));
  const { site } = inForce;
  const range = rangeOf(values);
  if (values.learn) return learn(line, inForce, range);
  if (values.tuning) return tune(line, site, range, values.rule === undefined ? undefined : String(values.rule));
  const rule = site.rules.find(({ id }) => id === values.rule);
  if (!rule) throw noRule(site.rules, String(values.rule));
  const changed = values.with === undefined ? undefined : await readChanged(line, site, rule, String(values.with));
  const report = runBacktest({
    site,
    rule,
    ...range,
    ...(changed ? { changed } : {}),
    source: values.csv === undefined ? { folder: dataOf(line, site) } : { csv: piecesOf(readable(String(values.csv))) },
    progress: tellProgress(line),
  });
  line.print(printReport(report, line.language, site.zone));
  return exit.done;
}

async function readChanged(line: CommandLine, site: Site, rule: RuleDefinition, name: string): Promise<RuleDefinition> {
  const result = await readChangedRule({
    site,
    rule: rule.id,
    text: readFileSync(readable(name)),
    name,
    library: RULE_LIBRARY,
  });
  if (!("problems" in result)) return result.rule;
  printProblems(line, result.problems);
  throw new Refusal(exit.badSite, `${name} 有问题，未试算。`, `${name} has problems; nothing was replayed.`);
}

/** The name of a file that can be read. */
function readable(file: string): string {
  try {
    accessSync(file, constants.R_OK);
    return file;
  } catch {
    throw new Refusal(exit.failed, `读不到文件 ${file}。`, `The file ${file} cannot be read.`);
  }
}

/** The last 7 days, or what the person says. */
function rangeOf(values: Parsed["values"]): { from: Instant; to: Instant } {
  const to = values.to === undefined ? createClock().now() : parseInstant(String(values.to));
  const from = values.from === undefined ? to && instant(to - days(7)) : parseInstant(String(values.from));
  if (to !== undefined && from !== undefined && from < to) return { from, to };
  throw new Refusal(
    exit.usage,
    "--from 和 --to 须为带时区的时间，例如 2026-11-21T08:00:00+08:00，且 from 早于 to。",
    "--from and --to are times with a zone, such as 2026-11-21T08:00:00+08:00, and from lies before to.",
  );
}
