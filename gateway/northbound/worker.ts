/** The thread of one target: holds its queue on the disk, sends from it one thing at a time, and waits ever longer after a failure. */
import { statfsSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { Text } from "#model/text";
import { createInfluxSender } from "./influx/sender.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./messages.ts";
import { createMqttSender } from "./mqtt/sender.ts";
import { openQueue, type Queue, type Waiting } from "./queue.ts";
import type { Sender, SenderHouse, Sent } from "./sender.ts";
import * as say from "./sentences.ts";
import { createWebhookSender } from "./webhook/sender.ts";

type Samples = Extract<ToWorker, { do: "samples" }>;
type Rows = Extract<ToWorker, { do: "told" }>;

/** Samples of one request: about a megabyte of line protocol. */
const AT_ONCE = 10_000;
/** After the first, second, … failure in a row (ms); then the last one. */
const PAUSES = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Samples that wait in memory while the disk refuses; then the oldest are let go. */
const WAITING_MOST = 1_000_000;
const DISK_AGAIN = 5_000;
/** Cap, age and free disk are looked at this often. */
const LOOK_EVERY = 5_000;

const input = workerData as WorkerInput;
const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);
const stopping = new AbortController();

let { now, mono } = input;
let queue: Queue | undefined;
let sender: Sender | undefined;
/** What could not be written yet, in the order in which it came. */
const unwritten: (Samples | Rows)[] = [];
let unwrittenSamples = 0;
let diskAgainAt = Number.NEGATIVE_INFINITY;
let lookAt = Number.NEGATIVE_INFINITY;
let roomAt = Number.NEGATIVE_INFINITY;
let diskTrouble: Text | undefined;

let most = AT_ONCE;
let failures = 0;
let resumeAt = Number.NEGATIVE_INFINITY;
let targetTrouble: Text | undefined;
let sending: Promise<void> | undefined;
let sent = 0;
let told: string | undefined;

const newest = {
  value: new Float64Array(input.points.length).fill(Number.NaN),
  code: new Uint8Array(input.points.length),
  at: new Float64Array(input.points.length),
  text: new Map<number, string>(),
};

const lost = new Set(input.lost);
const orders = new Map<number, (text: string) => void>();
let nextOrder = 1;

const house: SenderHouse = {
  site: input.site,
  points: input.points,
  note: (name, value) => queue?.note(name, value),
  now: () => now,
  lost,
  newest(at) {
    if (newest.at[at] === 0) return undefined;
    return {
      value: newest.text.get(at) ?? (newest.value[at] as number),
      code: newest.code[at] as number,
      at: newest.at[at] as number,
    };
  },
  wake: () => pump(),
  order({ point, payload, answer }) {
    const id = nextOrder++;
    orders.set(id, answer);
    tell({ say: "order", id, point, payload });
  },
};

function openSender(): Sender {
  const { settings } = input;
  switch (settings.kind) {
    case "influx":
      return createInfluxSender(settings.target, house);
    case "mqtt":
      return createMqttSender(settings.target, settings.clientId, house);
    case "webhook":
      return createWebhookSender(settings.target, house);
  }
}

function open(): Queue {
  if (queue) return queue;
  const points = input.points.map(({ id }) => id);
  queue = openQueue(input.folder, input.name, points, (what) =>
    tell({
      say: "broken",
      because: what === "file" ? say.putAside(input.name, input.folder) : say.brokenRow(input.name),
    }),
  );
  const cursor = queue.cursor();
  tell(cursor === undefined ? { say: "ready" } : { say: "ready", cursor });
  sender ??= openSender();
  return queue;
}

/** Once per change: what hinders, the disk before the target. */
function tellState(): void {
  const because = diskTrouble ?? targetTrouble;
  if (because?.en === told) return;
  told = because?.en;
  tell(because ? { say: "state", because } : { say: "state" });
}

class NoRoom extends Error {}

function checkRoom(): void {
  if (mono < roomAt) return;
  const { bavail, bsize } = statfsSync(input.folder);
  if (bavail * bsize < input.reserve) throw new NoRoom();
  roomAt = mono + LOOK_EVERY;
}

function look(at: Queue): void {
  if (mono < lookAt) return;
  lookAt = mono + LOOK_EVERY;
  const gone = at.trim(input.queue.cap, input.queue.keep, now);
  if (gone.length > 0) tell({ say: "let-go", gone });
}

function write(): void {
  if (mono < diskAgainAt) return;
  let stored = 0;
  let dropped = 0;
  try {
    const file = open();
    for (let first = unwritten[0]; first; first = unwritten[0]) {
      // Alarms and tickets may take the last of the disk, samples may not.
      if (first.do === "told") file.addUrgent(first.rows, first.upTo);
      else {
        if (first.batch.count > 0) checkRoom();
        file.addSamples(first.batch, first.texts, first.now);
        stored += first.batch.count;
        unwrittenSamples -= first.batch.count;
      }
      unwritten.shift();
    }
    look(file);
    diskTrouble = undefined;
  } catch (error) {
    diskTrouble =
      error instanceof NoRoom ? say.noRoom(input.name, input.folder) : say.disk(error, input.name, input.folder);
    diskAgainAt = mono + DISK_AGAIN;
    passUrgentOn();
    dropped = letGoOfMemory();
  }
  if (stored + dropped > 0) tell({ say: "added", stored, dropped });
  tellState();
}

