import type { Text } from "#model/text";
import { both, fixed, type Line, tail, textOf, word } from "./line.ts";

/** What a crew may have done out of reach, as a sentence names it. */
const lateStep: Readonly<Record<string, Text>> = {
  accept: both("接单", "accepted"),
  decline: both("不能接单", "declined"),
  depart: both("出发", "on the way"),
  arrive: both("到场", "there"),
  mitigate: both("已控制", "under control"),
  repair: both("已修复", "repaired"),
  feedback: both("报进展", "reported progress"),
  promise: both("承诺时间", "promised a time"),
  note: both("备注", "noted"),
  sop: both("核对", "checked a row"),
  rate: both("客户评价", "the customer's rating"),
  file: both("照片或文件", "a photo or paper"),
};

export const paperLines: Readonly<Record<string, Line>> = {
  "file-attached": (row, names) => {
    const what =
      {
        photo: both("照片", "a photo"),
        document: both("文件", "a paper"),
        signature: both("客户签名", "the customer's signature"),
      }[word(row, "what")] ?? both("文件", "a file");
    return both(`${names.actor(row.actor)} 上传${what.zh}`, `${names.actor(row.actor)} added ${what.en}`);
  },
  "late-step-refused": (row, names) => {
    const step = lateStep[word(row, "step")] ?? both(word(row, "step"), word(row, "step"));
    const because = textOf(row, "because");
    const note = tail(word(row, "note"));
    return both(
      `${names.actor(row.actor)} 在无信号期间记录「${step.zh}」，未被采纳${tail(because?.zh ?? "").zh}${note.zh}`,
      `${names.actor(row.actor)} recorded "${step.en}" without a signal; it was not taken${tail(because?.en ?? "").en}${note.en}`,
    );
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
  "contact-shown": (row, names) =>
    both(`${names.actor(row.actor)} 查看了报修人联系方式`, `${names.actor(row.actor)} looked at who reported it`),
  "personal-data-erased": fixed(
    "联系方式和附件已按期清除，工单保留",
    "Contacts and files were erased in time; the ticket stays",
  ),
};
