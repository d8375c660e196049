/** A door without rules and without a disk: it applies `record` rows to maps and answers commands as the test says. */
import type { Account, Session, Token } from "#model/account";
import type { Alarm } from "#model/alarm";
import type { Tide } from "#model/flood";
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { DeviceState, Happening, Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Door, Reply } from "../../gateway/door.ts";

type CommandHappening = Extract<Happening, { type: "command" }>;

export interface PlainDoor extends Door {
  readonly house: {
    readonly alarms: Map<string, Alarm>;
    readonly tickets: Map<string, Ticket>;
    readonly lately: Map<string, Ticket>;
    readonly devices: Map<string, DeviceState>;
    readonly papers: Map<string, Paper>;
    readonly accounts: Map<string, Account>;
    readonly sessions: Map<string, Session>;
    readonly tokens: Map<string, Token>;
    readonly outbox: Map<string, Message>;
    readonly tides: Map<string, Tide>;
  };
  /** Everything that came through the door, in order. */
  readonly taken: Happening[];
  /** Every journal entry of the `record` rows, in order. */
  readonly journal: JournalEntry[];
  /** What `stored()` says. */
  store: "here" | "away";
  /** What a command is answered; the default says ok and nothing else. */
  answer: (happening: CommandHappening) => Reply | Promise<Reply>;
}

const waits = (message: Message) => message.state === "pending" || message.state === "sending";

/** Starts with the rows in `kept`. Rows handed in by `record` replace those of the same key, as in the house. */
export function createPlainDoor(kept: Partial<Plan> = {}): PlainDoor {
  const house = {
    alarms: new Map<string, Alarm>(),
    tickets: new Map<string, Ticket>(),
    lately: new Map<string, Ticket>(),
    devices: new Map<string, DeviceState>(),
    papers: new Map<string, Paper>(),
    accounts: new Map<string, Account>(),
    sessions: new Map<string, Session>(),
    tokens: new Map<string, Token>(),
    outbox: new Map<string, Message>(),
    tides: new Map<string, Tide>(),
  };
  const journal: JournalEntry[] = [];

  function adopt(rows: Partial<Plan>): void {
    for (const alarm of rows.alarms ?? []) house.alarms.set(alarm.id, alarm);
    for (const ticket of rows.tickets ?? []) {
      const [into, from] =
        ticket.closedAt === undefined ? [house.tickets, house.lately] : [house.lately, house.tickets];
      from.delete(ticket.no);
      into.set(ticket.no, ticket);
    }
    for (const { ticket, step } of rows.cancelMessages ?? []) {
      for (const message of house.outbox.values()) {
        if (message.ticket === ticket && (step === undefined || message.step === step))
          house.outbox.delete(message.key);
      }
    }
    for (const message of rows.messages ?? []) {
      if (waits(message)) house.outbox.set(message.key, message);
      else house.outbox.delete(message.key);
    }
    for (const paper of rows.papers ?? []) house.papers.set(paper.id, paper);
    for (const account of rows.accounts ?? []) house.accounts.set(account.id, account);
    for (const session of rows.sessions ?? []) house.sessions.set(session.id, session);
    for (const token of rows.tokens ?? []) house.tokens.set(token.id, token);
    journal.push(...(rows.journal ?? []));
  }

  adopt(kept);
  const door: PlainDoor = {
    house,
    taken: [],
    journal,
    store: "here",
    answer: () => ({ ok: true }),
    stored: () => door.store === "here",
    async take(happening) {
      door.taken.push(happening);
      if (happening.type === "record") adopt(happening.rows);
      return happening.type === "command" ? door.answer(happening) : { ok: true };
    },
    samples() {},
  };
  return door;
}
