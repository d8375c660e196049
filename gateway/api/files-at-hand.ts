/** Which of a ticket's files are still there: bytes are erased in time, their rows stay. */
import type { Ticket } from "#model/ticket";
import type { Vault } from "../people/vault.ts";

/** Ids of files that were erased. */
export async function goneFiles(vault: Vault, ticket: Ticket): Promise<ReadonlySet<string>> {
  const gone = new Set<string>();
  for (const { id } of ticket.files ?? [])
    if (!(await vault.has({ ticket: ticket.no, kind: "file", id }))) gone.add(id);
  return gone;
}
