/** Whether what lies sealed in the data folder belongs to this house's books: numbers that were given, and keys that open it. */
import { type Instant, instant } from "#model/time";
import { type Entry, Unreadable, type Vault } from "./vault.ts";

/** So many are tried before all are taken for lost: one damaged file is no lost key. */
const TRIED = 5;

/** `GD20261121-000123` → 123. */
const serialOf = ({ ticket }: Entry): number => Number(ticket.slice(ticket.indexOf("-") + 1));

/**
 * The highest number of a ticket that something was ever sealed for. After an older backup was put back it may be higher than any
 * in the books: whoever is given such a number again would inherit somebody else's name and photos.
 */
export const highestSealed = (entries: readonly Entry[]): number =>
  entries.reduce((highest, entry) => Math.max(highest, serialOf(entry)), 0);

/** The day that stands in the number: all that is left of a ticket that the books do not know. */
export function dayOfNumber({ ticket }: Pick<Entry, "ticket">): Instant {
  const day = ticket.slice(2, 10);
  return instant(Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`));
}

/** How many of the entries no key of this house opens; 0 as soon as one of the newest opens. */
export async function sealedByOthers(vault: Pick<Vault, "read">, entries: readonly Entry[]): Promise<number> {
  const newest = [...entries].sort((a, b) => serialOf(b) - serialOf(a)).slice(0, TRIED);
  for (const entry of newest) {
    try {
      await vault.read(entry);
      return 0;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  return newest.length === 0 ? 0 : entries.length;
}