/** While the room is kept for them, alarms and tickets do not wait behind samples. */
function passUrgentOn(): void {
  for (let at = 0; queue && at < unwritten.length; ) {
    const one = unwritten[at] as Samples | Rows;
    if (one.do !== "told") {
      at += 1;
      continue;
    }
    try {
      queue.addUrgent(one.rows, one.upTo);
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
  for (let at = 0; unwrittenSamples > WAITING_MOST && at < unwritten.length; ) {
    const one = unwritten[at] as Samples | Rows;
    if (one.do === "told") {
      at += 1;
      continue;
    }
    unwritten.splice(at, 1);
    unwrittenSamples -= one.batch.count;
    dropped += one.batch.count;
    if (Number.isNaN(from)) from = one.now;
    to = one.now;
  }
  if (dropped > 0) tell({ say: "let-go", gone: [{ what: "samples", count: dropped, from, to }] });
  return dropped;
}

function remember({ batch, texts }: Samples): void {
  for (let i = 0; i < batch.count; i += 1) {
    const at = batch.series[i] as number;
    newest.value[at] = batch.value[i] as number;
    newest.code[at] = batch.code[i] as number;
    newest.at[at] = batch.at[i] as number;
  }
  for (const [position, text] of texts) newest.text.set(batch.series[position] as number, text);
}

/** Sends while there is something, the target takes it, and nobody stops. */
function pump(): void {
  if (sending || !queue || !sender || stopping.signal.aborted || mono < resumeAt) return;
  sending = run(queue, sender).finally(() => {
    sending = undefined;
  });
}

async function run(from: Queue, to: Sender): Promise<void> {
  while (!stopping.signal.aborted && mono >= resumeAt) {
    let waiting: Waiting | undefined;
    try {
      waiting = from.next(most);
    } catch (error) {
      return pause(say.disk(error, input.name, input.folder), PAUSES[2]);
    }
    if (!waiting) return;
    const outcome = await to.send(waiting, stopping.signal);
    if (stopping.signal.aborted && outcome.outcome !== "taken") return;
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
        from.done(waiting);
      } catch (error) {
        // It is there and stands in the queue still: sent again later, which harms nothing.
        pause(say.disk(error, input.name, input.folder), PAUSES[2]);
        return false;
      }
      sent += waiting.kind === "urgent" ? waiting.rows.length : waiting.samples.count;
      if (outcome.refused) tell({ say: "refused", ...outcome.refused });
      failures = 0;
      most = Math.min(AT_ONCE, most * 2);
      targetTrouble = undefined;
      tellState();
      return true;
    }
    case "too-large":
      if (most > 1) {
        most = Math.max(1, Math.floor(most / 2));
        return true;
      }
      pause(outcome.because, PAUSES[PAUSES.length - 1] as number);
      return false;
    case "try-later":
      pause(outcome.because, outcome.after ?? (PAUSES[Math.min(failures, PAUSES.length - 1)] as number));
      return false;
  }
}

function pause(because: Text, wait: number): void {
  failures += 1;
  targetTrouble = because;
  resumeAt = mono + wait;
  tellState();
}

function tellStanding(): void {
  if (!queue) return;
  try {
    const standing = queue.standing();
    const because = diskTrouble ?? targetTrouble;
    const fill = standing.bytes / input.queue.cap;
    tell({ say: "standing", standing: { ...standing, fill, sent, ...(because ? { because } : {}) } });
  } catch (error) {
    diskTrouble = say.disk(error, input.name, input.folder);
    tellState();
  }
}

async function close(): Promise<void> {
  write();
  stopping.abort();
  await sending;
  await sender?.close();
  queue?.[Symbol.dispose]();
  port.close();
}

port.on("message", (message: ToWorker) => {
  switch (message.do) {
    case "samples":
      now = message.now;
      mono = message.mono;
      if (message.batch.count > 0) {
        remember(message);
        unwritten.push(message);
        unwrittenSamples += message.batch.count;
      }
      write();
      tellStanding();
      pump();
      // Behind what waits: a device is said to be dead after its last values, not before them.
      setImmediate(() => {
        if (!sending && !stopping.signal.aborted) sender?.beat?.(stopping.signal);
      });
      return;
    case "device":
      if (message.isLost) lost.add(message.device);
      else lost.delete(message.device);
      return;
    case "told":
      unwritten.push(message);
      write();
      return pump();
    case "answer":
      orders.get(message.id)?.(message.text);
      orders.delete(message.id);
      return;
    case "close":
      return void close();
  }
});
write();
