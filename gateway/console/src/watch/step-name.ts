/** What a step is called: by the plan that the ticket was opened by, or as everywhere. */
import type { TicketBody } from "../../../api/ticket-shapes.ts";
import { say, w } from "../shared/language.svelte.ts";

export const stepName = ({ stepNames }: Pick<TicketBody, "stepNames">, step: string): string =>
  say(stepNames?.[step]) || w().step.name(step);
