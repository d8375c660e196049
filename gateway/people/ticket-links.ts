/**
 * One-ticket links for people without an account: signed, so that nothing needs to be kept until one is used; good once, for one
 * ticket and one person, with an end, and dead at a word of the desk. Using one gives a visit, which is a session of its own kind.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Session, Visit } from "#model/account";
import type { JournalEntry } from "#model/journal";
import type { Plan } from "#model/plan";
import type { Offer, Ticket } from "#model/ticket";
import { days, type Instant, instant, later, minutes } from "#model/time";
import { digest, newSecret } from "./secrets.ts";

/** To the first use; an offer that stands longer keeps its link as long (security.md section 3, docs/decisions.md). */
const FIRST_USE = minutes(15);
/** A visit ends with its ticket (`calledOut`); this is the end in any case: the time in which a ticket may be opened again. */
const VISIT = days(7);
/** 128 bits of the signature. */
const TAG_BYTES = 16;

export interface TicketLink {
  readonly ticket: string;
  readonly person: string;
  readonly nonce: string;
  readonly madeAt: Instant;
  readonly until: Instant;
}

const tagOf = (key: Buffer, claim: string): Buffer =>
  createHmac("sha256", key).update("ticket-link/").update(claim).digest().subarray(0, TAG_BYTES);

/** What stands behind the `#` of the address: the claim and its tag, both in letters that a text message keeps. */
export function writeLink(key: Buffer, link: TicketLink): string {
  const { ticket, person, nonce, madeAt, until } = link;
  const claim = Buffer.from([ticket, person, nonce, inLetters(madeAt), inLetters(until)].join("\n")).toString(
    "base64url",
  );
  return `${claim}.${tagOf(key, claim).toString("base64url")}`;
}

const inLetters = (at: Instant): string => Math.trunc(at).toString(36);
const fromLetters = (text: string): Instant => instant(Number.parseInt(text, 36));

const TOKEN = /^([A-Za-z0-9_-]{1,300})\.([A-Za-z0-9_-]{22})$/;

/** The link, if this house signed it; whether it still holds is another question. */
export function readLink(key: Buffer, token: string): TicketLink | undefined {
  const [, claim, tag] = TOKEN.exec(token) ?? [];
  if (claim === undefined || tag === undefined) return undefined;
  const shown = Buffer.from(tag, "base64url");
  if (shown.length !== TAG_BYTES || !timingSafeEqual(shown, tagOf(key, claim))) return undefined;
  const [ticket, person, nonce, madeAt, until] = Buffer.from(claim, "base64url").toString("utf8").split("\n");
  if (!ticket || !person || !nonce || !madeAt || !until) return undefined;
  return { ticket, person, nonce, madeAt: fromLetters(madeAt), until: fromLetters(until) };
}

/** A link for whoever asks at the desk. */
export const linkByHand = (ticket: string, person: string, now: Instant): TicketLink => ({
  ticket,
  person,
  nonce: randomBytes(6).toString("base64url"),
  madeAt: now,
  until: later(now, FIRST_USE),
});

/**
 * The link that goes out with a message: the same one however often the message is sent, another one by another way. `undefined`
 * when the work is not this person's to take.
 */
export function linkOfMessage(
  message: { readonly key: string; readonly to: string; readonly createdAt: Instant },
  ticket: Ticket,
  isAssignee: boolean,
  now: Instant,
): TicketLink | undefined {
  const offer = (ticket.offers ?? []).findLast(
    (one: Offer) => one.person === message.to && one.round === ticket.round && one.state === "open",
  );
  if (ticket.closedAt !== undefined || (!offer && !isAssignee)) return undefined;
  return {
    ticket: ticket.no,
    person: message.to,
    nonce: createHash("sha256").update(message.key).digest("base64url").slice(0, 8),
    madeAt: message.createdAt,
    until: instant(Math.max(later(now, FIRST_USE), offer?.until ?? 0)),
  };
}

