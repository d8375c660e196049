/** Random nights, decided purely: what must hold of tickets, clocks, ladders and messages holds after each move. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { ticketSteps } from "#model/plan";
import type { Site } from "#model/site";
import type { TicketState } from "#model/ticket";
import { instant } from "#model/time";
import { TEN } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";
import { happeningOf, type Move, move, nightSite } from "./any-course.ts";
import { expectLegal, nothingSeen } from "./any-course-holds.ts";
import { shippedPolicy } from "./shipped-policy.ts";

let site: Site;
beforeAll(async () => {
  site = nightSite(await shippedPolicy());
});

function play(moves: readonly Move[]): void {
  const house = createPureHouse(site);
  let now = TEN;
  let seen = nothingSeen();
  for (const [n, one] of moves.entries()) {
    now = instant(now + one.wait * 1_000 + (one.kind === "clock" ? one.jump : 0));
    const plan = house.take(happeningOf(one, n, now, [...house.tickets.values()], house.papers.values()), now);
    const tickets = new Map([...house.tickets].filter(([, ticket]) => ticket.closedAt === undefined));
    seen = expectLegal(one, plan, now, { tickets, papers: house.papers, outbox: house.outbox }, seen);
  }
}

test("each step once in a loop, elapsed is the sum of segments, one ticket for a key, nothing lost, nobody told of what is closed", () => {
  fc.assert(
    fc.property(fc.array(move, { size: "max", minLength: 1, maxLength: 60 }), (moves) => play(moves)),
    // A night is long to make smaller: do that by hand, with the seed and path that the failure names.
    { numRuns: 200, endOnFailure: true },
  );
}, 120_000);

/** What so many long nights came to: states, steps taken, reasons to wait, and what else may happen to a ticket. */
function reached(nights: number): Record<"states" | "steps" | "reasons" | "clocks" | "offers" | "events", Set<string>> {
  const seen = {
    states: new Set<string>(),
    steps: new Set<string>(),
    reasons: new Set<string>(),
    clocks: new Set<string>(),
    offers: new Set<string>(),
    events: new Set<string>(),
  };
  const courses = fc.sample(fc.array(move, { size: "max", minLength: 80, maxLength: 120 }), {
    numRuns: nights,
    seed: 7,
  });
  for (const moves of courses) {
    const house = createPureHouse(site);
    let now = TEN;
    for (const [n, one] of moves.entries()) {
      now = instant(now + one.wait * 1_000 + (one.kind === "clock" ? one.jump : 0));
      const happening = happeningOf(one, n, now, [...house.tickets.values()], house.papers.values());
      const plan = house.take(happening, now);
      if (!plan.refusal && happening.type === "command" && happening.command.do === "ticket-step")
        seen.steps.add(happening.command.step);
      for (const { event, data } of plan.journal) {
        seen.events.add(event);
        if (data.through === "link") seen.events.add(`${event} by a link`);
        if (event === "hold-over")
          seen.events.add(data.reason === "preempted" ? "pre-emption over" : "waited to the end");
        if (event === "step-run" && data.late) seen.events.add("late step");
      }
      for (const ticket of plan.tickets) {
        seen.states.add(ticket.state);
        if (ticket.hold) seen.reasons.add(ticket.hold.reason);
        if (ticket.storm) seen.events.add("storm");
        if (ticket.drill) seen.events.add("drill");
        if (ticket.rectifies) seen.events.add("rectification");
        seen.events.add(`round ${ticket.round}`);
        for (const { kind, state } of ticket.clocks) seen.clocks.add(`${kind} ${state}`);
        for (const { state } of ticket.offers ?? []) seen.offers.add(state);
      }
    }
  }
  return seen;
}

test("the nights reach every step, state, end of an offer and reason to wait, a third round, a rectification, the firm's link, and both papers to their end", () => {
  const seen = reached(90);
  const missing = (all: readonly string[], from: Set<string>) => all.filter((one) => !from.has(one));
  const clocks = ["resolve paused", "accept met", "accept breached", "accept cancelled", "feedback running"];
  expect({
    steps: missing(ticketSteps, seen.steps),
    states: missing(states, seen.states),
    reasons: missing([...policyReasons(), "preempted"], seen.reasons),
    offers: missing(["open", "accepted", "declined", "expired", "withdrawn"], seen.offers),
    clocks: missing(clocks, seen.clocks),
    turns: missing(turns, seen.events),
  }).toEqual({ steps: [], states: [], reasons: [], offers: [], clocks: [], turns: [] });
});

const policyReasons = () => site.policy.hold.reasons.map(({ id }) => id);
const states: readonly TicketState[] = [
  "new",
  "dispatched",
  "accepted",
  "en-route",
  "on-site",
  "mitigated",
  "repaired",
  "verifying",
  "closed",
  "on-hold",
  "merged",
];
/** Happenings of the journal, and marks of tickets. */
const turns = [
  "step-run",
  "clock-warning",
  "clock-breached",
  "clock-met",
  "acknowledgement-expired",
  "severity-raised",
  "source-recovered",
  "ticket-auto-recovered",
  "ticket-merged",
  "ticket-absorbed",
  "ticket-reopen",
  "ticket-preempted",
  "pre-emption over",
  "waited to the end",
  "late step",
  "round 3",
  "rectification",
  "ticket-accept by a link",
  "ticket-repair by a link",
  "late-step-refused by a link",
  "handover-opened",
  "handover-unsigned",
  "handover-handed",
  "handover-taken",
  "handover-missed",
  "fire-log-due",
  "fire-log-overdue",
  "fire-log-filled",
  "fire-log-missed",
  "ticket-hangs-under",
  "trapped-in-fire",
  "told-by-phone",
  "nobody-on-duty",
  "nobody-to-send",
  "offer-expired",
  "promise-missed",
  "ticket-false-alarm-claimed",
  "accident-drafted",
  "clock-step",
  "storm",
  "drill",
];
