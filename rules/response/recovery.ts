/**
 * 自动恢复: a lesser fault whose source went back to normal by itself and whose ticket nobody took. It closes itself after a
 * while in which the source stayed normal, counts as a repeat, and whoever was told of the fault, and nobody else, is told that
 * it is over. Emergencies and what is grave wait for a person's word (response.md 2.3, 2.8).
 */
import type { Message } from "#model/message";
import type { TicketStep } from "#model/plan";
import type { Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import { later } from "#model/time";
import type { Draft } from "../draft.ts";
import { cancel, wakeOfTicket } from "./clocks.ts";
import { policyOf } from "./frozen-policy.ts";
import { headOf } from "./head.ts";
import { withdrawOffers } from "./offer.ts";

const LESSER: ReadonlySet<Severity> = new Set(["S3", "S4"]);
const UNTAKEN: ReadonlySet<Ticket["state"]> = new Set(["new", "dispatched"]);
/** Seeing it and sending somebody says nothing about the fault; every other step is somebody's own word, or work on it. */
const NO_WORD: ReadonlySet<TicketStep> = new Set(["acknowledge", "review", "dispatch", "assign"]);

/** The ticket after a person's step: what somebody has taken up is theirs to close. */
export const takenUp = (ticket: Ticket, step: TicketStep): Ticket => {
  if (NO_WORD.has(step)) return ticket;
  const { recoversAt: _, ...rest } = ticket;
  return { ...rest, handled: true };
};

/** Alarms that keep the ticket's source from being normal: active, and not the affair of another ticket by now. */
export const activeOn = (draft: Draft, { alarms, no }: Ticket): readonly string[] =>
  alarms.filter((id) => {
    const alarm = draft.alarm(id);
    return alarm?.process === "active" && (alarm.ticket ?? no) === no;
  });

/** The ticket whose source is normal now: it waits for its end, if it may end by itself. */
export function recovering(draft: Draft, ticket: Ticket): Ticket {
  const { severity } = ticket;
  const span = severity === "S3" || severity === "S4" ? policyOf(draft.view, ticket).recovered?.[severity] : undefined;
  const mayEnd =
    UNTAKEN.has(ticket.state) &&
    ticket.alarms.length > 0 &&
    !ticket.handled &&
    !ticket.drill &&
    ticket.rectifies === undefined;
  const recovered: Ticket = { ...ticket, recovered: true };
  if (!mayEnd || span === undefined) return recovered;
  const ending: Ticket = { ...recovered, recoversAt: later(draft.now, span) };
  return { ...ending, wakeAt: wakeOfTicket(ending) };
}

/** The ticket whose source is in alarm again. */
export function relapsed(ticket: Ticket): Ticket {
  const { recoversAt: _, ...rest } = ticket;
  const again: Ticket = { ...rest, recovered: false };
  return ticket.recoversAt === undefined ? again : { ...again, wakeAt: wakeOfTicket(again) };
}

/** The source stayed normal, and nobody took the ticket: it is over. */
export function endRecovered(draft: Draft, ticket: Ticket): Ticket {
  if (ticket.recoversAt === undefined || ticket.recoversAt > draft.now) return ticket;
  if (!ticket.recovered || !UNTAKEN.has(ticket.state)) return ticket;
  const { recoversAt: endedAt, assignee: _, ...rest } = ticket;
  const closed = withdrawOffers({
    ...rest,
    state: "closed",
    closedAt: draft.now,
    autoRecovered: true,
    clocks: ticket.clocks.map((clock) => cancel(clock, endedAt)),
    ladder: ticket.ladder.map((row) => (row.state === "waiting" ? { ...row, state: "cancelled" } : row)),
  });
  draft.putTicket(closed, "ticket-auto-recovered", {}, endedAt);
  draft.cancelMessages(ticket.no);
  tellThoseTold(draft, closed);
  return closed;
}

/** By the ways by which the fault itself went out: what still waited for its turn was never heard, and neither is this. */
function tellThoseTold(draft: Draft, ticket: Ticket): void {
  const done = new Set<string>();
  for (const key of ticket.told ?? []) {
    const waits = draft.view.outbox.get(key);
    const [to, channel] = key.split("/").slice(-2);
    if (waits?.state === "pending" || to === undefined || channel === undefined || done.has(`${to}/${channel}`))
      continue;
    done.add(`${to}/${channel}`);
    const message: Message = {
      key: [ticket.no, ticket.round, "auto-recovered", 0, to, channel].join("/"),
      ticket: ticket.no,
      step: "auto-recovered",
      severity: ticket.severity,
      role: "",
      to,
      channel,
      text: {
        zh: `${headOf(ticket, "zh")}：已自动恢复，无人接单，工单已自动关闭，无需前往`,
        en: `${headOf(ticket, "en")}: back to normal by itself before anybody took it; the ticket is closed, nobody need go`,
      },
      phone: false,
      state: "pending",
      attempts: 0,
      nextTryAt: draft.now,
      createdAt: draft.now,
    };
    draft.putMessage(message);
  }
}

/**
 * The ticket with the messages about it that this plan wrote and took back. Kept only where somebody may have to be told that it
 * is over.
 */
export function noteTold(ticket: Ticket, written: readonly Message[], isTakenBack: (key: string) => boolean): Ticket {
  if (!LESSER.has(ticket.severity) || ticket.alarms.length === 0 || ticket.closedAt !== undefined) return ticket;
  const about = written.filter((message) => message.ticket === ticket.no && message.audience === undefined);
  const fresh = about.filter(({ state }) => state === "pending").map(({ key }) => key);
  const before = ticket.told ?? [];
  const told = [...before, ...fresh.filter((key) => !before.includes(key))].filter((key) => !isTakenBack(key));
  if (told.length === before.length && told.every((key, at) => key === before[at])) return ticket;
  return { ...ticket, told };
}
