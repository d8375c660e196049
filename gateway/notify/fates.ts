/** When a message of the outbox is due on the monotonic clock: a step of the wall clock neither hurries nor holds a retry. */
import type { Message } from "#model/message";
import { type Clock, type Instant, minutes } from "#model/time";
import type { Door } from "../door.ts";

/** What this process knows of a message beyond its row. */
interface Fate {
  readonly createdAt: number;
  /** The row's instant as the door had it, and as it will have it once our progress is adopted. */
  readonly tryAt: readonly number[];
  /** `Infinity`: on its way, or done. */
  readonly due: number;
}

export interface Fates {
  /** From here on it is due at this reading of the monotonic clock; `Infinity`: no more. */
  settle(message: Message, due: number): void;
  /** A row that was being sent when the last process ended is due at once. */
  dueOf(message: Message): number;
  /** Drops what has left the outbox. */
  forgetGone(): void;
}

/** No retry waits longer, whatever the row says: the longest rest that a receiver may ask for. */
const LONGEST = minutes(10);

/** A clock that was set back while the house was off holds nothing longer than it would have waited anyhow. */
function waitOf({ attempts, createdAt, nextTryAt }: Message, now: Instant): number {
  const longest = attempts === 0 ? nextTryAt - createdAt : LONGEST;
  return Math.max(0, Math.min(nextTryAt - now, longest));
}

export function createFates(door: Pick<Door, "house">, clock: Pick<Clock, "now" | "monotonic">): Fates {
  const fates = new Map<string, Fate>();

  function settle(message: Message, due: number): void {
    const row = door.house.outbox.get(message.key) ?? message;
    fates.set(message.key, { createdAt: message.createdAt, tryAt: [row.nextTryAt, message.nextTryAt], due });
  }

  return {
    settle,
    dueOf(message) {
      const fate = fates.get(message.key);
      const known = fate && fate.createdAt === message.createdAt;
      if (known && (fate.due === Infinity || fate.tryAt.includes(message.nextTryAt))) return fate.due;
      const wait = message.state === "sending" && !known ? 0 : waitOf(message, clock.now());
      const due = clock.monotonic() + wait;
      settle(message, due);
      return due;
    },
    forgetGone() {
      for (const key of fates.keys()) if (!door.house.outbox.has(key)) fates.delete(key);
    },
  };
}
