/** What is told of alarms and tickets: made of a journal row, so that the same row always gives the same record. */
import { type Alarm, shownState } from "#model/alarm";
import type { JournalRow } from "#model/journal";
import type { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import { formatInstant, type Instant } from "#model/time";

export interface AlarmTold {
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly severity: string;
  readonly state: string;
  readonly active: boolean;
  readonly occurrence: number;
  readonly count: number;
  readonly title: Text;
  readonly because: Text;
  readonly activeSince: string;
  readonly ticket?: string;
  readonly simulated: boolean;
}

export interface TicketTold {
  readonly no: string;
  readonly class: string;
  readonly severity: string;
  readonly state: string;
  readonly open: boolean;
  readonly title: Text;
  readonly device?: string;
  readonly alarms: readonly string[];
  readonly openedAt: string;
  readonly closedAt?: string;
  readonly round: number;
  readonly simulated: boolean;
  /** 演练: nobody downstream counts it among what really happened. */
  readonly drill: boolean;
}

/** `seq`: the row of the journal. No names of people: what goes north is about the building. */
export interface Told {
  readonly seq: number;
  readonly at: Instant;
  readonly event: string;
  readonly alarm?: AlarmTold;
  readonly ticket?: TicketTold;
}

export function alarmTold(alarm: Alarm): AlarmTold {
  const { id, rule, device, severity, occurrence, count, title, because, ticket, simulated } = alarm;
  return {
    id,
    rule,
    device,
    severity,
    state: shownState(alarm),
    active: alarm.process === "active",
    occurrence,
    count,
    title,
    because,
    activeSince: formatInstant(alarm.activeSince),
    ...(ticket === undefined ? {} : { ticket }),
    simulated,
  };
}

export function ticketTold(ticket: Ticket): TicketTold {
  const { no, severity, state, title, device, alarms, closedAt, round, simulated } = ticket;
  return {
    no,
    class: ticket.class,
    severity,
    state,
    open: closedAt === undefined,
    title,
    ...(device === undefined ? {} : { device }),
    alarms,
    openedAt: formatInstant(ticket.openedAt),
    ...(closedAt === undefined ? {} : { closedAt: formatInstant(closedAt) }),
    round,
    simulated,
    drill: ticket.drill === true,
  };
}

/** `undefined` for a row that changed no alarm and no ticket. */
export function told({ seq, at, event, after }: JournalRow): Told | undefined {
  if (!after?.alarm && !after?.ticket) return undefined;
  return {
    seq,
    at,
    event,
    ...(after.alarm ? { alarm: alarmTold(after.alarm) } : {}),
    ...(after.ticket ? { ticket: ticketTold(after.ticket) } : {}),
  };
}
