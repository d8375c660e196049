/** What the command line asks of a running house through its control socket: a copy of the store, of the history, new keys. */
import type { JournalEntry } from "#model/journal";
import type { Instant } from "#model/time";
import type { Historian } from "./history/historian.ts";
import { createTurn } from "./people/in-turn.ts";
import type { Keyring } from "./people/keyring.ts";
import { keysRotated, rotateKeys, rotationInWords } from "./people/rotate-keys.ts";
import type { Vault } from "./people/vault.ts";
import { handOver } from "./store/hand-over.ts";
import type { Store } from "./store/store.ts";

interface ControlOrders {
  /** The data folder. */
  readonly data: string;
  readonly store: Pick<Store, "backup">;
  readonly historian: Pick<Historian, "copy">;
  readonly vault: Vault;
  readonly keysAreNow: (keys: Keyring) => void;
  readonly record: (entry: JournalEntry) => Promise<unknown>;
  readonly now: () => Instant;
}

/** By the name of the order. Keys are rotated once at a time. */
export function controlOrders({ data, store, historian, vault, keysAreNow, record, now }: ControlOrders) {
  const rotation = createTurn();
  return {
    backup: () => handOver(data, (file) => store.backup(file)),
    "backup-history": () => handOver(data, (file) => historian.copy(file)),
    "rotate-keys": () =>
      rotation(async () => {
        const done = await rotateKeys(data, vault, keysAreNow);
        await record(keysRotated(done, "command line", now()));
        const said = rotationInWords(done);
        return { reply: done.unreadable.length > 0 ? { because: said } : { said } };
      }),
  };
}
