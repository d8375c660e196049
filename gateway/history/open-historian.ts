/** The historian on the house's side: gathers samples in columns, hands them to its thread, and counts what is on the way. */
import { Worker } from "node:worker_threads";
import { BAD, GOOD, reasonCode, UNCERTAIN } from "#model/quality";
import type { HistorySettings } from "#model/site";
import type { Text } from "#model/text";
import { type Clock, hours, type Span, seconds } from "#model/time";
import type { PointTable } from "../points/table.ts";
import { codeOf } from "./block.ts";
import { LONGEST_SILENCE } from "./buckets.ts";
import { HistoryCopyTrouble } from "./copy.ts";
import { type Historian, HistoryAway, HistoryBusy } from "./historian.ts";
import type { FromWorker, ToWorker, TrendColumns, WorkerInput } from "./messages.ts";
import { createRecentCount } from "./recent-count.ts";
import type { Batch } from "./tail.ts";

/** Samples per message to the thread. */
const BATCH = 8_192;
/** Samples on the way to the thread; more than that and the thread stands still. About 60 MB. */
const ON_THE_WAY = 3_000_000;
const QUESTIONS_AT_ONCE = 32;
const CLOSE_DEADLINE = seconds(5);
/** After the thread has died of a bug it is started again after this long. */
const START_AGAIN = seconds(60);
/** Damage is a reason to look at the disk; an alarm stands for it this long. */
const DAMAGED_FOR = hours(24);
/** A source's own time is believed up to here: ahead by a little drift, behind by a day of stored samples. */
const AHEAD = 1_000;
const BEHIND = 86_400_000;
/** Points looked at for silence in one beat: 10,000 points take 10 beats. */
const LOOKED_AT = 1_000;

export interface HistorianInput {
  readonly folder: string;
  readonly table: PointTable;
  readonly settings: HistorySettings;
  readonly clock: Clock;
  /** Once per change: the history has stopped (`ok` false), is back, or met something broken. */
  readonly tell: (news: { readonly ok: boolean; readonly because: Text }) => void;
  readonly dropped: (count: number) => void;
}

const RESTART = reasonCode("restart");

const emptyBatch = () => ({
  count: 0,
  series: new Int32Array(BATCH),
  at: new Float64Array(BATCH),
  value: new Float64Array(BATCH),
  code: new Uint8Array(BATCH),
});

