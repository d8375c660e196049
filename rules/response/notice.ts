/** What people do with a notice to residents: write it, have it approved, take it back, and note whom it reached. Pure. */
import type { Actor } from "#model/account";
import type { JournalData } from "#model/journal";
import {
  type Notice,
  type NoticeDraft,
  type NoticePolicy,
  type NoticeTemplate,
  noticeId,
  standing,
} from "#model/notice";
import type { Command, Plan } from "#model/plan";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { between, days, type Instant } from "#model/time";
import { type Draft, refuse } from "../draft.ts";
import { templateOf, wordsFor } from "./notice-words.ts";
import { askApproval, heldBack, sendEdition } from "./send-notice.ts";

type Of<D extends Command["do"]> = Extract<Command, { do: D }>;

/** Nothing in a building takes longer to come back; a year mistyped does. Engineering judgement. */
const FARTHEST = days(90);

interface Subject {
  readonly ticket: Ticket;
  readonly notice: Notice | undefined;
  readonly policy: NoticePolicy;
  readonly template: NoticeTemplate;
}

const noTicket = (no: string): Plan => refuse(404, "no-such-ticket", `没有工单 ${no}。`, `There is no ticket ${no}.`);

export function noticeOf(draft: Draft, no: string): Notice | undefined {
  const paper = draft.paper(noticeId(no));
  return paper?.kind === "notice" ? paper : undefined;
}

/** The ticket, its notice and its template; or the refusal. */
function subjectOf(draft: Draft, no: string): Subject | { refused: Plan } {
  const ticket = draft.ticket(no) ?? draft.view.lately.get(no);
  if (!ticket) return { refused: noTicket(no) };
  const policy = draft.view.site.policy.notices;
  const template = templateOf(policy, ticket);
  if (!policy || !template) {
    return {
      refused: refuse(
        422,
        "no-notice-template",
        `${ticket.policy.name.zh}类工单没有业主通知模板。需要时在 response.yaml 的 notices.templates 里添加。`,
        `Tickets of the class ${ticket.policy.name.en} have no template of a notice. Add one under notices.templates in response.yaml.`,
      ),
    };
  }
  return { ticket, notice: noticeOf(draft, no), policy, template };
}

/** May this account speak to residents for the site? On a simulated site the admin may do everything. */
export function mayApprove(site: Site, actor: Pick<Actor, "role">): boolean {
  return (site.policy.notices?.approve ?? []).includes(actor.role) || (site.simulated && actor.role === "admin");
}

const notYours = (policy: NoticePolicy): Plan =>
  refuse(
    403,
    "approval-needed",
    `对业主发布或撤回通知须经授权角色批准（${policy.approve.join("、")}）。`,
    `Only the roles that the site names send or take back a notice to residents (${policy.approve.join(", ")}).`,
    { approve: policy.approve },
  );

function whyNotThen(at: Instant, now: Instant): Plan | undefined {
  if (at <= now) {
    return refuse(
      422,
      "back-in-past",
      "预计恢复时间已过，请改为将来的时间或“时间待定”。",
      "The expected time is over: give one that lies ahead, or say that it is not known.",
    );
  }
  if (between(now, at) <= FARTHEST) return undefined;
  return refuse(
    422,
    "back-too-far",
    "预计恢复时间在 90 天以后，请核对日期。",
    "The expected time is more than 90 days away: check the date.",
  );
}

const stale = (now: NoticeDraft | undefined): Plan =>
  refuse(
    409,
    "draft-changed",
    now ? "草稿已被他人修改，请看过新内容再操作。" : "草稿已发布或已作废。",
    now ? "The draft was changed meanwhile: read it again first." : "The draft was sent or dropped meanwhile.",
    now ? { rev: now.rev } : undefined,
  );

const isOver = (ticket: Ticket): boolean => ticket.closedAt !== undefined;

