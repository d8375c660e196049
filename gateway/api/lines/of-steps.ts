import { both, did, flag, join, judgementOf, type Line, tail, textOf, word } from "./line.ts";

/** As `line`, unless the plan of the ticket calls the step something else. */
const named =
  (line: Line): Line =>
  (row, names) => {
    const name = textOf(row, "name");
    return name ? did(`登记：${name.zh}`, `recorded: ${name.en}`)(row, names) : line(row, names);
  };

export const stepLines: Readonly<Record<string, Line>> = {
  "ticket-acknowledge": (row, names) =>
    did(`确认了工单${judgementOf(row).zh}`, `acknowledged the ticket${judgementOf(row).en}`)(row, names),
  // Another alarm of a ticket that somebody had acknowledged before.
  "ticket-alarm-acknowledged": (row, names) =>
    did(
      `确认了告警 ${names.alarm(word(row, "alarm")).zh}${judgementOf(row).zh}`,
      `acknowledged the alarm ${names.alarm(word(row, "alarm")).en}${judgementOf(row).en}`,
    )(row, names),
  "ticket-review": did("审核通过，可以派单", "reviewed it: somebody may be sent"),
  "ticket-dispatch": (row, names) =>
    join(
      `${names.actor(row.actor)} 派单给 ${word(row, "assignee")}`,
      `${names.actor(row.actor)} sent ${word(row, "assignee")}`,
      tail(word(row, "note")),
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
  "ticket-plan": named(did("启动预案", "started the plan")),
  "ticket-mitigate": named(did("登记：已控制", "noted: under control")),
  "ticket-repair": named(did("登记：已修复", "noted: repaired")),
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
  "ticket-reschedule": (row, names) => {
    const time = textOf(row, "time") ?? both("", "");
    return did(`将预计到达时间改为 ${time.zh}`, `now expects it at ${time.en}`)(row, names);
  },
  "ticket-call-off": did("取消值守，关闭工单", "called it off and closed the ticket"),
  "ticket-resume": did("恢复工单", "took the ticket up again"),
  "ticket-feedback": named(did("反馈进度", "reported")),
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
  "ticket-rate": (row, names) =>
    join(
      `${names.actor(row.actor)} 登记客户评价 ${word(row, "score")} 分${flag(row, "again") ? "，不满意，重新处理" : ""}`,
      `${names.actor(row.actor)} noted ${word(row, "score")} of 5 from the customer${flag(row, "again") ? ": to be done again" : ""}`,
      tail(word(row, "note")),
    ),
  "ticket-drawn": (row) =>
    both(`抽中为每日抽查记录（${word(row, "paper")}）`, `Drawn for the daily sample (${word(row, "paper")})`),
  "ticket-sample": (row, names) =>
    word(row, "verdict") === "finding"
      ? did("抽查发现问题，待整改", "looked it through and found something to put right")(row, names)
      : did("抽查合格", "looked it through: in order")(row, names),
  "ticket-correct": (row, names) =>
    flag(row, "late")
      ? did("登记抽查问题整改（已逾期）", "put right what the sample had found, too late")(row, names)
      : did("登记抽查问题整改", "put right what the sample had found")(row, names),
  "ticket-judged": (row) =>
    word(row, "as") === "real"
      ? both("确认属实，恢复计入指标", "Said to be real: it counts in the figures again")
      : word(row, "as") === "test"
        ? both("确认为测试，不计入指标", "Said to be a test: it counts in no figure")
        : both("确认为维保，不计入指标", "Said to be maintenance: it counts in no figure"),
  "ticket-merge": (row, names) =>
    join(
      `${names.actor(row.actor)} 并入工单 ${word(row, "into")}`,
      `${names.actor(row.actor)} merged it into ${word(row, "into")}`,
      tail(word(row, "note")),
    ),
  "ticket-false-alarm-claimed": did("核实为误报，待第二人确认", "found a false alarm; a second person must confirm it"),
  "ticket-false-alarm": did("判定为误报", "judged it a false alarm"),
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
