/** What is said of the broker in the north. */
import type { Text } from "#model/text";

export const notHeard = (where: string, topics: readonly string[]): Text => ({
  zh: `代理 ${where} 不允许订阅 ${topics.slice(0, 3).join("、")}，收不到北向指令。请给该用户订阅权限，或去掉 north.mqtt.commands。`,
  en: `The broker ${where} does not allow subscribing to ${topics.slice(0, 3).join(", ")}, so no orders from the north can come. Grant it, or take commands out of north.mqtt.`,
});
export const failed = (url: string, detail: string): Text => ({
  zh: `向 ${url} 发布失败（${detail}）。数据先存本机，自动重试；请检查代理的日志和该用户的发布权限。`,
  en: `Publishing to ${url} failed (${detail}). Data waits on this machine and is tried again; check the broker's log and the user's right to publish.`,
});
export const tooManyOrders: Text = {
  zh: "同时执行的北向指令过多，请等前面的结果。",
  en: "Too many orders from the north at once; wait for the results of those before.",
};