/** The time that the crew promised last, while it lies ahead. */
export function promisedBack(
  ticket: Ticket,
  now: Instant,
): { readonly until: Instant; readonly at: Instant } | undefined {
  const last = ticket.promised?.findLast((one) => one.what === "finish" && one.round === ticket.round);
  return last && last.until > now ? last : undefined;
}

/** A draft from the template. */
export function freshDraft(
  draft: Draft,
  { ticket, template, notice }: Pick<Subject, "ticket" | "template" | "notice">,
  kind: NoticeDraft["kind"],
  cause: NoticeDraft["cause"],
): NoticeDraft {
  const promised = kind === "closing" ? undefined : promisedBack(ticket, draft.now);
  return {
    kind,
    rev: (notice?.lastRev ?? 0) + 1,
    cause,
    title: template.title,
    ...(template.frame ? { frame: template.frame } : {}),
    ...wordsFor(draft.view.site, ticket, template[kind]),
    ...(promised ? { backAt: promised.until } : {}),
    by: draft.actor,
    at: draft.now,
  };
}

/** Both stories hear of it: the paper keeps how it stands, the ticket that it happened. */
export function putNotice(draft: Draft, notice: Notice, event: string, data: JournalData): void {
  draft.putPaper(notice, event, data);
  draft.record(`ticket:${notice.ticket}`, event, data);
}

const blank = (ticket: Ticket, now: Instant): Notice => ({
  kind: "notice",
  id: noticeId(ticket.no),
  state: "open",
  at: now,
  ticket: ticket.no,
  editions: [],
  asked: [],
  lastRev: 0,
});

export function draftNotice(draft: Draft, command: Of<"draft-notice">, actor: Actor): Plan {
  const subject = subjectOf(draft, command.ticket);
  if ("refused" in subject) return subject.refused;
  const { ticket, notice } = subject;
  const waiting = notice?.draft;
  if (command.rev !== undefined && command.rev !== waiting?.rev) return stale(waiting);
  const live = notice ? standing(notice) : undefined;
  if (isOver(ticket) && !live && !waiting) {
    return refuse(
      409,
      "ticket-over",
      `工单 ${ticket.no} 已结束，没有需要告知业主的内容。`,
      `The ticket ${ticket.no} is over: there is nothing to tell the residents.`,
    );
  }
  if (command.kind !== undefined && !live) {
    return refuse(
      409,
      "nothing-sent",
      "还没有发布过通知，不能发进展或恢复通知。",
      "No notice was sent yet: there is nothing to follow up.",
    );
  }
  const kind = command.kind ?? waiting?.kind ?? (live ? "update" : "first");
  const words = command.what ?? command.todo ?? command.back;
  if (waiting?.kind === kind && words === undefined)
    return draft.finish({ paper: noticeId(ticket.no), already: waiting.by });
  if (command.back !== undefined && command.back !== "unknown") {
    const why = whyNotThen(command.back, draft.now);
    if (why) return why;
  }
  const base = waiting?.kind === kind ? waiting : freshDraft(draft, subject, kind, "by-hand");
  const { backAt, backUnknown, ...rest } = base;
  const back =
    kind === "closing"
      ? {}
      : command.back === undefined
        ? { ...(backAt === undefined ? {} : { backAt }), ...(backUnknown ? { backUnknown } : {}) }
        : command.back === "unknown"
          ? { backUnknown: true as const }
          : { backAt: command.back };
  const rev = (notice?.lastRev ?? 0) + 1;
  const next: NoticeDraft = {
    ...rest,
    ...back,
    what: command.what ?? base.what,
    todo: command.todo ?? base.todo,
    rev,
    by: actor.name,
    at: draft.now,
  };
  const paper: Notice = { ...(notice ?? blank(ticket, draft.now)), state: "open", draft: next, lastRev: rev };
  putNotice(draft, paper, "notice-drafted", { kind, rev, title: next.title, edited: waiting !== undefined });
  // One who may approve needs nobody to be asked.
  if (!waiting && !mayApprove(draft.view.site, actor)) askApproval(draft, paper, ticket);
  return draft.finish({ paper: paper.id });
}

