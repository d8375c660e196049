/** The names that people read: clocks, states, steps. One place, so that screen, message and report say the same. */
import type { NoticeCause } from "#model/notice";
import type { ClockKind } from "#model/policy";
import type { Text } from "#model/text";
import type { Ticket, TicketState } from "#model/ticket";

export const clockName: Readonly<Record<ClockKind, Text>> = {
  acknowledge: { zh: "值班确认", en: "Acknowledge" },
  dispatch: { zh: "派单", en: "Dispatch" },
  plan: { zh: "启动预案", en: "Start the plan" },
  accept: { zh: "接单", en: "Accept" },
  "staff-onsite": { zh: "人员到场", en: "Staff on site" },
  "rescue-onsite": { zh: "救援到场", en: "Rescuers on site" },
  onsite: { zh: "到场", en: "On site" },
  verify: { zh: "核实", en: "Verify" },
  mitigate: { zh: "控制/解救", en: "Under control" },
  resolve: { zh: "修复", en: "Repaired" },
  feedback: { zh: "进度反馈", en: "Progress report" },
  followup: { zh: "回访", en: "Follow-up" },
};

export const ticketStateName: Readonly<Record<TicketState, Text>> = {
  new: { zh: "待派单", en: "New" },
  dispatched: { zh: "待接单", en: "Dispatched" },
  accepted: { zh: "已接单", en: "Accepted" },
  "en-route": { zh: "在途", en: "On the way" },
  "on-site": { zh: "已到场", en: "On site" },
  mitigated: { zh: "已控制", en: "Under control" },
  repaired: { zh: "已修复", en: "Repaired" },
  verifying: { zh: "待验收", en: "Verifying" },
  closed: { zh: "已关闭", en: "Closed" },
  "on-hold": { zh: "挂起", en: "On hold" },
  merged: { zh: "已合并", en: "Merged" },
};

/** Why a draft lies there, in words. */
export const causeText = {
  "by-hand": { zh: "人工拟稿", en: "written by hand" },
  "new-time": { zh: "预计恢复时间有变", en: "the expected time has changed" },
  moved: { zh: "预计到达时间有变", en: "it is expected at another time" },
  "time-over": { zh: "已过预计恢复时间，仍未恢复", en: "the expected time is over and it is not back" },
  "no-time-yet": { zh: "恢复时间仍未确定", en: "the time is still not known" },
  restored: { zh: "已恢复，请告知业主", en: "it is back: tell the residents" },
} as const satisfies Record<NoticeCause, Text>;

/** What is said to somebody who would start a drill over these. */
export function overEmergency(real: readonly Pick<Ticket, "no">[]) {
  const tickets = real.map(({ no }) => no);
  const few = tickets.slice(0, 3);
  const more = tickets.length > few.length;
  return {
    tickets,
    zh: `有 ${tickets.length} 个紧急或高级别真实工单未关闭（${few.join("、")}${more ? " 等" : ""}）。请先处理；确需照常演练的，请再次确认。`,
    en: `${tickets.length} real ${tickets.length === 1 ? "ticket" : "tickets"} of S1 or S2 ${tickets.length === 1 ? "is" : "are"} open (${few.join(", ")}${more ? ` and ${tickets.length - few.length} more` : ""}). See to them first; to hold the drill all the same, confirm it.`,
  };
}

/** Why pre-empted work is on hold. */
export const preemptedText: Text = {
  zh: "被抢占：人员已转去紧急工单，时限照计",
  en: "Pre-empted: its technician left for an emergency, the clocks run on",
};
