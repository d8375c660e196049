/** A token made while the gateway is stopped, for whoever holds the data folder. */
import type { Role } from "#model/account";
import type { Instant } from "#model/time";
import type { Store } from "../store/store.ts";
import { tokenCreated } from "./accounts.ts";
import { newToken } from "./tokens.ts";
import { writeRows } from "./write-rows.ts";

/** Writes the token's digest and its journal entry; returns the token itself, which nobody can read again. */
export async function makeToken(
  store: Store,
  wish: { readonly name: string; readonly role: Role; readonly days?: number },
  now: Instant,
): Promise<string> {
  const kept = await store.load(now);
  const { token, secret } = newToken(wish, now);
  await writeRows(store, tokenCreated(token, "command line", now), kept.lastSeq);
  return secret;
}
