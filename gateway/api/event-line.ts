/** One sentence per journal entry, for the time line of a ticket. A table by event; what it does not know is shown by name. */
import type { JournalRow } from "#model/journal";
import type { ClockKind } from "#model/policy";
import { type Severity, severityName } from "#model/severity";
import type { Text } from "#model/text";
import { type Instant, milliseconds, type Span } from "#model/time";
import { causeText, clockName } from "../../rules/response/words.ts";

/** What a sentence may name: people by their id, roles of the policy. */
export interface Names {
  actor(id: string): string;
  role(id: string): Text;
}

type Line = (row: JournalRow, names: Names) => Text;

const both = (zh: string, en: string): Text => ({ zh, en });

const word = (row: JournalRow, key: string): string => {
  const value = row.data[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};
const flag = (row: JournalRow, key: string): boolean => row.data[key] === true;
const words = (row: JournalRow, key: string): readonly string[] => {
  const value = row.data[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
};
const textOf = (row: JournalRow, key: string): Text | undefined => {
  const value = row.data[key];
  if (typeof value !== "object" || value === null || !("zh" in value) || !("en" in value)) return undefined;
  return typeof value.zh === "string" && typeof value.en === "string" ? { zh: value.zh, en: value.en } : undefined;
};

/** A span as people say it: 45 s, 12 min, 1 h 05 min. */
export function spoken(span: Span): Text {
  const total = Math.round(Math.abs(span) / 1_000);
  if (total < 60) return both(`${total} 秒`, `${total} s`);
  const minutes = Math.round(total / 60);
  if (minutes < 60) return both(`${minutes} 分钟`, `${minutes} min`);
  const rest = String(minutes % 60).padStart(2, "0");
  return both(`${Math.floor(minutes / 60)} 小时 ${rest} 分`, `${Math.floor(minutes / 60)} h ${rest} min`);
}

const spanOf = (row: JournalRow, key: string): Text => {
  const value = row.data[key];
  return spoken(milliseconds(typeof value === "number" ? value : 0));
};

const clockOf = (row: JournalRow): Text => {
  const kind = word(row, "clock");
  return clockName[kind as ClockKind] ?? both(kind, kind);
};
const severityOf = (row: JournalRow, key: string): Text => {
  const level = word(row, key);
  return severityName[level as Severity] ?? both(level, level);
};

/** `: text` in each language's own punctuation, or nothing. */
const tail = (words_: string): Text => (words_ ? both(`：${words_}`, `: ${words_}`) : both("", ""));
const join = (zh: string, en: string, rest: Text): Text => both(`${zh}${rest.zh}`, `${en}${rest.en}`);

const noticeTail = (row: JournalRow): Text => {
  const title = textOf(row, "title");
  return title ? both(`：${title.zh}`, `: ${title.en}`) : both("", "");
};

/** A sentence of the form "who did what: words that stand under `key`". */
const who =
  (zh: string, en: string, key: string): Line =>
  (row, names) =>
    join(`${names.actor(row.actor)} ${zh}`, `${names.actor(row.actor)} ${en}`, tail(word(row, key)));
const did = (zh: string, en: string): Line => who(zh, en, "note");

const fixed =
  (zh: string, en: string): Line =>
  () =>
    both(zh, en);

/** Somebody wanted something of an alarm and was refused: with the words of the refusal. */
const refused =
  (zh: string, en: string): Line =>
  (row, names) => {
    const because = textOf(row, "because");
    const name = names.actor(row.actor);
    return both(`${name} ${zh}${because ? `：${because.zh}` : ""}`, `${name} ${en}${because ? `: ${because.en}` : ""}`);
  };

function failedWrite(row: JournalRow, zh: string, en: string): Text {
  const because = textOf(row, "because");
  const value = word(row, "value");
  const what = value === "" ? word(row, "point") : `${word(row, "point")} = ${value}`;
  return both(`${what} ${zh}：${because?.zh ?? ""}`, `${what} ${en}: ${because?.en ?? ""}`);
}

const lines: Readonly<Record<string, Line>> = {
  activated: (row) => {
    const because = textOf(row, "because");
    return both(`告警发生${because ? `：${because.zh}` : ""}`, `Alarm active${because ? `: ${because.en}` : ""}`);
  },
  reactivated: (row) =>
    both(`告警再次发生（第 ${word(row, "count")} 次）`, `Active again (time ${word(row, "count")})`),
  returned: (row) =>
    both(`告警恢复，持续 ${spanOf(row, "activeFor").zh}`, `Back to normal after ${spanOf(row, "activeFor").en}`),
  superseded: fixed("被新一次发生取代", "Replaced by a new occurrence"),
  closed: fixed("告警结束", "Alarm over"),
  "input-bad": (row) =>
    both(
      `输入数据失效（${word(row, "reason")}），状态保持`,
      `An input is bad (${word(row, "reason")}); the state is held`,
    ),
  "input-good": fixed("输入数据恢复", "The inputs are good again"),
  "level-changed": (row) => both(`级别变为${severityOf(row, "to").zh}`, `Level is now ${severityOf(row, "to").en}`),
  "alarm-acknowledged": (row, names) =>
    join(
      `${names.actor(row.actor)} 确认了告警`,
      `${names.actor(row.actor)} acknowledged the alarm`,
      tail(word(row, "comment")),
    ),
  comment: (row, names) =>
    join(`${names.actor(row.actor)} 备注`, `${names.actor(row.actor)} commented`, tail(word(row, "comment"))),

  "acknowledge-refused": refused("确认未被接受", "acknowledged in vain"),
  "unacknowledge-refused": refused("撤销确认未被接受", "tried in vain to take the acknowledgement back"),
  "reset-refused": refused("复位未被接受", "tried in vain to reset the alarm"),
  "shelve-refused": refused("搁置未被接受", "tried in vain to shelve the alarm"),
  "unshelve-refused": refused("取消搁置未被接受", "tried in vain to take the alarm off the shelf"),
  "out-of-service-refused": refused("停用未被接受", "tried in vain to take the alarm out of service"),
  "in-service-refused": refused("恢复使用未被接受", "tried in vain to put the alarm back in service"),
  "first-up-moved": (row) =>
    both(`按信号源时间，${word(row, "to")} 更早发生`, `By the time of its source ${word(row, "to")} came first`),
  "flood-began": (row) =>
    both(`报警泛滥开始：已有 ${word(row, "told")} 条`, `Alarm flood: ${word(row, "told")} alarms so far`),
  "flood-ended": (row) =>
    both(
      `报警泛滥结束：历时 ${spanOf(row, "lasted").zh}，共 ${word(row, "told")} 条`,
      `Alarm flood over after ${spanOf(row, "lasted").en}: ${word(row, "told")} alarms`,
    ),
  "re-alarmed": (row) =>
    both(
      `确认后仍未恢复，第 ${word(row, "times")} 次重新提示`,
      `Still active after its acknowledgement: told again (time ${word(row, "times")})`,
    ),
  unacknowledged: who("撤销了确认", "took the acknowledgement back", "reason"),
  "auto-acknowledged": fixed(
    "搁置或停用期间发生并恢复，自动确认",
    "Came and went while silenced: acknowledged by itself",
  ),
  annunciated: fixed("告警仍在发生，重新提示", "Still active: told again"),
  reset: who("复位了告警", "reset the alarm", "comment"),
  shelved: (row, names) =>
    word(row, "kind") === "one-shot"
      ? who("单次搁置了告警", "shelved the alarm once", "reason")(row, names)
      : who("搁置了告警", "shelved the alarm", "reason")(row, names),
  "shelve-extended": (row, names) =>
    who(
      `延长了搁置（第 ${word(row, "renewals")} 次续期）`,
      `renewed the shelf (renewal ${word(row, "renewals")})`,
      "reason",
    )(row, names),
  unshelved: (row, names) => {
    const late = flag(row, "late")
      ? both(`（迟 ${spanOf(row, "lateBy").zh}）`, ` (late by ${spanOf(row, "lateBy").en})`)
      : both("", "");
    switch (word(row, "cause")) {
      case "by-hand":
        return who("取消了搁置", "took the alarm off the shelf", "comment")(row, names);
      case "returned":
        return both("告警恢复，单次搁置结束", "Back to normal: the one-shot shelf is over");
      case "level":
        return both("告警升为紧急，搁置结束", "It has become an emergency: off the shelf");
      default:
        return join("搁置到期", "The shelf is over", late);
    }
  },
  "out-of-service-requested": who(
    "申请停用告警，待第二人确认",
    "asked to take the alarm out of service; a second person has to confirm",
    "reason",
  ),
  "out-of-service-withdrawn": who("撤回了停用申请", "withdrew the request", "comment"),
  "out-of-service": (row, names) =>
    word(row, "confirmedBy")
      ? join(
          `${word(row, "by")} 停用了告警，${word(row, "confirmedBy")} 确认`,
          `${word(row, "by")} took the alarm out of service, confirmed by ${word(row, "confirmedBy")}`,
          tail(word(row, "reason")),
        )
      : who("停用了告警", "took the alarm out of service", "reason")(row, names),
  "out-of-service-renewed": who("延长了停用", "set a new review date", "reason"),
  "in-service": who("恢复使用告警", "put the alarm back in service", "comment"),
  "review-overdue": fixed("停用复核已到期，已提醒主管", "The review is overdue; the supervisor was reminded"),
  "source-active-again": (row) =>
    both(
      `告警 ${word(row, "alarm")} 再次发生（搁置或停用中）`,
      `Alarm ${word(row, "alarm")} is active again, silenced`,
    ),

  "ticket-opened": (row) =>
    row.actor === "gatehouse"
      ? both(
          `系统开单，级别${severityOf(row, "severity").zh}`,
          `Opened by the house, ${severityOf(row, "severity").en}`,
        )
      : both(`人工开单，级别${severityOf(row, "severity").zh}`, `Opened by hand, ${severityOf(row, "severity").en}`),
  "alarm-joined": (row) => both(`并入告警 ${word(row, "alarm")}`, `Alarm ${word(row, "alarm")} joined`),
  "ticket-merged": (row) => both(`并入工单 ${word(row, "into")}`, `Merged into ${word(row, "into")}`),
  "ticket-merge": (row, names) =>
    join(
      `${names.actor(row.actor)} 并入工单 ${word(row, "into")}`,
      `${names.actor(row.actor)} merged it into ${word(row, "into")}`,
      tail(word(row, "note")),
    ),
  "ticket-hangs-under": (row) =>
    both(`源头工单为 ${word(row, "parent")}`, `Follows from ticket ${word(row, "parent")}`),
  "rule-deleted": (row) =>
    both(
      `告警 ${word(row, "alarm")} 的规则或设备已删除，告警已关闭`,
      `The rule or device of ${word(row, "alarm")} was deleted: the alarm is closed`,
    ),
  "rule-changed": (row) =>
    both(`告警 ${word(row, "alarm")} 因规则修改而恢复`, `${word(row, "alarm")} returned because its rule was changed`),
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
  "message-failed": (row) =>
    join(`消息未能送达 ${word(row, "to")}`, `Message to ${word(row, "to")} failed`, tail(word(row, "because"))),
  "clock-warning": (row) => both(`${clockOf(row).zh}即将超时`, `${clockOf(row).en}: due soon`),
  "clock-breached": (row) => both(`${clockOf(row).zh}已超时`, `${clockOf(row).en}: overdue`),
  "clock-met": (row) =>
    flag(row, "late")
      ? both(
          `${clockOf(row).zh}完成（已超时），用时 ${spanOf(row, "took").zh}`,
          `${clockOf(row).en}: done late, after ${spanOf(row, "took").en}`,
        )
      : both(
          `${clockOf(row).zh}按时完成，用时 ${spanOf(row, "took").zh}`,
          `${clockOf(row).en}: done in time, after ${spanOf(row, "took").en}`,
        ),
  "acknowledgement-expired": fixed(
    "确认后长时间无进展，确认失效，继续升级",
    "No entry for too long: the acknowledgement ran out, the escalation goes on",
  ),
  "ticket-judged": (row) =>
    word(row, "as") === "real"
      ? both("确认属实，恢复计入指标", "Said to be real: it counts in the figures again")
      : word(row, "as") === "test"
        ? both("确认为测试，不计入指标", "Said to be a test: it counts in no figure")
        : both("确认为维保，不计入指标", "Said to be maintenance: it counts in no figure"),
  "source-recovered": fixed(
    "告警源已恢复，仍需人工确认结论",
    "The source is normal again; a person must still conclude",
  ),
  "severity-raised": (row) =>
    both(
      `级别由${severityOf(row, "from").zh}升为${severityOf(row, "to").zh}`,
      `Raised from ${severityOf(row, "from").en} to ${severityOf(row, "to").en}`,
    ),
  "clock-step": (row) =>
    both(
      `系统时钟调整 ${spanOf(row, "by").zh}，时限同步顺延`,
      `The clock was set by ${spanOf(row, "by").en}; deadlines moved with it`,
    ),
  "channel-tested": (row, names) =>
    join(
      `${names.actor(row.actor)} 测试了通道 ${word(row, "channel")}：${word(row, "outcome")}`,
      `${names.actor(row.actor)} tried the channel ${word(row, "channel")}: ${word(row, "outcome")}`,
      tail(word(row, "because")),
    ),
  "keys-rotated": (row) =>
    both(
      `更换了加密密钥，重新加密 ${word(row, "sealed")} 项`,
      `The sealing key was changed; ${word(row, "sealed")} files sealed anew`,
    ),
  "engine-started": fixed("网关启动", "The gateway started"),
  "write-asked": (row, names) =>
    both(
      `${names.actor(row.actor)} 下发写入 ${word(row, "point")} = ${word(row, "value")}`,
      `${names.actor(row.actor)} ordered ${word(row, "point")} = ${word(row, "value")}`,
    ),
  "write-done": (row) =>
    both(
      `已写入 ${word(row, "point")} = ${word(row, "value")}，回读一致`,
      `${word(row, "point")} = ${word(row, "value")} written and read back`,
    ),
  "write-refused": (row) => failedWrite(row, "未写入", "not written"),
  "write-unknown": (row) => failedWrite(row, "写入结果未知", "outcome not known"),
  "pass-back-sent": (row, names) =>
    both(
      `${names.actor(word(row, "by"))} 的确认正传回 ${word(row, "point")} 的来源`,
      `The acknowledgement of ${names.actor(word(row, "by"))} goes back to the source of ${word(row, "point")}`,
    ),
  "pass-back-passed": (row) =>
    both(`来源已接受确认：${word(row, "point")}`, `Acknowledged at the source of ${word(row, "point")}`),
  "pass-back-refused": (row) => failedWrite(row, "确认未传回", "not acknowledged at its source"),
  "pass-back-unknown": (row) =>
    failedWrite(row, "来源是否已确认未知", "whether its source has it acknowledged is not known"),
  "store-away": fixed("数据库不可写，暂存内存", "The database cannot be written; kept in memory"),
  "store-back": fixed("数据库恢复，暂存内容已写入", "The database is back; what was kept is written"),

  "ticket-acknowledge": did("确认了工单", "acknowledged the ticket"),
  "ticket-review": did("审核通过，可以派单", "reviewed it: somebody may be sent"),
  "calendar-changed": fixed(
    "工作日历已修改，按工作日计的时限已重算",
    "The calendar of workdays was edited: clocks were counted again",
  ),
  "ticket-dispatch": (row, names) =>
    join(
      `${names.actor(row.actor)} 派单给 ${word(row, "assignee")}`,
      `${names.actor(row.actor)} sent ${word(row, "assignee")}`,
      tail(word(row, "note")),
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
      `${names.actor(word(row, "person"))} 转去紧急工单 ${word(row, "by")}，本单重新派人，时限照计`,
      `${names.actor(word(row, "person"))} left for the emergency ${word(row, "by")}; the clocks run on`,
    ),
  "ticket-confirm-phone": (row, names) =>
    join(
      `${names.actor(row.actor)} 电话确认：${word(row, "to")} 已收到`,
      `${names.actor(row.actor)} called: ${word(row, "to")} has received it`,
      tail(word(row, "note")),
    ),
  "ticket-assign": (row, names) =>
    join(
      `${names.actor(row.actor)} 指派给 ${word(row, "assignee")}`,
      `${names.actor(row.actor)} assigned ${word(row, "assignee")}`,
      tail(word(row, "note")),
    ),
  "ticket-accept": did("接单", "accepted"),
  "ticket-decline": did("拒绝接单", "declined"),
  "ticket-depart": did("出发", "is on the way"),
  "ticket-arrive": (row, names) =>
    word(row, "who") === "rescue"
      ? join(
          `${names.actor(row.actor)} 登记：救援人员到场`,
          `${names.actor(row.actor)} noted: rescuers on site`,
          tail(word(row, "note")),
        )
      : join(
          `${names.actor(row.actor)} 登记：人员到场`,
          `${names.actor(row.actor)} noted: staff on site`,
          tail(word(row, "note")),
        ),
  "ticket-plan": did("启动预案", "started the plan"),
  "ticket-mitigate": did("登记：已控制", "noted: under control"),
  "ticket-repair": did("登记：已修复", "noted: repaired"),
  "ticket-verify": did("完成核实", "verified"),
  "ticket-follow-up": did("完成回访", "followed up"),
  "ticket-close": (row, names) =>
    flag(row, "override")
      ? did("强制关闭工单", "closed the ticket by override")(row, names)
      : did("关闭工单", "closed the ticket")(row, names),
  "ticket-reopen": (row, names) =>
    word(row, "alarm") === ""
      ? did("重新打开工单", "opened the ticket again")(row, names)
      : both("同一故障再次发生，工单自动重开", "The same fault came back: the ticket was opened again"),
  "ticket-hold": (row, names) => {
    const why = textOf(row, "text") ?? both("", "");
    return join(
      `${names.actor(row.actor)} 挂起工单：${why.zh}`,
      `${names.actor(row.actor)} put the ticket on hold: ${why.en}`,
      tail(word(row, "note")),
    );
  },
  "re-armed": fixed(
    "自检发现缺失的时限或升级步骤，已重新设定",
    "The self-check found a clock or a step missing and armed it again",
  ),
  "ticket-auto-recovered": fixed(
    "源已自动恢复且无人接单，工单自动关闭（自动恢复）",
    "The source went back to normal by itself and nobody had taken it: the ticket closed itself",
  ),
  "hold-over": () => both("挂起时间已到，工单自动恢复", "The time to wait was over; the ticket went on by itself"),
  "ticket-resume": did("恢复工单", "took the ticket up again"),
  "ticket-feedback": did("反馈进度", "reported"),
  "ticket-escalate": did("手动升级", "escalated by hand"),
  "ticket-note": did("记录", "noted"),
  "ticket-promise": (row, names) => {
    const what =
      word(row, "what") === "arrive"
        ? both("承诺到场时间", "promised to be there by")
        : both("承诺修复时间", "promised to be done by");
    return join(
      `${names.actor(row.actor)} ${what.zh}`,
      `${names.actor(row.actor)} ${what.en}`,
      tail(word(row, "note")),
    );
  },
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
  "ticket-rate": (row, names) =>
    join(
      `${names.actor(row.actor)} 登记客户评价 ${word(row, "score")} 分${flag(row, "again") ? "，不满意，重新处理" : ""}`,
      `${names.actor(row.actor)} noted ${word(row, "score")} of 5 from the customer${flag(row, "again") ? ": to be done again" : ""}`,
      tail(word(row, "note")),
    ),
  "file-attached": (row, names) => {
    const what =
      {
        photo: both("照片", "a photo"),
        document: both("文件", "a paper"),
        signature: both("客户签名", "the customer's signature"),
      }[word(row, "what")] ?? both("文件", "a file");
    return both(`${names.actor(row.actor)} 上传${what.zh}`, `${names.actor(row.actor)} added ${what.en}`);
  },
  "link-made": (row, names) =>
    both(
      `${names.actor(row.actor)} 为 ${names.actor(word(row, "to"))} 生成工单链接`,
      `${names.actor(row.actor)} made a link for ${names.actor(word(row, "to"))}`,
    ),
  "link-opened": (row, names) =>
    both(`${names.actor(row.actor)} 通过链接打开工单`, `${names.actor(row.actor)} opened the ticket by link`),
  "link-revoked": (row, names) =>
    both(
      `${names.actor(row.actor)} 撤销了 ${names.actor(word(row, "to"))} 的工单链接`,
      `${names.actor(row.actor)} revoked the links of ${names.actor(word(row, "to"))}`,
    ),
  "contact-recorded": (row, names) =>
    both(`${names.actor(row.actor)} 登记了报修人联系方式`, `${names.actor(row.actor)} recorded who reported it`),
  "accident-drafted": (row, names) =>
    row.actor === "gatehouse"
      ? both("事故报告草稿已生成", "The accident report was drafted")
      : both(`${names.actor(row.actor)} 开始填写事故报告`, `${names.actor(row.actor)} began the accident report`),
  "accident-filled": did("修改事故报告草稿", "changed the draft of the accident report"),
  "accident-signed": did("签字确认事故报告", "signed the accident report"),
  "accident-shown": did("查看事故报告中的人员姓名", "looked at the names in the accident report"),
  "contact-shown": (row, names) =>
    both(`${names.actor(row.actor)} 查看了报修人联系方式`, `${names.actor(row.actor)} looked at who reported it`),
  "personal-data-erased": fixed(
    "联系方式和附件已按期清除，工单保留",
    "Contacts and files were erased in time; the ticket stays",
  ),
  "ticket-false-alarm-claimed": did("核实为误报，待第二人确认", "found a false alarm; a second person must confirm it"),
  "ticket-false-alarm": did("判定为误报", "judged it a false alarm"),
  "notice-drafted": (row, names) =>
    join(
      `${names.actor(row.actor)} ${flag(row, "edited") ? "修改了" : "起草了"}业主通知`,
      `${names.actor(row.actor)} ${flag(row, "edited") ? "changed" : "drafted"} a notice to residents`,
      noticeTail(row),
    ),
  "notice-asked": (row) => {
    const cause = causeText[word(row, "cause") as keyof typeof causeText] ?? both("", "");
    return both(`业主通知草稿待审批：${cause.zh}`, `A draft of a notice to residents waits for approval: ${cause.en}`);
  },
  "notice-sent": (row, names) => {
    const text = textOf(row, "text") ?? both("", "");
    const name = names.actor(row.actor);
    return word(row, "held") !== ""
      ? both(
          `${name} 批准了业主通知（演练或模拟，未对外发送）：${text.zh}`,
          `${name} approved a notice to residents (not real, sent to nobody): ${text.en}`,
        )
      : both(`${name} 批准并发布业主通知：${text.zh}`, `${name} approved and sent a notice to residents: ${text.en}`);
  },
  "notice-withdrawn": (row, names) =>
    join(
      `${names.actor(row.actor)} 撤回了第 ${word(row, "edition")} 期业主通知`,
      `${names.actor(row.actor)} took edition ${word(row, "edition")} of the notice back`,
      tail(word(row, "reason")),
    ),
  "notice-discarded": (row, names) =>
    row.actor === "gatehouse"
      ? both("工单已结束，业主通知草稿作废", "The ticket is over: the draft of the notice was dropped")
      : join(
          `${names.actor(row.actor)} 作废了业主通知草稿`,
          `${names.actor(row.actor)} dropped the draft of the notice`,
          noticeTail(row),
        ),
  "notice-reach": (row, names) => {
    const way = textOf(row, "way") ?? both("", "");
    const told = [
      word(row, "delivered") && both(`送达 ${word(row, "delivered")} 户`, `${word(row, "delivered")} delivered`),
      word(row, "read") && both(`已读 ${word(row, "read")} 户`, `${word(row, "read")} read`),
    ].filter((one) => one !== "");
    const name = names.actor(row.actor);
    return both(
      `${name} 登记${way.zh}触达：${told.map((one) => one.zh).join("，")}`,
      `${name} noted the reach of ${way.en}: ${told.map((one) => one.en).join(", ")}`,
    );
  },
  "notice-closed": fixed("业主通知结束", "The notice to residents is over"),
  "ticket-sop": (row, names) => {
    const row_ = textOf(row, "text") ?? both(word(row, "sop"), word(row, "sop"));
    const skipped = flag(row, "skipped");
    return join(
      `${names.actor(row.actor)} ${skipped ? "跳过" : "完成"}：${row_.zh}`,
      `${names.actor(row.actor)} ${skipped ? "skipped" : "did"}: ${row_.en}`,
      tail(word(row, "note")),
    );
  },
};

/** Entries that only keep the ticket's row whole; they tell a reader nothing. */
const bookkeeping: ReadonlySet<string> = new Set(["watched", "ladder-armed"]);
export const isBookkeeping = (event: string): boolean => bookkeeping.has(event);

/** The sentence for one entry. A back-entry says when it really happened; `clockTime` writes an instant in the site's zone. */
export function eventLine(row: JournalRow, names: Names, clockTime: (at: Instant) => string): Text {
  const plain = lines[row.event]?.(row, names) ?? both(row.event, row.event);
  const line = word(row, "through") === "link" ? both(`${plain.zh}（经链接）`, `${plain.en} (by link)`) : plain;
  if (!flag(row, "backEntry")) return line;
  const at = clockTime(row.occurredAt);
  return both(`${line.zh}（补录，实际时间 ${at}）`, `${line.en} (entered later; it was at ${at})`);
}
