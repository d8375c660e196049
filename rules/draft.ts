/** A plan in the making: reads see what this plan has already changed, everything else comes from the view. */
import { type Alarm, isAnnunciated } from "#model/alarm";
import type { JournalData, JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Plan, Refusal, View } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { noteTold } from "./response/recovery.ts";

export interface Draft {
  readonly view: View;
  readonly now: Instant;
  /** Who causes this: an account's name, or `gatehouse`. */
  readonly actor: string;
  alarm(id: string): Alarm | undefined;
  ticket(no: string): Ticket | undefined;
  openTickets(): readonly Ticket[];
  paper(id: string): Paper | undefined;
  papers(): readonly Paper[];
  nextTicketNumber(): number;
  putAlarm(alarm: Alarm, event: string, data?: JournalData, occurredAt?: Instant): void;
  putTicket(ticket: Ticket, event: string, data?: JournalData, occurredAt?: Instant): void;
  /** The ticket as it stands after what this plan has already recorded about it; adds no entry of its own. */
  amendTicket(ticket: Ticket): void;
  putPaper(paper: Paper, event: string, data?: JournalData, occurredAt?: Instant): void;
  putMessage(message: Message): void;
  hasMessage(key: string): boolean;
  /** Waiting messages of this ticket, or of one of its steps, must not go out any more. */
  cancelMessages(ticket: string, step?: string): void;
  record(about: string, event: string, data?: JournalData, occurredAt?: Instant): void;
  /** The plan, each changed row attached to the last journal entry about it. */
  finish(answer?: Plan["answer"]): Plan;
}

export const emptyPlan: Plan = {
  alarms: [],
  tickets: [],
  papers: [],
  messages: [],
  cancelMessages: [],
  accounts: [],
  sessions: [],
  tokens: [],
  journal: [],
};

/** A plan that changes nothing and says why. */
export function refuse(status: Refusal["status"], code: string, zh: string, en: string, detail?: unknown): Plan {
  return { ...emptyPlan, refusal: { status, code, message: { zh, en }, ...(detail === undefined ? {} : { detail }) } };
}

const ACTIVATIONS: ReadonlySet<string> = new Set(["activated", "reactivated"]);

/** An activation that ends the plan on a shelf, under a cause or waiting for one was brought before nobody by it. */
function toldOrNot(entry: JournalEntry, alarms: ReadonlyMap<string, Alarm>): JournalEntry {
  if (!ACTIVATIONS.has(entry.event) || entry.data.annunciated !== undefined) return entry;
  const alarm = alarms.get(entry.about.slice("alarm:".length));
  return alarm && !isAnnunciated(alarm) ? { ...entry, data: { ...entry.data, annunciated: false } } : entry;
}

export function createDraft(view: View, now: Instant, actor: string): Draft {
  const alarms = new Map<string, Alarm>();
  const tickets = new Map<string, Ticket>();
  const papers = new Map<string, Paper>();
  const messages = new Map<string, Message>();
  const cancelMessages: { ticket: string; step?: string }[] = [];
  const journal: JournalEntry[] = [];
  let lastTicket = view.lastTicket;

  const record = (about: string, event: string, data: JournalData = {}, occurredAt: Instant = now): void => {
    journal.push({ occurredAt, at: now, about, event, actor, data });
  };

  return {
    view,
    now,
    actor,
    alarm: (id) => alarms.get(id) ?? view.alarms.get(id),
    ticket: (no) => tickets.get(no) ?? view.tickets.get(no),
    openTickets() {
      const open: Ticket[] = [];
      for (const ticket of view.tickets.values()) {
        const current = tickets.get(ticket.no) ?? ticket;
        if (current.closedAt === undefined) open.push(current);
      }
      for (const ticket of tickets.values()) {
        if (!view.tickets.has(ticket.no) && ticket.closedAt === undefined) open.push(ticket);
      }
      return open;
    },
    paper: (id) => papers.get(id) ?? view.papers.get(id),
    papers: () => [...new Map([...view.papers, ...papers]).values()],
    nextTicketNumber() {
      lastTicket += 1;
      return lastTicket;
    },
    putAlarm(alarm, event, data, occurredAt) {
      alarms.set(alarm.id, alarm);
      record(`alarm:${alarm.id}`, event, { occurrence: alarm.occurrence, ...data }, occurredAt);
    },
    putTicket(ticket, event, data, occurredAt) {
      tickets.set(ticket.no, ticket);
      record(`ticket:${ticket.no}`, event, data, occurredAt);
    },
    amendTicket(ticket) {
      if (!tickets.has(ticket.no)) throw new Error(`ticket ${ticket.no} changes without a journal entry`);
      tickets.set(ticket.no, ticket);
    },
    putPaper(paper, event, data, occurredAt) {
      papers.set(paper.id, paper);
      record(`paper:${paper.id}`, event, data, occurredAt);
    },
    putMessage(message) {
      messages.set(message.key, message);
    },
    hasMessage: (key) => messages.has(key),
    cancelMessages(ticket, step) {
      cancelMessages.push(step === undefined ? { ticket } : { ticket, step });
      for (const [key, message] of messages) {
        if (message.ticket === ticket && (step === undefined || message.step === step)) messages.delete(key);
      }
    },
    record,
    finish(answer) {
      const written = [...messages.values()];
      const isTakenBack = (key: string): boolean => {
        const message = messages.get(key);
        if (message) return message.state === "cancelled";
        const waiting = view.outbox.get(key);
        return (
          waiting?.state === "pending" &&
          cancelMessages.some(
            ({ ticket, step }) => ticket === waiting.ticket && (step === undefined || step === waiting.step),
          )
        );
      };
      for (const ticket of tickets.values()) tickets.set(ticket.no, noteTold(ticket, written, isTakenBack));
      const last = new Map<string, number>();
      journal.forEach((entry, index) => {
        last.set(entry.about, index);
      });
      const entries = journal.map((raw, index): JournalEntry => {
        const entry = toldOrNot(raw, alarms);
        if (last.get(entry.about) !== index) return entry;
        const alarm = entry.about.startsWith("alarm:") ? alarms.get(entry.about.slice(6)) : undefined;
        const ticket = entry.about.startsWith("ticket:") ? tickets.get(entry.about.slice(7)) : undefined;
        const paper = entry.about.startsWith("paper:") ? papers.get(entry.about.slice(6)) : undefined;
        if (!alarm && !ticket && !paper) return entry;
        return {
          ...entry,
          after: { ...(alarm ? { alarm } : {}), ...(ticket ? { ticket } : {}), ...(paper ? { paper } : {}) },
        };
      });
      return {
        ...emptyPlan,
        alarms: [...alarms.values()],
        tickets: [...tickets.values()],
        papers: [...papers.values()],
        messages: [...messages.values()],
        cancelMessages,
        journal: entries,
        ...(answer ? { answer } : {}),
      };
    },
  };
}
