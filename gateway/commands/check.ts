/** `gatehouse check <site>`: every problem of a site folder, and which rule applies to which device. */

import type { Policy } from "#model/policy";
import type { Text } from "#model/text";
import { proveResponse } from "../../rules/response/prove.ts";
import { createClock } from "../clock.ts";
import { withSelf } from "../self/self-device.ts";
import { describeApplicability } from "../site/load-site.ts";
import { type CommandLine, exit, parse, say, WrongUsage } from "./command.ts";
import { printProblems, readSite } from "./read-site.ts";

export async function check(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, { rules: { type: "boolean" } });
  const [folder] = positionals;
  if (folder === undefined) throw new WrongUsage();
  const site = await readSite(line, folder);
  const holes = proveResponse(site, createClock().now());
  printProblems(line, holes);
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
  for (const text of profilesInForce(site.policy)) line.print(text[line.language]);
  line.print(
    holes.length === 0
      ? say(
          line.language,
          "预案核对通过：未来 30 天每个升级步骤都有人，每个时限都有人知道，每类工单都有处置步骤。",
          "The response policy holds: for 30 days every step has somebody, every clock is heard, every class has its steps.",
        )
      : say(
          line.language,
          `预案核对发现 ${holes.length} 处缺口，见上。`,
          `The response policy has ${holes.length === 1 ? "a hole" : `${holes.length} holes`}, see above.`,
        ),
  );
  return exit.done;
}

/** Which profiles of the policy the site took over, in the order in which they lie on it; nothing when it took none. */
function profilesInForce({ profiles = {}, profilesInForce: names = [], version }: Policy): readonly Text[] {
  if (names.length === 0) return [];
  const list = (language: "zh" | "en"): readonly string[] =>
    names.map((id) => `${id}${language === "zh" ? `（${profiles[id]?.name.zh}）` : ` (${profiles[id]?.name.en})`}`);
  return [
    {
      zh: `采用的响应方案：${list("zh").join("、")}；策略版本 ${version}。`,
      en: `Response profiles in force: ${list("en").join(", ")}; policy version ${version}.`,
    },
  ];
}
