/** One edition of a notice to every way that leads to residents; nothing leaves the house that is not real. Pure. */
import { contactNeeded } from "#model/channel-settings";
import type { Message } from "#model/message";
import type { Notice, NoticeEdition, NoticeFrame, NoticeWords } from "#model/notice";
import type { ChannelSetting, Residents, Site } from "#model/site";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import type { Draft } from "../draft.ts";
import { noticeText } from "./notice-words.ts";
import { onDuty } from "./on-duty.ts";
import { expectedOf } from "./open-clocks.ts";
import { waysTo } from "./reach.ts";
import { causeText } from "./words.ts";

/** Why residents must not hear of this ticket, if so. */
export function heldBack(site: Site, ticket: Pick<Ticket, "drill" | "simulated">): NoticeEdition["held"] {
  if (ticket.drill) return "drill";
  return site.simulated || ticket.simulated ? "simulated" : undefined;
}

/** Whom a channel writes to: those with an address of its sort, or everybody at once. */
function addressees(residents: Residents, { kind }: ChannelSetting): readonly string[] {
  const needed = contactNeeded[kind];
  if (needed === undefined) return ["residents"];
  return residents.contacts.filter((one) => one[needed] !== undefined).map(({ id }) => `resident:${id}`);
}

/** The ways as they are now; one that writes to contacts serves the households of these. */
export function waysNow(site: Site): NoticeEdition["ways"] {
  const { residents } = site;
  return (residents?.ways ?? []).map((way) => {
    const channel = residents?.channels.find(({ id }) => id === way.id);
    if (!residents || !channel) return { ...way, byHand: true as const };
    const needed = contactNeeded[channel.kind];
    if (needed === undefined) return way;
    const reached = residents.contacts.filter((one) => one[needed] !== undefined);
    return { ...way, households: reached.reduce((sum, one) => sum + one.households, 0) };
  });
}

interface Parts extends NoticeWords {
  readonly title: Text;
  readonly frame?: NoticeFrame;
  readonly kind: NoticeEdition["kind"];
  readonly backAt?: Instant;
  readonly draftedBy: string;
  readonly approvedBy: string;
  readonly rev?: number;
}

/** The notice with its next edition, whose messages are in the plan; what still waited of the one before goes no further. */
export function sendEdition(draft: Draft, notice: Notice, ticket: Ticket, parts: Parts): Notice {
  const { site } = draft.view;
  const held = heldBack(site, ticket);
  const n = notice.editions.length + 1;
  const expected = expectedOf(ticket);
  const edition: NoticeEdition = {
    n,
    kind: parts.kind,
    text: noticeText(site, parts, draft.now, held),
    ...(parts.backAt === undefined ? {} : { backAt: parts.backAt }),
    ...(expected === undefined ? {} : { expected }),
    draftedBy: parts.draftedBy,
    approvedBy: parts.approvedBy,
    at: draft.now,
    ...(parts.rev === undefined ? {} : { rev: parts.rev }),
    ...(held ? { held } : {}),
    ways: waysNow(site),
    reports: {},
  };
  draft.cancelMessages(`paper:${notice.id}`);
  if (!held) writeMessages(draft, notice, edition);
  const { draft: _, ...rest } = notice;
  return { ...rest, state: "open", at: draft.now, editions: [...notice.editions, edition] };
}

function writeMessages(draft: Draft, notice: Notice, edition: NoticeEdition): void {
  const { residents } = draft.view.site;
  for (const channel of residents?.channels ?? []) {
    for (const to of residents ? addressees(residents, channel) : []) {
      const message: Message = {
        key: [`paper:${notice.id}`, edition.n, to, channel.id].join("/"),
        ticket: `paper:${notice.id}`,
        step: `notice-${edition.n}`,
        // Its channels carry nothing else, and a full outbox must not swallow it.
        severity: "S2",
        role: "residents",
        to,
        channel: channel.id,
        text: edition.text,
        phone: false,
        state: "pending",
        attempts: 0,
        nextTryAt: draft.now,
        createdAt: draft.now,
        audience: "residents",
      };
      draft.putMessage(message);
    }
  }
}

/** The step of what the crew is told about a draft; it goes no further once the draft is sent or dropped. */
export const ASKED = "notice-asked";

/** People whom the site names hear that a draft waits for a word of approval. */
export function askApproval(draft: Draft, notice: Notice, ticket: Ticket): void {
  const { now } = draft;
  const { site } = draft.view;
  const waiting = notice.draft;
  if (!waiting) return;
  const mark = ticket.drill
    ? { zh: "【演练】", en: "[DRILL] " }
    : ticket.simulated
      ? { zh: "【模拟】", en: "[SIMULATED] " }
      : { zh: "", en: "" };
  const told = new Set<string>();
  draft.cancelMessages(`paper:${notice.id}`, ASKED);
  for (const role of site.policy.notices?.tell ?? []) {
    for (const person of onDuty(site.people, role, now, site.zone).people) {
      if (told.has(person)) continue;
      told.add(person);
      // A draft wakes nobody: the ways of an ordinary fault, without text messages and calls.
      for (const { channel, after } of waysTo(site, person, "S3")) {
        if (after > 0) continue;
        draft.putMessage({
          key: [`paper:${notice.id}`, ASKED, waiting.rev, person, channel].join("/"),
          ticket: `paper:${notice.id}`,
          step: ASKED,
          severity: "S3",
          role,
          to: person,
          channel,
          text: {
            zh: `${mark.zh}${ticket.title.zh} ${ticket.no}：业主通知待审批（${waiting.title.zh}，${causeText[waiting.cause].zh}）。请在工单页审批。`,
            en: `${mark.en}${ticket.title.en} ${ticket.no}: a notice to residents waits for approval (${waiting.title.en}; ${causeText[waiting.cause].en}). Approve it on the page of the ticket.`,
          },
          phone: false,
          state: "pending",
          attempts: 0,
          nextTryAt: now,
          createdAt: now,
        });
      }
    }
  }
}
