/** What happens to the house itself, and what it writes to the field, in words. */
import type { JournalRow } from "#model/journal";
import type { Text } from "#model/text";
import { both, fixed, join, type Line, spanOf, tail, textOf, word } from "./line.ts";

function failedWrite(row: JournalRow, zh: string, en: string): Text {
  const because = textOf(row, "because");
  const value = word(row, "value");
  const what = value === "" ? word(row, "point") : `${word(row, "point")} = ${value}`;
  return both(`${what} ${zh}：${because?.zh ?? ""}`, `${what} ${en}: ${because?.en ?? ""}`);
}

export const houseLines: Readonly<Record<string, Line>> = {
  "store-away": fixed("数据库不可写，暂存内存", "The database cannot be written; kept in memory"),
  "store-back": fixed("数据库恢复，暂存内容已写入", "The database is back; what was kept is written"),
  "engine-started": fixed("网关启动", "The gateway started"),
  "clock-accepted": (row, names) =>
    join(
      `${names.actor(row.actor)} 确认以本机时间为准，网关时间回拨 ${spanOf(row, "by").zh}`,
      `${names.actor(row.actor)} said that the machine's clock is right: the gateway goes back by ${spanOf(row, "by").en}`,
      tail(word(row, "reason")),
    ),
  "policy-in-force": (row) =>
    both(`响应策略 ${word(row, "version")} 开始执行`, `The response policy ${word(row, "version")} is in force`),
  "policy-superseded": (row) =>
    both(
      `响应策略 ${word(row, "version")} 由 ${word(row, "by")} 取代；已开的工单仍按原策略执行`,
      `The response policy ${word(row, "version")} gave way to ${word(row, "by")}; open tickets keep it`,
    ),
  "policy-put-away": (row) =>
    word(row, "state") === "closed"
      ? both(
          `已无工单按响应策略 ${word(row, "version")} 执行`,
          `No ticket goes by the response policy ${word(row, "version")} any more`,
        )
      : both(
          `又有工单按响应策略 ${word(row, "version")} 执行`,
          `Tickets go by the response policy ${word(row, "version")} again`,
        ),
  "policy-lost": (row) =>
    both(
      `响应策略 ${word(row, "version")} 的存档缺失或损坏，${word(row, "tickets")} 张工单改按 ${word(row, "by")} 升级`,
      `The response policy ${word(row, "version")} is missing or damaged; ${word(row, "tickets")} tickets are escalated by ${word(row, "by")}`,
    ),
  "story-played": (row, names) => {
    const title = textOf(row, "title") ?? both(word(row, "scenario"), word(row, "scenario"));
    return both(
      `${names.actor(row.actor)} 在 ${word(row, "device")} 上开始演练：${title.zh}`,
      `${names.actor(row.actor)} started a drill on ${word(row, "device")}: ${title.en}`,
    );
  },
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
};
