/** What the history teaches, as lines for the person at the command line: beside what is in force, and what it would change. */
import { LEARNED_UNIT, learnableText } from "#model/learned";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { type Fitted, type InForce, valueInForce } from "../../rules/tuning/in-force.ts";
import type { LearningReport } from "./run-learning.ts";
import type { TrialRow } from "./trial.ts";

/** `fitted`: what was applied before. */
export function printLearned(report: LearningReport, site: Site, fitted: Fitted, language: keyof Text): string {
  const say = (zh: string, en: string) => (language === "zh" ? zh : en);
  const numbers = (values: readonly (number | null)[]) =>
    `${values.map((one) => one ?? "-").join(" ")} ${LEARNED_UNIT}`;
  const inForce = ({ values, from, source }: InForce): string => {
    if (!values) return say("未设定", "nothing is told");
    const whose = {
      device: say("设备文件", "the device's own file"),
      learned: say("已应用的学习值", "learned and applied"),
      profile: say("型号", "its profile"),
      rules: source ?? say("规则", "the rules"),
      none: "",
    }[from];
    return `${numbers(values)} (${whose})`;
  };
  const trial = ({ rule, before, after, missedCount, extraCount }: TrialRow) =>
    say(
      `    ${rule}：现值 ${before} 条告警，学习值 ${after} 条；不再产生 ${missedCount}，新增 ${extraCount}`,
      `    ${rule}: ${before} alarms with the value in force, ${after} with the learned one; missed ${missedCount}, extra ${extraCount}`,
    );
  return report.devices
    .flatMap((device) => {
      if (device.because) return [`${device.device}${say("：", ": ")}${device.because[language]}`];
      const days = (device.minutes / 1_440).toFixed(1);
      return [
        say(
          `${device.device}：${days} 天有流量数据（${device.minutes} 分钟），空缺 ${device.gaps} 段，自 ${device.begins} 起；每分钟最大突变 ${device.largestStep?.toFixed(2)} ${LEARNED_UNIT}`,
          `${device.device}: flow known for ${days} d (${device.minutes} min), ${device.gaps} gaps, since ${device.begins}; largest step in a minute ${device.largestStep?.toFixed(2)} ${LEARNED_UNIT}`,
        ),
        ...device.suggestions.flatMap(({ what, values, trial: rows }) => [
          say(
            `  ${what}（${learnableText[what].zh}）：学到 ${numbers(values)}，现为 ${inForce(valueInForce(site, fitted, device.device, what))}`,
            `  ${what} (${learnableText[what].en}): learned ${numbers(values)}, in force ${inForce(valueInForce(site, fitted, device.device, what))}`,
          ),
          ...rows.map(trial),
        ]),
      ];
    })
    .join("\n");
}
