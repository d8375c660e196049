import { both, fixed, type Line, word } from "./line.ts";

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
