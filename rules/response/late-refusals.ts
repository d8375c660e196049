/**
 * What somebody did where there was no signal, and was refused when it was heard: the work went on without them, or the ticket was
 * over. It stands in the story of the ticket all the same, so that the desk reads what really happened.
 */
import type { Actor } from "#model/account";
import type { Command, Plan } from "#model/plan";
import type { Draft } from "../draft.ts";

/** The refused plan together with the row that tells of it. The draft may hold nothing that the command had begun. */
export function refusedLate(fresh: Draft, command: Command, actor: Actor, plan: Plan): Plan {
  if (!plan.refusal || actor.kind !== "link") return plan;
  if (command.do !== "ticket-step" && command.do !== "attach-file") return plan;
  const { occurredAt, ticket } = command;
  if (occurredAt === undefined || occurredAt > fresh.now) return plan;
  if (!fresh.ticket(ticket) && !fresh.view.lately.has(ticket)) return plan;
  const note = command.do === "ticket-step" ? command.note : undefined;
  fresh.record(
    `ticket:${ticket}`,
    "late-step-refused",
    {
      step: command.do === "ticket-step" ? command.step : "file",
      code: plan.refusal.code,
      because: plan.refusal.message,
      through: "link",
      backEntry: true,
      ...(note ? { note } : {}),
    },
    occurredAt,
  );
  return { ...fresh.finish(), refusal: plan.refusal };
}
