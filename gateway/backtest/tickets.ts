/** The tickets that would-be alarms ask for: one per device and class, as the house opens, joins and reopens them. Pure. */
import type { TicketClass } from "#model/policy";
import type { RuleDefinition } from "#model/rule";
import { graver, type Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { WouldBe } from "./lane.ts";

export interface WouldBeTicket {
  /** From 1, in the order of opening. */
  readonly number: number;
  readonly class: TicketClass;
  readonly device: string;
  readonly severity: Severity;
  /** ms since epoch. */
  readonly openedAt: number;
  readonly alarms: number;
  /** Times it would have been opened again, because the same fault came back soon after. */
  readonly reopened: number;
}

interface Open extends WouldBeTicket {
  /** Alarms of it that last, and the end of the last one. */
  readonly lastsUntil: number;
}

/**
 * Nobody knows when people would have closed a ticket: it counts as closed when its alarms are over. `ofAlarm` gives the
 * ticket of each alarm that asks for one.
 */
export function wouldBeTickets(
  site: Site,
  rule: RuleDefinition,
  alarms: readonly WouldBe[],
): { readonly tickets: readonly WouldBeTicket[]; readonly ofAlarm: ReadonlyMap<WouldBe, number> } {
  const wanted = rule.ticket;
  const policy = wanted && (site.policy.classes[wanted] ?? site.policy.classes.general_fault);
  const tickets: Open[] = [];
  const ofAlarm = new Map<WouldBe, number>();
  const newest = new Map<string, number>();
  if (!wanted || !policy) return { tickets, ofAlarm };
  for (const alarm of [...alarms].sort((a, b) => a.from - b.from)) {
    const severity = graver(alarm.severity, policy.severity);
    const end = alarm.to ?? Number.POSITIVE_INFINITY;
    const place = newest.get(alarm.device);
    const last = place === undefined ? undefined : tickets[place];
    const isOpen = last !== undefined && alarm.from <= last.lastsUntil;
    // An emergency is always a new ticket; any other fault that comes back soon was not over.
    const isBack =
      last !== undefined &&
      !isOpen &&
      !rule.lifeSafety &&
      alarm.severity !== "S1" &&
      last.severity !== "S1" &&
      alarm.from - last.lastsUntil <= site.policy.reopen.within;
    if (last && place !== undefined && (isOpen || isBack)) {
      tickets[place] = {
        ...last,
        severity: graver(last.severity, severity),
        alarms: last.alarms + 1,
        reopened: last.reopened + (isBack ? 1 : 0),
        lastsUntil: Math.max(last.lastsUntil, end),
      };
      ofAlarm.set(alarm, last.number);
      continue;
    }
    const number = tickets.length + 1;
    newest.set(alarm.device, tickets.length);
    const { device, from: openedAt } = alarm;
    tickets.push({ number, class: wanted, device, severity, openedAt, alarms: 1, reopened: 0, lastsUntil: end });
    ofAlarm.set(alarm, number);
  }
  return { tickets, ofAlarm };
}
