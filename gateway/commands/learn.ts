/** `gatehouse backtest <site> --learn`: values learned from the flow, for a person to compare with those in force. */
import type { Site } from "#model/site";
import type { Instant } from "#model/time";
import type { Fitted } from "../../rules/tuning/in-force.ts";
import { printLearned } from "../backtest/print-learned.ts";
import { runLearning } from "../backtest/run-learning.ts";
import { type CommandLine, exit, Refusal, say } from "./command.ts";
import { tellProgress } from "./progress.ts";
import { dataOf } from "./read-site.ts";

/** `site`: with the values in force, which `fitted` names. */
export function learn(
  line: CommandLine,
  { site, fitted }: { readonly site: Site; readonly fitted: Fitted },
  range: { readonly from: Instant; readonly to: Instant },
): number {
  const report = runLearning({ site, ...range, folder: dataOf(line, site), progress: tellProgress(line) });
  if (report.devices.length === 0) {
    throw new Refusal(
      exit.failed,
      "站点没有带流量点（flow）的设备，没有可学习的参数。",
      "No device of the site has a flow, so there is nothing to learn.",
    );
  }
  line.print(printLearned(report, site, fitted, line.language));
  if (report.devices.every(({ suggestions }) => suggestions.length === 0)) return exit.failed;
  line.print(
    say(
      line.language,
      "不会自动生效：请工程师在控制台“规则”页核对后应用，或写入 devices/*.yaml 对应设备的 params（以文件为准）。",
      "Nothing is applied by itself: an engineer applies it on the page Rules of the console, or writes it below the device's params in devices/*.yaml, which goes first.",
    ),
  );
  return exit.done;
}