export function discardNotice(draft: Draft, command: Of<"discard-notice">): Plan {
  const notice = noticeOf(draft, command.ticket);
  if (!notice?.draft || notice.draft.rev !== command.rev) return stale(notice?.draft);
  const { draft: dropped, ...rest } = notice;
  draft.cancelMessages(`paper:${notice.id}`, "notice-asked");
  putNotice(draft, rest, "notice-discarded", { kind: dropped.kind, title: dropped.title });
  return draft.finish({ paper: notice.id });
}

export function approveNotice(draft: Draft, command: Of<"approve-notice">, actor: Actor): Plan {
  const subject = subjectOf(draft, command.ticket);
  if ("refused" in subject) return subject.refused;
  const { ticket, notice, policy } = subject;
  if (!mayApprove(draft.view.site, actor)) return notYours(policy);
  const sent = notice?.editions.find((one) => one.rev === command.rev);
  if (notice && sent) return draft.finish({ paper: notice.id, already: sent.approvedBy });
  const waiting = notice?.draft;
  if (!waiting || waiting.rev !== command.rev) return stale(waiting);
  if (waiting.kind !== "closing" && waiting.backAt === undefined && !waiting.backUnknown) {
    return refuse(
      422,
      "back-needed",
      "请填写预计恢复时间，或选“时间待定”。",
      "Say when it will be back, or that it is not known yet.",
    );
  }
  const why = waiting.backAt === undefined ? undefined : whyNotThen(waiting.backAt, draft.now);
  if (why) return why;
  const { residents } = draft.view.site;
  if (!heldBack(draft.view.site, ticket) && (residents?.ways ?? []).length === 0) {
    return refuse(
      409,
      "no-way-to-residents",
      "本站点没有面向业主的通道。请在 site.yaml 的 residents 里配置，例如业主群、短信或公告栏。",
      "The site has no way to its residents. Name some under residents in site.yaml: a group, text messages, a board.",
    );
  }
  const { kind, title, frame, what, todo, backAt, rev, by } = waiting;
  const paper = sendEdition(draft, notice, ticket, {
    kind,
    title,
    ...(frame ? { frame } : {}),
    what,
    todo,
    ...(backAt === undefined ? {} : { backAt }),
    rev,
    draftedBy: by,
    approvedBy: actor.name,
  });
  const edition = paper.editions.at(-1);
  putNotice(draft, paper, "notice-sent", {
    kind,
    title,
    ...(edition ? { edition: edition.n, text: edition.text, ways: edition.ways.map(({ name }) => name) } : {}),
    ...(edition?.held ? { held: edition.held } : {}),
  });
  return draft.finish({ paper: paper.id });
}

export function withdrawNotice(draft: Draft, command: Of<"withdraw-notice">, actor: Actor): Plan {
  const subject = subjectOf(draft, command.ticket);
  if ("refused" in subject) return subject.refused;
  const { ticket, notice, policy, template } = subject;
  if (!mayApprove(draft.view.site, actor)) return notYours(policy);
  const last = notice?.editions.at(-1);
  if (!notice || !last || last.n < command.edition) {
    return refuse(404, "no-such-edition", "没有这一期通知。", "There is no such edition of the notice.");
  }
  if (last.kind === "withdrawal") return draft.finish({ paper: notice.id, already: last.approvedBy });
  if (last.n !== command.edition) {
    return refuse(
      409,
      "newer-edition",
      "之后又发布过通知，只能撤回最新一期。",
      "A newer notice was sent after it: only the last one can be taken back.",
      { edition: last.n },
    );
  }
  const words = wordsFor(draft.view.site, ticket, policy.withdrawal);
  const paper = sendEdition(draft, notice, ticket, {
    kind: "withdrawal",
    title: template.title,
    ...words,
    draftedBy: actor.name,
    approvedBy: actor.name,
  });
  putNotice(draft, paper, "notice-withdrawn", { edition: command.edition, reason: command.reason });
  return draft.finish({ paper: paper.id });
}
