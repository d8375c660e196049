/** One target on the house's side: gathers what changed in columns, hands it to the target's thread, and follows the journal for it. */
import { Worker } from "node:worker_threads";
import { BAD, reasonCode } from "#model/quality";
import type { Text } from "#model/text";
import { type Clock, type Moment, type Span, seconds } from "#model/time";
import { codeOf } from "../history/block.ts";
import type { Batch } from "../history/tail.ts";
import type { PointTable } from "../points/table.ts";
import type { FromWorker, TargetStanding, ToWorker, WorkerInput } from "./messages.ts";
import type { LetGo } from "./queue.ts";
import type { Told } from "./record.ts";
import * as say from "./sentences.ts";

/** Samples per message to the thread: some 400 KB of line protocol, below the limit of every proxy. */
const BATCH = 4_096;
/** Samples on the way to the thread; more than that and the thread stands still. */
const ON_THE_WAY = 2_000_000;
const CLOSE_DEADLINE = seconds(5);
const START_AGAIN = seconds(60);
const RESTART = reasonCode("restart");

export interface TargetNews {
  /** Once per change; absent: all is well again. */
  state(because: Text | undefined): void;
  letGo(gone: LetGo): void;
  refused(count: number, because: Text): void;
  broken(because: Text): void;
  /** An order from the north; the text that is given goes back to whoever sent it. */
  order(point: string, payload: string): Promise<string>;
}

export interface TargetInput {
  readonly worker: Omit<WorkerInput, "now" | "mono" | "points" | "lost">;
  readonly points: WorkerInput["points"];
  /** Devices that do not answer at the start. */
  readonly lost: readonly string[];
  readonly table: PointTable;
  readonly clock: Clock;
  readonly news: TargetNews;
  /** What changed behind this row of the journal: rows, and up to where that is everything. */
  readonly since: (seq: number) => Promise<{ readonly rows: readonly Told[]; readonly upTo: number }>;
  /** For a target that is new: what was true at the start, and the row of the journal up to which it is. */
  readonly present: { readonly rows: readonly Told[]; readonly upTo: number };
  /** The row of the journal up to which the target had everything when it was last seen; absent for one that is new. */
  readonly taken?: number;
}

export interface Target extends AsyncDisposable {
  readonly name: string;
  append(changed: Int32Array, count: number, at: Moment): void;
  /** Alarms or tickets have changed. */
  wake(): void;
  /** A device answers no more, or again. */
  turn(device: string, isLost: boolean): void;
  /** Once a second. */
  beat(at: Moment): void;
  /** `undefined` until the queue is open. */
  standing(): TargetStanding | undefined;
  /** Samples that are not in the queue on the disk yet. */
  onTheWay(): number;
}

const emptyBatch = () => ({
  count: 0,
  series: new Int32Array(BATCH),
  at: new Float64Array(BATCH),
  value: new Float64Array(BATCH),
  code: new Uint8Array(BATCH),
});

