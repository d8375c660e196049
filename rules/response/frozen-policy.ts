/** Under which policy a ticket goes: that of its opening, or of the round that began last, whatever the site's files say by now. */
import { isReadable, type KeptPolicy, keptPolicyId } from "#model/kept-policy";
import type { Paper } from "#model/paper";
import type { View } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import type { Draft } from "../draft.ts";

/** Where policies are looked for. */
export type Known = Pick<View, "site" | "papers">;
type Versioned = Pick<Ticket, "policyVersion">;

/** A kept policy laid over the one in force, made once for both. */
interface Laid {
  readonly over: Policy;
  readonly policy: Policy;
}
const laid = new WeakMap<KeptPolicy, Laid>();
/** Rows are looked at once: whoever asks for every ticket cannot wait for that. */
const readable = new WeakMap<Paper, boolean>();

/** What is kept under a version, when it can be read. */
export function keptAs({ papers }: Pick<Known, "papers">, version: string): KeptPolicy | undefined {
  const paper = papers.get(keptPolicyId(version));
  if (!paper) return undefined;
  let good = readable.get(paper);
  if (good === undefined) {
    good = isReadable(paper);
    readable.set(paper, good);
  }
  return good ? (paper as KeptPolicy) : undefined;
}

/** Whether the house knows what this ticket was opened under. */
export function knowsPolicyOf(known: Known, { policyVersion }: Versioned): boolean {
  const kept = keptAs(known, policyVersion);
  return kept ? !kept.standIn : policyVersion === known.site.policy.version;
}

/**
 * The policy that this ticket goes by; the one in force where the house knows no other. Workdays, roles and what concerns no ticket
 * are those of now.
 */
export function policyOf(known: Known, { policyVersion }: Versioned): Policy {
  const over = known.site.policy;
  const kept = keptAs(known, policyVersion);
  if (!kept) return over;
  const before = laid.get(kept);
  if (before?.over === over) return before.policy;
  const { recovered: _, overdue: _told, ...rest } = over;
  const policy: Policy = { ...rest, ...kept.policy };
  laid.set(kept, { over, policy });
  return policy;
}

/** The version that is written into what opens now. */
export function versionInForce(draft: Draft): string {
  const isInForce = (paper: Paper | undefined): paper is KeptPolicy =>
    paper?.kind === "policy" && paper.inForce === true;
  for (const paper of draft.view.papers.values()) {
    if (isInForce(paper) && isInForce(draft.paper(paper.id))) return paper.version;
  }
  // None yet, or this very plan puts another one in force.
  return draft.papers().find(isInForce)?.version ?? draft.view.site.policy.version;
}
