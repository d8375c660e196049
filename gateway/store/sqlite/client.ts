/** The store as the house's loop sees it: asks the worker, and never waits longer than the deadline for the disk. */
import type { Text } from "#model/text";
import { type Clock, milliseconds, type Span, seconds } from "#model/time";
import { planRows } from "../rows.ts";
import type { Committed, Store } from "../store.ts";
import { StoreTrouble } from "../trouble.ts";
import { HEAD_NOTE } from "./head-note.ts";
import { createLoading, type Portion } from "./loaded.ts";
import type { Failure, FromWorker, ReadRequest, Results, ToWorker, WriteRequest } from "./messages.ts";

/** A plan that is not on the disk by then is "away": the alarm is shown, the reply to a person waits. */
export const COMMIT_DEADLINE = milliseconds(200);
/** A question to a disk that hangs. A check of the whole journal and a backup take as long as they take. */
export const READ_DEADLINE = seconds(5);
/** Between two tries of a plan: doubled each time. */
export const RETRY_FIRST = milliseconds(200);
export const RETRY_LAST = seconds(5);
/** How long a stop waits for plans that are not written yet, and again for the file to close. */
export const CLOSE_DEADLINE = seconds(5);

/** The way to the worker. */
export interface Line {
  send(message: ToWorker): void;
  listen(hear: (message: FromWorker) => void): void;
  /** Settles when the worker is gone: with the error that killed it, or `undefined` when it was told to close. */
  readonly gone: Promise<Error | undefined>;
}

/** What the house should say aloud about its store, once per change. */
export interface StoreNews {
  readonly state: "away" | "back" | "lost-rows";
  readonly because: Text;
}

interface Pending {
  readonly write: boolean;
  readonly answer: Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: Error): void;
  /** Commits only: stop waiting and answer "away". */
  giveUp?: (why: Text) => void;
  /** A start only: what comes before the answer. */
  take?: (portion: Portion) => void;
}

