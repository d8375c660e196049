/** What must hold after each move of a random night, whatever the move was. */
import { expect } from "vitest";
import type { Message } from "#model/message";
import type { Paper } from "#model/paper";
import type { Plan } from "#model/plan";
import type { ClockKind } from "#model/policy";
import type { LadderRow, Offer, ResponseClock, Ticket } from "#model/ticket";
import { between, type Instant, instant, later, milliseconds } from "#model/time";
import { answered, elapsed, pausedFor, waitsWithRepair, wakeOfTicket } from "../../../rules/response/clocks.ts";
import type { Move } from "./any-course.ts";

/** The house after the move. */
export interface Standing {
  /** Open tickets. */
  readonly tickets: ReadonlyMap<string, Ticket>;
  readonly papers: ReadonlyMap<string, Paper>;
  readonly outbox: ReadonlyMap<string, Message>;
}

/** What was seen before, so that the next move can be held against it. */
export interface Seen extends Standing {
  /** What happens once, by name. */
  readonly once: Set<string>;
  /** How far the wall clock was moved in all: what it shows less this is the time that went by. */
  readonly moved: number;
}

export const nothingSeen = (): Seen => ({
  tickets: new Map(),
  papers: new Map(),
  outbox: new Map(),
  once: new Set(),
  moved: 0,
});

/** As `expect(left).toBe(right)`, and a hundred times as quick: there are millions of these. */
function same(left: unknown, right: unknown, name: string, what: string): void {
  if (!Object.is(left, right)) throw new Error(`${name}: ${what}: ${String(left)} is not ${String(right)}`);
}
const holds = (is: boolean, name: string, what: string): void => same(is, true, name, what);

const goesOn = ({ state, metAt }: ResponseClock): boolean =>
  state === "running" || state === "paused" || (state === "breached" && metAt === undefined);

