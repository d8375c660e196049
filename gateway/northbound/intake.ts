/** What comes in from the house goes to the queue on the disk; while the disk refuses, it waits here, with a limit for samples. */
import { statfsSync } from "node:fs";
import type { Text } from "#model/text";
import { createAge } from "../history/age.ts";
import type { HeldQueue } from "./held-queue.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./messages.ts";
import type { Queue } from "./queue.ts";
import * as say from "./sentences.ts";

export type SamplesIn = Extract<ToWorker, { do: "samples" }>;
export type ChangesIn = Extract<ToWorker, { do: "told" }>;

/** Samples that wait in memory while the disk refuses; then the oldest are let go. */
const WAITING_MOST = 1_000_000;
const DISK_AGAIN = 5_000;
/** Cap, age and free disk are looked at this often. */
const LOOK_EVERY = 5_000;

class NoRoom extends Error {}

export interface Intake {
  add(message: SamplesIn | ChangesIn): void;
  /** All that waits, or as much as the disk takes. `now` and `mono`: the present, ms. */
  write(now: number, mono: number): void;
  /** Why the disk does not take it; absent while all is well. */
  trouble(): Text | undefined;
  /** The queue failed while somebody else used it. */
  failed(error: unknown): void;
}

export function createIntake(input: WorkerInput, held: HeldQueue, tell: (message: FromWorker) => void): Intake {
  const { name, folder } = input;
  /** In the order in which it came. */
  const unwritten: (SamplesIn | ChangesIn)[] = [];
  let samples = 0;
  let againAt = Number.NEGATIVE_INFINITY;
  let lookAt = Number.NEGATIVE_INFINITY;
  let roomAt = Number.NEGATIVE_INFINITY;
  let trouble: Text | undefined;
  let ageOf: ReturnType<typeof createAge> | undefined;

  function checkRoom(mono: number): void {
    if (mono < roomAt) return;
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < input.reserve) throw new NoRoom();
    roomAt = mono + LOOK_EVERY;
  }

  function look(at: Queue, now: number, mono: number): void {
    if (mono < lookAt) return;
    lookAt = mono + LOOK_EVERY;
    ageOf ??= createAge(at.note("age"), (instant) => held.now()?.note("age", instant));
    const gone = at.trim(input.queue.cap, input.queue.keep, ageOf(now, mono));
    if (gone.length > 0) tell({ say: "let-go", gone });
  }

  /** While the room is kept for them, alarms and tickets do not wait behind samples. */
  function passChangesOn(): void {
    const queue = held.now();
    for (let at = 0; queue && at < unwritten.length; ) {
      const one = unwritten[at] as SamplesIn | ChangesIn;
      if (one.do !== "told") {
        at += 1;
        continue;
      }
      try {
        put(queue, one);
      } catch {
        // The same trouble as before: it stays where it is, and the journal has it in any case.
        return;
      }
      unwritten.splice(at, 1);
    }
  }

  function letGoOfMemory(): number {
    let dropped = 0;
    let [from, to] = [Number.NaN, Number.NaN];
    for (let at = 0; samples > WAITING_MOST && at < unwritten.length; ) {
      const one = unwritten[at] as SamplesIn | ChangesIn;
      if (one.do === "told") {
        at += 1;
        continue;
      }
      unwritten.splice(at, 1);
      samples -= one.batch.count;
      dropped += one.batch.count;
      if (Number.isNaN(from)) from = one.now;
      to = one.now;
    }
    if (dropped > 0) tell({ say: "let-go", gone: [{ what: "samples", count: dropped, from, to }] });
    return dropped;
  }

  return {
    add(message) {
      unwritten.push(message);
      if (message.do === "samples") samples += message.batch.count;
    },
    write(now, mono) {
      if (mono < againAt) return;
      let stored = 0;
      let dropped = 0;
      try {
        const queue = held.open();
        for (let first = unwritten[0]; first; first = unwritten[0]) {
          // Alarms and tickets may take the last of the disk, samples may not.
          if (first.do === "told") put(queue, first);
          else {
            checkRoom(mono);
            queue.addSamples(first.batch, first.texts, first.now);
            stored += first.batch.count;
            samples -= first.batch.count;
          }
          unwritten.shift();
        }
        look(queue, now, mono);
        trouble = undefined;
      } catch (error) {
        trouble = error instanceof NoRoom ? say.noRoom(name, folder) : say.disk(error, name, folder);
        againAt = mono + DISK_AGAIN;
        held.failed(error);
        passChangesOn();
        dropped = letGoOfMemory();
      }
      if (stored + dropped > 0) tell({ say: "added", stored, dropped });
    },
    trouble: () => trouble,
    failed(error) {
      trouble = say.disk(error, name, folder);
      held.failed(error);
    },
  };
}

function put(queue: Queue, { rows, from, upTo }: ChangesIn): void {
  if (from === undefined) queue.begin(rows, upTo);
  else queue.addUrgent(rows, from, upTo);
}
