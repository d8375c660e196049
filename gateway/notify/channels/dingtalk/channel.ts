/**
 * Group robot of DingTalk (钉钉群机器人). With 加签 the address carries the time and a signature over it and the secret. 20 posts a
 * minute; whoever sends more is shut out for ten minutes. https://open.dingtalk.com/document/robots/custom-robot-access
 */
import { createHmac } from "node:crypto";
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { type Instant, minutes } from "#model/time";
import type { Channel } from "../../channel.ts";
import { robotPace } from "../../pace.ts";
import { groupText, inJson, phonesOf } from "../../wording.ts";
import { furtherRobots, postToRobot, type Robot } from "../robot.ts";

/** The body may have 20,000 bytes; its frame and the mentions need some of them. */
const LONGEST = 18_000;

const CODES: Robot["codes"] = {
  [-1]: { is: "try-later", because: { zh: "系统繁忙", en: "the system is busy" } },
  130101: {
    is: "try-later",
    because: { zh: "发送过快被限流，暂停十分钟", en: "too many posts; shut out for ten minutes" },
    pause: minutes(10),
  },
  410100: {
    is: "try-later",
    because: { zh: "发送过快被限流，暂停十分钟", en: "too many posts; shut out for ten minutes" },
    pause: minutes(10),
  },
  310000: {
    is: "refused",
    because: {
      zh: "签名、关键词或来源地址不符，请核对 secret、机器人安全设置和网关时钟",
      en: "signature, keyword or address does not fit: check the secret, the robot's security settings and the gateway's clock",
    },
  },
  300001: {
    is: "refused",
    because: { zh: "access_token 无效，请核对 url", en: "the access_token is not valid: check the url" },
  },
  300005: {
    is: "refused",
    because: { zh: "access_token 不存在，请核对 url", en: "there is no such access_token: check the url" },
  },
  400013: { is: "refused", because: { zh: "群已解散，请更换机器人", en: "the group is gone: use another robot" } },
  400101: {
    is: "refused",
    because: { zh: "access_token 不存在，请核对 url", en: "there is no such access_token: check the url" },
  },
  400102: { is: "refused", because: { zh: "机器人已停用", en: "the robot was switched off" } },
  460101: { is: "refused", because: { zh: "内容过长", en: "too long" }, only: "this" },
  400105: { is: "refused", because: { zh: "不支持的消息类型", en: "this type of message is not supported" } },
};

/** The address with the time and its signature. */
export function signedUrl(url: string, secret: string, at: Instant): string {
  const sign = createHmac("sha256", secret).update(`${at}\n${secret}`).digest("base64");
  const signed = new URL(url);
  signed.searchParams.set("timestamp", String(at));
  signed.searchParams.set("sign", sign);
  return signed.href;
}

const ROBOT: Robot = { vendor: { zh: "钉钉", en: "DingTalk" }, codeFields: ["errcode"], codes: CODES };

export const dingtalkChannel: Channel<SettingsOf<"dingtalk">> = {
  kind: "dingtalk",
  settings: channelSettings.dingtalk,
  group: true,
  further: furtherRobots,
  pace: ({ perMinute }) => robotPace(perMinute),
  send(message, { url, secret, allow, language }, context, signal) {
    const content = groupText(message, context, LONGEST, { size: inJson, language });
    return postToRobot(
      ROBOT,
      { msgtype: "text", text: { content }, at: { atMobiles: phonesOf(context), isAtAll: false } },
      { url: secret === undefined ? url : signedUrl(url, secret, context.now), allow, signal },
    );
  },
};
