import type { Text } from "./text.ts";

/** How far a value may be believed. The number is what the quality column holds. */
export const qualities = ["good", "uncertain", "bad"] as const;
export type Quality = (typeof qualities)[number];
export const GOOD = 0;
export const UNCERTAIN = 1;
export const BAD = 2;

/** Why a value is not good. The position in this list is what the reason column holds. */
export const reasons = [
  "none",
  "restart",
  "no-link",
  "timeout",
  "refused",
  "not-available",
  "out-of-range",
  "nan",
  "unknown-code",
  "stale",
  "frozen",
  "forced",
  "decode",
] as const;
export type Reason = (typeof reasons)[number];
export const reasonCode = (reason: Reason): number => reasons.indexOf(reason);

export const reasonText: Record<Reason, Text> = {
  none: { zh: "正常", en: "good" },
  restart: { zh: "启动后尚未收到数据", en: "not read yet since the start" },
  "no-link": { zh: "通讯中断", en: "no connection" },
  timeout: { zh: "设备未应答", en: "the device did not answer" },
  refused: { zh: "设备拒绝读取", en: "the device refused the read" },
  "not-available": { zh: "设备标记为不可用", en: "the device says not available" },
  "out-of-range": { zh: "超出量程", en: "outside its range" },
  nan: { zh: "不是数字", en: "not a number" },
  "unknown-code": { zh: "未定义的代码", en: "a code that the profile does not know" },
  stale: { zh: "数据过期", en: "too old" },
  frozen: { zh: "数据冻结", en: "frozen" },
  forced: { zh: "人工置值", en: "forced by hand" },
  decode: { zh: "无法解码", en: "could not be decoded" },
};
