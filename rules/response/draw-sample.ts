/** Which service records belong to a day, and which of them are drawn: nobody chooses, and asked twice the answer is the same. */
import type { View } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { hashText } from "../language/graph.ts";

/** Whether the ticket is of the site's own work: no drill, no test, no maintenance, nothing that went into another one. */
const isService = (ticket: Ticket, simulated: boolean): boolean =>
  !ticket.drill && ticket.judged === undefined && ticket.state !== "merged" && ticket.simulated === simulated;

/**
 * Whether a round of it was closed, or its follow-up made, from `from` on and before `to`. What closed itself with nobody's work on
 * it is no service.
 */
function isOfDay(ticket: Ticket, from: Instant, to: Instant): boolean {
  const inside = (at: Instant | undefined): boolean => at !== undefined && at >= from && at < to;
  const visited = (clocks: Ticket["clocks"]): boolean =>
    clocks.some(({ kind, metAt }) => kind === "followup" && inside(metAt));
  if (visited(ticket.clocks) || (!ticket.autoRecovered && inside(ticket.closedAt))) return true;
  return (ticket.past ?? []).some((one) => visited(one.clocks) || (!one.autoRecovered && inside(one.closedAt)));
}

/** The service records of a day, by number: 報修, 投訴 and 回訪 alike, each ticket once. */
export function recordsOf(
  { site, tickets, lately }: Pick<View, "site" | "tickets" | "lately">,
  from: Instant,
  to: Instant,
): readonly Ticket[] {
  const found = new Map<string, Ticket>();
  for (const ticket of [...lately.values(), ...tickets.values()]) {
    if (isService(ticket, site.simulated) && isOfDay(ticket, from, to)) found.set(ticket.no, ticket);
  }
  return [...found.values()].sort((a, b) => (a.no < b.no ? -1 : 1));
}

/** From 0 up to 1, the same for the same text. */
const fraction = (text: string): number => Number.parseInt(hashText(text).slice(-8), 36) / 36 ** 8;

/**
 * A `share` of the records, rounded up. They stand by class and team, in an order within them that the number and the day mix, and
 * are taken at even steps from a beginning that all numbers of the day decide: each class and team has its part, each record the same
 * chance, and whoever closes a ticket cannot keep it out.
 */
export function drawSample(records: readonly Ticket[], share: number, day: string): readonly string[] {
  // A share such as 0.2 of 5 is one, whatever the last bit says.
  const wanted = Math.min(records.length, Math.ceil(records.length * share - 1e-9));
  if (wanted === 0) return [];
  const mixed = records
    .map(({ no, class: kind, policy }) => ({
      no,
      group: `${kind} ${policy.lead ?? ""}`,
      mix: hashText(`${no} ${day}`),
    }))
    .sort((a, b) => (a.group === b.group ? (a.mix < b.mix ? -1 : Number(a.mix > b.mix)) : a.group < b.group ? -1 : 1));
  const first = fraction([day, ...records.map(({ no }) => no).sort()].join(" "));
  return Array.from(
    { length: wanted },
    (_, index) => mixed[Math.floor(((first + index) * mixed.length) / wanted)]?.no ?? "",
  ).sort();
}
