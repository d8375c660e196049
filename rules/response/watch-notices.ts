/** The heartbeat over notices: what residents were told does not hold any more, so a draft is laid before the desk. Pure. */
import { type Notice, type NoticeCause, type NoticeDraft, type NoticeTemplate, standing } from "#model/notice";
import type { Ticket, TicketState } from "#model/ticket";
import { later } from "#model/time";
import type { Draft } from "../draft.ts";
import { freshDraft, promisedBack, putNotice } from "./notice.ts";
import { templateOf } from "./notice-words.ts";
import { expectedOf } from "./open-clocks.ts";
import { ASKED, askApproval } from "./send-notice.ts";

/** The service works again, whatever is left to be done. */
const RESTORED: ReadonlySet<TicketState> = new Set(["repaired", "verifying", "closed"]);

interface Need {
  readonly kind: NoticeDraft["kind"];
  readonly cause: NoticeCause;
  /** Named after what it is for: it is drafted once. */
  readonly key: string;
}

/** The ticket, or the one that it went into: the fault that residents were told of goes on there. */
function ticketOf(draft: Draft, no: string): Ticket | undefined {
  const seen = new Set<string>();
  for (let next: string | undefined = no; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const ticket: Ticket | undefined = draft.ticket(next) ?? draft.view.lately.get(next);
    if (!ticket || ticket.mergedInto === undefined) return ticket;
    next = ticket.mergedInto;
  }
  return undefined;
}

/** Of what was expected: it is over, whatever is left to be cleared away. */
const isRestored = ({ state, plan }: Ticket): boolean =>
  RESTORED.has(state) || (plan !== undefined && state === "mitigated");

function needOf(draft: Draft, notice: Notice, ticket: Ticket, template: NoticeTemplate): Need | undefined {
  const last = standing(notice);
  const policy = draft.view.site.policy.notices;
  if (!last || !policy) return undefined;
  if (isRestored(ticket)) return { kind: "closing", cause: "restored", key: `restored:${last.n}` };
  const expected = expectedOf(ticket);
  if (expected !== undefined && last.expected !== undefined && expected !== last.expected) {
    return { kind: "update", cause: "moved", key: `moved:${last.n}:${expected}` };
  }
  const promised = promisedBack(ticket, draft.now);
  if (promised && promised.until !== last.backAt && promised.at > last.at) {
    return { kind: "update", cause: "new-time", key: `new-time:${promised.at}` };
  }
  if (last.backAt !== undefined) {
    return last.backAt <= draft.now ? { kind: "update", cause: "time-over", key: `time-over:${last.n}` } : undefined;
  }
  const due = later(last.at, template.again ?? policy.again) <= draft.now;
  return due ? { kind: "update", cause: "no-time-yet", key: `no-time-yet:${last.n}` } : undefined;
}

export function watchNotices(draft: Draft): void {
  for (const { id } of draft.view.papers.values()) {
    const notice = draft.paper(id);
    if (notice?.kind === "notice" && notice.state === "open") watch(draft, notice);
  }
}

function watch(draft: Draft, notice: Notice): void {
  const ticket = ticketOf(draft, notice.ticket);
  const over = !ticket || ticket.closedAt !== undefined;
  const template = ticket && templateOf(draft.view.site.policy.notices, ticket);
  if (!ticket || !template || (over && !standing(notice))) {
    if (over) close(draft, notice);
    return;
  }
  const need = needOf(draft, notice, ticket, template);
  if (!need) return;
  if (notice.asked.includes(need.key)) {
    // The closing notice was dropped: somebody decided that there is nothing to say.
    if (over && !notice.draft) close(draft, notice);
    return;
  }
  // A person's words are not thrown away, unless they would say that it is out while it works again.
  if (notice.draft && notice.draft.by !== "gatehouse" && need.kind !== "closing") return;
  if (notice.draft?.kind === "closing") return;
  const fresh = freshDraft(draft, { ticket, template, notice }, need.kind, need.cause);
  const next: Notice = { ...notice, draft: fresh, lastRev: fresh.rev, asked: [...notice.asked, need.key] };
  putNotice(draft, next, "notice-asked", { kind: need.kind, cause: need.cause, title: fresh.title });
  askApproval(draft, next, ticket);
}

function close(draft: Draft, notice: Notice): void {
  const { draft: dropped, ...rest } = notice;
  draft.cancelMessages(`paper:${notice.id}`, ASKED);
  const event = dropped ? "notice-discarded" : "notice-closed";
  putNotice(draft, { ...rest, state: "closed" }, event, dropped ? { kind: dropped.kind, title: dropped.title } : {});
}
