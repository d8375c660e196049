/** `channels:` in site.yaml: each by the settings of its kind, every problem at its place. */
import * as z from "zod";
import { type ChannelKind, channelKinds, channelSettings } from "#model/channel-settings";
import type { ChannelSetting } from "#model/site";
import { itemsOf, type Part, parsePart, placeOf } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { Id } from "./vocabulary.ts";

const Head = z.looseObject({ id: Id, kind: z.enum(channelKinds) });

const entryOf = <K extends ChannelKind>(kind: K) => channelSettings[kind].extend({ id: Id, kind: z.literal(kind) });

/** For editors: one of the kinds. */
export const Channel = z.union(channelKinds.map(entryOf));

/** Channels without problems; each id once. */
export function readChannels(at: Part, problems: ProblemList): readonly ChannelSetting[] {
  const channels: ChannelSetting[] = [];
  const places = new Map<string, Part>();
  for (const item of itemsOf(at)) {
    const told = (item.value as { kind?: unknown } | null)?.kind;
    const kind = channelKinds.find((one) => one === told);
    const channel = parsePart(item, kind ? entryOf(kind) : Head, problems).value;
    if (!channel || !kind) continue;
    const before = places.get(channel.id);
    if (before) {
      const line = placeOf(before, "id").line;
      problems.error(
        placeOf(item, "id"),
        {
          zh: `通道 ${channel.id} 重复，第 ${line} 行已有`,
          en: `the channel ${channel.id} already stands in line ${line}`,
        },
        { zh: "换一个编号。", en: "Give it another id." },
      );
      continue;
    }
    if (channel.id === "console") {
      problems.error(
        placeOf(item, "id"),
        { zh: "console 是控制台自用的通道", en: "console is the channel of the screens themselves" },
        { zh: "换一个编号。", en: "Give it another id." },
      );
      continue;
    }
    places.set(channel.id, item);
    const { id, kind: _, ...settings } = channel;
    channels.push({ id, kind, settings });
  }
  return channels;
}
