/** `gatehouse check <site>`: every problem of a site folder, and which rule applies to which device. */
import { withSelf } from "../self/self-device.ts";
import { describeApplicability } from "../site/load-site.ts";
import { type CommandLine, exit, parse, say, WrongUsage } from "./command.ts";
import { readSite } from "./read-site.ts";

export async function check(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { rules: { type: "boolean" } });
  const [folder] = positionals;
  if (folder === undefined) throw new WrongUsage();
  const site = await readSite(line, folder);
  if (values.rules) {
    for (const row of describeApplicability(withSelf(site))) {
      const why = row.because ? `  ${row.because[line.language]}` : "";
      line.print(`${row.applies ? "+" : "-"} ${row.device}  ${row.rule}${why}`);
    }
  }
  line.print(
    say(
      line.language,
      `站点 ${site.id} 正常：${site.devices.length} 台设备，${site.points.length} 个点，${site.rules.length} 条规则。`,
      `Site ${site.id} is good: ${site.devices.length} devices, ${site.points.length} points, ${site.rules.length} rules.`,
    ),
  );
  return exit.done;
}
