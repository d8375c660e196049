/** The queue as its thread holds it: opened when it is first needed, and mended when its file turns out to be damaged. */
import type { FromWorker, WorkerInput } from "./messages.ts";
import { openQueue, type Queue } from "./queue.ts";
import { isDamage, mendQueueFile } from "./queue-file.ts";
import * as say from "./sentences.ts";

export interface HeldQueue extends Disposable {
  /** Opens it where that has not been done. Throws what opening throws: the disk. */
  open(): Queue;
  /** `undefined` until it is open. */
  now(): Queue | undefined;
  /** After any error of the queue: a damaged file is closed, and mended with the next `open`. */
  failed(error: unknown): void;
}

export function holdQueue(
  { folder, name, points }: WorkerInput,
  tell: (message: FromWorker) => void,
  opened: () => void,
): HeldQueue {
  const ids = points.map(({ id }) => id);
  let queue: Queue | undefined;
  let isDamaged = false;

  function tellReady(of: Queue): void {
    const cursor = of.cursor();
    tell(cursor === undefined ? { say: "ready" } : { say: "ready", cursor });
  }

  function open(): Queue {
    if (queue) return queue;
    if (isDamaged) {
      const taken = mendQueueFile(folder, name);
      isDamaged = false;
      tell({ say: "broken", because: say.mended(name, folder, taken) });
    }
    const fresh = openQueue(folder, name, ids, (what) => {
      tell({ say: "broken", because: what === "samples" ? say.brokenBatch(name) : say.brokenChange(name) });
      if (what === "changes" && queue) tellReady(queue);
    });
    queue = fresh;
    tellReady(fresh);
    opened();
    return fresh;
  }

  return {
    open() {
      try {
        return open();
      } catch (error) {
        if (!isDamage(error) || isDamaged) throw error;
        isDamaged = true;
        return open();
      }
    },
    now: () => queue,
    failed(error) {
      if (!isDamage(error)) return;
      isDamaged = true;
      try {
        queue?.[Symbol.dispose]();
      } catch {
        // The first error is the one that counts.
      }
      queue = undefined;
    },
    [Symbol.dispose]: () => queue?.[Symbol.dispose](),
  };
}
