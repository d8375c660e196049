/**
 * Dispatch: an emergency that nobody needs to hand out is offered to whoever is on duty, able, near and least busy; the offer
 * ends, and the next one has it. S1 goes to all of them at once, and the first who accepts holds it (response.md 2.7).
 */
import type { TicketStep } from "#model/plan";
import type { Person, Site } from "#model/site";
import type { Offer, Ticket } from "#model/ticket";
import { type Instant, later, milliseconds, minutes } from "#model/time";
import type { Draft } from "../draft.ts";
import { onDuty } from "./on-duty.ts";
import { stateBeneath, withState } from "./preempted.ts";
import { tell, tellPerson } from "./tell.ts";

/** A third of the time in which somebody must have accepted. Engineering judgement: room for three people in turn. */
const SHARE = 1 / 3;
/** Where a class has no clock for accepting. */
const USUAL = minutes(15);

const WAITS: ReadonlySet<Ticket["state"]> = new Set(["new", "dispatched"]);
const waitsForSomebody = (ticket: Ticket): boolean => WAITS.has(stateBeneath(ticket));
/** Done, but for the words of others: nobody is kept by it. */
const DONE: ReadonlySet<Ticket["state"]> = new Set(["repaired", "verifying", "closed", "merged"]);

export const isOpenOffer = (offer: Offer): boolean => offer.state === "open";

/** Whether a name that somebody wrote, or an account, means this person. */
export const isPerson = (person: Pick<Person, "id" | "name">, called: string | undefined): boolean =>
  called !== undefined && (person.id === called || person.name === called);

function hasSkill(site: Site, person: Person, skill: string | undefined, now: Instant): boolean {
  // A firm answers for the certificates of its own people.
  if (skill === undefined || person.contractor) return true;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(site.zone).toPlainDate().toString();
  return (person.skills ?? []).some((one) => one.skill === skill && (one.until === undefined || today <= one.until));
}

/** Whether this person has the work, and it is not done. */
export const isAtWorkOn = (person: Person, ticket: Ticket): boolean =>
  ticket.closedAt === undefined && !DONE.has(ticket.state) && isPerson(person, ticket.assignee);

/** Open tickets that this person works on. */
export const jobsOf = (draft: Draft, person: Person, except: string): readonly Ticket[] =>
  draft.openTickets().filter((one) => one.no !== except && isAtWorkOn(person, one));

/** Somebody who may be sent, and what speaks for them. */
interface Candidate {
  readonly person: Person;
  readonly near: boolean;
  /** Open tickets they already work on. */
  readonly jobs: number;
}

function isNear(site: Site, ticket: Ticket, person: Person): boolean {
  const { building } = ticket.place;
  return (
    building !== undefined &&
    site.people.teams.some((team) => team.people.includes(person.id) && team.building === building)
  );
}

/** Who may be sent now, best first: on duty, able, not at another S1, not asked before in this round; of offers, `counts` do. */
export function candidates(
  draft: Draft,
  ticket: Ticket,
  counts: (offer: Offer) => boolean = () => true,
): readonly Candidate[] {
  const { site } = draft.view;
  const { dispatch } = ticket.policy;
  if (!dispatch) return [];
  const asked = new Set(
    (ticket.offers ?? []).filter((one) => one.round === ticket.round && counts(one)).map((one) => one.person),
  );
  const ids = new Set(
    dispatch.roles.flatMap((role) => {
      const duty = onDuty(site.people, role, draft.now, site.zone);
      return duty.nobody ? [] : duty.people;
    }),
  );
  return (
    site.people.people
      .filter(
        (person) => ids.has(person.id) && !asked.has(person.id) && hasSkill(site, person, dispatch.skill, draft.now),
      )
      .map((person) => ({ person, jobs: jobsOf(draft, person, ticket.no) }))
      // Whoever takes part in a drill is there for what is real.
      .filter(({ jobs }) => !jobs.some((job) => job.severity === "S1" && (!job.drill || ticket.drill)))
      .map(({ person, jobs }): Candidate => ({ person, near: isNear(site, ticket, person), jobs: jobs.length }))
      .sort((a, b) => Number(b.near) - Number(a.near) || a.jobs - b.jobs)
  );
}

const limitOf = (ticket: Ticket) =>
  milliseconds((ticket.clocks.find((clock) => clock.kind === "accept")?.target ?? USUAL / SHARE) * SHARE);

/** The ticket with an offer to each of them, told and journalled. */
function offerTo(draft: Draft, ticket: Ticket, people: readonly Candidate[]): Ticket {
  const until = later(draft.now, limitOf(ticket));
  const fresh = people.map(
    ({ person, near, jobs }): Offer => ({
      person: person.id,
      round: ticket.round,
      state: "open",
      at: draft.now,
      until,
      why: { near, jobs },
    }),
  );
  const after: Ticket = { ...withState(ticket, "dispatched"), offers: [...(ticket.offers ?? []), ...fresh] };
  draft.putTicket(after, "ticket-offered", { to: people.map(({ person }) => person.id), until });
  // The first steps of an S1 tell all of them already.
  for (const { person } of ticket.severity === "S1" ? [] : people) {
    tellPerson(draft, after, person.id, {
      zh: "派单给您，请接单或说明不能接的原因",
      en: "Offered to you: accept it, or say why not",
    });
  }
  return after;
}

/**
 * Offers the ticket to whoever is next, if it waits for somebody and has no offer open. When nobody is left the control room is
 * told, once in a round, and the ladder does the rest.
 */
