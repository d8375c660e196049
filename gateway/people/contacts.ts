/** Who reported a ticket: collected only where somebody wrote it down, sealed, masked unless asked for, erased in time. */
import * as z from "zod";
import type { JournalEntry } from "#model/journal";
import type { PersonalData } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { type Clock, hours, type Instant, later } from "#model/time";
import type { Door } from "../door.ts";
import type { Store } from "../store/store.ts";
import { dayOfNumber } from "./sealed-books.ts";
import { SINGLE, Unreadable, type Vault } from "./vault.ts";

const Contact = z.strictObject({ name: z.string(), phone: z.string() });
export type Contact = z.output<typeof Contact>;

const nameOf = (ticket: string) => ({ ticket, kind: "contact", id: SINGLE }) as const;

export const keepContact = (vault: Vault, ticket: string, contact: Contact): Promise<void> =>
  vault.put(nameOf(ticket), Buffer.from(JSON.stringify(contact)));

/** `undefined`: nobody was written down, or the time to keep it is over. `unreadable`: the key is gone, or the file was changed. */
export async function readContact(vault: Vault, ticket: string): Promise<Contact | "unreadable" | undefined> {
  try {
    const sealed = await vault.read(nameOf(ticket));
    return sealed && Contact.parse(JSON.parse(sealed.toString("utf8")));
  } catch (error) {
    // The ticket is needed just now, with or without the name on it.
    if (error instanceof Unreadable) return "unreadable";
    throw error;
  }
}

/** The family name and the ends of the number: enough to see whether it is the caller, too little to call. */
export function maskContact({ name, phone }: Contact): Contact {
  const [first = ""] = name;
  const digits = phone.length <= 7 ? phone.replaceAll(/./g, "*") : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
  return { name: name === "" ? "" : `${first}*`, phone: digits };
}

export interface Erasing {
  readonly vault: Vault;
  readonly door: Pick<Door, "take"> & { readonly house: Pick<Door["house"], "tickets" | "lately"> };
  readonly store: Pick<Store, "ticket">;
  readonly keep: PersonalData;
}

/**
 * Erases what has been kept for as long as the policy says since its ticket was closed; the ticket stays, and its journal says so.
 * The number of entries that went. A ticket that is open keeps everything; of one that the books do not know (they were put back
 * from an older copy) the day in its number counts.
 */
export async function eraseInTime({ vault, door, store, keep }: Erasing, now: Instant): Promise<number> {
  const entries = Map.groupBy(await vault.entries(), (entry) => entry.ticket);
  let gone = 0;
  for (const [no, own] of entries) {
    const ticket: Ticket | undefined =
      door.house.tickets.get(no) ?? door.house.lately.get(no) ?? (await store.ticket(no));
    const since = ticket ? ticket.closedAt : dayOfNumber({ ticket: no });
    if (since === undefined) continue;
    const over = own.filter(({ kind }) => now >= later(since, kind === "contact" ? keep.contacts : keep.files));
    if (over.length === 0) continue;
    // Told first: what is erased and not told would look like a loss.
    const data = { contacts: count(over, "contact"), files: count(over, "file") };
    const entry: JournalEntry = {
      at: now,
      occurredAt: now,
      about: `ticket:${no}`,
      event: "personal-data-erased",
      actor: "gatehouse",
      data,
    };
    await door.take({ type: "record", rows: { journal: [entry] } });
    for (const one of over) if (await vault.erase(one)) gone += 1;
  }
  return gone;
}

const count = (entries: readonly { readonly kind: string }[], kind: string): number =>
  entries.filter((one) => one.kind === kind).length;

/** Looks at the start and every six hours, until the signal. Engineering judgement: nobody's time to keep ends on the hour. */
export async function keepErasing(
  input: Erasing & { readonly clock: Clock; readonly failed: (error: unknown) => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await eraseInTime(input, input.clock.now()).catch(input.failed);
    await input.clock.sleep(hours(6), signal).catch(() => {});
  }
}
