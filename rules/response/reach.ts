/** By which ways a person is told, how long after the step each of them joins in, and when the rest needs no saying. */
import { contactNeeded } from "#model/channel-settings";
import type { Policy } from "#model/policy";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { milliseconds, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { policyOf } from "./frozen-policy.ts";

export interface Way {
  /** Channel id of the site, or `console`. */
  readonly channel: string;
  readonly after: Span;
}

/**
 * The screens first, then the channels of the site that the policy uses for this severity and for which the person has a
 * contact. `policy`: the one that the ticket goes by. The screens are never left out: what stands nowhere is forgotten.
 */
export function waysTo(
  site: Site,
  person: string,
  severity: Severity,
  policy: Pick<Policy, "reach"> = site.policy,
): readonly Way[] {
  const reach = policy.reach[severity];
  const contacts = site.people.people.find((one) => one.id === person);
  const ways: Way[] = [{ channel: "console", after: reach.console ?? milliseconds(0) }];
  for (const { id, kind } of site.channels) {
    const after = reach[kind];
    const needed = contactNeeded[kind];
    if (after === undefined || (needed && contacts?.[needed] === undefined)) continue;
    ways.push({ channel: id, after });
  }
  return ways;
}

/** A reminder of one clock, as the heartbeat names it. */
const OF_A_CLOCK = /^(?:warn|overdue)-([a-z-]+)-\d+$/;

/** People of a role that has answered are not told once more, and nobody of a clock that is over: what still waits is dropped. */
export function dropWaiting(draft: Draft, ticket: Ticket): void {
  const { answeredBy } = policyOf(draft.view, ticket);
  const isMet = (kind: string): boolean =>
    // An acknowledgement that ran out is none; one of a class without a clock for it is one.
    kind === "acknowledge"
      ? ticket.acknowledgedBy !== undefined
      : ticket.clocks.some((clock) => clock.kind === kind && clock.metAt !== undefined);
  const isOver = (kind: string | undefined): boolean =>
    ticket.clocks.some((clock) => clock.kind === kind && (clock.metAt !== undefined || clock.state === "cancelled"));
  for (const message of draft.view.outbox.values()) {
    if (message.ticket !== ticket.no || message.state !== "pending") continue;
    const answers = message.role === "assignee" ? ["accept"] : (answeredBy[message.role] ?? []);
    if (answers.some(isMet) || isOver(OF_A_CLOCK.exec(message.step)?.[1]))
      draft.putMessage({ ...message, state: "cancelled" });
  }
}
