/** A backtest's report as lines for the person at the command line. */
import type { Text } from "#model/text";
import type { BacktestAlarm, BacktestReport, BacktestTicket } from "./report.ts";
import type { Tuning } from "./tuning.ts";

/** `zone`: times are shown as the site's clocks show them. */
export function printReport(report: BacktestReport, language: keyof Text, zone: string): string {
  const say = (zh: string, en: string) => (language === "zh" ? zh : en);
  const at = (iso: string) =>
    Temporal.Instant.from(iso)
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .toString({ smallestUnit: "second" })
      .replace("T", " ");
  const alarm = (mark: string) => (one: BacktestAlarm) => {
    const end = one.to === undefined ? say("未恢复", "not over") : at(one.to);
    const ticket = one.ticket === undefined ? "" : `  ${say("工单", "ticket")} #${one.ticket}`;
    return `${mark} ${at(one.from)} – ${end}  ${one.severity} ${one.alarm}  ${one.because[language]}${ticket}`;
  };
  const ticket = (one: BacktestTicket) => {
    const again = one.reopened > 0 ? say(`，重开 ${one.reopened} 次`, `, opened again ${one.reopened} times`) : "";
    return `  #${one.number} ${one.class} ${one.severity} ${one.device} ${at(one.openedAt)}  ${say(`${one.alarms} 条告警`, `${one.alarms} alarms`)}${again}`;
  };
  const { changed } = report;
  return [
    say(
      `规则 ${report.rule}：${at(report.from)} 至 ${at(report.to)}，${report.devices} 台设备，${report.samples} 个样本，会产生 ${report.alarms.length} 条告警。`,
      `Rule ${report.rule}: ${at(report.from)} to ${at(report.to)}, ${report.devices} devices, ${report.samples} samples: it would have raised ${report.alarms.length} alarms.`,
    ),
    ...report.alarms.map(alarm(changed ? "·" : "!")),
    ...(report.tickets.length > 0
      ? [say(`会开 ${report.tickets.length} 张工单：`, `It would have opened ${report.tickets.length} tickets:`)]
      : []),
    ...report.tickets.map(ticket),
    ...(report.alarms.length > 0 ? report.leftOut.map((text) => text[language]) : []),
    ...(changed
      ? [
          say(
            `修改后的规则：${changed.alarms.length} 条告警，${changed.tickets.length} 张工单，其中相同 ${changed.same}，不再产生 ${changed.missed.length}，新增 ${changed.extra.length}。`,
            `The changed rule: ${changed.alarms.length} alarms, ${changed.tickets.length} tickets; the same ${changed.same}, missed ${changed.missed.length}, extra ${changed.extra.length}.`,
          ),
          ...changed.missed.map(alarm("-")),
          ...changed.extra.map(alarm("+")),
        ]
      : []),
    ...report.tuning.map((row) => `  ${row.device}${say("：", ": ")}${tuningText(row, language)}`),
    ...(report.gapCount > 0
      ? [
          say(
            `历史中有 ${report.gapCount} 段空缺，这些时间无法判断：`,
            `${report.gapCount} gaps in the history, in which nothing can be judged:`,
          ),
          ...report.gaps.slice(0, 20).map((gap) => `  ${gap.device}  ${at(gap.from)} – ${at(gap.to)}`),
        ]
      : []),
    ...(report.broken > 0
      ? [say(`${report.broken} 处数据损坏，已跳过。`, `${report.broken} broken rows were skipped.`)]
      : []),
  ].join("\n");
}

/** A row of the tuning report behind the name of what it is about. */
export const tuningText = (row: Tuning, language: keyof Text): string =>
  language === "zh"
    ? `告警 ${row.alarms}，延时内自行消失 ${row.pendingCancelled}（其中接近触发 ${row.nearMisses}，最长 ${row.longestPending} 秒），数据不可用 ${Math.round(row.unknown / 60)} 分钟`
    : `alarms ${row.alarms}, over before the delay ${row.pendingCancelled} (near misses ${row.nearMisses}, longest ${row.longestPending} s), unknown for ${Math.round(row.unknown / 60)} min`;
