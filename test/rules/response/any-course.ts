/** Whatever happens to tickets, in whatever order: the moves of a random night, and what must hold after each of them. */
import fc from "fast-check";
import { expect } from "vitest";
import type { Actor } from "#model/account";
import { type Command, type Happening, type Plan, type TicketStep, ticketSteps } from "#model/plan";
import type { Device } from "#model/site";
import type { LadderRow, ResponseClock, Ticket } from "#model/ticket";
import { between, days, hours, type Instant, instant, later, milliseconds, minutes } from "#model/time";
import { elapsed, pausedFor, waitsWithRepair, wakeOfTicket } from "../../../rules/response/clocks.ts";
import { allowedSteps } from "../../../rules/response/possible-steps.ts";
import { repairWaits } from "../../../rules/response/preempted.ts";
import { building, operator, supervisor, verdict } from "../../support/building.ts";

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
const leadingOn: readonly TicketStep[] = [
  "correct",
  "sample",
  "reopen",
  "close",
  "repair",
  "resume",
  "mitigate",
  "arrive",
  "accept",
];
const aside: readonly TicketStep[] = ["resume", "hold", "decline", "rate"];
/** Who mostly takes a step: others are refused, or are not the one who was asked. */
const usual: Partial<Record<TicketStep, Actor>> = {
  hold: supervisor,
  close: supervisor,
  accept: crew,
  decline: crew,
  // Somebody who has no hand in the work.
  sample: { ...supervisor, id: "zhou", name: "周主管" },
};
/** What may be tried out of turn; the daily sample would be refused nearly always. */
const tried = ticketSteps.filter((step) => step !== "sample" && step !== "correct");
const byHand = ["complaint", "non_urgent", "pipe_burst", "fire_alarm", "consult"] as const;
const people: readonly Actor[] = [operator, supervisor, crew];

/** Lifts beside those that the moves name; their doors fail all at once. */
const storms = Array.from({ length: 7 }, (_, n) => `lift-${n + 3}`);
const [lift] = building().devices;
export const devices = [...building().devices, ...storms.map((id) => ({ ...lift, id }) as Device)];

/** The rules that these alarms come from; a start without them would retire the alarms. */
export const rules = (Object.keys(traits) as Rule[]).map(
  (id) => verdict(id, "lift-1", "active", traits[id]).instance.rule,
);

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
    "open",
    "clock",
    "restart",
    "storm",
  ),
  rule: fc.constantFrom(...(Object.keys(traits) as Rule[])),
  to: fc.constantFrom("active", "active", "normal", "level"),
  lift: fc.constantFrom("lift-1", "lift-1", "lift-2"),
  /** Mostly a step that the ticket offers, so that long courses come to their end; sometimes any at all. */
  step: fc.option(fc.constantFrom(...tried), { nil: undefined, freq: 2 }),
  pick: fc.nat({ max: 59 }),
  /** Which of the tickets, closed ones among them. */
  which: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7),
  by: fc.nat({ max: people.length - 1 }),
  /** Minutes ago, when it is a back-entry. */
  ago: fc.option(fc.constantFrom(0, 1, 10, 60, 600), { nil: undefined, freq: 3 }),
  /** A drill, or a back-entry of what was told by phone. */
  special: fc.boolean(),
  jump: fc.constantFrom(hours(-1), minutes(-20), hours(1), hours(24)),
  opens: fc.constantFrom(...byHand),
  number: fc.nat({ max: 5 }),
});
export type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** What the move is for the door; a step takes one of `tickets`, a step of the wall clock has happened already. */
export function happeningOf(one: Move, n: number, now: Instant, tickets: readonly Ticket[]): Happening {
  const actor = people[one.by] ?? operator;
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
      return { type: "started", lastSeen: now };
    case "clock":
      return { type: "clock-step", by: one.jump };
    case "storm":
      return {
        type: "conditions",
        transitions: storms.map((on) => verdict("door.fault", on, "active", traits["door.fault"])),
      };
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
      const wishes = one.pick % 2 === 0 ? leadingOn : one.pick % 4 === 1 ? aside : [];
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
        ...(step === "sample" ? { verdict: one.number === 3 ? ("in-order" as const) : ("finding" as const) } : {}),
        ...(step === "rate" ? { score: one.number, how: "phone" as const } : {}),
        ...(step === "assign" || step === "dispatch" ? { assignee: crew.name } : {}),
        ...(step === "confirm-phone" ? { assignee: ticket?.calls?.at(-1)?.name ?? "?" } : {}),
      };
      return command(wish, one.number > 1 ? usual[step] : actor);
    }
  }
}

/** What was seen of the tickets before, so that the next move can be held against it. */
export interface Seen {
  readonly tickets: ReadonlyMap<string, Ticket>;
  readonly ranSteps: Set<string>;
}

const round = (ticket: Ticket): string => `${ticket.no}/${ticket.round}`;

/** As `expect(left).toBe(right)`, and a hundred times as quick: there are millions of these. */
function same(left: unknown, right: unknown, name: string, what: string): void {
  if (!Object.is(left, right)) throw new Error(`${name}: ${what}: ${String(left)} is not ${String(right)}`);
}
const holds = (is: boolean, name: string, what: string): void => same(is, true, name, what);

