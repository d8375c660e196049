/** One lane per channel of the site: its own queue and its own few seats, so that a hanging channel delays nobody else. */
import * as z from "zod";
import type { Message } from "#model/message";
import type { ChannelSetting } from "#model/site";
import { type Instant, milliseconds } from "#model/time";
import { channelCatalog } from "./catalog.ts";
import type { Outlet } from "./outlets.ts";
import { createBucket } from "./pace.ts";

/** Messages on their way at once, per channel. */
export const SEATS = 4;

export interface Lane {
  readonly id: string;
  readonly kind: string;
  /** Messages to several people go out as one post. */
  readonly group: boolean;
  /** At least one; the first that can takes the next post. */
  readonly outlets: readonly Outlet[];
  /** The next messages to go, gravest first; made anew at each look at the outbox. */
  ready: Message[];
  busy: number;
  /** As last told in the log. `unused`: nothing was sent since the start. */
  health: "unused" | "works" | "fails";
  since?: Instant;
  because?: string;
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
      kind,
      group: channel.group ?? false,
      outlets: [parsed.data, ...(channel.further?.(parsed.data) ?? [])].map((one) => ({
        bucket: createBucket(channel.pace?.(one)),
        send: (message, context, signal) => channel.send(message, one, context, signal),
        closedUntil: milliseconds(0),
        gone: false,
      })),
      ready: [],
      busy: 0,
      health: "unused",
    });
  }
  return lanes;
}

/** S1 first, then who has waited longest for this try. */
export function inOrder(a: Message, b: Message): number {
  if (a.severity !== b.severity) return a.severity < b.severity ? -1 : 1;
  return a.nextTryAt - b.nextTryAt || a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1);
}

/** Emergencies and what is high: they have tokens of their own and wait for nothing. */
export const isGrave = ({ severity }: Pick<Message, "severity">): boolean => severity === "S1" || severity === "S2";

/** More in one post is more than anybody reads. */
const TOGETHER = 50;

/**
 * What goes out in the same post of a group: of an emergency whatever else is to be said about its ticket just now; of lesser
 * news all that wait, so that a storm is a digest and not a queue of an hour.
 */
export function takeBeside(lane: Lane, head: Message): readonly Message[] {
  if (!lane.group) return [];
  const belongs = (one: Message) =>
    isGrave(head) ? one.ticket === head.ticket && one.severity === head.severity : !isGrave(one);
  const beside = lane.ready.filter(belongs).slice(0, TOGETHER - 1);
  const taken = new Set(beside);
  lane.ready = lane.ready.filter((one) => !taken.has(one));
  return beside;
}
