/** The thread of one target: what comes from the house goes into its queue on the disk, and from there to the target. */
import { parentPort, workerData } from "node:worker_threads";
import { holdQueue } from "./held-queue.ts";
import { createInfluxSender } from "./influx/sender.ts";
import { createIntake } from "./intake.ts";
import type { FromWorker, ToWorker, WorkerInput } from "./messages.ts";
import { createMqttSender } from "./mqtt/sender.ts";
import { createNewest } from "./newest.ts";
import type { Sender, SenderHouse } from "./sender.ts";
import { createSending } from "./sending.ts";
import { createWebhookSender } from "./webhook/sender.ts";

const input = workerData as WorkerInput;
const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);
const stopping = new AbortController();

let { now, mono } = input;
let sender: Sender | undefined;
let told: string | undefined;
const newest = createNewest(input.points.length);
const lost = new Set(input.lost);
const orders = new Map<number, (text: string) => void>();
let nextOrder = 1;

const held = holdQueue(input, tell, () => {
  sender ??= openSender();
});
const intake = createIntake(input, held, tell);
const sending = createSending({
  held,
  sender: () => sender,
  mono: () => mono,
  tell,
  changed: tellState,
  failed(error) {
    intake.failed(error);
    tellState();
  },
  signal: stopping.signal,
});

const house: SenderHouse = {
  site: input.site,
  points: input.points,
  note: (name, value) => held.now()?.note(name, value),
  now: () => now,
  lost,
  newest: (at) => newest.of(at),
  wake: () => sending.pump(),
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

/** What hinders, the disk before the target. */
const trouble = () => intake.trouble() ?? sending.trouble();

/** Once per change. */
function tellState(): void {
  const because = trouble();
  if (because?.en === told) return;
  told = because?.en;
  tell(because ? { say: "state", because } : { say: "state" });
}

function write(): void {
  intake.write(now, mono);
  tellState();
}

function tellStanding(): void {
  const queue = held.now();
  if (!queue) return;
  try {
    const standing = queue.standing();
    const because = trouble();
    const fill = standing.bytes / input.queue.cap;
    tell({ say: "standing", standing: { ...standing, fill, sent: sending.sent(), ...(because ? { because } : {}) } });
  } catch (error) {
    intake.failed(error);
    tellState();
  }
}

async function close(): Promise<void> {
  write();
  stopping.abort();
  await sending.ended();
  tellStanding();
  await sender?.close();
  held[Symbol.dispose]();
  port.close();
}

port.on("message", (message: ToWorker) => {
  switch (message.do) {
    case "samples":
      now = message.now;
      mono = message.mono;
      if (message.batch.count > 0) {
        newest.remember(message);
        intake.add(message);
      }
      write();
      tellStanding();
      sending.pump();
      // Behind what waits: a device is said to be dead after its last values, not before them.
      setImmediate(() => {
        if (!sending.isBusy() && !stopping.signal.aborted) sender?.beat?.(stopping.signal);
      });
      return;
    case "device":
      if (message.isLost) lost.add(message.device);
      else lost.delete(message.device);
      return;
    case "told":
      intake.add(message);
      write();
      return sending.pump();
    case "answer":
      orders.get(message.id)?.(message.text);
      orders.delete(message.id);
      return;
    case "close":
      return void close();
  }
});
write();
