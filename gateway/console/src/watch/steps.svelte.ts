/** Taking a step on a ticket: sent once, answered in the gateway's words. */
import type { ErrorBody } from "../../../api/shapes.ts";
import type { TicketBody } from "../../../api/ticket-shapes.ts";
import { command } from "../shared/ask.ts";
import { putTickets } from "../shared/house.svelte.ts";
import { live } from "../shared/live.svelte.ts";
import { may } from "../shared/session.svelte.ts";

export interface StepInput {
  readonly note?: string;
  readonly assignee?: string;
  readonly lead?: string;
  readonly help?: readonly string[];
  readonly who?: "staff" | "rescue";
  readonly sop?: string;
  readonly skip?: boolean;
  readonly reason?: string;
  readonly into?: string;
  readonly occurredAt?: string;
  readonly what?: string;
  readonly until?: string;
  readonly score?: number;
  readonly how?: string;
}

export interface StepOutcome {
  readonly ticket: string;
  readonly step: string;
  readonly state: "sending" | "done" | "refused";
  readonly error?: ErrorBody;
}

let outcome = $state.raw<StepOutcome | undefined>(undefined);

/** What became of the last step that was taken on this ticket here. */
export const outcomeOf = (no: string): StepOutcome | undefined => (outcome?.ticket === no ? outcome : undefined);

export const forgetOutcome = (): void => {
  outcome = undefined;
};

/** Why no step is possible now. */
export function cannotStep(): "lost" | "role" | undefined {
  if (!may("tickets")) return "role";
  return live.link === "lost" ? "lost" : undefined;
}

/** True when the gateway has done it. */
export async function takeStep(no: string, step: string, input: StepInput = {}): Promise<boolean> {
  if (cannotStep() || (outcome?.ticket === no && outcome.state === "sending")) return false;
  outcome = { ticket: no, step, state: "sending" };
  const answer = await command<TicketBody>(`/api/tickets/${encodeURIComponent(no)}/${encodeURIComponent(step)}`, input);
  if (answer.ok) {
    outcome = { ticket: no, step, state: "done" };
    // The stream brings the same; this only saves the moment until then.
    if (answer.body.no === no) putTickets([answer.body]);
    return true;
  }
  outcome = { ticket: no, step, state: "refused", error: answer.error };
  return false;
}
