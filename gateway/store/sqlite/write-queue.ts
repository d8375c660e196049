/** Plans on their way to the disk: strictly in order, kept until written, whatever the disk does. */
import type { Text } from "#model/text";
import type { Head } from "../chain.ts";
import { StoreTrouble } from "../trouble.ts";
import { diskTrouble, isFull, isPassing } from "./disk-trouble.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { WriteRequest } from "./messages.ts";

export interface WriteQueueTools {
  readonly folder: string;
  done(id: number): void;
  /** A bug: the plan contradicts what is stored. It is dropped, and the next one gets its turn. */
  failed(id: number, error: unknown): void;
  /** Said once per attempt; nothing happens until `retry`. */
  stuck(because: Text): void;
  lost(rows: number): void;
}

export interface WriteQueue {
  add(id: number, request: WriteRequest): void;
  retry(): void;
  /** The open file; throws a StoreTrouble while it cannot be opened, and after `close`. */
  ledger(): Ledger;
  /** For good. */
  close(): void;
}

interface Waiting {
  readonly ids: number[];
  request: WriteRequest;
}

/** Opens the ledger at once; throws what `openLedger` throws. */
export function createWriteQueue(tools: WriteQueueTools): WriteQueue {
  let open: Ledger | undefined = openLedger(tools.folder);
  let head: Head = open.head;
  const waiting: Waiting[] = [];
  let stuck = false;
  let over = false;

  function ledger(): Ledger {
    if (open) return open;
    if (over) throw new StoreTrouble("closed", { zh: "存储已关闭。", en: "The store is closed." });
    try {
      const reopened = openLedger(tools.folder, head);
      if (reopened.lost > 0) tools.lost(reopened.lost);
      open = reopened;
      return reopened;
    } catch (error) {
      throw isPassing(error) ? diskTrouble(error, tools.folder) : error;
    }
  }

  function attempt({ request }: Waiting): void {
    const file = ledger();
    if (request.do === "commit") file.commit(request.rows, request.firstSeq);
    else file.note(request.name, request.text);
    head = file.head;
  }

  function drain(): void {
    while (!stuck && waiting[0]) {
      const first = waiting[0];
      try {
        attempt(first);
      } catch (error) {
        if (isPassing(error)) {
          stuck = true;
          // After an error of the disk the kernel may have dropped pages: only a fresh look at the file is to be trusted.
          if (!isFull(error)) shut();
          tools.stuck(diskTrouble(error, tools.folder).because);
          return;
        }
        waiting.shift();
        for (const id of first.ids) tools.failed(id, error);
        continue;
      }
      waiting.shift();
      for (const id of first.ids) tools.done(id);
    }
  }

  function shut(): void {
    open?.[Symbol.dispose]();
    open = undefined;
  }

  return {
    add(id, request) {
      const same =
        request.do === "note" && waiting.find((w) => w.request.do === "note" && w.request.name === request.name);
      if (same) {
        // Only the newest text of a note is of interest.
        same.request = request;
        same.ids.push(id);
      } else {
        waiting.push({ ids: [id], request });
      }
      drain();
    },
    retry() {
      stuck = false;
      drain();
    },
    ledger,
    close() {
      over = true;
      shut();
    },
  };
}
