/** Notices to residents, in words. */
import type { JournalRow } from "#model/journal";
import type { Text } from "#model/text";
import { causeText } from "../../../rules/response/words.ts";
import { both, fixed, flag, join, type Line, tail, textOf, word } from "./line.ts";

const noticeTail = (row: JournalRow): Text => {
  const title = textOf(row, "title");
  return title ? both(`：${title.zh}`, `: ${title.en}`) : both("", "");
};

export const noticeLines: Readonly<Record<string, Line>> = {
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
};
