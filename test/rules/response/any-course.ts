/** Whatever happens to tickets, in whatever order: the house of a random night, and the moves of it. */
import fc from "fast-check";
import type { Actor } from "#model/account";
import type { Paper } from "#model/paper";
import { type Command, type Happening, type TicketStep, ticketSteps } from "#model/plan";
import type { Policy } from "#model/policy";
import type { Device, People, Site } from "#model/site";
import type { Ticket } from "#model/ticket";
import { days, hours, type Instant, later, milliseconds, minutes } from "#model/time";
import { STEPS_BY_LINK } from "../../../rules/response/called-out.ts";
import { allowedSteps } from "../../../rules/response/possible-steps.ts";
import { building, operator, people, supervisor, verdict } from "../../support/building.ts";

const traits = {
  "door.fault": { severity: "S3", ticket: "general_fault" },
  "brake.fault": { severity: "S2", ticket: "general_fault" },
  "lift.trapped": { severity: "S1", ticket: "elevator_entrapment", lifeSafety: true },
  "link.lost": { severity: "S3", ticket: "comms_loss" },
} as const;
type Rule = keyof typeof traits;
const holdReasons = ["parts", "outside", "no-access", "approval"] as const;
const crew: Actor = { kind: "person", id: "p-technician-on-duty", name: "technician-on-duty", role: "maintainer" };
/** From the end of a ticket to its beginning: the first of these that is possible. */
const leadingOn: readonly TicketStep[] = ["reopen", "close", "repair", "resume", "mitigate", "arrive", "accept"];
/** As somebody works who was asked first. */
const inTurn: readonly TicketStep[] = ["close", "repair", "resume", "accept", "mitigate", "arrive"];
const aside: readonly TicketStep[] = ["resume", "hold", "decline", "rate"];
/** Who mostly takes a step: others are refused, or are not the one who was asked. */
const usual: Partial<Record<TicketStep, Actor>> = { hold: supervisor, close: supervisor, accept: crew, decline: crew };
const byHand = ["complaint", "non_urgent", "pipe_burst", "gas_leak", "fire_alarm", "fire_alarm", "consult"] as const;
const actors: readonly Actor[] = [operator, supervisor, crew];

/** Lifts beside those that the moves name; their doors fail all at once. */
const storms = Array.from({ length: 7 }, (_, n) => `lift-${n + 3}`);
const [lift] = building().devices;
/** The panel is there for the log of the fire control room. */
const devices = [
  ...building().devices,
  ...storms.map((id) => ({ ...lift, id }) as Device),
  { ...lift, id: "panel-1", kind: "fire" } as Device,
];

const DESK = "control-room-operator";
const everyDay = [1, 2, 3, 4, 5, 6, 7];
/** Two who may be sent to any fault, a lift firm that comes by a link, and a desk that changes its shift at eight. */
const staff: People = {
  ...people,
  people: [
    // The firm is asked first about a fault, and last about trapped people: so it is taken from the one to the other.
    { id: "p-fitter", name: "lift fitter", skills: [{ skill: "elevator" }] },
    { id: "p-firm", name: "lift firm", contractor: true },
    ...people.people,
    { id: "p-second", name: "second technician" },
    { id: "p-day", name: "day shift" },
    { id: "p-night", name: "night shift" },
  ],
  teams: [
    ...people.teams.map((team) => {
      if (team.id === DESK) return { ...team, people: ["p-day", "p-night"] };
      return team.id === "technician-on-duty" ? { ...team, people: [...team.people, "p-second", "p-firm"] } : team;
    }),
    {
      id: "lift-maintenance",
      name: { zh: "维保", en: "Lift firm" },
      roles: ["lift-maintenance"],
      people: ["p-firm", "p-fitter"],
    },
  ],
  shifts: [
    { team: DESK, people: ["p-day"], days: everyDay, from: 480, to: 1200 },
    { team: DESK, people: ["p-night"], days: everyDay, from: 1200, to: 480 },
  ],
};

/** Somebody of the staff, as the door knows them: the firm has no account and comes by a link. */
function accountOf(person: string | undefined): Actor | undefined {
  const found = staff.people.find(({ id, name }) => id === person || name === person);
  return found && { kind: found.contractor ? "link" : "person", id: found.id, name: found.name, role: "maintainer" };
}

