/** The heartbeat's look at open tickets: clocks that warn or breach, ladder rows that are due, acknowledgements that ran out. */

import type { Message } from "#model/message";
import type { Policy } from "#model/policy";
import type { Ticket } from "#model/ticket";
import { later, type Span } from "#model/time";
import type { Draft } from "../draft.ts";
import { look, MAY_WAIT, recount, shiftClock, targets, wakeOfTicket } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { endDueHold } from "./hold.ts";
import { chase, resumeAfterExpiry, runDueSteps, shiftRow } from "./ladder.ts";
import { endDueOffers } from "./offer.ts";
import { expectedOf, shiftHung } from "./open-clocks.ts";
import { noteMissedPromise } from "./owner.ts";
import { unheard } from "./prove.ts";
import { endRecovered } from "./recovery.ts";
import { tell } from "./tell.ts";
import { clockName } from "./words.ts";

/**
 * Everything that is due on any open ticket by now. Tickets that wait for something later are not touched, and no list of all of
 * them is made: with ten thousand that list was most of what a beat cost. What this very plan opened has run its steps already.
 * At the start the calendar may just have moved what is due: `all` of them are asked.
 */
export function watchTickets(draft: Draft, all: boolean): void {
  for (const { no, wakeAt } of draft.view.tickets.values()) {
    if (wakeAt > draft.now && !all) continue;
    const ticket = draft.ticket(no);
    if (ticket && ticket.closedAt === undefined && ticket.wakeAt <= draft.now) watch(draft, ticket);
  }
}

function watch(draft: Draft, before: Ticket): void {
  const policy = policyOf(draft.view, before);
  const over = endRecovered(draft, before);
  if (over.closedAt !== undefined) return;
  let ticket = endDueHold(draft, over);
  for (let index = 0; index < ticket.clocks.length; index += 1) ticket = watchClock(draft, ticket, index, policy);
  ticket = resumeAfterExpiry(draft, ticket);
  ticket = runDueSteps(draft, ticket);
  ticket = endDueOffers(draft, ticket);
  ticket = noteMissedPromise(draft, ticket);
  ticket = { ...ticket, wakeAt: wakeOfTicket(ticket) };
  if (ticket.wakeAt !== before.wakeAt) draft.amendTicket(ticket);
}

function watchClock(draft: Draft, ticket: Ticket, index: number, policy: Policy): Ticket {
  const clock = ticket.clocks[index];
  if (!clock) return ticket;
  const news = look(clock, draft.now, policy);
  if (!news.warned && !news.breached) return ticket;
  const clocks = ticket.clocks.map((one, at) => (at === index ? news.clock : one));
  const looked: Ticket = { ...ticket, clocks };
  const after = news.breached && MAY_WAIT.has(clock.kind) ? chase(looked, clock.dueAt, policy) : looked;
  const name = ticket.policy.words?.clocks[clock.kind] ?? clockName[clock.kind];
  const own = ticket.policy.overdue?.[clock.kind];
  if (news.breached) {
    const true_ = clock.dueAt;
    draft.putTicket(
      after,
      "clock-breached",
      { clock: clock.kind, dueAt: true_, noticedAfter: draft.now - true_ },
      true_,
    );
    if (clock.kind === "feedback")
      remind(
        draft,
        after,
        `feedback-missed-${clock.dueAt}`,
        `${name.zh}超时，请立即记录进展`,
        `${name.en} is overdue: record the progress now`,
        own,
      );
    else if (own || unheard(policy, ticket.policy, ticket.severity).includes(clock.kind))
      remind(
        draft,
        after,
        `overdue-${clock.kind}-${clock.dueAt}`,
        `${name.zh}已超时，请处理并说明原因和新的完成时间`,
        `${name.en} is overdue: see to it, give the reason and a new time`,
        own ?? policy.overdue?.of?.[clock.kind] ?? policy.overdue?.tell ?? [],
      );
  } else {
    draft.putTicket(after, "clock-warning", { clock: clock.kind, dueAt: clock.dueAt });
    remind(
      draft,
      after,
      `warn-${clock.kind}-${clock.dueAt}`,
      `${name.zh}即将超时，请尽快完成`,
      `${name.en}: due soon, do it now`,
    );
  }
  return after;
}