/** Opens at once: the file is opened by the thread, and trouble with it is told, never thrown. */
export function openHistorian(input: HistorianInput): Historian {
  const { table, settings, clock, tell } = input;
  const { definitions, value, quality, reason, sourceAt, late } = table;
  const isKept = Uint8Array.from(definitions, (point) => (point.type === "text" ? 0 : 1));
  /** Monotonic time of the last sample that was kept, by handle. */
  const keptAt = new Float64Array(definitions.length).fill(Number.NEGATIVE_INFINITY);
  const questions = new Map<number, { resolve(trend: TrendColumns): void; reject(error: Error): void }>();
  const copies = new Map<number, { resolve(): void; reject(error: Error): void }>();
  let batch = emptyBatch();
  let onTheWay = 0;
  let because: Text | undefined;
  const damaged = createRecentCount(DAMAGED_FOR);
  let nextQuestion = 1;
  let look = 0;
  let isOver = false;
  let diedAt: Span | undefined;
  let thread = start();

  function start() {
    const workerData: WorkerInput = {
      folder: input.folder,
      points: definitions.map((point) => point.id),
      retention: settings,
      reserve: settings.reserve,
    };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { name: "history", workerData, execArgv: [] });
    worker.on("message", hear);
    const gone = new Promise<void>((resolve) => {
      worker.once("error", (error) => died(error));
      worker.once("exit", () => resolve());
    });
    return { worker, gone };
  }

  function died(error: unknown): void {
    diedAt = clock.monotonic();
    input.dropped(onTheWay);
    onTheWay = 0;
    const detail = error instanceof Error ? error.message : String(error);
    stopped({
      zh: `历史记录程序出错（${detail}），一分钟后重新启动。告警和工单不受影响；请把日志发给开发者。`,
      en: `The history failed (${detail}) and starts again in a minute. Alarms and tickets are not affected; send the log to the developers.`,
    });
    rejectAll(detail);
  }

  function rejectAll(detail: string): void {
    for (const { reject } of [...questions.values(), ...copies.values()]) reject(new HistoryAway(detail));
    questions.clear();
    copies.clear();
  }

  function stopped(why: Text): void {
    because = why;
    tell({ ok: false, because: why });
  }

  function back(): void {
    because = undefined;
    tell({ ok: true, because: backAgain });
  }

  function answered<T>(waiting: Map<number, T>, id: number): T | undefined {
    const one = waiting.get(id);
    waiting.delete(id);
    return one;
  }

  function hear(message: FromWorker): void {
    switch (message.say) {
      case "added":
        onTheWay -= message.stored + message.dropped;
        if (message.dropped > 0) input.dropped(message.dropped);
        return;
      case "state":
        if (message.because) stopped(message.because);
        else back();
        return;
      case "broken":
        damaged.add(message.more, clock.monotonic());
        tell({ ok: false, because: message.because });
        return;
      case "trend":
        answered(questions, message.id)?.resolve(message.trend);
        return;
      case "failed":
        answered(questions, message.id)?.reject(new HistoryAway(message.because));
        return;
      case "copied":
        answered(copies, message.id)?.resolve();
        return;
      case "not-copied":
        answered(copies, message.id)?.reject(new HistoryCopyTrouble(message.because));
    }
  }

  const send = (message: ToWorker, transfer: ArrayBuffer[] = []) => thread.worker.postMessage(message, transfer);

  /** Also without samples: the thread learns the time, and notes that somebody looked. */
  function handOver(): void {
    const full: Batch = batch;
    if (full.count > 0) batch = emptyBatch();
    if (diedAt !== undefined || onTheWay + full.count > ON_THE_WAY) {
      if (full.count > 0) input.dropped(full.count);
      return;
    }
    onTheWay += full.count;
    const columns = full.count > 0 ? full : { ...full, ...none() };
    send(
      { do: "add", batch: columns, now: clock.now(), mono: clock.monotonic() },
      [columns.series, columns.at, columns.value, columns.code].map((column) => column.buffer as ArrayBuffer),
    );
  }

  function keep(handle: number, mono: number, at: number): void {
    if (isKept[handle] === 0) return;
    const of = quality[handle] as number;
    const i = batch.count;
    batch.series[i] = handle;
    batch.code[i] = codeOf(of, reason[handle] as number);
    batch.value[i] = of === BAD ? Number.NaN : (value[handle] as number);
    batch.at[i] = Math.round(at);
    keptAt[handle] = mono;
    batch.count = i + 1;
    if (batch.count === BATCH) handOver();
  }

  /** What came too late for the rows stands in history at its own time. */
  function keepLate(): void {
    for (let i = 0; i < late.count; i += 1) {
      const handle = late.handle[i] as number;
      if (isKept[handle] === 0) continue;
      const n = batch.count;
      batch.series[n] = handle;
      batch.code[n] = codeOf(late.uncertain[i] === 1 ? UNCERTAIN : GOOD, reasonCode("none"));
      batch.value[n] = late.value[i] as number;
      batch.at[n] = Math.round(late.at[i] as number);
      batch.count = n + 1;
      if (batch.count === BATCH) handOver();
    }
    if (late.lost > 0) input.dropped(late.lost);
    late.count = 0;
    late.lost = 0;
  }

  /** Points that stood still for long are written again: the history is to tell stillness from silence. */
  function keepStill(now: number, mono: number): void {
    const end = Math.min(look + Math.max(LOOKED_AT, definitions.length / 60), definitions.length);
    for (; look < end; look += 1) {
      if (mono - (keptAt[look] as number) < LONGEST_SILENCE) continue;
      if (quality[look] === BAD && reason[look] === RESTART) continue;
      // The value holds now, whenever it was measured.
      keep(look, mono, now);
    }
    if (look >= definitions.length) look = 0;
  }

  /** When it was measured. What turned bad did so now: its source time is that of the last good sample. */
  function timeOf(handle: number, now: number): number {
    const source = sourceAt[handle] as number;
    return quality[handle] !== BAD && source <= now + AHEAD && source > now - BEHIND ? source : now;
  }

  return {
    append(changed, count, at) {
      for (let i = 0; i < count; i += 1) {
        const handle = changed[i] as number;
        keep(handle, at.mono, timeOf(handle, at.now));
      }
    },
    beat(at) {
      if (diedAt !== undefined && at.mono - diedAt >= START_AGAIN) {
        diedAt = undefined;
        thread = start();
      }
      keepStill(at.now, at.mono);
      keepLate();
      handOver();
    },
    read(handle, from, to, buckets) {
      if (questions.size >= QUESTIONS_AT_ONCE) return Promise.reject(new HistoryBusy());
      if (diedAt !== undefined || isOver) return Promise.reject(new HistoryAway("not running"));
      handOver();
      return new Promise((resolve, reject) => {
        const id = nextQuestion++;
        questions.set(id, { resolve, reject });
        send({ do: "read", id, handle, from, to, buckets, now: clock.now() });
      });
    },
    copy(file) {
      if (diedAt !== undefined || isOver) return Promise.reject(new HistoryAway("not running"));
      handOver();
      return new Promise((resolve, reject) => {
        const id = nextQuestion++;
        copies.set(id, { resolve, reject });
        send({ do: "copy", id, file });
      });
    },
    standing: () => ({
      queue: onTheWay + batch.count,
      damaged: damaged.within(clock.monotonic()),
      ...(because ? { because } : {}),
    }),
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      isOver = true;
      if (diedAt === undefined) {
        handOver();
        send({ do: "close" });
      }
      const waited = new AbortController();
      const limit = clock.sleep(CLOSE_DEADLINE, waited.signal).catch(() => {});
      await Promise.race([thread.gone, limit]).finally(() => waited.abort());
      await thread.worker.terminate();
      rejectAll("closed");
    },
  };
}

const none = () => ({
  series: new Int32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  code: new Uint8Array(0),
});

const backAgain: Text = { zh: "历史记录已恢复。", en: "The history is written again." };
