import type { JournalRow } from "#model/journal";
import {
  both,
  clockOf,
  did,
  fixed,
  flag,
  join,
  type Line,
  severityOf,
  spanOf,
  tail,
  textOf,
  took,
  word,
  words,
} from "./line.ts";

/** A span says how much and not which way. */
const isBack = ({ data }: JournalRow): boolean => typeof data.by === "number" && data.by < 0;

export const ticketLines: Readonly<Record<string, Line>> = {
  "ticket-opened": (row) =>
    row.actor === "gatehouse"
      ? both(
          `系统开单，级别${severityOf(row, "severity").zh}`,
          `Opened by the house, ${severityOf(row, "severity").en}`,
        )
      : both(`人工开单，级别${severityOf(row, "severity").zh}`, `Opened by hand, ${severityOf(row, "severity").en}`),
  "alarm-joined": (row, names) => {
    const alarm = names.alarm(word(row, "alarm"));
    return both(`并入告警 ${alarm.zh}`, `Alarm joined: ${alarm.en}`);
  },
  "ticket-merged": (row) => both(`并入工单 ${word(row, "into")}`, `Merged into ${word(row, "into")}`),
  "ticket-hangs-under": (row) =>
    both(`源头工单为 ${word(row, "parent")}`, `Follows from ticket ${word(row, "parent")}`),
  "trapped-in-fire": (row) =>
    both(
      `火警期间：${textOf(row, "title")?.zh ?? ""}，工单 ${word(row, "child")} 挂在本单之下`,
      `During the fire: ${textOf(row, "title")?.en ?? ""}; ticket ${word(row, "child")} hangs under this one`,
    ),
  "told-by-phone": (row) =>
    both(
      `按纸质记录补开，期间 ${words(row, "steps").length} 个通知步骤已电话通知，不再补发`,
      `Opened from the paper record; the ${words(row, "steps").length} steps of that time were told by phone and are not sent again`,
    ),
  "rule-deleted": (row, names) => {
    const alarm = names.alarm(word(row, "alarm"));
    return both(
      `告警 ${alarm.zh} 的规则或设备已删除，告警已关闭`,
      `The rule or device of ${alarm.en} was deleted: the alarm is closed`,
    );
  },
  "rule-changed": (row, names) => {
    const alarm = names.alarm(word(row, "alarm"));
    return both(`告警 ${alarm.zh} 因规则修改而恢复`, `${alarm.en} returned because its rule was changed`);
  },
  "ticket-absorbed": (row) => both(`合并工单 ${word(row, "from")}`, `Took over ${word(row, "from")}`),
  "step-run": (row, names) => {
    const roles = words(row, "tell").map(names.role);
    const say = textOf(row, "say") ?? both(word(row, "step"), word(row, "step"));
    const late = flag(row, "late")
      ? both(`（迟 ${spanOf(row, "lateBy").zh}）`, ` (late by ${spanOf(row, "lateBy").en})`)
      : both("", "");
    const to =
      roles.length > 0
        ? both(`通知${roles.map((one) => one.zh).join("、")}：`, `Told ${roles.map((one) => one.en).join(", ")}: `)
        : both("", "");
    return both(`${to.zh}${say.zh}${late.zh}`, `${to.en}${say.en}${late.en}`);
  },
  "step-skipped": (row) =>
    both(`升级步骤 ${word(row, "step")} 不再需要`, `Step ${word(row, "step")} is not needed any more`),
  told: (row) => both(`已通知 ${word(row, "to")}`, `${word(row, "to")} was told`),
  "nobody-on-duty": (row, names) => {
    const role = names.role(word(row, "role"));
    const to = words(row, "fallback").map(names.actor).join("、");
    return both(`${role.zh}无人值班，改通知 ${to}`, `Nobody is on duty as ${role.en}; ${to} was told instead`);
  },
  "message-delivered": (row) => both(`消息已送达 ${word(row, "to")}`, `Message delivered to ${word(row, "to")}`),
  "message-read": (row, names) =>
    both(`${names.actor(row.actor)} 已查看工单`, `${names.actor(row.actor)} has read the ticket`),
  "call-key": (row) =>
    both(
      `${word(row, "to")} 在电话中按键 ${word(row, "digit")}`,
      `${word(row, "to")} pressed key ${word(row, "digit")} in the call`,
    ),
  "message-failed": (row) =>
    join(`消息未能送达 ${word(row, "to")}`, `Message to ${word(row, "to")} failed`, tail(word(row, "because"))),
  "clock-warning": (row) => both(`${clockOf(row).zh}即将超时`, `${clockOf(row).en}: due soon`),
  "clock-breached": (row) => both(`${clockOf(row).zh}已超时`, `${clockOf(row).en}: overdue`),
  "clock-met": (row) =>
    flag(row, "late")
      ? both(
          `${clockOf(row).zh}完成（已超时），用时 ${took(row).zh}`,
          `${clockOf(row).en}: done late, after ${took(row).en}`,
        )
      : both(
          `${clockOf(row).zh}按时完成，用时 ${took(row).zh}`,
          `${clockOf(row).en}: done in time, after ${took(row).en}`,
        ),
  "acknowledgement-expired": fixed(
    "确认后长时间无进展，确认失效，继续升级",
    "No entry for too long: the acknowledgement ran out, the escalation goes on",
  ),
  "source-recovered": fixed(
    "告警源已恢复，仍需人工确认结论",
    "The source is normal again; a person must still conclude",
  ),
  "severity-raised": (row) =>
    both(
      `级别由${severityOf(row, "from").zh}升为${severityOf(row, "to").zh}`,
      `Raised from ${severityOf(row, "from").en} to ${severityOf(row, "to").en}`,
    ),
  "clock-step": (row) => {
    const all = row.about === "site" ? both("所有", "all ") : both("", "");
    return both(
      `系统时钟${isBack(row) ? "回拨" : "前拨"} ${spanOf(row, "by").zh}，${all.zh}时限同步移动`,
      `The clock was set ${isBack(row) ? "back" : "forward"} by ${spanOf(row, "by").en}; ${all.en}deadlines moved with it`,
    );
  },
  "calendar-changed": fixed(
    "工作日历已修改，按工作日计的时限已重算",
    "The calendar of workdays was edited: clocks were counted again",
  ),
  "ticket-offered": (row, names) =>
    both(
      `派单给 ${words(row, "to").map(names.actor).join("、")}，等待接单`,
      `Offered to ${words(row, "to").map(names.actor).join(", ")}`,
    ),
  "offer-expired": (row, names) =>
    both(
      `${words(row, "to").map(names.actor).join("、")} 未按时接单，改派下一人`,
      `${words(row, "to").map(names.actor).join(", ")} did not accept in time: the next one is asked`,
    ),
  "nobody-to-send": fixed("没有可派的人，请人工派单", "Nobody is left to send: send somebody by hand"),
  "ticket-preempted": (row, names) =>
    both(
      `${names.actor(word(row, "person"))} 转去紧急工单 ${word(row, "by")}，本单挂起（被抢占），另派人，时限照计`,
      `${names.actor(word(row, "person"))} left for the emergency ${word(row, "by")}: on hold (pre-empted), others are asked, the clocks run on`,
    ),
  "re-armed": fixed(
    "自检发现缺失的时限或升级步骤，已重新设定",
    "The self-check found a clock or a step missing and armed it again",
  ),
  "ticket-auto-recovered": fixed(
    "源已自动恢复且无人接单，工单自动关闭（自动恢复）",
    "The source went back to normal by itself and nobody had taken it: the ticket closed itself",
  ),
  "hold-over": (row) =>
    word(row, "emergency")
      ? both(
          `紧急工单 ${word(row, "emergency")} 已不占用人员，被抢占的工单自动恢复`,
          `The emergency ${word(row, "emergency")} keeps nobody any more; the pre-empted ticket went on by itself`,
        )
      : both("挂起时间已到，工单自动恢复", "The time to wait was over; the ticket went on by itself"),
  "promise-missed": (row) =>
    word(row, "what") === "arrive"
      ? both(
          `${word(row, "by")} 承诺的到场时间已过`,
          `The time by which ${word(row, "by")} promised to be there is over`,
        )
      : both(
          `${word(row, "by")} 承诺的修复时间已过`,
          `The time by which ${word(row, "by")} promised to be done is over`,
        ),
  "ticket-departments": (row, names) => {
    const lead = names.role(word(row, "lead"));
    const help = words(row, "help").map(names.role);
    const list = (language: "zh" | "en", between: string) => help.map((one) => one[language]).join(between);
    return both(
      `主责：${lead.zh || "–"}；协作：${list("zh", "、") || "–"}`,
      `${lead.en || "–"} answers for it; ${list("en", ", ") || "nobody"} helps`,
    );
  },
  "accident-drafted": (row, names) =>
    row.actor === "gatehouse"
      ? both("事故报告草稿已生成", "The accident report was drafted")
      : both(`${names.actor(row.actor)} 开始填写事故报告`, `${names.actor(row.actor)} began the accident report`),
  "accident-filled": did("修改事故报告草稿", "changed the draft of the accident report"),
  "accident-signed": did("签字确认事故报告", "signed the accident report"),
  "accident-shown": did("查看事故报告中的人员姓名", "looked at the names in the accident report"),
};
