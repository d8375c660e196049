/** Copies of `house.db` and `history.db` that wait in the data folder for the command that asked for them. */
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface HandedOver {
  readonly reply: { readonly file: string };
  /** Removes the copy: whoever asked has it, or has gone. */
  readonly afterwards: () => void;
}

/** Where the gateway itself writes copies: only the person's own command writes anywhere else. */
const folderIn = (data: string): string => join(data, "handed-over");

/** Copies that nobody fetched before a crash. */
export const forgetCopies = (data: string): void => rmSync(folderIn(data), { recursive: true, force: true });

/** A consistent copy while the house runs: `copy` writes it. Rejects with what it rejects with. */
export async function handOver(data: string, copy: (file: string) => Promise<void>): Promise<HandedOver> {
  mkdirSync(folderIn(data), { recursive: true, mode: 0o700 });
  const file = join(folderIn(data), `copy-${randomBytes(6).toString("hex")}.db`);
  await copy(file);
  return { reply: { file }, afterwards: () => rmSync(file, { force: true }) };
}
