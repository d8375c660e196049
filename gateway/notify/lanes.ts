/** One lane per channel of the site: its own queue and its own few seats, so that a hanging channel delays nobody else. */
import * as z from "zod";
import type { Delivery, Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { channelCatalog } from "./catalog.ts";
import type { ChannelContext } from "./channel.ts";

/** Messages on their way at once, per channel. */
export const SEATS = 4;

export interface Lane {
  readonly id: string;
  send(message: Message, context: ChannelContext, signal: AbortSignal): Promise<Delivery>;
  /** The next messages to go, gravest first; made anew at each look at the outbox. */
  ready: Message[];
  busy: number;
  /** As last told in the log. */
  health: "works" | "fails";
}

/** Lanes by channel id, the screens' own among them. Throws, naming the channel, when its kind or settings are wrong. */
export function openLanes(settings: readonly ChannelSetting[]): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const { id, kind, settings: raw } of [{ id: "console", kind: "console", settings: {} }, ...settings]) {
    const channel = channelCatalog.get(kind);
    if (!channel) {
      const known = [...channelCatalog.keys()].join(", ");
      throw new Error(`Channel ${id} is of kind ${kind}, which does not exist. Known kinds: ${known}.`);
    }
    const parsed = channel.settings.safeParse(raw);
    if (!parsed.success) throw new Error(`The settings of channel ${id} are wrong:\n${z.prettifyError(parsed.error)}`);
    lanes.set(id, {
      id,
      send: (message, context, signal) => channel.send(message, parsed.data, context, signal),
      ready: [],
      busy: 0,
      health: "works",
    });
  }
  return lanes;
}

/** S1 first, then who has waited longest for this try. */
export function inOrder(a: Message, b: Message): number {
  if (a.severity !== b.severity) return a.severity < b.severity ? -1 : 1;
  return a.nextTryAt - b.nextTryAt || a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1);
}
