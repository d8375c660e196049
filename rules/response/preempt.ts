/** An emergency takes somebody from lesser work; that work is offered to others, and goes on when the emergency is over. */
import type { Ticket } from "#model/ticket";
import { between, later } from "#model/time";
import type { Draft } from "../draft.ts";
import { wakeOfTicket } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { resumed } from "./hold.ts";
import { isAtWorkOn, isPerson, jobsOf, offerNext, remind } from "./offer.ts";
import { PREEMPTED } from "./preempted.ts";

/** Work that an S1 may take somebody away from. */
const AT_WORK: ReadonlySet<Ticket["state"]> = new Set(["accepted", "en-route", "on-site"]);

/**
 * Whoever accepted `taken`, an S1, leaves lesser work for it: that stands on hold, pre-empted, with its clocks running on; the next
 * one is asked, and the desk tells the owner a new time (P8, F13).
 */
export function preempt(draft: Draft, taken: Ticket): void {
  // A drill takes nobody away from real work.
  if (taken.severity !== "S1" || taken.drill) return;
  const person = draft.view.site.people.people.find((one) => isPerson(one, taken.assignee));
  if (!person) return;
  for (const job of jobsOf(draft, person, taken.no)) {
    if ((job.severity !== "S3" && job.severity !== "S4") || !AT_WORK.has(job.state)) continue;
    const { assignee: _, exhausted: _tried, ...rest } = job;
    const left: Ticket = {
      ...rest,
      state: "on-hold",
      hold: {
        state: "new",
        reason: PREEMPTED,
        by: person.name,
        since: draft.now,
        // It goes on with the end of the emergency; this is only so that nothing waits for ever.
        until: later(draft.now, policyOf(draft.view, job).hold.longest),
        emergency: taken.no,
      },
      offers: [
        ...(job.offers ?? []).filter((offer) => offer.person !== person.id),
        { person: person.id, round: job.round, state: "withdrawn", at: draft.now, until: draft.now },
      ],
    };
    draft.putTicket(left, "ticket-preempted", { by: taken.no, person: person.id });
    remind(draft, left, `preempted-${draft.now}`, {
      zh: `${person.name} 已转去紧急工单 ${taken.no}，本单挂起（被抢占），时限照计：请另派人，并告知报修人新的时间`,
      en: `${person.name} left for the emergency ${taken.no}; this one is on hold (pre-empted), its clocks run on: send somebody else and tell the owner a new time`,
    });
    settle(draft, offerNext(draft, left));
  }
}

/** After anything that happened to the emergency `no`: whom it no longer keeps may be asked again for the work that they left. */
export function releasePreempted(draft: Draft, no: string): void {
  const emergency = draft.ticket(no);
  for (const held of draft.openTickets()) {
    if (held.hold?.emergency !== no) continue;
    const { by, since } = held.hold;
    const person = draft.view.site.people.people.find((one) => one.name === by);
    if (emergency && person && isAtWorkOn(person, emergency)) continue;
    const { exhausted: _, ...rest } = resumed(draft, held, draft.now);
    const back: Ticket = {
      ...rest,
      // Who left may be asked like everybody else, and knows the work.
      offers: (held.offers ?? []).filter((offer) => offer.person !== person?.id || offer.state !== "withdrawn"),
    };
    draft.putTicket(back, "hold-over", { reason: PREEMPTED, emergency: no, waited: between(since, draft.now) });
    remind(draft, back, `preemption-over-${draft.now}`, {
      zh: `紧急工单 ${no} 已不再占用 ${by}，本单已自动恢复，请确认有人接手`,
      en: `The emergency ${no} no longer keeps ${by}; this ticket goes on: see that somebody takes it up`,
    });
    settle(draft, offerNext(draft, back));
  }
}

const settle = (draft: Draft, ticket: Ticket): void => draft.amendTicket({ ...ticket, wakeAt: wakeOfTicket(ticket) });