/** The house of the nights. */
export const nightSite = (policy: Policy): Site => building({ policy, rules, devices, people: staff });

/** The rules that these alarms come from; a start without them would retire the alarms. */
const rules = (Object.keys(traits) as Rule[]).map((id) => verdict(id, "lift-1", "active", traits[id]).instance.rule);

export const move = fc.record({
  wait: fc.constantFrom(0, 0, 1, 1, 31, 31, 61, 301, 301, 901, 3_700, 90_000),
  kind: fc.constantFrom(
    "tick",
    "tick",
    "alarm",
    "alarm",
    "step",
    "step",
    "step",
    "step",
    "step",
    "open",
    "clock",
    "restart",
    "storm",
    "paper",
    "crew",
    "crew",
  ),
  rule: fc.constantFrom(...(Object.keys(traits) as Rule[])),
  to: fc.constantFrom("active", "active", "normal", "level"),
  lift: fc.constantFrom("lift-1", "lift-1", "lift-2"),
  /** Mostly a step that the ticket offers, so that long courses come to their end; sometimes any at all. */
  step: fc.option(fc.constantFrom(...ticketSteps), { nil: undefined, freq: 2 }),
  pick: fc.nat({ max: 59 }),
  /** Which of the tickets, closed ones among them. */
  which: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7),
  by: fc.nat({ max: actors.length - 1 }),
  /** Minutes ago, when it is a back-entry. */
  ago: fc.option(fc.constantFrom(0, 1, 10, 60, 600), { nil: undefined, freq: 3 }),
  /** A drill, or a back-entry of what was told by phone; a start after the house was off for all of the time that passed. */
  special: fc.boolean(),
  jump: fc.constantFrom(hours(-1), minutes(-20), hours(1), hours(24)),
  opens: fc.constantFrom(...byHand),
  number: fc.nat({ max: 5 }),
});
export type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** What the move is for the door; a step takes one of `tickets`, a step of the wall clock has happened already. */
export function happeningOf(
  one: Move,
  n: number,
  now: Instant,
  tickets: readonly Ticket[],
  papers: Iterable<Paper>,
): Happening {
  const actor = actors[one.by] ?? operator;
  const command = (wish: Command, by = actor): Happening => ({
    type: "command",
    id: `c${n}`,
    actor: by,
    command: wish,
  });
  const occurredAt = one.ago === undefined ? {} : { occurredAt: later(now, minutes(-one.ago)) };
  switch (one.kind) {
    case "tick":
      return { type: "tick" };
    case "restart":
      return { type: "started", lastSeen: one.special ? later(now, milliseconds(-one.wait * 1_000)) : now };
    case "clock":
      return { type: "clock-step", by: one.jump };
    case "storm":
      return {
        type: "conditions",
        transitions: storms.map((on) => verdict("door.fault", on, "active", traits["door.fault"])),
      };
    case "crew": {
      const { wish, by } = crewWork(one, tickets, now);
      return command({ ...wish, ...occurredAt }, by);
    }
    case "paper":
      return command(paperWork(one, papers), actor);
    case "open":
      return command({
        do: "open-ticket",
        class: one.opens,
        device: one.lift,
        description: "手工开单",
        ...occurredAt,
        ...(one.special && one.ago !== undefined ? { toldByPhone: true } : {}),
        ...(one.special && one.ago === undefined ? { drill: { overReal: true } } : {}),
      });
    case "alarm": {
      const severity = one.to === "level" ? "S1" : traits[one.rule].severity;
      return {
        type: "conditions",
        transitions: [{ ...verdict(one.rule, one.lift, one.to as "active", traits[one.rule]), severity }],
      };
    }
    default: {
      const ticket = tickets[one.which % Math.max(1, tickets.length)];
      const { can } = ticket ? allowedSteps(ticket, now, days(7)) : { can: [] };
      // Among all that may be done the steps that lead on would hardly ever be picked.
      const wishes = [leadingOn, aside, inTurn, []][one.pick % 4] ?? [];
      const onwards = wishes.find((wish) => can.includes(wish));
      const wished = onwards ?? can[one.pick % Math.max(1, can.length)];
      const step = one.step ?? wished ?? "note";
      const into = tickets[(one.which + one.number) % Math.max(1, tickets.length)];
      const open = ticket?.sop.find((row) => row.at === undefined);
      const wish: Command = {
        do: "ticket-step",
        ticket: ticket?.no ?? "none",
        step,
        note: "情况说明",
        ...occurredAt,
        ...(step === "sop" && open ? { sop: open.step } : {}),
        ...(step === "hold"
          ? { reason: holdReasons[one.number % holdReasons.length] ?? "parts", for: hours(1 + one.number) }
          : {}),
        ...(step === "merge" && into ? { into: into.no } : {}),
        ...(step === "arrive" ? { who: one.number % 2 === 0 ? ("staff" as const) : ("rescue" as const) } : {}),
        ...(step === "promise" ? { what: "finish" as const, until: later(now, minutes(30)) } : {}),
        ...(step === "rate" ? { score: one.number, how: "phone" as const } : {}),
        ...(step === "assign" || step === "dispatch" ? { assignee: crew.name } : {}),
        ...(step === "confirm-phone" ? { assignee: ticket?.calls?.at(-1)?.name ?? "?" } : {}),
      };
      return command(wish, one.number > 0 ? (whoIsMeant(ticket, step) ?? usual[step]) : actor);
    }
  }
}

