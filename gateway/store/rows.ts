/** A plan as rows of tables. Pure: what is a column, what is the body, and whether journal and rows tell the same story. */
import { type Alarm, isListed } from "#model/alarm";
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import { hours } from "#model/time";
import { canonicalJson, type KnownTexts } from "./canonical.ts";
import type { StatementName, Value } from "./statements.ts";
import type { StoredCommand } from "./store.ts";

/** A person who presses a button twice within this time gets the first answer again. */
export const COMMAND_MEMORY = hours(24);

/** Before the desk's name: what came to it lately, written with the rows that it counts. */
export const TIDE_NOTE = "tide:";

export interface Write {
  readonly statement: StatementName;
  readonly values: readonly Value[];
}

/** The columns of a journal row but its seq and hash, which the store gives. */
export interface JournalValues {
  readonly columns: readonly [at: number, occurredAt: number, about: string, event: string, actor: string];
  readonly body: string;
}

/** One transaction. Cancellations come first, so that messages of the same plan survive them. */
export interface PlanRows {
  readonly cancel: Plan["cancelMessages"];
  readonly writes: readonly Write[];
  readonly journal: readonly JournalValues[];
}

/** Times are columns of whole milliseconds; the body keeps the number as it is. */
const ms = (at: number): number => Math.trunc(at);

export const isOpen = (ticket: Ticket): boolean => ticket.state !== "closed" && ticket.state !== "merged";

/** The number at the end of `GD20261121-000123`; 0 for a name of another shape. */
export function serialOf(no: string): number {
  const match = /-(\d{1,15})$/.exec(no);
  return match ? Number(match[1]) : 0;
}

export const alarmValues = (alarm: Alarm): Value[] => [alarm.id, isListed(alarm) ? 1 : 0, canonicalJson(alarm)];

export const ticketValues = (ticket: Ticket): Value[] => [
  ticket.no,
  serialOf(ticket.no),
  ticket.state,
  isOpen(ticket) ? 1 : 0,
  // A rectification or a drill is about a device too, and stands beside its emergencies: it is not one of those of which there is one.
  ticket.rectifies === undefined && !ticket.drill ? (ticket.device ?? null) : null,
  ticket.class,
  ms(ticket.openedAt),
  ticket.closedAt === undefined ? null : ms(ticket.closedAt),
  canonicalJson(ticket),
];

export const paperValues = (paper: Paper): Value[] => [
  paper.id,
  paper.kind,
  paper.state === "open" ? 1 : 0,
  ms(paper.at),
  canonicalJson(paper),
];

export const messageValues = (message: Message): Value[] => [
  message.key,
  message.ticket,
  message.step,
  message.state,
  ms(message.createdAt),
  canonicalJson(message),
];

export const journalColumns = ({ at, occurredAt, about, event, actor }: JournalEntry): JournalValues["columns"] => [
  ms(at),
  ms(occurredAt),
  about,
  event,
  actor,
];

export const journalValues = (entry: JournalEntry, known?: KnownTexts): JournalValues => ({
  columns: journalColumns(entry),
  body: canonicalJson(entry, known),
});

/**
 * The rows of one happening, in the order in which they must be written.
 * Throws when an alarm, a ticket or a paper changes without the journal telling how it stands afterwards, or the other way round:
 * the state tables are a projection of the journal, and such a plan would break that for ever.
 */
export function planRows(plan: Plan, command?: StoredCommand): PlanRows {
  checkStory(plan);
  const writes: Write[] = [];
  const add = (statement: StatementName, values: readonly Value[]) => writes.push({ statement, values });

  // Each alarm stands in its own row and in the journal's: in a storm writing it twice is what takes the time.
  const known = new Map<object, string>();
  for (const alarm of plan.alarms) {
    const values = alarmValues(alarm);
    known.set(alarm, String(values[2]));
    add("saveAlarm", values);
  }
  // Closed ones first: a plan may close a ticket and open another for the same device and class.
  const tickets = [...new Map(plan.tickets.map((ticket) => [ticket.no, ticket])).values()];
  for (const ticket of tickets) if (!isOpen(ticket)) add("saveTicket", ticketValues(ticket));
  for (const ticket of tickets) if (isOpen(ticket)) add("saveTicket", ticketValues(ticket));
  for (const paper of plan.papers) add("savePaper", paperValues(paper));
  for (const message of plan.messages) add("saveMessage", messageValues(message));
  for (const account of plan.accounts) add("saveAccount", [account.id, canonicalJson(account)]);
  for (const session of plan.sessions) {
    add("saveSession", [session.id, session.state, ms(session.expiresAt), canonicalJson(session)]);
  }
  for (const token of plan.tokens) add("saveToken", [token.id, canonicalJson(token)]);
  for (const tide of plan.tides ?? []) add("saveNote", [`${TIDE_NOTE}${tide.position}`, canonicalJson(tide)]);
  if (command) {
    add("saveCommand", [command.id, ms(command.at), command.actor, command.reply]);
    add("forgetCommands", [ms(command.at) - 2 * COMMAND_MEMORY]);
  }
  return { cancel: plan.cancelMessages, writes, journal: plan.journal.map((entry) => journalValues(entry, known)) };
}

function checkStory(plan: Plan): void {
  const alarms = new Map(plan.alarms.map((alarm) => [alarm.id, alarm]));
  const tickets = new Map(plan.tickets.map((ticket) => [ticket.no, ticket]));
  const papers = new Map(plan.papers.map((paper) => [paper.id, paper]));
  const toldAlarms = new Map<string, Alarm>();
  const toldTickets = new Map<string, Ticket>();
  const toldPapers = new Map<string, Paper>();
  for (const { after } of plan.journal) {
    if (after?.alarm) toldAlarms.set(after.alarm.id, after.alarm);
    if (after?.ticket) toldTickets.set(after.ticket.no, after.ticket);
    if (after?.paper) toldPapers.set(after.paper.id, after.paper);
  }
  compareStories("alarm", alarms, toldAlarms);
  compareStories("ticket", tickets, toldTickets);
  compareStories("paper", papers, toldPapers);
}

function compareStories(what: string, rows: ReadonlyMap<string, unknown>, told: ReadonlyMap<string, unknown>): void {
  for (const id of new Set([...rows.keys(), ...told.keys()])) {
    const row = rows.get(id);
    const after = told.get(id);
    if (row === after) continue;
    if (row === undefined || after === undefined || canonicalJson(row) !== canonicalJson(after)) {
      throw new Error(
        `The plan changes ${what} ${id}, and its journal does not say the same. ` +
          `The last journal entry about a changed ${what} carries it in "after".`,
      );
    }
  }
}