const visitsOf = (sessions: Iterable<Session>, ticket: string, person: string): readonly Visit[] =>
  [...sessions].flatMap(({ visit }) => (visit?.ticket === ticket && visit.person === person ? [visit] : []));

/** Everything for this person that was made up to here is dead; `undefined` when nothing was ever revoked. */
function revokedUpTo(sessions: Iterable<Session>, ticket: string, person: string): Instant | undefined {
  const ends = visitsOf(sessions, ticket, person).filter((one) => one.revoked);
  return ends.length === 0 ? undefined : instant(Math.max(...ends.map((one) => one.madeAt)));
}

/** Why a link that we signed no longer opens anything. */
export function whyDead(
  link: TicketLink,
  sessions: Iterable<Session>,
  now: Instant,
): "over" | "used" | "revoked" | undefined {
  const all = [...sessions];
  if (link.madeAt <= (revokedUpTo(all, link.ticket, link.person) ?? -1)) return "revoked";
  if (visitsOf(all, link.ticket, link.person).some((one) => one.nonce === link.nonce && !one.revoked)) return "used";
  return now >= link.until ? "over" : undefined;
}

/** `link:` can stand in no account's id, so that no visit ever passes for the session of an account. */
const accountOf = (person: string): string => `link:${person}`;

const entry = (now: Instant, ticket: string, event: string, actor: string, person: string): JournalEntry => ({
  at: now,
  occurredAt: now,
  about: `ticket:${ticket}`,
  event,
  actor,
  data: { to: person },
});

/** The first use: a visit, whose secret goes into a cookie and is kept as its digest. */
export function startVisit(
  link: TicketLink,
  now: Instant,
): { readonly secret: string; readonly session: Session; readonly rows: Partial<Plan> } {
  const secret = newSecret();
  const { ticket, person, nonce, madeAt } = link;
  const session: Session = {
    id: digest(secret),
    account: accountOf(person),
    createdAt: now,
    expiresAt: later(now, VISIT),
    state: "active",
    visit: { ticket, person, nonce, madeAt },
  };
  return {
    secret,
    session,
    rows: { sessions: [session], journal: [entry(now, ticket, "link-opened", person, person)] },
  };
}

/** Rows after which no link and no visit of this person on this ticket, made up to now, opens anything. */
export function revokeLinks(ticket: string, person: string, by: string, now: Instant): Partial<Plan> {
  const session: Session = {
    id: digest(newSecret()),
    account: accountOf(person),
    createdAt: now,
    expiresAt: later(now, VISIT),
    state: "active",
    visit: { ticket, person, nonce: "-", madeAt: now, revoked: true },
  };
  return { sessions: [session], journal: [entry(now, ticket, "link-revoked", by, person)] };
}

/** The journal of a link that somebody at the desk has made. */
export const linkMade = (link: TicketLink, by: string, now: Instant): Partial<Plan> => ({
  journal: [entry(now, link.ticket, "link-made", by, link.person)],
});

/** The visit behind a cookie, while it holds. */
export function findVisit(
  sessions: ReadonlyMap<string, Session>,
  secret: string,
  now: Instant,
): (Session & { readonly visit: Visit }) | undefined {
  const session = sessions.get(digest(secret));
  if (!session?.visit || session.visit.revoked || session.state !== "active" || now >= session.expiresAt)
    return undefined;
  const { ticket, person, madeAt } = session.visit;
  if (madeAt <= (revokedUpTo(sessions.values(), ticket, person) ?? -1)) return undefined;
  return { ...session, visit: session.visit };
}

/** Of its own, so that a visit on the phone of somebody who has an account signs nobody out. */
export const visitCookie = (secure: boolean) => ({
  name: secure ? "__Secure-gh-visit" : "gh-visit",
  options: {
    httpOnly: true as const,
    sameSite: "strict" as const,
    path: "/api/visit",
    secure,
    maxAge: VISIT / 1_000,
  },
});