function expectClock(clock: ResponseClock, now: Instant, name: string): void {
  const { segments, state } = clock;
  same(segments[0]?.from, clock.startedAt, name, "begins with its start");
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    same(segment.to === undefined, next === undefined && goesOn(clock), name, "only the last segment is open");
    holds((segment.to ?? now) >= segment.from, name, "no segment runs backwards");
    if (next) same(next.from, segment.to, name, "no gap and no overlap");
    holds(segment.kind === "run" || clock.kind === "resolve", name, "only the repair ever waits");
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

const isOpenOffer = ({ state }: Offer): boolean => state === "open";
/** Somebody granted that the repair waits; nothing waits for whoever was taken away to an emergency. */
const repairWaits = ({ hold }: Ticket): boolean => hold !== undefined && hold.emergency === undefined;

function expectTicket(ticket: Ticket, now: Instant): void {
  const { no, clocks, ladder, offers = [], hold } = ticket;
  for (const clock of clocks) expectClock(clock, now, `${no} ${clock.kind}`);
  same(new Set(clocks.map(({ kind }) => kind)).size, clocks.length, no, "one clock of a kind");
  same(new Set(ladder.map(({ step, loop }) => `${step.id}/${loop}`)).size, ladder.length, no, "a step once in a loop");
  const asked = offers.filter(isOpenOffer);
  same(new Set(asked.map(({ person }) => person)).size, asked.length, no, "one offer to a person");
  if (ticket.closedAt === undefined) {
    same(ticket.wakeAt, wakeOfTicket(ticket), no, "the heartbeat looks in time");
    same(ticket.state === "on-hold", hold !== undefined, no, "on hold with a reason");
    holds(hold === undefined || ticket.severity !== "S1", no, "an emergency never waits");
    same(clocks.some(({ state }) => state === "paused") && !repairWaits(ticket), false, no, "a clock stands in a hold");
    const waits = ["new", "dispatched"].includes(hold?.state ?? ticket.state);
    holds(waits || asked.length === 0, no, "who is at work is not looked for");
    holds(ticket.severity === "S1" || asked.length <= 1, no, "one is asked after the other");
    return;
  }
  holds(!ladder.some(({ state }) => state === "waiting"), no, "a closed ticket waits for nothing");
  holds(!clocks.some(({ state }) => state === "running" || state === "paused"), no, "its clocks stand");
  holds(asked.length === 0, no, "its offers are over");
}

/** After a beat or a start nothing is left that was due: asked of each thing by itself, not of `wakeAt`. */
function expectNothingDue(ticket: Ticket, now: Instant): void {
  const { no, clocks, ladder, offers = [], hold, promised } = ticket;
  const waits = (row: LadderRow): boolean =>
    row.state === "waiting" && row.dueAt <= now && !(repairWaits(ticket) && waitsWithRepair(row));
  holds(!ladder.some(waits), no, "no step that is due waits");
  for (const { kind, state, dueAt, warnAt, warnedAt } of clocks) {
    if (state !== "running") continue;
    holds(dueAt > now, no, `no ${kind} clock that ran out runs`);
    holds(warnAt > now || warnedAt !== undefined, no, `the ${kind} clock has warned`);
  }
  holds(!offers.some((one) => isOpenOffer(one) && one.until <= now), no, "no offer that ran out is open");
  holds(hold === undefined || hold.until > now, no, "no hold goes on past its end");
  holds((ticket.acknowledgeExpiresAt ?? now + 1) > now, no, "no acknowledgement holds past its end");
  holds((ticket.recoversAt ?? now + 1) > now, no, "what recovered is over in time");
  const last = promised?.at(-1);
  holds(!last || last.kept === true || last.missed === true || last.until > now, no, "a missed promise is noted");
}

/** What went on went on by the monotonic clock, wherever the wall clock was moved to; what is past stays as it was. */
function expectGoesOn(was: Ticket, is: Ticket, one: Move, now: Instant): void {
  for (const [index, past] of (was.past ?? []).entries())
    expect(is.past?.[index], `${is.no}: a past round is frozen`).toEqual(past);
  if (is.round !== was.round) return;
  const moved = one.kind === "clock" ? one.jump : 0;
  const then = instant(now - moved - one.wait * 1_000);
  for (const before of was.clocks) {
    const after = is.clocks.find(({ kind }) => kind === before.kind);
    if (!after || !goesOn(before) || !goesOn(after) || after.segments.length !== before.segments.length) continue;
    if (after.startedAt !== before.startedAt + moved) continue;
    const spent = (clock: ResponseClock, at: Instant) =>
      before.state === "paused" ? pausedFor(clock, at) : elapsed(clock, at);
    const passed = spent(after, now) - spent(before, then);
    same(passed, one.wait * 1_000, `${is.no} ${after.kind}`, "goes with the monotonic clock");
  }
}

/** Each step that ran is one row in the journal, and one message for each person and way; each word is said once. */
function expectOnce(plan: Plan, seen: Seen, moved: number): void {
  const first = (name: string): void => {
    holds(!seen.once.has(name), name, "happens once");
    seen.once.add(name);
  };
  for (const { event, about, data } of plan.journal) {
    const [kind, id = ""] = about.split(":");
    if (kind === "paper" && ONCE_FOR_A_PAPER.has(event)) first(`${id} ${event}`);
    const ticket = kind === "ticket" ? plan.tickets.find(({ no }) => no === id) : undefined;
    if (!ticket) continue;
    const name = `${id}/${ticket.round}`;
    if (event === "ticket-auto-recovered") {
      const isLesser = ticket.severity === "S3" || ticket.severity === "S4";
      holds(isLesser && ticket.handled !== true, name, "what is grave, or in hand, ends by a person's word");
    }
    if (event === "step-run") {
      const done = ticket.ladder.filter(({ step, state }) => step.id === data.step && state === "done");
      first(`${name}/${String(data.step)}/${done.length}`);
      const told = plan.messages.filter(
        (message) => message.ticket === id && message.step.split("+").includes(String(data.step)),
      );
      holds(
        told.some(({ channel }) => channel === "console"),
        `${name}/${String(data.step)}`,
        "is told to somebody",
      );
    }
    // The recurring clock begins anew with each entry; its one reminder after a silence has a story of its own.
    if ((event === "clock-warning" || event === "clock-breached") && data.clock !== "feedback") {
      const clock = ticket.clocks.find((one) => one.kind === data.clock);
      first(
        `${name}/${event}/${String(data.clock)}/${Number(data.dueAt) - moved}/${clock?.target}/${clock?.segments.length}`,
      );
    }
  }
  const spoke = plan.journal.filter(({ event }) => event === "clock-breached");
  same(
    new Set(spoke.map(({ about, data }) => `${about} ${data.clock}`)).size,
    spoke.length,
    "breaches",
    "one for a clock",
  );
}
const ONCE_FOR_A_PAPER = new Set([
  "handover-opened",
  "handover-unsigned",
  "handover-handed",
  "handover-taken",
  "handover-missed",
  "fire-log-due",
  "fire-log-overdue",
  "fire-log-filled",
  "fire-log-missed",
]);

/** A message that no longer waits went for a reason: its ticket is over, or what it asked for was done. */
function expectNotLost({ ticket: no, step, role, to, key }: Message, { tickets }: Standing, seen: Seen): void {
  const ticket = tickets.get(no);
  const before = seen.tickets.get(no);
  if (!ticket || !before || ticket.round !== before.round || ticket.falseAlarm) return;
  const done = (kind: ClockKind): boolean =>
    kind === "acknowledge"
      ? ticket.acknowledgedBy !== undefined
      : ticket.clocks.some(
          (clock) => clock.kind === kind && (clock.metAt !== undefined || clock.state === "cancelled"),
        );
  const isAnswered = ticket.ladder.some((row) => row.step.id === step && answered(ticket.clocks, row.step.unless));
  const clock = /^(?:warn|overdue)-([a-z-]+)-\d+$/.exec(step)?.[1] as ClockKind | undefined;
  const isOver = clock !== undefined && done(clock);
  // A back-entry may show that what seemed to be missed was kept.
  const isKept = step.startsWith("promise-missed-") && ticket.promised?.some(({ kept }) => kept === true);
  const isCalled = ticket.calls?.some((call) => call.person === to && call.at !== undefined) ?? false;
  holds(isAnswered || isOver || isKept || isCalled || (ANSWERED_BY[role] ?? []).some(done), key, "no message is lost");
}
/** What the shipped policy takes for an answer of each role (`answeredBy`), written once more so that it is looked at twice. */
const ANSWERED_BY: Readonly<Record<string, readonly ClockKind[]>> = {
  assignee: ["accept"],
  "control-room-operator": ["acknowledge"],
  "shift-leader": ["acknowledge"],
  "technician-on-duty": ["accept"],
  "lift-maintenance": ["accept", "rescue-onsite"],
  "security-lead": ["onsite", "staff-onsite"],
  "team-lead": ["accept"],
};

/** What must hold after a move that took `wait` of monotonic time: told by throwing. The answer is what the next move is held against. */
export function expectLegal(one: Move, plan: Plan, now: Instant, after: Standing, seen: Seen): Seen {
  const { tickets, papers, outbox } = after;
  const moved = seen.moved + (one.kind === "clock" ? one.jump : 0);
  for (const ticket of new Map([...plan.tickets, ...tickets.values()].map((found) => [found.no, found])).values())
    expectTicket(ticket, now);
  expect(JSON.parse(JSON.stringify(plan.tickets)), "JSON is what the store keeps").toEqual(plan.tickets);

  const keys = [...tickets.values()]
    .filter((ticket) => ticket.rectifies === undefined && !ticket.drill && ticket.device !== undefined)
    .map((ticket) => `${ticket.device} ${ticket.class}`);
  expect(new Set(keys).size, "one open ticket for a device and class").toBe(keys.length);

  for (const [no, was] of seen.tickets) {
    const is = tickets.get(no);
    if (is) expectGoesOn(was, is, one, now);
  }
  for (const [id, was] of seen.papers)
    if (was.kind !== "policy" && was.state === "closed")
      same(papers.get(id)?.state, "closed", id, "what is signed is over");
  expectOnce(plan, seen, moved);
  expect(
    plan.journal.filter(({ event }) => event === "re-armed"),
    "nothing gets lost that the auditor would have to find",
  ).toEqual([]);
  expect(new Set(plan.messages.map(({ key }) => key)).size).toBe(plan.messages.length);
  for (const [key, message] of seen.outbox)
    if (!outbox.has(key) && !message.ticket.includes(":") && message.audience === undefined)
      expectNotLost(message, after, seen);

  for (const message of outbox.values()) {
    if (message.ticket.includes(":") || (message.state !== "pending" && message.state !== "sending")) continue;
    // That it is over by itself is the last word about a ticket, to those who were told of it.
    if (message.step === "auto-recovered") continue;
    holds(tickets.has(message.ticket), message.key, "a closed ticket tells nobody");
  }
  if (one.kind === "tick" || one.kind === "restart")
    for (const ticket of tickets.values()) expectNothingDue(ticket, now);

  for (const ticket of plan.tickets) {
    const last = plan.journal.filter((entry) => entry.about === `ticket:${ticket.no}`).at(-1);
    expect(last?.after?.ticket, `${ticket.no}: the journal tells what is kept`).toEqual(ticket);
  }
  return { tickets: new Map(tickets), papers: new Map(papers), outbox: new Map(outbox), once: seen.once, moved };
}