export function offerNext(draft: Draft, ticket: Ticket): Ticket {
  const offers = ticket.offers ?? [];
  if (!ticket.policy.dispatch || !waitsForSomebody(ticket) || ticket.closedAt !== undefined) return ticket;
  if (ticket.assignee !== undefined) return ticket;
  if (offers.some(isOpenOffer) || ticket.exhausted === ticket.round) return ticket;
  const people = candidates(draft, ticket);
  if (people.length > 0) return offerTo(draft, ticket, ticket.severity === "S1" ? people : people.slice(0, 1));
  const after: Ticket = { ...ticket, exhausted: ticket.round };
  draft.putTicket(after, "nobody-to-send", { roles: ticket.policy.dispatch.roles, asked: offers.length });
  remind(draft, after, `nobody-to-send-${draft.now}`, {
    zh: "没有可派的人（值班、持证、未在紧急任务中），请人工派单",
    en: "Nobody is left to send (on duty, licensed, not at an emergency): send somebody by hand",
  });
  return after;
}

/**
 * It has become an S1: everybody who may be sent is asked at once, as when one opens; also whoever said no, or nothing, to the
 * lesser ticket. Whoever has been asked and may still answer keeps the offer.
 */
export function offerToAll(draft: Draft, ticket: Ticket): Ticket {
  if (!ticket.policy.dispatch || !waitsForSomebody(ticket) || ticket.assignee !== undefined) return ticket;
  const people = candidates(draft, ticket, isOpenOffer);
  if (people.length > 0) return offerTo(draft, ticket, people);
  return offerNext(draft, ticket);
}

/** A person at the desk sends somebody by name: that offer ends too, and then the next one has it. */
export function offerByHand(draft: Draft, ticket: Ticket, called: string, by: string): Ticket {
  const person = draft.view.site.people.people.find((one) => isPerson(one, called));
  const offers = close(ticket.offers, isOpenOffer, "withdrawn");
  if (!person || !ticket.policy.dispatch) return { ...ticket, ...(offers ? { offers } : {}) };
  const until = later(draft.now, limitOf(ticket));
  const jobs = jobsOf(draft, person, ticket.no).length;
  const why = { near: isNear(draft.view.site, ticket, person), jobs, by };
  const offer: Offer = { person: person.id, round: ticket.round, state: "open", at: draft.now, until, why };
  return { ...ticket, offers: [...(offers ?? []), offer] };
}

const close = (
  offers: readonly Offer[] | undefined,
  which: (offer: Offer) => boolean,
  state: Offer["state"],
): readonly Offer[] | undefined =>
  offers?.map((offer) => (isOpenOffer(offer) && which(offer) ? { ...offer, state } : offer));

/** Nobody is asked any more once somebody is there, or there is nothing left to do. */
export function withdrawOffers(ticket: Ticket): Ticket {
  if (waitsForSomebody(ticket) || !ticket.offers?.some(isOpenOffer)) return ticket;
  return { ...ticket, offers: close(ticket.offers, isOpenOffer, "withdrawn") ?? [] };
}

/** Offers that nobody took in time are over, and the next candidate is asked. */
export function endDueOffers(draft: Draft, ticket: Ticket): Ticket {
  const due = (ticket.offers ?? []).filter((offer) => isOpenOffer(offer) && offer.until <= draft.now);
  if (due.length === 0) return ticket;
  const offers = close(ticket.offers, (offer) => offer.until <= draft.now, "expired");
  const { assignee, ...unassigned } = ticket;
  const gone = draft.view.site.people.people.some(
    (one) => isPerson(one, assignee) && due.some(({ person }) => person === one.id),
  );
  const after: Ticket = { ...(gone ? unassigned : ticket), ...(offers ? { offers } : {}) };
  draft.putTicket(after, "offer-expired", { to: due.map(({ person }) => person) }, due[0]?.until);
  return offerNext(draft, after);
}

/**
 * What accepting, declining or sending somebody means for the offers; `called` is who acts, as written or as an account, `because`
 * what was said.
 */
export function settleOffers(
  draft: Draft,
  ticket: Ticket,
  step: TicketStep,
  called: readonly string[],
  because?: string,
): Ticket {
  const people = draft.view.site.people.people.filter((one) => called.some((name) => isPerson(one, name)));
  const mine = (offer: Offer) => people.some(({ id }) => id === offer.person);
  switch (step) {
    case "accept": {
      const offers = close(close(ticket.offers, mine, "accepted"), () => true, "withdrawn");
      return { ...ticket, ...(offers ? { offers } : {}) };
    }
    case "decline": {
      const asked = (ticket.offers ?? []).some((offer) => isOpenOffer(offer) && mine(offer));
      // Who declines without having been asked by name declines for all who were: the desk knows why.
      const had = (offer: Offer) => offer.state === "accepted" && offer.round === ticket.round && mine(offer);
      const offers = ticket.offers?.map((offer) =>
        had(offer) || (isOpenOffer(offer) && (!asked || mine(offer)))
          ? { ...offer, state: "declined" as const, ...(because === undefined ? {} : { because }) }
          : offer,
      );
      const others = offers?.some(isOpenOffer) ?? false;
      return { ...(others ? withState(ticket, "dispatched") : ticket), ...(offers ? { offers } : {}) };
    }
    default:
      return ticket;
  }
}

/** The control room is told one sentence more about a ticket. */
export function remind(
  draft: Draft,
  ticket: Ticket,
  id: string,
  say: { zh: string; en: string },
  roles: readonly string[] = ["control-room-operator"],
): void {
  const step = {
    id,
    after: milliseconds(0),
    unless: [],
    tell: roles,
    phone: false,
    raiseRescueTier: false,
    say,
  };
  tell(draft, ticket, [{ step, loop: 0 }]);
}
