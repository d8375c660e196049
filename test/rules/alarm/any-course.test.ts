/** Whatever happens to alarms, in whatever order: what must hold after every step. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Actor } from "#model/account";
import { type Alarm, isAnnunciated, shownState, stateBeneath } from "#model/alarm";
import type { Command, Happening, Plan } from "#model/plan";
import type { RuleCause } from "#model/rule";
import type { Ticket } from "#model/ticket";
import { type Instant, instant, milliseconds, minutes, type Span } from "#model/time";
import { engineer, secondEngineer } from "../../support/alarm-desk.ts";
import { building, operator, supervisor, TEN, verdict } from "../../support/building.ts";
import { createPureHouse } from "../../support/pure-house.ts";

/** Plain, latched, of the same class, an emergency, life safety, and one that asks for no ticket. */
const traits = {
  "door.fault": { severity: "S3", ticket: "general_fault" },
  "brake.fault": { severity: "S2", ticket: "general_fault", latch: true },
  "elevator.entrapment": { severity: "S1", ticket: "elevator_entrapment" },
  "alarm.button": { severity: "S2", ticket: "elevator_entrapment", lifeSafety: true },
  "light.out": { severity: "S4" },
} as const;
type Rule = keyof typeof traits;
const rules = Object.keys(traits) as Rule[];
/** The lamp goes out with the brake's fuse, and so do the doors. */
const explained: Readonly<Partial<Record<Rule, readonly RuleCause[]>>> = {
  "light.out": [{ rule: "brake.fault", where: "same" }],
  "door.fault": [{ rule: "brake.fault", where: "same" }],
};
const site = building({
  rules: rules.map((id) => {
    const { rule } = verdict(id, "lift-1", "active", traits[id]).instance;
    const suppressBy = explained[id];
    return suppressBy ? { ...rule, suppressBy } : rule;
  }),
});

const people: readonly Actor[] = [operator, supervisor, engineer, secondEngineer];

interface Move {
  readonly wait: number;
  readonly rule: Rule;
  readonly by: number;
  readonly span: number;
  readonly what:
    | "active"
    | "normal"
    | "unknown"
    | "known"
    | "level"
    | "acknowledge-alarm"
    | "shelve"
    | "one-shot"
    | "unshelve"
    | "unacknowledge-alarm"
    | "reset-alarm"
    | "out-of-service"
    | "in-service"
    | "tick"
    | "clock-step"
    | "restart"
    | "close-ticket";
}

const move: fc.Arbitrary<Move> = fc.record({
  wait: fc.constantFrom(0, 1_000, 30_000, 61_000, 600_000, 7_200_000, 90_000_000),
  // Mostly the one alarm that may do everything, so that long courses of one alarm are found.
  rule: fc.oneof({ weight: 3, arbitrary: fc.constant<Rule>("door.fault") }, fc.constantFrom(...rules)),
  by: fc.nat({ max: people.length - 1 }),
  span: fc.constantFrom(-3_600_000, -1, 1_000, 60_000, 1_800_000, 28_800_000, 86_400_000),
  what: fc.constantFrom<Move["what"]>(
    "active",
    "active",
    "normal",
    "normal",
    "unknown",
    "known",
    "level",
    "acknowledge-alarm",
    "shelve",
    "one-shot",
    "unshelve",
    "unacknowledge-alarm",
    "reset-alarm",
    "out-of-service",
    "in-service",
    "tick",
    "tick",
    "clock-step",
    "restart",
    "close-ticket",
  ),
});

function happeningOf(
  one: Move,
  now: Instant,
  n: number,
  alarms: ReadonlyMap<string, Alarm>,
  open: readonly Ticket[],
): Happening {
  const alarm = `${one.rule}@lift-1`;
  const actor = people[one.by] ?? operator;
  const reason = "r";
  const command = (wish: Command): Happening => ({ type: "command", id: `c${n}`, actor, command: wish });
  switch (one.what) {
    case "tick":
      return { type: "tick" };
    case "clock-step":
      return { type: "clock-step", by: milliseconds(one.span) };
    case "restart":
      return { type: "started" };
    case "acknowledge-alarm":
      return command({ do: one.what, alarm, occurrence: alarms.get(alarm)?.occurrence ?? 1, reason: "real" });
    case "shelve":
      return command({ do: "shelve", kind: "timed", for: milliseconds(one.span), alarm, reason });
    case "one-shot":
      return command({ do: "shelve", kind: "one-shot", alarm, reason });
    case "unshelve":
    case "reset-alarm":
    case "in-service":
      return command({ do: one.what, alarm });
    case "unacknowledge-alarm":
      return command({ do: one.what, alarm, reason });
    case "out-of-service":
      return command({ do: one.what, alarm, reason, reviewAt: instant(now + one.span) });
    case "close-ticket":
      return command({ do: "ticket-step", ticket: open[0]?.no ?? "none", step: "false-alarm", note: "n" });
    default: {
      const severity = one.what === "level" ? (one.by % 2 === 0 ? "S1" : "S3") : traits[one.rule].severity;
      return {
        type: "conditions",
        transitions: [{ ...verdict(one.rule, "lift-1", one.what, traits[one.rule]), severity }],
      };
    }
  }
}