/** Opens at once: trouble with the file or the target is told, never thrown. */
export function openTarget(input: TargetInput): Target {
  const { table, clock, news } = input;
  const { name } = input.worker;
  const position = new Int32Array(table.count).fill(-1);
  const handleOf = new Map(table.definitions.map(({ id }, handle) => [id, handle]));
  const handles = input.points.map(({ id }) => handleOf.get(id) as number);
  for (const [at, handle] of handles.entries()) position[handle] = at;

  /** A thread that is started again must know them too. */
  const lost = new Set(input.lost);
  let batch = emptyBatch();
  let texts: [number, string][] = [];
  let onTheWay = 0;
  let standing: TargetStanding | undefined;
  let cursor: number | undefined;
  /** The newest row of the journal that is known here. */
  let reached = input.present.upTo;
  let isReading = false;
  let readAgain = false;
  let isOver = false;
  let diedAt: Span | undefined;
  let thread = start();

  function start() {
    const workerData: WorkerInput = {
      ...input.worker,
      points: input.points,
      lost: [...lost],
      now: clock.now(),
      mono: clock.monotonic(),
    };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { name, workerData, execArgv: [] });
    worker.on("message", hear);
    const gone = new Promise<void>((resolve) => {
      worker.once("error", died);
      worker.once("exit", () => resolve());
    });
    return { worker, gone };
  }

  function died(error: unknown): void {
    diedAt = clock.monotonic();
    cursor = undefined;
    const now = clock.now();
    if (onTheWay > 0) news.letGo({ what: "samples", count: onTheWay, from: now, to: now });
    onTheWay = 0;
    const because = say.died(name, error instanceof Error ? error.message : String(error));
    if (standing) standing = { ...standing, because };
    news.state(because);
  }

  const send = (message: ToWorker, transfer: ArrayBuffer[] = []) => thread.worker.postMessage(message, transfer);

  function hear(message: FromWorker): void {
    switch (message.say) {
      case "ready":
        begin(message.cursor);
        follow();
        return;
      case "added":
        onTheWay -= message.stored + message.dropped;
        return;
      case "standing":
        standing = message.standing;
        return;
      case "state":
        news.state(message.because);
        return;
      case "let-go":
        for (const one of message.gone) news.letGo(one);
        return;
      case "refused":
        news.refused(message.count, message.because);
        return;
      case "broken":
        news.broken(message.because);
        return;
      case "order": {
        const { id } = message;
        void news.order(message.point, message.payload).then((text) => {
          if (!isOver && diedAt === undefined) send({ do: "answer", id, text });
        });
      }
    }
  }

  /** Where the queue stands in the journal. One without a place there goes on behind what the target has taken. */
  function begin(told: number | undefined): void {
    // A row that the journal does not have is of another life of the house: it was restored, the queue was not.
    if (told !== undefined && told <= reached) {
      cursor = told;
      return;
    }
    const taken = standing?.taken ?? input.taken;
    const { rows, upTo } = taken !== undefined && taken <= reached ? { rows: [], upTo: taken } : input.present;
    send({ do: "told", rows, upTo });
    cursor = upTo;
  }

  /** Reads what the journal has behind the cursor, until nothing is left. One reading at a time. */
  function follow(): void {
    if (cursor === undefined || isOver) return;
    if (isReading) {
      readAgain = true;
      return;
    }
    isReading = true;
    readAgain = false;
    const from = cursor;
    input.since(from).then(
      ({ rows, upTo }) => {
        isReading = false;
        // The thread may have died meanwhile and told another cursor.
        if (isOver || cursor !== from) {
          follow();
          return;
        }
        if (upTo > from) {
          send({ do: "told", rows, from, upTo });
          cursor = upTo;
          reached = Math.max(reached, upTo);
        }
        if (upTo > from || readAgain) follow();
      },
      // A store that is away: the next beat asks again.
      () => {
        isReading = false;
      },
    );
  }

  /** Also without samples: the thread learns the time. */
  function handOver(now: number, mono: number): void {
    const full: Batch = batch;
    const told = texts;
    if (full.count > 0) {
      batch = emptyBatch();
      texts = [];
    }
    if (diedAt !== undefined || onTheWay + full.count > ON_THE_WAY) {
      if (full.count > 0) news.letGo({ what: "samples", count: full.count, from: now, to: now });
      return;
    }
    onTheWay += full.count;
    const columns = full.count > 0 ? full : none();
    send(
      { do: "samples", batch: columns, texts: told, now, mono },
      [columns.series, columns.at, columns.value, columns.code].map((column) => column.buffer as ArrayBuffer),
    );
  }

  function keep(handle: number, at: Moment): void {
    const series = position[handle] as number;
    if (series < 0) return;
    const quality = table.quality[handle] as number;
    if (quality === BAD && table.reason[handle] === RESTART) return;
    const i = batch.count;
    batch.series[i] = series;
    batch.code[i] = codeOf(quality, table.reason[handle] as number);
    batch.value[i] = quality === BAD ? Number.NaN : (table.value[handle] as number);
    batch.at[i] = timeOf(handle, quality, at.now);
    const text = quality === BAD ? undefined : table.text.get(handle);
    if (text !== undefined) texts.push([i, text]);
    batch.count = i + 1;
    if (batch.count === BATCH) handOver(at.now, at.mono);
  }

  /** When it was measured, as the history has it: what turned bad did so now, and a source's time is believed for a day back. */
  function timeOf(handle: number, quality: number, now: number): number {
    const source = table.sourceAt[handle] as number;
    return Math.round(quality !== BAD && source <= now + 1_000 && source > now - 86_400_000 ? source : now);
  }

  return {
    name,
    append(changed, count, at) {
      for (let i = 0; i < count; i += 1) keep(changed[i] as number, at);
    },
    wake: follow,
    turn(device, isLost) {
      if (lost.has(device) === isLost) return;
      if (isLost) lost.add(device);
      else lost.delete(device);
      if (diedAt === undefined && !isOver) send({ do: "device", device, isLost });
    },
    beat(at) {
      if (diedAt !== undefined && at.mono - diedAt >= START_AGAIN) {
        diedAt = undefined;
        thread = start();
      }
      handOver(at.now, at.mono);
      follow();
    },
    standing: () => standing,
    onTheWay: () => onTheWay + batch.count,
    async [Symbol.asyncDispose]() {
      if (isOver) return;
      isOver = true;
      if (diedAt === undefined) {
        handOver(clock.now(), clock.monotonic());
        send({ do: "close" });
      }
      const waited = new AbortController();
      const limit = clock.sleep(CLOSE_DEADLINE, waited.signal).catch(() => {});
      await Promise.race([thread.gone, limit]).finally(() => waited.abort());
      await thread.worker.terminate();
    },
  };
}

const none = (): Batch => ({
  count: 0,
  series: new Int32Array(0),
  at: new Float64Array(0),
  value: new Float64Array(0),
  code: new Uint8Array(0),
});
