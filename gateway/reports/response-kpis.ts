/** Every figure about the response that the house reports, as one table with formula and target; targets are the policy's. */
import type { KpiTargets, Policy } from "#model/policy";
import type { Text } from "#model/text";
import { JUDGEMENT, type Kpi } from "./kpi.ts";
import type { ResponseFigures } from "./response-figures.ts";
import type { Measure } from "./response-rounds.ts";

type ResponseKpi = Kpi<"load" | "times" | "in-time" | "quality", [now: ResponseFigures, before: ResponseFigures]>;

/** What holds for a policy that names no targets; the same numbers as the default policy. */
export const usualTargets: KpiTargets = {
  inTime: 0.95,
  satisfaction: { alarm: 0.9, target: 0.95 },
  firstFix: 0.85,
  followUp: 1,
  rectify: 1,
  sampleDaily: 0.2,
  repeatDrop: 0.2,
  complaints: 0.02,
};

export const measureName: Readonly<Record<Measure, Text>> = {
  acknowledge: { zh: "值班确认", en: "Acknowledge" },
  accept: { zh: "接单", en: "Accept" },
  onsite: { zh: "到场", en: "On site" },
  rescue: { zh: "救援到场", en: "Rescuers on site" },
  mitigate: { zh: "控制/解救", en: "Under control" },
  resolve: { zh: "修复", en: "Repaired" },
  followup: { zh: "回访", en: "Follow-up" },
};

const SHOWN: readonly Measure[] = ["acknowledge", "accept", "onsite", "rescue", "mitigate", "resolve"];
const POLICY: Text = { zh: "响应预案 kpi", en: "response policy, kpi" };

function timesOf(measure: Measure, targets: KpiTargets): readonly ResponseKpi[] {
  const { zh, en } = measureName[measure];
  const since = { zh: "从开单起，扣除挂起时间", en: "from the opening, pauses left out" };
  return [
    {
      id: `${measure}-p50`,
      group: "times",
      name: { zh: `${zh}用时（中位数）`, en: `${en}, median` },
      formula: { zh: `${since.zh}，取中位数`, en: `${since.en}; median` },
      unit: "span",
      read: ({ times }) => times[measure].p50,
    },
    {
      id: `${measure}-p90`,
      group: "times",
      name: { zh: `${zh}用时（90 分位）`, en: `${en}, 90th percentile` },
      formula: { zh: "90 % 的工单在此时间内完成", en: "90 % of the tickets took no longer" },
      unit: "span",
      read: ({ times }) => times[measure].p90,
    },
    {
      id: `${measure}-in-time`,
      group: "in-time",
      name: { zh: `${zh}达标率`, en: `${en} in time` },
      formula: {
        zh: "按各工单自己的时限：达标数 ÷（达标数 + 超时数）；仍在计时的不计",
        en: "By each ticket's own target: met ÷ (met + overdue); clocks that still run do not count",
      },
      unit: "share",
      target: { atLeast: targets.inTime, source: POLICY },
      read: ({ times }) => times[measure].share,
    },
  ];
}

const repeatShare = ({ repeats, faults }: ResponseFigures): number => repeats / faults;

