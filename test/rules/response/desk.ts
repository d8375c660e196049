/** A site with one lift fault on its mind: opening it, walking through its steps, letting time pass. */
import type { Actor } from "#model/account";
import type { Command, Plan, TicketStep } from "#model/plan";
import type { ClassPolicy } from "#model/policy";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { hours, type Instant } from "#model/time";
import { building, operator, policy, supervisor, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

const fault = policy.classes.general_fault;
if (!fault) throw new Error("no such class");
const generalFault: ClassPolicy = {
  ...fault,
  clocks: [...fault.clocks, { kind: "feedback", target: hours(4) }, { kind: "followup", target: hours(24) }],
  bySeverity: {
    S2: [
      { kind: "acknowledge", target: hours(1) },
      { kind: "onsite", target: hours(0.5) },
      { kind: "resolve", target: hours(12) },
    ],
  },
};
const planned: ClassPolicy = {
  ...fault,
  class: "non_urgent",
  name: { zh: "非紧急事项", en: "Planned work" },
  severity: "S4",
};

export type StepWords = Partial<Extract<Command, { do: "ticket-step" }>>;

export function createDesk(site: Partial<Site> = {}) {
  const whole = building({
    policy: { ...policy, classes: { ...policy.classes, general_fault: generalFault, non_urgent: planned } },
    ...site,
  });
  const house = createPureHouse(whole);
  let commands = 0;
  const ofDoor = (severity: Severity) => ({ severity, ticket: "general_fault" as const });
  const take = (to: "active" | "normal" | "level", now: Instant, severity: Severity = "S3", rule = "elevator.door") =>
    house.take({ type: "conditions", transitions: [verdict(rule, "lift-1", to, ofDoor(severity))] }, now);

  function step(
    ticket: Ticket | undefined,
    step: TicketStep,
    now: Instant,
    more: StepWords = {},
    actor: Actor = supervisor,
  ): Plan {
    commands += 1;
    const command: Command = { do: "ticket-step", ticket: ticket?.no ?? "none", step, ...more };
    return house.take({ type: "command", id: `c${commands}`, actor, command }, now);
  }

  const newest = (): Ticket => {
    const ticket = [...house.tickets.values()].at(-1);
    if (!ticket) throw new Error("no ticket yet");
    return ticket;
  };
  return {
    site: whole,
    house,
    take,
    step,
    newest,
    now: (no: string): Ticket => house.tickets.get(no) ?? newest(),
    open: () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined),
    clock: (ticket: Ticket, kind: string) => ticket.clocks.find((one) => one.kind === kind),
    /** Opened, accepted, repaired, closed, the source normal again. */
    workThrough(opened: Instant, closed: Instant): Ticket {
      take("active", opened);
      const ticket =
        [...house.tickets.values()].find((one) => one.closedAt === undefined && !one.rectifies) ?? newest();
      for (const one of ["acknowledge", "accept", "arrive", "repair"] as const) step(ticket, one, opened, {}, operator);
      take("normal", opened);
      step(ticket, "close", closed);
      return house.tickets.get(ticket.no) ?? ticket;
    },
  };
}
