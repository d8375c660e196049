/** A notice as JSON: how far each edition has come is counted from its messages and what was reported. */
import type { Actor } from "#model/account";
import type { Message } from "#model/message";
import { type Notice, type NoticeEdition, standing } from "#model/notice";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant } from "#model/time";
import { mayApprove } from "../../rules/response/notice.ts";
import { noticeText, templateOf } from "../../rules/response/notice-words.ts";
import { heldBack, waysNow } from "../../rules/response/send-notice.ts";
import { causeText } from "../../rules/response/words.ts";
import type { EditionBody, NoticeDeskBody, ReachBody } from "./notice-shapes.ts";

type Way = NoticeEdition["ways"][number];

function reachOf(way: Way, edition: NoticeEdition, messages: readonly Message[], site: Site): ReachBody {
  const mine = messages.filter((one) => one.channel === way.id && one.step === `notice-${edition.n}`);
  const count = (one: Message): number =>
    site.residents?.contacts.find(({ id }) => one.to === `resident:${id}`)?.households ??
    (mine.length > 1 ? 1 : way.households);
  const sum = (...states: readonly Message["state"][]): number =>
    mine.filter(({ state }) => states.includes(state)).reduce((all, one) => all + count(one), 0);
  const report = edition.reports[way.id];
  const because = mine.find(
    ({ state, because: why }) => why !== undefined && state !== "delivered" && state !== "accepted",
  )?.because;
  return {
    ...way,
    name: { ...way.name },
    waiting: sum("pending", "sending"),
    accepted: sum("accepted"),
    delivered: report?.delivered ?? sum("delivered"),
    failed: sum("failed"),
    ...(report?.read === undefined ? {} : { read: report.read }),
    ...(report ? { reportedBy: report.by } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

function editionBody(edition: NoticeEdition, messages: readonly Message[], site: Site): EditionBody {
  const reach = edition.held ? [] : edition.ways.map((way) => reachOf(way, edition, messages, site));
  const { n, kind, text, backAt, draftedBy, approvedBy, at, held } = edition;
  return {
    n,
    kind,
    text: { ...text },
    ...(backAt === undefined ? {} : { backAt: formatInstant(backAt) }),
    draftedBy,
    approvedBy,
    at: formatInstant(at),
    ...(held ? { held } : {}),
    reach,
    reached: Math.max(0, ...reach.map(({ accepted, delivered, read }) => Math.max(accepted + delivered, read ?? 0))),
  };
}

export interface NoticeSubject {
  readonly site: Site;
  readonly ticket: Ticket;
  readonly notice: Notice | undefined;
  readonly messages: readonly Message[];
  readonly now: Instant;
  readonly actor: Pick<Actor, "role">;
  readonly name: (actor: string) => string;
}

export function noticeDesk({ site, ticket, notice, messages, now, actor, name }: NoticeSubject): NoticeDeskBody {
  const policy = site.policy.notices;
  const held = heldBack(site, ticket);
  const draft = notice?.draft;
  return {
    possible: templateOf(policy, ticket) !== undefined,
    mayApprove: mayApprove(site, actor),
    approve: [...(policy?.approve ?? [])],
    households: site.residents?.households ?? 0,
    target: policy?.reach ?? 1,
    ways: waysNow(site).map((way) => ({ ...way, name: { ...way.name } })),
    ...(held ? { held } : {}),
    ...(notice ? { id: notice.id, state: notice.state } : {}),
    live: notice !== undefined && standing(notice) !== undefined,
    ...(draft
      ? {
          draft: {
            kind: draft.kind,
            rev: draft.rev,
            cause: { ...causeText[draft.cause] },
            title: { ...draft.title },
            what: { ...draft.what },
            todo: { ...draft.todo },
            ...(draft.backAt === undefined ? {} : { backAt: formatInstant(draft.backAt) }),
            ...(draft.backUnknown ? { backUnknown: true } : {}),
            by: name(draft.by),
            at: formatInstant(draft.at),
            preview: noticeText(site, draft, now, held),
          },
        }
      : {}),
    editions: (notice?.editions ?? []).toReversed().map((one) => editionBody(one, messages, site)),
  };
}
