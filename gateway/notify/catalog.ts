/** Every channel, one line each. */
import type { Channel } from "./channel.ts";
import { consoleChannel } from "./channels/console/channel.ts";
import { dingtalkChannel } from "./channels/dingtalk/channel.ts";
import { feishuChannel } from "./channels/feishu/channel.ts";
import { mqttChannel } from "./channels/mqtt/channel.ts";
import { smsChannel, voiceChannel } from "./channels/provider/channel.ts";
import { smtpChannel } from "./channels/smtp/channel.ts";
import { webhookChannel } from "./channels/webhook/channel.ts";
import { wecomChannel } from "./channels/wecom/channel.ts";

const channels = [
  consoleChannel,
  webhookChannel,
  wecomChannel,
  dingtalkChannel,
  feishuChannel,
  smsChannel,
  voiceChannel,
  smtpChannel,
  mqttChannel,
] as readonly Channel<unknown>[];

/** By the `kind` of a site file. */
export const channelCatalog: ReadonlyMap<string, Channel<unknown>> = new Map(
  channels.map((channel) => [channel.kind, channel]),
);
