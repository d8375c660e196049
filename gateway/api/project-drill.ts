/** A drill as it went: each clock against the policy, and who did what after how many seconds. */
import type { JournalRow } from "#model/journal";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant } from "#model/time";
import { elapsed } from "../../rules/response/clocks.ts";
import { clockName } from "../../rules/response/words.ts";
import type { Story } from "./drill-board.ts";
import { eventLine, isBookkeeping } from "./event-line.ts";
import type { Names } from "./lines/line.ts";
import type { DrillListBody, DrillReportBody } from "./response-shapes.ts";

/** `story`: what was played, where the ticket came of the board of a simulated site. */
export const drillRow = (ticket: Ticket, story: Story | undefined, names: Names): DrillListBody[number] => ({
  no: ticket.no,
  title: { ...ticket.title },
  class: { ...ticket.policy.name },
  severity: ticket.severity,
  startedAt: formatInstant(ticket.openedAt),
  ...(ticket.closedAt === undefined ? {} : { closedAt: formatInstant(ticket.closedAt) }),
  overdue: ticket.clocks.filter((clock) => clock.breachedAt !== undefined).length,
  ...(story && {
    story: {
      title: { ...story.title },
      device: story.device,
      by: names.actor(story.by),
      at: formatInstant(story.at),
      ticketAfter: ticket.openedAt - story.at,
    },
  }),
});

const verdict = ({ state, metAt, breachedAt }: Ticket["clocks"][number]) => {
  if (breachedAt !== undefined) return "overdue";
  if (metAt !== undefined) return "met";
  return state === "cancelled" ? "dropped" : "open";
};

/** `rows`: the ticket's journal. What the house itself did is in the ladder and not among what people did. */
export function drillReport(
  ticket: Ticket,
  story: Story | undefined,
  rows: readonly JournalRow[],
  names: Names,
  clockTime: (at: Instant) => string,
): DrillReportBody {
  return {
    ...drillRow(ticket, story, names),
    policy: ticket.policyVersion,
    clocks: ticket.clocks.map((clock) => ({
      kind: clock.kind,
      name: { ...clockName[clock.kind] },
      target: clock.target,
      ...(clock.metAt === undefined ? {} : { took: elapsed(clock, clock.metAt) }),
      verdict: verdict(clock),
    })),
    done: rows
      .filter((row) => row.actor !== "gatehouse" && !isBookkeeping(row.event))
      .toSorted((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq)
      .map((row) => ({
        after: row.occurredAt - ticket.openedAt,
        by: names.actor(row.actor),
        text: { ...eventLine(row, names, clockTime) },
      })),
  };
}
