/** Copies of `house.db` that wait in the data folder for the command that asked for them. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "./store.ts";

export interface HandedOver {
  readonly file: string;
  /** Removes the copy: whoever asked has it, or has gone. */
  readonly afterwards: () => void;
}

/** Where the gateway itself writes copies: only the person's own command writes anywhere else. */
const folderIn = (data: string): string => join(data, "handed-over");

/** Copies that nobody fetched before a crash. */
export const forgetCopies = (data: string): void => rmSync(folderIn(data), { recursive: true, force: true });

/** A consistent copy while the house runs. Rejects with a StoreTrouble. */
export async function handOver(store: Store, data: string): Promise<HandedOver> {
  mkdirSync(folderIn(data), { recursive: true, mode: 0o700 });
  const file = join(folderIn(data), `house-${randomBytes(6).toString("hex")}.db`);
  await store.backup(file);
  return { file, afterwards: () => rmSync(file, { force: true }) };
}
