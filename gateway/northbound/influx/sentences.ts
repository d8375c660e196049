/** What is said of InfluxDB. */
import type { Text } from "#model/text";
import type { Asked } from "./sender.ts";

export const wrongPassword = ({ where }: Asked): Text => ({
  zh: `InfluxDB（${where}）不接受用户名、密码或令牌。请核对 site.yaml 中 north.influx 的 username、password 或 token；数据先存本机，改正后补发。`,
  en: `InfluxDB at ${where} does not accept the user, password or token. Check username, password or token of north.influx in site.yaml; data waits on this machine and is sent then.`,
});
export const notAllowed = ({ where, database }: Asked, said: string): Text => ({
  zh: `InfluxDB（${where}）不允许写入数据库 ${database}（${said}）。请给该用户写权限；数据先存本机，之后补发。`,
  en: `InfluxDB at ${where} does not allow writing to the database ${database} (${said}). Grant the user the right to write; data waits on this machine and is sent then.`,
});
export const noDatabase = ({ where, database }: Asked, said: string): Text => ({
  zh: `InfluxDB（${where}）上没有数据库 ${database}（${said}）。请核对 north.influx 的 url 和 database，或先建库（2.x、3.x 需有对应的 bucket 映射）；数据先存本机，之后补发。`,
  en: `InfluxDB at ${where} has no database ${database} (${said}). Check url and database of north.influx, or create it (2.x and 3.x need a bucket mapped to it); data waits on this machine and is sent then.`,
});
export const noPolicy = ({ where, database, retentionPolicy }: Asked): Text => ({
  zh: `InfluxDB（${where}）的数据库 ${database} 没有保留策略 ${retentionPolicy ?? ""}。请核对 north.influx 的 retentionPolicy，或先建策略；数据先存本机，之后补发。`,
  en: `The database ${database} of InfluxDB at ${where} has no retention policy ${retentionPolicy ?? ""}. Check retentionPolicy of north.influx, or create it; data waits on this machine and is sent then.`,
});
export const diskFull = ({ where }: Asked): Text => ({
  zh: `InfluxDB（${where}）的磁盘已满，写不进去。请在该服务器上腾出空间；数据先存本机，有空间后自动补发。`,
  en: `The disk of InfluxDB at ${where} is full. Make room on that server; data waits on this machine and is sent as soon as there is.`,
});
export const slowDisk = ({ where }: Asked): Text => ({
  zh: `InfluxDB（${where}）未能及时写完，多半是其磁盘已满或太慢。请检查该服务器的磁盘；数据先存本机，自动重试。`,
  en: `InfluxDB at ${where} could not write in time: its disk is probably full or too slow. Check the disk of that server; data waits on this machine and is tried again.`,
});
export const busy = ({ where }: Asked): Text => ({
  zh: `InfluxDB（${where}）忙，要求稍后再发。数据先存本机，自动重试；若持续如此，请检查服务器负载或写入限额。`,
  en: `InfluxDB at ${where} is busy and asks for patience. Data waits on this machine and is tried again; if it stays so, check the server's load or its write quota.`,
});
export const limitReached = ({ where, database }: Asked): Text => ({
  zh: `InfluxDB（${where}）的库、表或列数已到上限，数据库 ${database} 写不进去。请在该服务器上放宽上限或删去不用的库；数据先存本机，之后补发。`,
  en: `InfluxDB at ${where} has reached its limit of databases, tables or columns and takes nothing for ${database}. Raise the limit or remove a database that nobody uses; data waits on this machine and is sent then.`,
});
export const tooLarge = ({ where }: Asked): Text => ({
  zh: `InfluxDB（${where}）或其前面的代理嫌一次写入太大，已改用更小的批次。若仍不行，请放宽其请求体上限（至少 1 MB）。`,
  en: `InfluxDB at ${where}, or a proxy before it, finds a write too large; smaller ones are tried. If that does not help, raise its limit for request bodies (1 MB at least).`,
});
export const unwanted = ({ where }: Asked, said: string): Text => ({
  zh: `InfluxDB（${where}）永久拒收了部分数据：${said}。常见原因是早于保留策略，或同名字段类型不同；请核对后处理。`,
  en: `InfluxDB at ${where} refused some data for good: ${said}. Usual causes: older than the retention policy, or a field of the same name with another type.`,
});
export const oddAnswer = ({ where }: Asked, status: number, said: string): Text => ({
  zh: `InfluxDB（${where}）回答 ${status}（${said}）。请检查地址是否为 InfluxDB 及其日志；数据先存本机，自动重试。`,
  en: `InfluxDB at ${where} answered ${status} (${said}). Check that the address is an InfluxDB, and its log; data waits on this machine and is tried again.`,
});