export function createStoreClient(line: Line, clock: Clock, tell: (news: StoreNews) => void): Store {
  const pending = new Map<number, Pending>();
  const stopping = new AbortController();
  let nextId = 1;
  /** Why the store is away; `undefined` while it keeps up. */
  let away: Text | undefined;
  let pause: Span = RETRY_FIRST;
  let end: Error | undefined;
  let idle: (() => void) | undefined;

  function ask<K extends keyof Results>(
    request: (WriteRequest | ReadRequest) & { readonly do: K },
    also: Pick<Pending, "take"> = {},
  ): Promise<Results[K]> {
    return register(request, also).answer as Promise<Results[K]>;
  }

  function register(request: WriteRequest | ReadRequest, also: Pick<Pending, "giveUp" | "take"> = {}) {
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (end) {
      reject(end);
    } else {
      const write = request.do === "commit" || request.do === "note";
      pending.set(id, { write, answer: promise, resolve, reject, ...also });
      line.send({ ...request, id });
    }
    return { id, answer: promise };
  }

  const unwritten = () => [...pending.values()].filter((p) => p.write).length;

  function goAway(because: Text): void {
    if (away?.en !== because.en) tell({ state: "away", because });
    away = because;
    for (const p of pending.values()) p.giveUp?.(because);
  }

  async function retryLater(): Promise<void> {
    const wait = pause;
    pause = milliseconds(Math.min(RETRY_LAST, pause * 2));
    try {
      await clock.sleep(wait, stopping.signal);
    } catch {
      return;
    }
    line.send({ do: "retry" });
  }

  function written(): void {
    pause = RETRY_FIRST;
    if (away && unwritten() === 0) {
      away = undefined;
      tell({ state: "back", because: backAgain });
    }
  }

  line.listen((message) => {
    switch (message.say) {
      case "stuck":
        goAway(message.because);
        return void retryLater();
      case "lost":
        return tell({ state: "lost-rows", because: message.because });
      case "portion": {
        const waiter = pending.get(message.id);
        try {
          waiter?.take?.(message.portion);
        } catch (error) {
          waiter?.reject(error as Error);
          pending.delete(message.id);
        }
        return;
      }
      case "done":
      case "failed": {
        const waiter = pending.get(message.id);
        if (!waiter) return;
        pending.delete(message.id);
        if (waiter.write) written();
        if (message.say === "done") waiter.resolve(message.value);
        else waiter.reject(revive(message.failure));
        if (unwritten() === 0) idle?.();
        return;
      }
      default:
        return;
    }
  });

  void line.gone.then((error) => {
    end ??= error ?? new Error("The store's thread ended although nobody asked it to.");
    for (const p of pending.values()) {
      // At a stop the caller is told once, by the stop itself; a thread that died may not go unnoticed.
      if (end instanceof StoreTrouble) p.answer.catch(() => {});
      p.reject(end);
    }
    pending.clear();
    idle?.();
  });

  async function commit(rows: ReturnType<typeof planRows>, firstSeq: number): Promise<Committed> {
    const answered = new AbortController();
    const late = Promise.withResolvers<Text>();
    const { answer } = register({ do: "commit", rows, firstSeq }, { giveUp: late.resolve });
    const settled = answer as Promise<void>;
    if (away) return { outcome: "away", settled, because: away };

    void clock.sleep(COMMIT_DEADLINE, answered.signal).then(
      () => goAway(slowDisk),
      () => {},
    );
    const why = await Promise.race([settled, late.promise]).finally(() => answered.abort());
    return why ? { outcome: "away", settled, because: why } : { outcome: "stored" };
  }

  async function within<T>(answer: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const deadline = clock.sleep(READ_DEADLINE, answered.signal).then(() => {
      throw new StoreTrouble("away", away ?? slowDisk);
    });
    deadline.catch(() => {});
    return await Promise.race([answer, deadline]).finally(() => answered.abort());
  }

  async function bounded(event: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const limit = clock.sleep(CLOSE_DEADLINE, over.signal).catch(() => {});
    await Promise.race([event, limit]).finally(() => over.abort());
  }

  return {
    async load(now) {
      const loading = createLoading();
      return loading.finish(await ask({ do: "load", now }, { take: loading.take }));
    },
    commit: async (plan, firstSeq, command) => commit(planRows(plan, command), firstSeq),
    async note(name, text) {
      if (name === HEAD_NOTE) throw new Error(`The note "${HEAD_NOTE}" belongs to the store itself.`);
      await ask({ do: "note", name, text });
    },
    journal: (query) => within(ask({ do: "journal", query })),
    since: (seq) => within(ask({ do: "since", seq })),
    journalPage: (query) => within(ask({ do: "journal-page", query })),
    alarmEvents: (query) => within(ask({ do: "alarm-events", query })),
    journalBegins: () => within(ask({ do: "journal-begins" })),
    ticketPage: (query) => within(ask({ do: "ticket-page", query })),
    verify: () => ask({ do: "verify" }),
    ticket: (no) => within(ask({ do: "ticket", no })),
    tickets: (state, limit) => within(ask({ do: "tickets", state, limit })),
    paper: (id) => within(ask({ do: "paper", paper: id })),
    papers: (kind, limit) => within(ask({ do: "papers", kind, limit })),
    messages: (ticket) => within(ask({ do: "messages", ticket })),
    backup: (file) => ask({ do: "backup", file }),

    async [Symbol.asyncDispose]() {
      if (end) return;
      if (unwritten() > 0) {
        line.send({ do: "retry" });
        await bounded(
          new Promise<void>((done) => {
            idle = done;
          }),
        );
      }
      const left = unwritten();
      end = left > 0 ? new StoreTrouble("away", notWritten(left, away ?? slowDisk)) : closed;
      stopping.abort();
      line.send({ do: "close" });
      await bounded(line.gone);
      if (left > 0) throw end;
    },
  };
}

function revive(failure: Failure): Error {
  if (failure.kind) return new StoreTrouble(failure.kind, failure.because);
  const error = new Error(failure.because.en);
  if (failure.stack) error.stack = failure.stack;
  return error;
}

const slowDisk: Text = {
  zh: "磁盘超过 200 毫秒没有写完。告警和工单照常显示,写完后自动确认;若持续出现,请检查磁盘。",
  en: "The disk did not finish writing within 200 ms. Alarms and tickets are shown, and confirmed once written; check the disk if this lasts.",
};

const backAgain: Text = {
  zh: "存储已恢复,积压的内容已全部写入。",
  en: "The store is back, and everything that waited is written.",
};

const closed = new StoreTrouble("closed", { zh: "存储已关闭。", en: "The store is closed." });

const notWritten = (count: number, why: Text): Text => ({
  zh: `停机时仍有 ${count} 项未能写入 house.db:${why.zh}`,
  en: `At the stop, ${count} happenings could not be written to house.db. ${why.en}`,
});
