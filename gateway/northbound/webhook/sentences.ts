/** What is said of the receiver of webhooks in the north. */
import type { Text } from "#model/text";

export const wrongSecret = (where: string): Text => ({
  zh: `${where} 不认可签名。请核对 north.webhook 的 secret 与接收端是否一致，以及网关时钟；数据先存本机，改正后补发。`,
  en: `${where} does not accept the signature. Compare the secret of north.webhook on both sides, and the gateway's clock; data waits on this machine and is sent then.`,
});
export const denied = (where: string): Text => ({
  zh: `${where} 拒绝访问。请检查接收端的权限设置；数据先存本机，之后补发。`,
  en: `${where} denies access. Check the permissions of the receiver; data waits on this machine and is sent then.`,
});
export const notThere = (where: string, status: number): Text => ({
  zh: `${where} 上没有该接收地址（HTTP ${status}）。请核对 north.webhook 的 url；数据先存本机，之后补发。`,
  en: `There is nothing at this address of ${where} (HTTP ${status}). Check url of north.webhook; data waits on this machine and is sent then.`,
});
export const tooLarge = (where: string): Text => ({
  zh: `${where} 嫌一次发送太大，已改用更小的批次。若仍不行，请放宽其请求体上限（至少 1 MB）。`,
  en: `${where} finds a request too large; smaller ones are tried. If that does not help, raise its limit for request bodies (1 MB at least).`,
});
export const oddAnswer = (where: string, status: number): Text => ({
  zh: `${where} 回答 HTTP ${status}，未算收到。数据先存本机，自动重试；请检查接收端的日志。`,
  en: `${where} answered HTTP ${status}, which is no receipt. Data waits on this machine and is tried again; check the receiver's log.`,
});