/** Who was asked answers; a firm that has the work does it by its link. */
function whoIsMeant(ticket: Ticket | undefined, step: TicketStep): Actor | undefined {
  const asked = ticket?.offers?.findLast(({ state }) => state === "open")?.person;
  if (step === "accept" || step === "decline") return accountOf(asked);
  const has = accountOf(ticket?.assignee);
  return has?.kind === "link" && STEPS_BY_LINK.has(step) ? has : undefined;
}

/** Whoever was asked answers, mostly with yes; whoever has work goes on with it. */
function crewWork(one: Move, tickets: readonly Ticket[], now: Instant) {
  const offered = tickets.filter(({ offers }) => offers?.some(({ state }) => state === "open"));
  const taken = tickets.filter(({ assignee, closedAt }) => closedAt === undefined && accountOf(assignee));
  const isAsked = taken.length === 0 || (offered.length > 0 && one.pick % 2 === 0);
  const ticket = isAsked ? offered[one.which % Math.max(1, offered.length)] : taken[one.which % taken.length];
  const asked = (ticket?.offers ?? []).filter(({ state }) => state === "open");
  const by = accountOf(isAsked ? asked[one.pick % Math.max(1, asked.length)]?.person : ticket?.assignee);
  const { can } = ticket ? allowedSteps(ticket, now, days(7)) : { can: [] };
  const goesOn = inTurn.find((step) => can.includes(step) && STEPS_BY_LINK.has(step)) ?? "note";
  const step: TicketStep = isAsked ? (one.number === 0 ? "decline" : "accept") : goesOn;
  const wish = { do: "ticket-step", ticket: ticket?.no ?? "none", step, note: "在处理" } as const;
  return { wish, by: by ?? crew };
}

/** The oldest paper that waits gets its next word: filled in, signed by who leaves, signed by who comes. */
function paperWork(one: Move, papers: Iterable<Paper>): Command {
  const waiting = [...papers].filter(
    ({ kind, state }) => state === "open" && (kind === "handover" || kind === "fire-log"),
  );
  const paper = waiting[one.pick % Math.max(1, waiting.length)];
  if (paper?.kind === "handover") {
    const isFilled = paper.checks.every(({ ok }) => ok !== undefined);
    if (isFilled) return { do: "sign-handover", handover: paper.id, side: paper.handedBy ? "coming" : "leaving" };
    const checks = Object.fromEntries(paper.checks.map(({ id }) => [id, true]));
    return { do: "fill-handover", handover: paper.id, checks, notes: "一切正常" };
  }
  if (paper?.kind !== "fire-log") return { do: "open-handover", team: DESK };
  const checks = Object.fromEntries(paper.checks.map(({ id }) => [id, !one.special]));
  const words = { panel: "normal", linkage: "automatic", remarks: one.number > 2 ? "备电故障，已报修" : "" } as const;
  return { do: "fill-fire-log", log: paper.id, checks, ...words };
}
