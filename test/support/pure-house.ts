/** The rules without the house around them: plans are adopted in memory, time is whatever the test says. */
import type { Alarm } from "#model/alarm";
import type { Tide } from "#model/flood";
import type { JournalEntry } from "#model/journal";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { DeviceState, Happening, Plan } from "#model/plan";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { decide } from "../../rules/decide.ts";

export interface PureHouse {
  readonly alarms: Map<string, Alarm>;
  /** Every ticket ever opened, as it stands. */
  readonly tickets: Map<string, Ticket>;
  readonly devices: Map<string, DeviceState>;
  readonly papers: Map<string, Paper>;
  readonly outbox: Map<string, Message>;
  readonly tides: Map<string, Tide>;
  /** Every message ever written, also those that were cancelled later. */
  readonly said: Message[];
  readonly journal: JournalEntry[];
  take(happening: Happening, now: Instant): Plan;
  /** Ticks once a second from `from` (exclusive) to `to` (inclusive). */
  beat(from: Instant, to: Instant): void;
  events(about: string): readonly string[];
  /** The site is edited, and the house starts with it. */
  edit(site: Site, now: Instant, lastSeen?: Instant, judged?: ReadonlySet<string>): void;
}

export function createPureHouse(first: Site): PureHouse {
  let site = first;
  const alarms = new Map<string, Alarm>();
  const tickets = new Map<string, Ticket>();
  const devices = new Map<string, DeviceState>();
  const papers = new Map<string, Paper>();
  const outbox = new Map<string, Message>();
  const tides = new Map<string, Tide>();
  const said: Message[] = [];
  const journal: JournalEntry[] = [];
  const house: PureHouse = {
    alarms,
    tickets,
    devices,
    papers,
    outbox,
    tides,
    said,
    journal,
    take(happening, now) {
      if (happening.type === "communication")
        for (const change of happening.changes) devices.set(change.device, change);
      const open = new Map([...tickets].filter(([, ticket]) => ticket.closedAt === undefined));
      const plan = decide(
        {
          site,
          alarms,
          tickets: open,
          devices,
          papers,
          outbox,
          lately: new Map([...tickets].filter(([no]) => !open.has(no))),
          lastTicket: tickets.size,
          tides,
        },
        happening,
        now,
      );
      for (const alarm of plan.alarms) alarms.set(alarm.id, alarm);
      for (const tide of plan.tides ?? []) tides.set(tide.position, tide);
      for (const ticket of plan.tickets) tickets.set(ticket.no, ticket);
      for (const paper of plan.papers) papers.set(paper.id, paper);
      for (const { ticket, step } of plan.cancelMessages) {
        for (const message of outbox.values()) {
          if (message.ticket === ticket && (step === undefined || message.step === step)) outbox.delete(message.key);
        }
      }
      for (const message of plan.messages) {
        if (!outbox.has(message.key)) said.push(message);
        if (message.state === "pending" || message.state === "sending") outbox.set(message.key, message);
        else outbox.delete(message.key);
      }
      journal.push(...plan.journal);
      return plan;
    },
    beat(from, to) {
      for (let now = from + 1_000; now <= to; now += 1_000) house.take({ type: "tick" }, now as Instant);
    },
    edit(edited, now, lastSeen, judged) {
      site = edited;
      house.take(
        { type: "started", ...(lastSeen === undefined ? {} : { lastSeen }), ...(judged ? { judged } : {}) },
        now,
      );
    },
    events: (about) => journal.filter((entry) => entry.about === about).map((entry) => entry.event),
  };
  return house;
}
