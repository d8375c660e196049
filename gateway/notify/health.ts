/** How a channel works, from one send to the next: told in the log at the turn and at no other time. */
import type { Delivery } from "#model/message";
import type { Instant } from "#model/time";
import type { Log } from "../log.ts";
import type { Lane } from "./lanes.ts";

/** Writes the outcome of a send into the lane. A message or a person at fault is no fault of the channel. */
export function noteHealth(lane: Lane, delivery: Delivery, now: Instant, log: Log): void {
  if (delivery.outcome === "refused" && delivery.only) return;
  const fails = delivery.outcome === "try-later" || delivery.outcome === "refused";
  if (fails) lane.because = delivery.because;
  lane.gone = delivery.outcome === "refused" && delivery.gone === true;
  if (fails === (lane.health === "fails")) {
    if (!fails) lane.health = "works";
    return;
  }
  lane.health = fails ? "fails" : "works";
  lane.since = now;
  if (fails) log.warn({ channel: lane.id, because: delivery.because }, "a channel does not take messages");
  else log.info({ channel: lane.id }, "a channel takes messages again");
}
