import {
  both,
  fixed,
  flag,
  join,
  judgementOf,
  type Line,
  severityOf,
  spanOf,
  tail,
  textOf,
  who,
  word,
} from "./line.ts";

/** Somebody wanted something of an alarm and was refused: with the words of the refusal. */
const refused =
  (zh: string, en: string): Line =>
  (row, names) => {
    const because = textOf(row, "because");
    const name = names.actor(row.actor);
    return both(`${name} ${zh}${because ? `：${because.zh}` : ""}`, `${name} ${en}${because ? `: ${because.en}` : ""}`);
  };

export const alarmLines: Readonly<Record<string, Line>> = {
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
      `${names.actor(row.actor)} 确认了告警${judgementOf(row).zh}`,
      `${names.actor(row.actor)} acknowledged the alarm${judgementOf(row).en}`,
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
};
