/** Every channel, one line each. */
import type { Channel } from "./channel.ts";
import { consoleChannel } from "./channels/console/channel.ts";
import { webhookChannel } from "./channels/webhook/channel.ts";

const channels: readonly Channel<unknown>[] = [consoleChannel, webhookChannel];

/** By the `kind` of a site file. */
export const channelCatalog: ReadonlyMap<string, Channel<unknown>> = new Map(
  channels.map((channel) => [channel.kind, channel]),
);
