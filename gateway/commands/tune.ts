/** `gatehouse backtest <site> --tuning`: where rules almost raise an alarm, and where they cannot be judged. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import { tuningText } from "../backtest/print.ts";
import { runTuning } from "../backtest/run-tuning.ts";
import { type CommandLine, exit, say } from "./command.ts";
import { noRule } from "./no-rule.ts";
import { tellProgress } from "./progress.ts";
import { dataOf } from "./read-site.ts";

export async function tune(
  line: CommandLine,
  site: Site,
  range: { readonly from: Instant; readonly to: Instant },
  wanted: string | undefined,
): Promise<number> {
  const rules = site.rules.filter(({ id }) => wanted === undefined || id === wanted);
  if (rules.length === 0) throw noRule(site.rules, wanted ?? "");
  const report = runTuning({ site, rules, ...range, folder: dataOf(line, site), progress: tellProgress(line) });
  for (const row of report.rows) line.print(`${row.rule}@${row.device}  ${tuningText(row, line.language)}`);
  line.print(
    say(
      line.language,
      `${rules.length} 条规则，${report.samples} 个样本，${report.rows.length} 行。`,
      `${rules.length} rules, ${report.samples} samples, ${report.rows.length} rows.`,
    ),
  );
  return exit.done;
}
