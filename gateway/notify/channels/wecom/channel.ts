/**
 * Group robot of WeCom (企业微信群机器人): the key in its address is its only secret. Text up to 2048 bytes, 20 posts a minute.
 * https://developer.work.weixin.qq.com/document/path/91770
 */
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { minutes } from "#model/time";
import type { Channel } from "../../channel.ts";
import { robotPace } from "../../pace.ts";
import { groupText, phonesOf } from "../../wording.ts";
import { furtherRobots, postToRobot, type Robot } from "../robot.ts";

/** Bytes of `content`. */
const LONGEST = 2_048;

/** Codes as far as the vendor describes them, and those that operators met. */
const CODES: Robot["codes"] = {
  [-1]: { is: "try-later", because: { zh: "系统繁忙", en: "the system is busy" } },
  45009: {
    is: "try-later",
    because: { zh: "超过每分钟条数，暂停一分钟", en: "too many posts; waiting a minute" },
    pause: minutes(1),
  },
  45033: {
    is: "try-later",
    because: { zh: "并发过多，暂停一分钟", en: "too many at once; waiting a minute" },
    pause: minutes(1),
  },
  40058: { is: "refused", because: { zh: "内容过长或格式不对", en: "too long or malformed" }, only: "this" },
  44004: { is: "refused", because: { zh: "内容为空", en: "nothing in it" }, only: "this" },
  40008: { is: "refused", because: { zh: "消息类型不对", en: "wrong type of message" } },
  93000: {
    is: "refused",
    because: { zh: "机器人 key 无效，请核对 url", en: "the robot's key is not valid: check the url" },
  },
  93008: {
    is: "refused",
    because: { zh: "机器人不在群里，请重新添加", en: "the robot is no longer in the group: add it again" },
  },
  40001: {
    is: "refused",
    because: { zh: "机器人 key 无效，请核对 url", en: "the robot's key is not valid: check the url" },
  },
};

const ROBOT: Robot = { vendor: { zh: "企业微信", en: "WeCom" }, codeFields: ["errcode"], codes: CODES };

export const wecomChannel: Channel<SettingsOf<"wecom">> = {
  kind: "wecom",
  settings: channelSettings.wecom,
  group: true,
  further: furtherRobots,
  pace: ({ perMinute }) => robotPace(perMinute),
  send(message, { url, allow, language }, context, signal) {
    const content = groupText(message, context, LONGEST, { language });
    return postToRobot(
      ROBOT,
      { msgtype: "text", text: { content, mentioned_mobile_list: phonesOf(context) } },
      { url, allow, signal },
    );
  },
};
