/** Sends from the queue one thing at a time, in its order, and waits ever longer after a failure. */
import type { Text } from "#model/text";
import type { HeldQueue } from "./held-queue.ts";
import type { FromWorker } from "./messages.ts";
import type { Queue } from "./queue.ts";
import type { Sender, Sent } from "./sender.ts";
import type { Waiting } from "./waiting.ts";

/** Samples of one request: about a megabyte of line protocol. */
const AT_ONCE = 10_000;
/** After the first, second, … failure in a row (ms); then the last one. */
const PAUSES = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const PATIENT = PAUSES[PAUSES.length - 1] as number;
/** After a failure of the queue itself. */
const DISK_AGAIN = 5_000;

export interface SendingInput {
  readonly held: HeldQueue;
  /** `undefined` until the queue is open. */
  readonly sender: () => Sender | undefined;
  /** Monotonic, ms. */
  readonly mono: () => number;
  readonly tell: (message: FromWorker) => void;
  /** The trouble of the target has changed. */
  readonly changed: () => void;
  /** The queue could not be read or written. */
  readonly failed: (error: unknown) => void;
  readonly signal: AbortSignal;
}

export interface Sending {
  /** Sends while there is something, the target takes it, and nobody stops. */
  pump(): void;
  isBusy(): boolean;
  /** Why the target takes nothing; absent while all is well. */
  trouble(): Text | undefined;
  /** Samples and changes that the target has taken. */
  sent(): number;
  /** When what is under way has ended. */
  ended(): Promise<void>;
}

export function createSending({ held, sender, mono, tell, changed, failed, signal }: SendingInput): Sending {
  let most = AT_ONCE;
  let failures = 0;
  let resumeAt = Number.NEGATIVE_INFINITY;
  let trouble: Text | undefined;
  let going: Promise<void> | undefined;
  let sent = 0;

  function pump(): void {
    const to = sender();
    if (going || !held.now() || !to || signal.aborted || mono() < resumeAt) return;
    going = run(to).finally(() => {
      going = undefined;
    });
  }

  async function run(to: Sender): Promise<void> {
    while (!signal.aborted && mono() >= resumeAt) {
      const from = held.now();
      if (!from) return;
      let waiting: Waiting | undefined;
      try {
        waiting = from.next(most);
      } catch (error) {
        return diskPause(error);
      }
      if (!waiting) return;
      const outcome = await to.send(waiting, signal);
      if (signal.aborted && outcome.outcome !== "taken") return;
      if (!conclude(from, waiting, outcome)) return;
      // Batches and beats that came meanwhile are to be written before the next one goes.
      await new Promise<void>((turn) => setImmediate(turn));
    }
  }

  /** True when the next may go. */
  function conclude(from: Queue, waiting: Waiting, outcome: Sent): boolean {
    switch (outcome.outcome) {
      case "taken": {
        try {
          // A file that was mended meanwhile may have other numbers: it is sent again, which harms nothing.
          if (held.now() === from) from.done(waiting);
        } catch (error) {
          // It is there and stands in the queue still: sent again later, which harms nothing.
          diskPause(error);
          return false;
        }
        sent += waiting.kind === "urgent" ? waiting.rows.length : waiting.samples.count;
        if (outcome.refused) tell({ say: "refused", ...outcome.refused });
        failures = 0;
        most = Math.min(AT_ONCE, most * 2);
        trouble = undefined;
        changed();
        return true;
      }
      case "too-large":
        if (most > 1) {
          most = Math.max(1, Math.floor(most / 2));
          return true;
        }
        pause(outcome.because, PATIENT);
        return false;
      case "try-later":
        pause(outcome.because, outcome.after ?? (PAUSES[Math.min(failures, PAUSES.length - 1)] as number));
        return false;
    }
  }

  function pause(because: Text, wait: number): void {
    failures += 1;
    trouble = because;
    resumeAt = mono() + wait;
    changed();
  }

  function diskPause(error: unknown): void {
    resumeAt = mono() + DISK_AGAIN;
    failed(error);
  }

  return {
    pump,
    isBusy: () => going !== undefined,
    trouble: () => trouble,
    sent: () => sent,
    ended: async () => going,
  };
}
