/** Rows about people, written straight to the store while the gateway is stopped. */
import type { Plan } from "#model/plan";
import type { Store } from "../store/store.ts";

const NOTHING: Plan = {
  alarms: [],
  tickets: [],
  papers: [],
  messages: [],
  cancelMessages: [],
  accounts: [],
  sessions: [],
  tokens: [],
  journal: [],
};

/** Returns once they are on the disk. `lastSeq`: the newest row of the journal, as `load` told it. */
export async function writeRows(store: Store, rows: Partial<Plan>, lastSeq: number): Promise<void> {
  const committed = await store.commit({ ...NOTHING, ...rows }, lastSeq + 1);
  if (committed.outcome === "away") await committed.settled;
}
