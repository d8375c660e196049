/**
 * Every figure about alarms that the house reports, as one table: its name, its formula, its target and where that comes
 * from. API, CSV and page read the same rows. Targets: ISA-18.2 / IEC 62682 and EEMUA 191 as summarised in domain research
 * 3.1 (public summaries; the paid texts were not read), otherwise engineering judgement.
 */
import type { Text } from "#model/text";
import type { Figures } from "./figures.ts";
import { type ClocksKept, slaKpis } from "./sla-kpis.ts";
import type { StandingAlarms } from "./standing-alarms.ts";

export type Unit = "count" | "share" | "span";

export interface Target {
  readonly atMost?: number;
  readonly atLeast?: number;
  /** True: the bound itself is already missed. */
  readonly strictly?: true;
  readonly source: Text;
}

export interface Kpi {
  readonly id: string;
  readonly group: "load" | "flood" | "nuisance" | "priority" | "response" | "suppression" | "now";
  readonly name: Text;
  readonly formula: Text;
  readonly unit: Unit;
  readonly target?: Target;
  /** NaN: nothing to divide by. */
  readonly read: (figures: Figures, now: StandingAlarms, kept: ClocksKept) => number;
}

const ISA: Text = { zh: "ISA-18.2 / IEC 62682", en: "ISA-18.2 / IEC 62682" };
const EEMUA: Text = { zh: "EEMUA 191", en: "EEMUA 191" };
const JUDGEMENT: Text = { zh: "工程判断", en: "engineering judgement" };

const priority = (severity: "S1" | "S2" | "S3" | "S4", zh: string, en: string, target: Target): Kpi => ({
  id: `priority-${severity.toLowerCase()}`,
  group: "priority",
  name: { zh: `${zh}级告警占比`, en: `Share of ${en} alarms` },
  formula: { zh: `${severity} 告警数 ÷ 告警总数`, en: `${severity} alarms ÷ all alarms` },
  unit: "share",
  target,
  read: ({ bySeverity, told }) => bySeverity[severity] / told,
});

