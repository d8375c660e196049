/**
 * 补录 of what was handled on paper: while the system was away people were told by phone, step by step. What was due by now counts
 * as told; nobody is called hours later about what they have long since done (response.md, case 30). Clocks stay as they were: what
 * ran out is breached at its true instant, marked as entered later.
 */
import type { LadderRow, Ticket } from "#model/ticket";
import type { Draft } from "../draft.ts";
import { look } from "./clocks.ts";

/** The ticket that was just opened with a past beginning, with everything that was due by now behind it. */
export function toldByPhone(draft: Draft, opened: Ticket): Ticket {
  const due = (row: LadderRow) => row.state === "waiting" && row.dueAt <= draft.now;
  const past = opened.ladder.filter(due);
  let ticket: Ticket = {
    ...opened,
    ladder: opened.ladder.map((row): LadderRow => (due(row) ? { ...row, state: "done", doneAt: row.dueAt } : row)),
    rescueTier: opened.rescueTier + past.filter(({ step }) => step.raiseRescueTier).length,
    // They were sent by phone as well: the house asks nobody else in this round.
    exhausted: opened.round,
  };
  draft.putTicket(
    ticket,
    "told-by-phone",
    { steps: past.map(({ step }) => step.id), backEntry: true },
    opened.openedAt,
  );
  for (const [index, clock] of ticket.clocks.entries()) {
    const { clock: seen, warned, breached } = look(clock, draft.now, draft.view.site.policy);
    if (!warned && !breached) continue;
    ticket = { ...ticket, clocks: ticket.clocks.map((one, at) => (at === index ? seen : one)) };
    if (!breached) continue;
    const { kind, dueAt } = clock;
    const facts = { clock: kind, dueAt, noticedAfter: draft.now - dueAt, backEntry: true };
    draft.putTicket(ticket, "clock-breached", facts, dueAt);
  }
  return ticket;
}
