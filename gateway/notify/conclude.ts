/** What becomes of a message after a try: done, again later, or never; and which other way its person is told by meanwhile. */
import type { JournalEntry } from "#model/journal";
import type { Delivery, Message } from "#model/message";
import { type Clock, later, milliseconds, type Span, seconds } from "#model/time";
import type { Door } from "../door.ts";
import type { Fates } from "./fates.ts";
import { aboutOf } from "./is-over.ts";
import { isGrave, type Lane } from "./lanes.ts";
import type { NextWays } from "./next-way.ts";
import type { ProgressWriter } from "./progress.ts";

/** After the first, second, … failed try; from then on the last one. */
const RETRIES: readonly Span[] = [2, 5, 15, 30, 60].map(seconds);

export interface Conclusion {
  readonly door: Pick<Door, "house">;
  readonly clock: Clock;
  readonly lanes: ReadonlyMap<string, Pick<Lane, "health">>;
  readonly fates: Fates;
  readonly progress: ProgressWriter;
  readonly ways: NextWays;
  /** Something is due sooner than it was. */
  readonly hurry: () => void;
}

export interface Concluding {
  /** `message` as it was sent, with the count of this try. */
  conclude(message: Message, delivery: Delivery): void;
  /** The next way to this person need not wait for its turn. */
  hurryNext(message: Message): void;
}

export function createConcluding({ door, clock, lanes, fates, progress, ways, hurry }: Conclusion): Concluding {
  function hurryNext(message: Message): void {
    const now = clock.monotonic();
    const next = ways.after(message, (one) => {
      const due = one.attempts === 0 && lanes.get(one.channel)?.health !== "fails" ? fates.dueOf(one) : Infinity;
      return due > now ? due : Infinity;
    });
    if (!next) return;
    const row: Message = { ...next, nextTryAt: clock.now() };
    fates.settle(row, now);
    progress.write(row);
    hurry();
  }

  function entry(message: Message, event: string, more: { because?: string } = {}): JournalEntry {
    const at = clock.now();
    const { key, channel, step, to } = message;
    const data = { message: key, channel, step, to, ...more };
    return { occurredAt: at, at, about: aboutOf(message), event, actor: "gatehouse", data };
  }

  function again(row: Message, delivery: Extract<Delivery, { outcome: "try-later" }>): void {
    const usual = delivery.after ?? RETRIES[Math.min(RETRIES.length, row.attempts) - 1] ?? seconds(60);
    const wait = milliseconds(Math.max(usual, delivery.pause ?? 0));
    const waiting: Message = {
      ...row,
      state: "pending",
      nextTryAt: later(clock.now(), wait),
      because: delivery.because,
    };
    fates.settle(waiting, clock.monotonic() + wait);
    progress.write(waiting);
    if (delivery.pause !== undefined && isGrave(waiting)) hurryNext(waiting);
  }

  return {
    hurryNext,
    conclude(message, delivery) {
      const row = { ...(door.house.outbox.get(message.key) ?? message), attempts: message.attempts };
      switch (delivery.outcome) {
        case "delivered":
          // The screens show every message; only what left the house needs proof.
          progress.write(
            { ...row, state: "delivered", deliveredAt: clock.now() },
            row.channel === "console" ? [] : [entry(row, "message-delivered")],
          );
          break;
        case "accepted":
          progress.write({ ...row, state: "accepted" });
          break;
        case "refused": {
          fates.settle(row, Infinity);
          const { because } = delivery;
          progress.write({ ...row, state: "failed", because }, [entry(row, "message-failed", { because })]);
          hurryNext(row);
          break;
        }
        case "try-later":
          // Cancelled on its way: no try more.
          if (door.house.outbox.has(row.key)) again(row, delivery);
          break;
      }
    },
  };
}
