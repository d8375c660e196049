/** Opens what lasts: `house.db` in the data folder, held by a thread of its own. */
import { Worker } from "node:worker_threads";
import type { Clock } from "#model/time";
import type { Store } from "../store.ts";
import { StoreTrouble } from "../trouble.ts";
import { createStoreClient, type Line, type StoreNews } from "./client.ts";
import type { FromWorker } from "./messages.ts";

export interface OpenStoreInput {
  /** The data folder; made when it is missing. */
  readonly folder: string;
  readonly clock: Clock;
  /** Called once per change: the disk went away, came back, or lost rows. */
  readonly tell?: (news: StoreNews) => void;
}

/**
 * Rejects with a StoreTrouble whose `because` is meant for the person at the machine: the folder is in use by another process
 * (`in-use`), the file is newer or of another program (`not-ours`), or the disk fails (`away`).
 */
export async function openStore({ folder, clock, tell = () => {} }: OpenStoreInput): Promise<Store> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    name: "store",
    workerData: { folder },
    execArgv: [],
  });
  const gone = new Promise<Error | undefined>((resolve) => {
    worker.once("error", (error) => resolve(error instanceof Error ? error : new Error(String(error))));
    worker.once("exit", () => resolve(undefined));
  });
  const first = await Promise.race([new Promise<FromWorker>((hear) => worker.once("message", hear)), gone]);
  if (first === undefined || first instanceof Error) {
    throw new Error("The store's thread could not start.", { cause: first });
  }
  if (first.say === "cannot-open") {
    await gone;
    const { kind, because } = first.failure;
    throw kind ? new StoreTrouble(kind, because) : new Error(because.en);
  }

  const line: Line = {
    send: (message) => worker.postMessage(message),
    listen: (hear) => void worker.on("message", hear),
    gone,
  };
  return createStoreClient(line, clock, tell);
}
