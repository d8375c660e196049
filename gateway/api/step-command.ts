/** The words of a request as the command that they ask for. */
import type * as z from "zod";
import type { Command, TicketStep } from "#model/plan";
import { toInstant, toSpan } from "./inputs.ts";
import type { Step } from "./ticket-inputs.ts";

type Words = Partial<Omit<z.output<typeof Step>, "commandId">>;
type Told = { [K in keyof Words]?: Exclude<Words[K], undefined> };

export function stepCommand(ticket: string, step: TicketStep, words: Words): Extract<Command, { do: "ticket-step" }> {
  const { occurredAt, until, for: span, ...plain } = words;
  const told = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as Told;
  return {
    ...(told as Omit<Told, "occurredAt" | "until" | "for">),
    do: "ticket-step",
    ticket,
    step,
    ...(span === undefined ? {} : { for: toSpan(span) }),
    ...(until === undefined ? {} : { until: toInstant(until) }),
    ...(occurredAt === undefined ? {} : { occurredAt: toInstant(occurredAt) }),
  };
}