function expectLegal(alarm: Alarm): void {
  const { shelf } = alarm;
  expect((alarm.service === "out") === (alarm.outage !== undefined)).toBe(true);
  if (alarm.process === "active") expect(alarm.latch).toBe("none");
  else expect(alarm.quality.state).toBe("good");
  if (alarm.latch === "latched") expect(traits[alarm.rule as Rule]).toHaveProperty("latch");
  if (alarm.acknowledge === "unacknowledged") expect(alarm.acknowledgedBy).toBeUndefined();
  if (alarm.occurrence === 0) expect(stateBeneath(alarm)).toBe("normal");
  if (shelf.state !== "none") {
    expect(alarm.lifeSafety || (alarm.severity === "S1" && alarm.process === "active")).toBe(false);
    expect(shelf.renewals).toBeLessThanOrEqual(3);
    expect(shelf.until - shelf.since).toBeLessThanOrEqual(86_400_000);
    expect(shelf.occurrence).toBeLessThanOrEqual(alarm.occurrence);
  }
  expect(alarm.suppressedSince !== undefined).toBe(alarm.suppressedBy.length > 0);
  expect(alarm.waitsUntil !== undefined).toBe(alarm.suppressedBy.includes("waiting"));
  if (alarm.lifeSafety) expect(alarm.suppressedBy).toEqual([]);
  if (isAnnunciated(alarm)) expect(shownState(alarm)).toBe(stateBeneath(alarm));
  // JSON is what the store keeps.
  expect(JSON.parse(JSON.stringify(alarm))).toEqual(alarm);
}

function expectTold(plan: Plan): void {
  for (const alarm of plan.alarms) {
    const last = plan.journal.filter((entry) => entry.about === `alarm:${alarm.id}`).at(-1);
    expect(last?.after?.alarm).toEqual(alarm);
  }
  for (const ticket of plan.tickets) {
    const last = plan.journal.filter((entry) => entry.about === `ticket:${ticket.no}`).at(-1);
    expect(last?.after?.ticket).toEqual(ticket);
  }
}

function play(moves: readonly Move[]): void {
  const house = createPureHouse(site);
  let now = TEN;
  moves.forEach((one, n) => {
    now = instant(now + one.wait + (one.what === "clock-step" ? one.span : 0));
    const before = new Map(house.alarms);
    const open = () => [...house.tickets.values()].filter((ticket) => ticket.closedAt === undefined);
    const plan = house.take(happeningOf(one, now, n, house.alarms, open()), now);
    expectTold(plan);
    for (const alarm of plan.alarms) {
      expectLegal(alarm);
      expect(alarm.occurrence).toBeGreaterThanOrEqual(before.get(alarm.id)?.occurrence ?? 0);
      const due = alarm.shelf.state !== "none" && alarm.shelf.until <= now;
      if (one.what === "tick" || one.what === "restart") expect(due).toBe(false);
    }
    const keys = open().map((ticket) => `${ticket.device} ${ticket.class}`);
    expect(new Set(keys).size).toBe(keys.length);
    // Who is told now and was not before has an open ticket, if the rule asks for one.
    const told = (alarm: Alarm | undefined) => alarm?.process === "active" && isAnnunciated(alarm);
    for (const alarm of plan.alarms) {
      if (!told(alarm) || told(before.get(alarm.id)) || !("ticket" in traits[alarm.rule as Rule])) continue;
      expect(
        open().map((ticket) => ticket.no),
        `${one.what} ${alarm.id}`,
      ).toContain(alarm.ticket);
    }
    // What is explained by nothing that stands is told again within half a minute.
    for (const alarm of one.what === "tick" ? house.alarms.values() : []) {
      const causes = alarm.suppressedBy.map((id) => house.alarms.get(id));
      const gone = Math.max(0, ...causes.map((cause) => cause?.returnedAt ?? 0));
      if (alarm.suppressedBy.length > 0 && alarm.waitsUntil === undefined && now - gone >= 30_000)
        expect(causes.some((cause) => cause?.process === "active")).toBe(true);
    }
    // A ticket opens only for an alarm that people are told about.
    for (const ticket of plan.tickets) {
      if (!plan.journal.some((e) => e.about === `ticket:${ticket.no}` && e.event === "ticket-opened")) continue;
      expect(plan.alarms.some((alarm) => alarm.ticket === ticket.no && isAnnunciated(alarm))).toBe(true);
    }
  });
}

test("ends in a legal state, tells every change, and never opens a second ticket for a device and class", () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 40 }), (moves) => play(moves)),
    { numRuns: 1_500 },
  );
});

test("the shelf of any length ends by itself within its day", () => {
  const spans = [1, 30, 480].map(minutes) satisfies Span[];
  for (const span of spans) {
    const house = createPureHouse(site);
    const command: Command = { do: "shelve", alarm: "door.fault@lift-1", kind: "timed", for: span, reason: "r" };
    house.take({ type: "command", id: "c", actor: operator, command }, TEN);
    house.take({ type: "tick" }, instant(TEN + span - 1));
    expect(house.alarms.get("door.fault@lift-1")?.shelf.state).toBe("timed");
    house.take({ type: "tick" }, instant(TEN + span));
    expect(house.alarms.get("door.fault@lift-1")?.shelf.state).toBe("none");
  }
});
