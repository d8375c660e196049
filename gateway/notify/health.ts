/** How a channel works, from one send to the next: told in the log at the turn and at no other time. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery } from "#model/message";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import type { Log } from "../log.ts";
import type { Lane } from "./lanes.ts";

/** Writes the outcome of a send into the lane. A message or a person at fault is no fault of the channel. */
export function noteHealth(lane: Lane, delivery: Delivery, now: Instant, log: Log): void {
  if (delivery.outcome === "refused" && delivery.only) return;
  const fails = delivery.outcome === "try-later" || delivery.outcome === "refused";
  if (fails) lane.because = delivery.because;
  if (fails === (lane.health === "fails")) {
    if (!fails) lane.health = "works";
    return;
  }
  lane.health = fails ? "fails" : "works";
  lane.since = now;
  if (fails) log.warn({ channel: lane.id, because: delivery.because }, "a channel does not take messages");
  else log.info({ channel: lane.id }, "a channel takes messages again");
}

/** A channel of the site as it works now. */
export interface ChannelStanding {
  readonly id: string;
  readonly kind: string;
  readonly health: Lane["health"];
  /** Since when it fails, and the last reason. */
  readonly since?: Instant;
  readonly because?: string;
}

/** A robot that is broken is a failure of its channel, though others of the group take its posts: somebody has to mend it. */
export function standingOf({ id, kind, health, since, because, outlets }: Lane): ChannelStanding {
  if (health === "fails") {
    return {
      id,
      kind,
      health,
      ...(since === undefined ? {} : { since }),
      ...(because === undefined ? {} : { because }),
    };
  }
  const broken = outlets.findIndex(({ bad }) => bad !== undefined);
  const bad = outlets[broken]?.bad;
  if (!bad || outlets.length === 1) return { id, kind, health };
  const one: Text = {
    zh: `第 ${broken + 1} 个机器人：${bad.because}`,
    en: `robot ${broken + 1}: ${bad.because}`,
  };
  return { id, kind, health: "fails", since: bad.since, because: inOneLine(one) };
}
