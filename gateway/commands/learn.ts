/** `gatehouse backtest <site> --learn`: limits learned from the flow, printed for a person to check. */
import type { Site } from "#model/site";
import { days, type Instant } from "#model/time";
import { learnedYaml } from "../backtest/learn.ts";
import { learnSite } from "../backtest/learn-site.ts";
import { readHistoryFile } from "../history/file.ts";
import { type CommandLine, exit, Refusal, say } from "./command.ts";
import { dataOf } from "./read-site.ts";

export async function learn(line: CommandLine, site: Site, range: { from: Instant; to: Instant }): Promise<number> {
  using file = readHistoryFile(dataOf(line, site));
  const learned = file ? learnSite(site, file, range) : [];
  if (learned.length === 0) {
    throw new Refusal(
      exit.failed,
      "没有设备有满一天的流量历史，无法学习。请让网关多运行几天，或用 --from 扩大范围。",
      "No device has a day of flow in the history. Let the gateway run for some days, or name an earlier --from.",
    );
  }
  const note = say(
    line.language,
    "核对后把 params 写到 devices/*.yaml 中对应设备下；不会自动生效。",
    "Check it, then write the params below the device in devices/*.yaml; nothing is applied by itself.",
  );
  const text = learned.map((one) => learnedYaml(one, (range.to - range.from) / days(1))).join("\n\n");
  line.print(`# ${note}\n${text}`);
  return exit.done;
}
