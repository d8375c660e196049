/**
 * Group robot of Feishu (飞书自定义机器人). The signature's key is time and secret, its text is empty. Mentions want ids of Feishu and
 * not phones, so names stand in the text. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { createHmac } from "node:crypto";
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { type Instant, milliseconds, minutes, seconds } from "#model/time";
import type { Channel } from "../../channel.ts";
import { robotPace } from "../../pace.ts";
import { groupText, inJson } from "../../wording.ts";
import { furtherRobots, postToRobot, type Robot } from "../robot.ts";

/** Five posts a second are taken, and 11232 is the answer to more. */
const GAP = milliseconds(250);

/** The body may have 20 KB. */
const LONGEST = 18_000;

const CODES: Robot["codes"] = {
  9499: {
    is: "try-later",
    because: { zh: "请求过多，暂停一分钟", en: "too many requests; waiting a minute" },
    pause: minutes(1),
  },
  11232: {
    is: "try-later",
    because: { zh: "发送过快被限流，暂停一分钟", en: "too many posts; waiting a minute" },
    pause: minutes(1),
  },
  19001: {
    is: "refused",
    because: { zh: "机器人地址无效，请核对 url", en: "the robot's address is not valid: check the url" },
  },
  19002: { is: "refused", because: { zh: "内容格式不对", en: "malformed" }, only: "this" },
  19021: {
    is: "refused",
    because: {
      zh: "签名不符或时间相差超过一小时，请核对 secret 和网关时钟",
      en: "the signature does not fit or the time is off by more than an hour: check the secret and the gateway's clock",
    },
  },
  19022: {
    is: "refused",
    because: {
      zh: "来源地址不在白名单，请在机器人安全设置中添加",
      en: "our address is not on the robot's list: add it there",
    },
  },
  19024: {
    is: "refused",
    because: {
      zh: "不含机器人要求的关键词，请改用签名校验",
      en: "the robot's keyword is missing: use the signature instead",
    },
  },
};

/** Base64 of HMAC-SHA256 over nothing, keyed by the time in seconds and the secret. */
export function feishuSign(secret: string, at: Instant): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(at / seconds(1)));
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).digest("base64") };
}

const ROBOT: Robot = { vendor: { zh: "飞书", en: "Feishu" }, codeFields: ["code", "StatusCode"], codes: CODES };

export const feishuChannel: Channel<SettingsOf<"feishu">> = {
  kind: "feishu",
  settings: channelSettings.feishu,
  group: true,
  further: furtherRobots,
  pace: ({ perMinute }) => ({ ...robotPace(perMinute), gap: GAP }),
  send(message, { url, secret, allow, language }, context, signal) {
    const signature = secret === undefined ? {} : feishuSign(secret, context.now);
    const content = { text: groupText(message, context, LONGEST, { size: inJson, language }) };
    return postToRobot(ROBOT, { ...signature, msg_type: "text", content }, { url, allow, signal });
  },
};