function expectClock(clock: ResponseClock, now: Instant, name: string): void {
  const { segments, state } = clock;
  const isGoing = state === "running" || state === "paused" || (state === "breached" && clock.metAt === undefined);
  same(segments[0]?.from, clock.startedAt, name, "begins with its start");
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    same(segment.to === undefined, next === undefined && isGoing, name, "only the last segment is open");
    holds((segment.to ?? now) >= segment.from, name, "no segment runs backwards");
    if (next) same(next.from, segment.to, name, "no gap and no overlap");
  }
  const end = segments.at(-1)?.to ?? now;
  if (!clock.workdays)
    same(
      elapsed(clock, now) + pausedFor(clock, now),
      between(clock.startedAt, end),
      name,
      "run and pause are the whole time",
    );
  holds((clock.metAt ?? clock.startedAt) >= clock.startedAt, name, "met after its start");
  if (state === "breached") same(clock.breachedAt, clock.dueAt, name, "breached at its true instant");
  if (!clock.workdays && state !== "paused" && state !== "cancelled")
    same(
      clock.dueAt,
      later(clock.startedAt, milliseconds(clock.target + pausedFor(clock, now))),
      name,
      "due follows from the segments",
    );
}

function expectTicket(ticket: Ticket, now: Instant): void {
  const { no, clocks, ladder, offers } = ticket;
  for (const clock of clocks) expectClock(clock, now, `${no} ${clock.kind}`);
  same(new Set(clocks.map(({ kind }) => kind)).size, clocks.length, no, "one clock of a kind");
  same(new Set(ladder.map(({ step, loop }) => `${step.id}/${loop}`)).size, ladder.length, no, "a step once in a loop");
  if (ticket.closedAt === undefined) {
    same(ticket.wakeAt, wakeOfTicket(ticket), no, "the heartbeat looks in time");
    return;
  }
  holds(!ladder.some(({ state }) => state === "waiting"), no, "a closed ticket waits for nothing");
  holds(!clocks.some(({ state }) => state === "running" || state === "paused"), no, "its clocks stand");
  holds(!offers?.some(({ state }) => state === "open"), no, "its offers are over");
}

/** What must hold after a move that took `wait` of monotonic time. `open` and `outbox` are the house's after it. */
export function expectLegal(
  one: Move,
  plan: Plan,
  now: Instant,
  open: ReadonlyMap<string, Ticket>,
  outbox: Iterable<{ readonly ticket: string; readonly key: string; readonly step: string; readonly state: string }>,
  seen: Seen,
): void {
  for (const ticket of new Map([...plan.tickets, ...open.values()].map((found) => [found.no, found])).values())
    expectTicket(ticket, now);
  expect(JSON.parse(JSON.stringify(plan.tickets)), "JSON is what the store keeps").toEqual(plan.tickets);

  const keys = [...open.values()]
    .filter((ticket) => ticket.rectifies === undefined && !ticket.drill && ticket.device !== undefined)
    .map((ticket) => `${ticket.device} ${ticket.class}`);
  expect(new Set(keys).size, "one open ticket for a device and class").toBe(keys.length);

  // A clock that ran before and runs on has gone by exactly the time that passed, wherever the wall clock was moved to.
  for (const [no, before] of seen.tickets) {
    const after = open.get(no);
    if (!after || after.round !== before.round) continue;
    for (const was of before.clocks) {
      const is = after.clocks.find(({ kind }) => kind === was.kind);
      if (!is || was.state !== "running" || is.state !== "running" || is.segments.length !== was.segments.length)
        continue;
      const moved = one.kind === "clock" ? one.jump : 0;
      if (is.startedAt !== was.startedAt + moved) continue;
      const then = instant(now - moved - one.wait * 1_000);
      same(
        elapsed(is, now) - elapsed(was, then),
        one.wait * 1_000,
        `${no} ${is.kind}`,
        "goes with the monotonic clock",
      );
    }
  }

  // Each step that ran is one row in the journal, and one message for each person and way.
  for (const entry of plan.journal.filter(({ event }) => event === "step-run")) {
    const no = entry.about.slice("ticket:".length);
    const ticket = plan.tickets.find((found) => found.no === no);
    const done = ticket?.ladder.filter(({ step, state }) => step.id === entry.data.step && state === "done");
    const key = `${ticket && round(ticket)}/${entry.data.step}/${done?.length}`;
    expect(seen.ranSteps.has(key), `${key} ran before`).toBe(false);
    seen.ranSteps.add(key);
    const told = plan.messages.filter(
      (message) => message.ticket === no && message.step.split("+").includes(String(entry.data.step)),
    );
    expect(
      told.some(({ channel }) => channel === "console"),
      `${key} is told to somebody`,
    ).toBe(true);
  }
  expect(
    plan.journal.filter(({ event }) => event === "re-armed"),
    "nothing gets lost that the auditor would have to find",
  ).toEqual([]);
  expect(new Set(plan.messages.map(({ key }) => key)).size).toBe(plan.messages.length);

  for (const message of outbox) {
    if (message.ticket.includes(":") || (message.state !== "pending" && message.state !== "sending")) continue;
    // That it is over by itself is the last word about a ticket, to those who were told of it.
    if (message.step === "auto-recovered") continue;
    holds(open.has(message.ticket), message.key, "a closed ticket tells nobody");
  }

  if (one.kind === "tick" || one.kind === "restart") {
    for (const ticket of open.values()) {
      const waits = ({ state, dueAt }: LadderRow) => state === "waiting" && dueAt <= now;
      const mayWait = (row: LadderRow) => repairWaits(ticket) && waitsWithRepair(row);
      holds(!ticket.ladder.some((row) => waits(row) && !mayWait(row)), ticket.no, "no step that is due waits");
      const runs = ({ state, dueAt }: ResponseClock) => state === "running" && dueAt <= now;
      holds(!ticket.clocks.some(runs), ticket.no, "no clock that ran out runs");
    }
  }

  for (const ticket of plan.tickets) {
    const last = plan.journal.filter((entry) => entry.about === `ticket:${ticket.no}`).at(-1);
    expect(last?.after?.ticket, `${ticket.no}: the journal tells what is kept`).toEqual(ticket);
  }
}