/** The table for a policy. */
export function responseKpis({ kpi: targets = usualTargets }: Pick<Policy, "kpi">): readonly ResponseKpi[] {
  return [
    {
      id: "tickets",
      group: "load",
      name: { zh: "工单数", en: "Tickets" },
      formula: {
        zh: "统计期内开单和重开的次数，已合并的不计",
        en: "Opened or opened again in the window; merged ones do not count",
      },
      unit: "count",
      read: ({ count }) => count,
    },
    {
      id: "closed",
      group: "load",
      name: { zh: "已关闭占比", en: "Closed" },
      formula: { zh: "已关闭数 ÷ 工单数", en: "Closed ÷ tickets" },
      unit: "share",
      read: ({ closed, count }) => closed / count,
    },
    {
      id: "false-alarms",
      group: "load",
      name: { zh: "误报占比", en: "False alarms" },
      formula: { zh: "经确认为误报的工单 ÷ 工单数", en: "Confirmed as false ÷ tickets" },
      unit: "share",
      read: ({ falseAlarms, count }) => falseAlarms / count,
    },
    {
      id: "complaints",
      group: "load",
      name: { zh: "投诉占比", en: "Complaints" },
      formula: { zh: "投诉工单 ÷ 工单数", en: "Complaints ÷ tickets" },
      unit: "share",
      target: { atMost: targets.complaints, source: POLICY },
      read: ({ complaints, count }) => complaints / count,
    },
    ...SHOWN.flatMap((measure) => timesOf(measure, targets)).sort((a, b) =>
      a.group < b.group ? 1 : a.group > b.group ? -1 : 0,
    ),
    {
      id: "repeat-share",
      group: "quality",
      name: { zh: "重复故障占比", en: "Repeat faults" },
      formula: {
        zh: "同一设备同类故障修复后 7 天内再次发生的次数 ÷ 故障数",
        en: "Faults within 7 days of the repair of a like one on the same device ÷ faults",
      },
      unit: "share",
      read: repeatShare,
    },
    {
      id: "repeat-change",
      group: "quality",
      name: { zh: "重复故障较上期", en: "Repeat faults against the period before" },
      formula: { zh: "本期重复故障数 ÷ 上期重复故障数 − 1", en: "Repeats now ÷ repeats before − 1" },
      unit: "share",
      target: { atMost: -targets.repeatDrop, source: POLICY },
      read: (now, before) => now.repeats / before.repeats - 1,
    },
    {
      id: "first-fix",
      group: "quality",
      name: { zh: "首次修复率", en: "First-time fix" },
      formula: {
        zh: "修复后未重开、7 天内同设备同类未再发生的故障 ÷ 已修复的故障",
        en: "Repaired faults not opened again and without a like one on the device within 7 days ÷ repaired faults",
      },
      unit: "share",
      target: { atLeast: targets.firstFix, source: POLICY },
      read: ({ firstFixed, repaired }) => firstFixed / repaired,
    },
    {
      id: "satisfaction",
      group: "quality",
      name: { zh: "满意率", en: "Satisfied" },
      formula: { zh: "评 4 分或 5 分的 ÷ 有评价的", en: "Ratings of 4 or 5 ÷ ratings" },
      unit: "share",
      target: { atLeast: targets.satisfaction.alarm, source: POLICY },
      read: ({ satisfied, rated }) => satisfied / rated,
    },
    {
      id: "rating",
      group: "quality",
      name: { zh: "平均评分", en: "Mean rating" },
      formula: { zh: "1 至 5 分的平均值", en: "Mean of 1 to 5" },
      unit: "count",
      target: { atLeast: 4, source: JUDGEMENT },
      read: ({ rating }) => rating,
    },
    {
      id: "follow-up",
      group: "quality",
      name: { zh: "回访率", en: "Followed up" },
      formula: { zh: "已回访 ÷（已回访 + 回访已超时）", en: "Visited ÷ (visited + overdue)" },
      unit: "share",
      target: { atLeast: targets.followUp, source: POLICY },
      read: ({ followUps }) => followUps.done / followUps.due,
    },
    {
      id: "rectified",
      group: "quality",
      name: { zh: "整改完成率", en: "Rectified in time" },
      formula: {
        zh: "按时完成的专项整改 ÷（已完成 + 已超时的）；仍在时限内的不计",
        en: "Rectifications done by their limit ÷ (done + overdue); those with time left do not count",
      },
      unit: "share",
      target: { atLeast: targets.rectify, source: POLICY },
      read: ({ rectifications }) => rectifications.done / rectifications.due,
    },
    {
      id: "sampled",
      group: "quality",
      name: { zh: "每日抽查比例", en: "Sampled each day" },
      formula: {
        zh: "主管已抽查的服务记录 ÷ 前一日关闭或回访的服务记录；名单由系统每日抽取",
        en: "Records that a supervisor looked through ÷ records closed or followed up on the day before; the house draws them daily",
      },
      unit: "share",
      target: { atLeast: targets.sampleDaily, source: POLICY },
      read: ({ sampling }) => sampling.looked / sampling.records,
    },
    {
      id: "sample-in-order",
      group: "quality",
      name: { zh: "抽查合格率", en: "Sampled and in order" },
      formula: { zh: "抽查合格的记录 ÷ 已抽查的记录", en: "Records found in order ÷ records looked through" },
      unit: "share",
      read: ({ sampling: { looked, findings } }) => (looked - findings) / looked,
    },
    {
      id: "sample-corrected",
      group: "quality",
      name: { zh: "抽查问题按时整改率", en: "Findings of the sample put right in time" },
      formula: {
        zh: "时限内完成整改的抽查问题 ÷（已整改 + 已逾期的）；仍在时限内的不计",
        en: "Findings put right in time ÷ (put right + overdue); those with time left do not count",
      },
      unit: "share",
      target: { atLeast: targets.rectify, source: POLICY },
      read: ({ sampling }) => sampling.corrected / sampling.due,
    },
  ];
}
