/** The report about alarms as the rows of one sheet: figures first, then the lists, each row with its formula and target. */
import type { Text } from "#model/text";
import type { Cell } from "../reports/csv-text.ts";
import type { KpiRow } from "../reports/kpi.ts";
import type { AlarmReportBody } from "./report-shapes.ts";

export type Lang = "zh" | "en";

export const kpiHead: Readonly<Record<Lang, readonly string[]>> = {
  zh: ["指标", "数值", "单位", "目标", "判断", "公式", "依据"],
  en: ["figure", "value", "unit", "target", "verdict", "formula", "source"],
};
export const units: Readonly<Record<"count" | "share" | "span", Text>> = {
  count: { zh: "个", en: "count" },
  share: { zh: "%", en: "%" },
  span: { zh: "秒", en: "s" },
};
const verdicts: Readonly<Record<"good" | "over" | "none", Text>> = {
  good: { zh: "达标", en: "on target" },
  over: { zh: "未达标", en: "off target" },
  none: { zh: "", en: "" },
};
const lists = {
  window: { zh: "统计期", en: "window" },
  position: { zh: "岗位", en: "position" },
  data: { zh: "数据", en: "data" },
  top: { zh: "前十告警", en: "top ten" },
  chattering: { zh: "抖动告警", en: "chattering" },
  fleeting: { zh: "瞬时告警", en: "fleeting" },
  stale: { zh: "陈旧告警", en: "stale" },
  flood: { zh: "洪峰", en: "flood" },
  suppressedBy: { zh: "抑制原因", en: "suppressed by" },
  pair: { zh: "成对出现", en: "pair" },
  badQuality: { zh: "坏数据", en: "bad data" },
  silent: { zh: "其中全部测点失效", en: "of it all points bad" },
  cancelledDelays: { zh: "延时内自行消失", en: "over before the delay" },
  neverFired: { zh: "90 天未动作的规则", en: "rule silent for 90 d" },
} as const satisfies Record<string, Text>;
export const dataNames: Readonly<Record<AlarmReportBody["data"], Text>> = {
  real: { zh: "真实", en: "real" },
  simulated: { zh: "模拟与演练", en: "simulated and drills" },
  test: { zh: "测试", en: "test" },
  maintenance: { zh: "维保", en: "maintenance" },
};

const rounded = (value: number): number => Number(value.toFixed(3));
export const shown = (value: number | null, unit: "count" | "share" | "span"): number | null =>
  value === null ? null : rounded(unit === "share" ? value * 100 : unit === "span" ? value / 1_000 : value);

/** One figure under `kpiHead`. */
export const kpiCells = (
  { name, value, unit, target, verdict, formula, source }: KpiRow<string>,
  lang: Lang,
): readonly Cell[] => [
  name[lang],
  shown(value, unit),
  units[unit][lang],
  target,
  verdicts[verdict][lang],
  formula[lang],
  source[lang],
];

export function reportRows(
  report: AlarmReportBody,
  lang: Lang,
): { head: readonly Cell[]; rows: readonly (readonly Cell[])[] } {
  const position = report.positions.find((one) => one.id === report.position)?.name;
  const row = (what: Text, name: string, value: number | null = null, unit: keyof typeof units = "count"): Cell[] => [
    `${what[lang]} ${name}`,
    shown(value, unit),
    units[unit][lang],
  ];
  return {
    head: kpiHead[lang],
    rows: [
      [lists.window[lang], `${report.from} – ${report.to}`],
      [lists.position[lang], position?.[lang] ?? report.position],
      [lists.data[lang], dataNames[report.data][lang]],
      ...report.kpis.map((kpi) => kpiCells(kpi, lang)),
      ...report.top.map((one) => row(lists.top, one.name[lang], one.count)),
      ...report.chattering.map((one) => row(lists.chattering, one.name[lang], one.count)),
      ...report.fleeting.map((one) => row(lists.fleeting, one.name[lang], one.count)),
      ...report.stale.map((one) => row(lists.stale, one.name[lang], one.age, "span")),
      ...report.floods.map((one) => row(lists.flood, `${one.from} ${one.name[lang]}`, one.alarms)),
      ...report.suppressedBy.map((one) => row(lists.suppressedBy, one.name[lang], one.count)),
      ...report.pairs.map((one) => row(lists.pair, `${one.first[lang]} → ${one.second[lang]}`, one.share, "share")),
      ...report.badQuality.flatMap((one) => [
        row(lists.badQuality, one.name[lang], one.bad, "span"),
        row(lists.silent, one.name[lang], one.silent, "span"),
      ]),
      ...report.cancelledDelays.map((one) => row(lists.cancelledDelays, one.name[lang], one.count)),
      ...report.neverFired.map((one) => row(lists.neverFired, one.title[lang])),
    ],
  };
}