export const alarmKpis: readonly Kpi[] = [
  {
    id: "annunciated",
    group: "load",
    name: { zh: "告警总数", en: "Alarms annunciated" },
    formula: {
      zh: "统计期内通知到人的告警次数（搁置、抑制、停用期间的不计）",
      en: "Times people were told of an alarm in the window; what ran its course shelved, suppressed or out of service does not count",
    },
    unit: "count",
    read: ({ told }) => told,
  },
  {
    id: "per-10-min-mean",
    group: "load",
    name: { zh: "每 10 分钟告警数（平均）", en: "Alarms per 10 min, mean" },
    formula: {
      zh: "告警总数 ÷ 10 分钟时段数（含无告警时段）",
      en: "Alarms ÷ number of 10-minute periods, empty ones included",
    },
    unit: "count",
    target: { atMost: 1, source: ISA },
    read: ({ perPeriod }) => perPeriod.mean,
  },
  {
    id: "per-10-min-p95",
    group: "load",
    name: { zh: "每 10 分钟告警数（95 分位）", en: "Alarms per 10 min, 95th percentile" },
    formula: { zh: "95 % 的 10 分钟时段不超过此数", en: "95 % of the 10-minute periods have no more" },
    unit: "count",
    target: { atMost: 2, source: ISA },
    read: ({ perPeriod }) => perPeriod.p95,
  },
  {
    id: "per-10-min-max",
    group: "load",
    name: { zh: "每 10 分钟告警数（峰值）", en: "Alarms per 10 min, peak" },
    formula: { zh: "告警最多的一个 10 分钟时段", en: "The fullest 10-minute period" },
    unit: "count",
    target: { atMost: 10, source: ISA },
    read: ({ perPeriod }) => perPeriod.max,
  },
  {
    id: "per-hour-mean",
    group: "load",
    name: { zh: "每小时告警数（平均）", en: "Alarms per hour, mean" },
    formula: { zh: "告警总数 ÷ 小时数", en: "Alarms ÷ hours" },
    unit: "count",
    target: { atMost: 6, source: ISA },
    read: ({ perHour }) => perHour.mean,
  },
  {
    id: "per-hour-max",
    group: "load",
    name: { zh: "每小时告警数（峰值）", en: "Alarms per hour, peak" },
    formula: { zh: "告警最多的一个小时", en: "The fullest hour" },
    unit: "count",
    target: { atMost: 15, source: EEMUA },
    read: ({ perHour }) => perHour.max,
  },
  {
    id: "per-day-mean",
    group: "load",
    name: { zh: "每日告警数（平均）", en: "Alarms per day, mean" },
    formula: { zh: "告警总数 ÷ 天数", en: "Alarms ÷ days" },
    unit: "count",
    target: { atMost: 150, source: ISA },
    read: ({ perDay }) => perDay.mean,
  },
  {
    id: "per-day-max",
    group: "load",
    name: { zh: "每日告警数（峰值）", en: "Alarms per day, peak" },
    formula: {
      zh: "告警最多的一天（自统计起点每 24 小时为一天）",
      en: "The fullest day, counted in 24 h from the start of the window",
    },
    unit: "count",
    target: { atMost: 300, source: ISA },
    read: ({ perDay }) => perDay.max,
  },
  {
    id: "periods-above-10",
    group: "flood",
    name: { zh: "超过 10 条的 10 分钟时段占比", en: "10-min periods with more than 10 alarms" },
    formula: {
      zh: "告警数 > 10 的时段数 ÷ 全部 10 分钟时段数",
      en: "Periods with more than 10 alarms ÷ all 10-minute periods",
    },
    unit: "share",
    target: { atMost: 0.01, strictly: true, source: ISA },
    read: ({ perPeriod }) => perPeriod.above10,
  },
  {
    id: "hours-above-30",
    group: "flood",
    name: { zh: "超过 30 条的小时占比", en: "Hours with more than 30 alarms" },
    formula: { zh: "告警数 > 30 的小时数 ÷ 全部小时数", en: "Hours with more than 30 alarms ÷ all hours" },
    unit: "share",
    target: { atMost: 0.01, strictly: true, source: ISA },
    read: ({ perHour }) => perHour.above30,
  },
  {
    id: "flood-time",
    group: "flood",
    name: { zh: "洪峰时间占比", en: "Time in flood" },
    formula: {
      zh: "处于洪峰的时间 ÷ 统计期；10 分钟内多于 10 条开始，少于 5 条结束",
      en: "Time in flood ÷ window; a flood begins above 10 alarms in any 10 minutes and ends below 5",
    },
    unit: "share",
    target: { atMost: 0.01, strictly: true, source: ISA },
    read: ({ floodShare }) => floodShare,
  },
  {
    id: "floods",
    group: "flood",
    name: { zh: "洪峰次数", en: "Floods" },
    formula: { zh: "统计期内洪峰的次数", en: "Floods in the window" },
    unit: "count",
    read: ({ floods }) => floods.length,
  },
  {
    id: "flood-longest",
    group: "flood",
    name: { zh: "最长洪峰", en: "Longest flood" },
    formula: { zh: "持续最久的一次洪峰", en: "Duration of the longest flood" },
    unit: "span",
    read: ({ floods }) => Math.max(0, ...floods.map(({ from, to }) => to - from)),
  },
  {
    id: "flood-biggest",
    group: "flood",
    name: { zh: "最大洪峰", en: "Biggest flood" },
    formula: { zh: "告警数最多的一次洪峰", en: "Alarms in the biggest flood" },
    unit: "count",
    target: { atMost: 100, source: EEMUA },
    read: ({ floods }) => Math.max(0, ...floods.map(({ alarms }) => alarms)),
  },
  {
    id: "top-ten-share",
    group: "nuisance",
    name: { zh: "前十告警占比", en: "Share of the top ten" },
    formula: { zh: "次数最多的 10 个告警之和 ÷ 告警总数", en: "Alarms of the ten most frequent ÷ all alarms" },
    unit: "share",
    target: { atMost: 0.05, source: ISA },
    read: ({ topShare }) => topShare,
  },
  {
    id: "chattering",
    group: "nuisance",
    name: { zh: "抖动告警", en: "Chattering alarms" },
    formula: { zh: "60 秒内动作 3 次及以上的告警个数", en: "Alarms that came true three times or more within 60 s" },
    unit: "count",
    target: { atMost: 0, source: ISA },
    read: ({ chattering }) => chattering.length,
  },
  {
    id: "fleeting",
    group: "nuisance",
    name: { zh: "瞬时告警", en: "Fleeting alarms" },
    formula: { zh: "曾在 10 秒内自行恢复的告警个数", en: "Alarms that returned within 10 s at least once" },
    unit: "count",
    target: { atMost: 0, source: ISA },
    read: ({ fleetingCount }) => fleetingCount,
  },
  {
    id: "stale",
    group: "nuisance",
    name: { zh: "陈旧告警（现在）", en: "Stale alarms, now" },
    formula: { zh: "持续超过 24 小时仍未恢复的告警数", en: "Alarms that have been active for more than 24 h" },
    unit: "count",
    target: { atMost: 5, strictly: true, source: ISA },
    read: (_, { stale }) => stale.length,
  },
  priority("S1", "紧急", "emergency", { atMost: 0.01, source: ISA }),
  priority("S2", "高", "high", { atMost: 0.05, source: ISA }),
  priority("S3", "中", "medium", { atMost: 0.15, source: ISA }),
  priority("S4", "低", "low", { atLeast: 0.8, source: ISA }),
  {
    id: "acknowledge-p50",
    group: "response",
    name: { zh: "确认用时（中位数）", en: "Time to acknowledge, median" },
    formula: {
      zh: "从告警发生到人工确认，取中位数",
      en: "From the start of the alarm to a person's acknowledgement; median",
    },
    unit: "span",
    target: { atMost: 180_000, source: JUDGEMENT },
    read: ({ acknowledge }) => acknowledge.p50,
  },
  {
    id: "acknowledge-p90",
    group: "response",
    name: { zh: "确认用时（90 分位）", en: "Time to acknowledge, 90th percentile" },
    formula: { zh: "90 % 的告警在此时间内确认", en: "90 % were acknowledged within this time" },
    unit: "span",
    target: { atMost: 600_000, source: JUDGEMENT },
    read: ({ acknowledge }) => acknowledge.p90,
  },
  {
    id: "acknowledge-p95",
    group: "response",
    name: { zh: "确认用时（95 分位）", en: "Time to acknowledge, 95th percentile" },
    formula: { zh: "95 % 的告警在此时间内确认", en: "95 % were acknowledged within this time" },
    unit: "span",
    read: ({ acknowledge }) => acknowledge.p95,
  },
  {
    id: "acknowledged-in-time",
    group: "response",
    name: { zh: "按时确认率", en: "Acknowledged in time" },
    formula: {
      zh: "按时确认数 ÷ 人工确认数；时限 S1 1 分钟、S2 3 分钟、S3 10 分钟、S4 30 分钟",
      en: "In time ÷ acknowledged by people; S1 1 min, S2 3 min, S3 10 min, S4 30 min",
    },
    unit: "share",
    target: { atLeast: 0.95, source: JUDGEMENT },
    read: ({ inTimeShare }) => inTimeShare,
  },
  {
    id: "without-comment",
    group: "response",
    name: { zh: "确认时未填说明的占比", en: "Acknowledged without a comment" },
    formula: { zh: "未填说明的确认数 ÷ 人工确认数", en: "Without words ÷ acknowledged by people" },
    unit: "share",
    read: ({ uncommentedShare }) => uncommentedShare,
  },
  {
    id: "false-share",
    group: "response",
    name: { zh: "误报率", en: "Found to be false" },
    formula: { zh: "确认原因为误报的数 ÷ 人工确认数", en: "Acknowledged as false ÷ acknowledged by people" },
    unit: "share",
    read: ({ falseShare }) => falseShare,
  },
  {
    id: "return-p50",
    group: "response",
    name: { zh: "恢复用时（中位数）", en: "Time to return to normal, median" },
    formula: { zh: "从告警发生到恢复正常，取中位数", en: "From the start of the alarm to its return; median" },
    unit: "span",
    read: ({ returnTime }) => returnTime.p50,
  },
  {
    id: "re-alarms",
    group: "response",
    name: { zh: "重复提醒", en: "Re-alarms" },
    formula: {
      zh: "同一次告警再次动作或升级的次数",
      en: "Times an alarm came back or became graver within one occurrence",
    },
    unit: "count",
    read: ({ again }) => again,
  },
  {
    id: "with-ticket",
    group: "response",
    name: { zh: "转工单的告警占比", en: "Alarms with a ticket" },
    formula: { zh: "有工单的告警数 ÷ 通知到人的告警数", en: "Occurrences with a ticket ÷ occurrences annunciated" },
    unit: "share",
    read: ({ withTicketShare }) => withTicketShare,
  },
  ...slaKpis,
  {
    id: "suppressed-count",
    group: "suppression",
    name: { zh: "被设计抑制的告警", en: "Suppressed by design" },
    formula: { zh: "统计期内因原因告警而未通知的次数", en: "Occurrences in the window that hung under their cause" },
    unit: "count",
    read: ({ suppressedCount }) => suppressedCount,
  },
  {
    id: "active-now",
    group: "now",
    name: { zh: "活动告警（现在）", en: "Active, now" },
    formula: { zh: "现在未恢复且通知到人的告警数", en: "Active and told to people, now" },
    unit: "count",
    read: (_, { active }) => active,
  },
  {
    id: "unacknowledged-now",
    group: "now",
    name: { zh: "未确认告警（现在）", en: "Unacknowledged, now" },
    formula: { zh: "现在等待确认的告警数", en: "Waiting for an acknowledgement, now" },
    unit: "count",
    read: (_, { unacknowledged }) => unacknowledged,
  },
  {
    id: "shelved-now",
    group: "suppression",
    name: { zh: "搁置（现在）", en: "Shelved, now" },
    formula: { zh: "现在处于搁置的告警数", en: "Alarms on the shelf, now" },
    unit: "count",
    read: (_, { shelved }) => shelved,
  },
  {
    id: "suppressed-now",
    group: "suppression",
    name: { zh: "抑制（现在）", en: "Suppressed, now" },
    formula: { zh: "现在被设计抑制的告警数", en: "Alarms suppressed by design, now" },
    unit: "count",
    read: (_, { suppressed }) => suppressed,
  },
  {
    id: "out-of-service-now",
    group: "suppression",
    name: { zh: "停用（现在）", en: "Out of service, now" },
    formula: { zh: "现在停用的告警数", en: "Alarms out of service, now" },
    unit: "count",
    read: (_, { outOfService }) => outOfService,
  },
  {
    id: "overdue-now",
    group: "suppression",
    name: { zh: "逾期未处理的搁置、抑制、停用", en: "Overdue on the three lists, now" },
    formula: {
      zh: "搁置或抑制超过 24 小时、停用超过复核日期的告警数",
      en: "Shelved or suppressed for more than 24 h, or out of service past the date of review",
    },
    unit: "count",
    target: { atMost: 0, source: JUDGEMENT },
    read: (_, { overdue }) => overdue,
  },
];

export type Verdict = "good" | "over" | "none";

/** What the target says of the number; `none` when there is no target or no number. */
export function judge(value: number, target: Target | undefined): Verdict {
  if (!target || !Number.isFinite(value)) return "none";
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY, strictly } = target;
  if (strictly && (value === atMost || value === atLeast)) return "over";
  return value <= atMost && value >= atLeast ? "good" : "over";
}

/** `≤ 1`, `< 1 %`, `≥ 80 %`, `≤ 3 min`: the same in both languages. */
export function targetText({ unit, target }: Kpi): string {
  if (!target) return "";
  const bound = target.atMost ?? target.atLeast ?? 0;
  const sign = target.atMost === undefined ? (target.strictly ? ">" : "≥") : target.strictly ? "<" : "≤";
  const words = unit === "share" ? `${bound * 100} %` : unit === "span" ? `${bound / 60_000} min` : String(bound);
  return `${sign} ${words}`;
}
