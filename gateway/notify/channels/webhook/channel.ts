/** Posts each message as signed JSON to an address of the customer: a shift-planning system, a robot, a home-made script. */
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import type { Text } from "#model/text";
import { signedHeaders } from "../../../net/signed-headers.ts";
import { askByPost, isDelivery, outcomeOfAnswer } from "../../ask.ts";
import type { Channel } from "../../channel.ts";
import { bodyOf } from "../../message-body.ts";

/** Answers that no retry will change: the address is wrong, gone, or does not take our signature. */
const REFUSALS: Readonly<Record<number, Text>> = {
  401: {
    zh: "接收端不认可签名。请核对两端的 secret。",
    en: "The receiver does not accept the signature. Compare the secret on both sides.",
  },
  403: { zh: "接收端拒绝访问。请检查对方的权限设置。", en: "The receiver denies access. Check its permissions." },
  404: { zh: "接收地址不存在。请核对 url。", en: "There is nothing at this address. Check the url." },
  410: {
    zh: "接收地址已停用。请更换 url 或删除该通道。",
    en: "The address is no longer in use. Change the url or remove the channel.",
  },
};

export const webhookChannel: Channel<SettingsOf<"webhook">> = {
  kind: "webhook",
  settings: channelSettings.webhook,
  async send(message, { url, secret, allow, ca }, context, signal) {
    const body = bodyOf(message, context);
    const headers = signedHeaders(secret, message.key, context.now, body);
    const answer = await askByPost({ url, body, headers, allow, signal, ...(ca === undefined ? {} : { ca }) });
    if (isDelivery(answer)) return answer;
    const trouble = outcomeOfAnswer(answer, REFUSALS) ?? { outcome: "delivered" };
    return answer.status === 410 && trouble.outcome === "refused" ? { ...trouble, gone: true } : trouble;
  },
};