/** Reminders go to those who watch; the ladder itself is for escalation. */
function remind(
  draft: Draft,
  ticket: Ticket,
  id: string,
  zh: string,
  en: string,
  roles: readonly string[] = ["control-room-operator"],
): void {
  if (roles.length === 0) return;
  const step = {
    id,
    after: 0 as Span,
    unless: [],
    tell: roles,
    phone: false,
    raiseRescueTier: false,
    say: { zh, en },
  };
  tell(draft, ticket, [{ step, loop: 0 }]);
}

/** The calendar of workdays may have been edited while the house was down: open clocks go by the one that holds now. */
export function recountWorkdays(draft: Draft): void {
  for (const ticket of draft.view.tickets.values()) {
    if (ticket.closedAt !== undefined || !ticket.clocks.some(({ workdays }) => workdays)) continue;
    const policy = policyOf(draft.view, ticket);
    const clocks = ticket.clocks.map((clock) => recount(clock, draft.now, policy));
    const changed = clocks.filter((clock, at) => clock !== ticket.clocks[at]);
    if (changed.length === 0) continue;
    const after = { ...ticket, clocks };
    draft.putTicket({ ...after, wakeAt: wakeOfTicket(after) }, "calendar-changed", {
      clocks: changed.map((clock) => ({ clock: clock.kind, dueAt: clock.dueAt })),
    });
  }
}

/** Clocks and steps after a step of the wall clock; what hangs on something expected stays with the calendar. */
function shiftedWait(draft: Draft, ticket: Ticket, by: Span): Pick<Ticket, "clocks" | "ladder"> {
  const expected = expectedOf(ticket);
  if (expected === undefined) {
    const clocks = ticket.clocks.map((clock) => shiftClock(clock, by));
    return { clocks, ladder: ticket.ladder.map((row) => shiftRow(row, by)) };
  }
  const wanted = targets(ticket.policy, ticket.severity);
  const timing = policyOf(draft.view, ticket);
  return {
    clocks: ticket.clocks.map((clock) =>
      shiftHung(
        clock,
        wanted.find(({ kind }) => kind === clock.kind),
        expected,
        { by, now: draft.now },
        timing,
      ),
    ),
    ladder: ticket.ladder.map((row) => (row.step.from === "expected" ? row : shiftRow(row, by))),
  };
}

/** The wall clock was moved by `by`: everything that waits moves with it; nothing fires, nothing freezes. */
export function shiftTickets(draft: Draft, by: Span): void {
  for (const ticket of draft.openTickets()) {
    const shifted: Ticket = {
      ...ticket,
      ...shiftedWait(draft, ticket, by),
      ...(ticket.offers
        ? {
            offers: ticket.offers.map((one) =>
              one.state === "open" ? { ...one, at: later(one.at, by), until: later(one.until, by) } : one,
            ),
          }
        : {}),
      ...(ticket.hold
        ? { hold: { ...ticket.hold, since: later(ticket.hold.since, by), until: later(ticket.hold.until, by) } }
        : {}),
      ...(ticket.recoversAt === undefined ? {} : { recoversAt: later(ticket.recoversAt, by) }),
      ...(ticket.acknowledgeExpiresAt === undefined
        ? {}
        : { acknowledgeExpiresAt: later(ticket.acknowledgeExpiresAt, by) }),
    };
    draft.putTicket({ ...shifted, wakeAt: wakeOfTicket(shifted) }, "clock-step", { by });
  }
  for (const message of draft.view.outbox.values()) {
    const moved: Message = { ...message, nextTryAt: later(message.nextTryAt, by) };
    draft.putMessage(moved);
  }
}
