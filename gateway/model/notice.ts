/** What residents are told of an emergency: what happened, when it will be back, what to do (N1, N2); one paper per ticket. */

import type { Role } from "./account.ts";
import type { TicketClass } from "./policy.ts";
import type { Text } from "./text.ts";
import type { Instant, Span } from "./time.ts";

/** A way to residents: one of the site's channels to them, or what the crew does by hand, such as the board in the lobby. */
export interface ResidentWay {
  readonly id: string;
  readonly name: Text;
  /** How many it serves. */
  readonly households: number;
}

/** Somebody who is written to by name: the contact of some households. */
export interface ResidentContact {
  readonly id: string;
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
  readonly households: number;
}

/** Words of one edition; `{place}`, `{site}` and `{expected}` stand for what the ticket tells. */
export interface NoticeWords {
  readonly what: Text;
  readonly todo: Text;
}

/** What frames an edition, where nothing is out of service that comes back: a storm lasts, and is over. */
export interface NoticeFrame {
  /** Before the time until which it lasts. */
  readonly until: Text;
  /** In place of that time. */
  readonly unknown: Text;
  /** Behind the title of the last edition. */
  readonly over: Text;
}

export interface NoticeTemplate {
  readonly title: Text;
  readonly frame?: NoticeFrame;
  /** In place of the policy's. */
  readonly again?: Span;
  readonly first: NoticeWords;
  readonly update: NoticeWords;
  readonly closing: NoticeWords;
}

export interface NoticePolicy {
  /** Roles of accounts: nothing goes to residents without the word of one of them (N7). */
  readonly approve: readonly Role[];
  /** Roles of people.yaml that hear that a draft waits for approval. */
  readonly tell: readonly string[];
  /** While nobody knows when it will be back, residents hear again after this time. */
  readonly again: Span;
  /** Share of the households that a notice should reach (N1). */
  readonly reach: number;
  readonly withdrawal: NoticeWords;
  readonly templates: Readonly<Partial<Record<TicketClass, NoticeTemplate>>>;
  /** By plan: what comes before the template of its class. */
  readonly plans?: Readonly<Record<string, NoticeTemplate>>;
}

/** Why a draft lies there: somebody wrote it, or what residents were told last does not hold any more. */
export type NoticeCause = "by-hand" | "new-time" | "moved" | "time-over" | "no-time-yet" | "restored";

export interface NoticeDraft extends NoticeWords {
  readonly kind: "first" | "update" | "closing";
  /** One more with each change: who approves names the one that was read. */
  readonly rev: number;
  readonly cause: NoticeCause;
  readonly title: Text;
  readonly frame?: NoticeFrame;
  readonly backAt?: Instant;
  /** Somebody has said that it is not known when it will be back. */
  readonly backUnknown?: true;
  readonly by: string;
  readonly at: Instant;
}

/** What a way has told of itself, or somebody wrote down for it. */
export interface ReachReport {
  readonly delivered?: number;
  readonly read?: number;
  readonly by: string;
  readonly at: Instant;
}

/** What went out, or was held back because it was not real. */
export interface NoticeEdition {
  readonly n: number;
  readonly kind: NoticeDraft["kind"] | "withdrawal";
  readonly text: Text;
  readonly backAt?: Instant;
  /** When it was expected then. */
  readonly expected?: Instant;
  readonly draftedBy: string;
  readonly approvedBy: string;
  readonly at: Instant;
  /** The draft it was. */
  readonly rev?: number;
  /** Nothing was sent: an exercise, or a device or site that is simulated. */
  readonly held?: "drill" | "simulated";
  /** Ways of that time, with those for whom each had an address. */
  readonly ways: readonly (ResidentWay & { readonly byHand?: true })[];
  readonly reports: Readonly<Record<string, ReachReport>>;
}

export interface Notice {
  readonly kind: "notice";
  /** `TZ20261121-000123`: the ticket's date and number. */
  readonly id: string;
  /** Closed once its ticket is over and nothing is left to say. */
  readonly state: "open" | "closed";
  readonly at: Instant;
  readonly ticket: string;
  readonly draft?: NoticeDraft;
  readonly editions: readonly NoticeEdition[];
  /** What a draft was made for by itself: it is not made twice. */
  readonly asked: readonly string[];
  /** Of the last draft. */
  readonly lastRev: number;
}

export const noticeId = (ticket: string): string => `TZ${ticket.slice(2)}`;

/** What residents believe just now, unless it was ended or taken back. */
export function standing(notice: Pick<Notice, "editions">): NoticeEdition | undefined {
  const last = notice.editions.at(-1);
  return last?.kind === "first" || last?.kind === "update" ? last : undefined;
}
