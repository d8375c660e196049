/** One alarm of a lift and the people at the desk: verdicts and commands in one line each. */
import type { Actor } from "#model/account";
import { type Alarm, shownState } from "#model/alarm";
import type { Command, Plan } from "#model/plan";
import type { TicketClass } from "#model/policy";
import type { Transition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Ticket } from "#model/ticket";
import type { Instant, Span } from "#model/time";
import { building, operator, verdict } from "./building.ts";
import { createPureHouse, type PureHouse } from "./pure-house.ts";

export const engineer: Actor = { kind: "person", id: "zhao", name: "赵工", role: "engineer" };
export const secondEngineer: Actor = { kind: "person", id: "sun", name: "孙工", role: "engineer" };

export interface RuleTraits {
  readonly severity?: Severity;
  readonly latch?: boolean;
  readonly lifeSafety?: boolean;
  readonly ticket?: TicketClass;
  readonly reAlarm?: Span;
}

type WithoutAlarm<C> = C extends { readonly alarm: string } ? Omit<C, "alarm"> : never;

export interface AlarmDesk {
  readonly house: PureHouse;
  readonly id: string;
  alarm(): Alarm;
  shown(): string;
  events(): readonly string[];
  /** The data of the last entry of this name about the alarm. */
  entry(event: string): Readonly<Record<string, unknown>> | undefined;
  openTickets(): readonly Ticket[];
  verdict(to: Transition["to"], now: Instant, more?: RuleTraits): Plan;
  command(command: WithoutAlarm<Command>, now: Instant, by?: Actor): Plan;
  acknowledge(now: Instant, by?: Actor): Plan;
  tick(now: Instant): Plan;
  restart(now: Instant): Plan;
  clockStep(by: Span, now: Instant): Plan;
}

export function createAlarmDesk(traits: RuleTraits = {}): AlarmDesk {
  const usual = { severity: "S3", ticket: "general_fault", ...traits } as const;
  const { rule, id } = verdict("door.fault", "lift-1", "active", usual).instance;
  const { reAlarm } = traits;
  const house = createPureHouse(building({ rules: [reAlarm === undefined ? rule : { ...rule, reAlarm }] }));
  let commands = 0;
  const desk: AlarmDesk = {
    house,
    id,
    alarm() {
      const found = house.alarms.get(id);
      if (!found) throw new Error(`no alarm ${id}`);
      return found;
    },
    shown: () => shownState(desk.alarm()),
    events: () => house.events(`alarm:${id}`),
    entry: (event) => house.journal.findLast((entry) => entry.about === `alarm:${id}` && entry.event === event)?.data,
    openTickets: () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined),
    verdict: (to, now, more = {}) =>
      house.take(
        { type: "conditions", transitions: [verdict("door.fault", "lift-1", to, { ...usual, ...more })] },
        now,
      ),
    command(command, now, by = operator) {
      commands += 1;
      return house.take(
        { type: "command", id: `c${commands}`, actor: by, command: { ...command, alarm: id } as Command },
        now,
      );
    },
    acknowledge: (now, by = operator) =>
      desk.command({ do: "acknowledge-alarm", occurrence: desk.alarm().occurrence, reason: "real" }, now, by),
    tick: (now) => house.take({ type: "tick" }, now),
    restart: (now) => house.take({ type: "started" }, now),
    clockStep: (by, now) => house.take({ type: "clock-step", by }, now),
  };
  return desk;
}
