/** A token made while the gateway is stopped, for whoever holds the data folder. */
import type { Role } from "#model/account";
import type { Plan } from "#model/plan";
import type { Instant } from "#model/time";
import type { Store } from "../store/store.ts";
import { tokenCreated } from "./accounts.ts";
import { newToken } from "./tokens.ts";

/** Writes the token's digest and its journal entry; returns the token itself, which nobody can read again. */
export async function makeToken(
  store: Store,
  wish: { readonly name: string; readonly role: Role; readonly days?: number },
  now: Instant,
): Promise<string> {
  const kept = await store.load(now);
  const { token, secret } = newToken(wish, now);
  const plan: Plan = {
    alarms: [],
    tickets: [],
    messages: [],
    cancelMessages: [],
    accounts: [],
    sessions: [],
    tokens: [],
    journal: [],
    ...tokenCreated(token, "command line", now),
  };
  const committed = await store.commit(plan, kept.lastSeq + 1);
  if (committed.outcome === "away") await committed.settled;
  return secret;
}
