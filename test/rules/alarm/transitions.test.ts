/** The transition table, one row per number: what shows it here, or which test elsewhere shows it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hours, minutes } from "#model/time";
import { type AlarmDesk, createAlarmDesk, engineer, type RuleTraits } from "../../support/alarm-desk.ts";
import { at, operator, supervisor } from "../../support/building.ts";

interface Shown {
  readonly row: number;
  readonly says: string;
  readonly traits?: RuleTraits;
  play(desk: AlarmDesk): void;
}

const reason = "更换门机";
const shelve = (desk: AlarmDesk, now = at(1)) =>
  desk.command({ do: "shelve", kind: "timed", for: minutes(30), reason }, now);
const oneShot = (desk: AlarmDesk, now = at(1)) => desk.command({ do: "shelve", kind: "one-shot", reason }, now);
const count = (desk: AlarmDesk, event: string) => desk.events().filter((one) => one === event).length;

const here: readonly Shown[] = [
  {
    row: 1,
    says: "true: active, unacknowledged, a new occurrence, a ticket",
    play(desk) {
      desk.verdict("active", at(0));
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.alarm().occurrence).toBe(1);
      expect(desk.openTickets()).toHaveLength(1);
    },
  },
  {
    row: 6,
    says: "false while unacknowledged: returned, still to be seen",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(2));
      expect(desk.shown()).toBe("returned-unacknowledged");
      expect(desk.entry("returned")).toMatchObject({ activeFor: minutes(2) });
    },
  },
  {
    row: 7,
    says: "false while acknowledged: normal and closed",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(1));
      desk.verdict("normal", at(2));
      expect(desk.shown()).toBe("normal");
      expect(desk.events().slice(-2)).toEqual(["returned", "closed"]);
    },
  },
  {
    row: 11,
    says: "false with a latch: latched, acknowledged or not",
    traits: { latch: true },
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      expect(desk.shown()).toBe("latched-unacknowledged");
    },
  },
  {
    row: 12,
    says: "true again within 60 s: the same occurrence",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      desk.verdict("active", at(1, 59));
      expect(desk.alarm()).toMatchObject({ occurrence: 1, count: 2 });
      expect(desk.entry("reactivated")).toMatchObject({ count: 2 });
    },
  },
  {
    row: 13,
    says: "true again later: superseded, a new occurrence, the same open ticket",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      desk.verdict("active", at(2));
      expect(desk.alarm().occurrence).toBe(2);
      expect(desk.entry("superseded")).toEqual({ occurrence: 1 });
      expect(desk.house.tickets.size).toBe(1);
    },
  },
  {
    row: 14,
    says: "true while latched: same occurrence when unacknowledged, a new one when acknowledged",
    traits: { latch: true },
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      desk.verdict("active", at(10));
      expect(desk.alarm()).toMatchObject({ occurrence: 1, acknowledge: "unacknowledged" });
      desk.verdict("normal", at(11));
      desk.acknowledge(at(12));
      desk.verdict("active", at(13));
      expect(desk.alarm()).toMatchObject({ occurrence: 2, acknowledge: "unacknowledged" });
    },
  },
  {
    row: 15,
    says: "acknowledged, with who and after how long; the ticket's response clock stops",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(0, 10));
      expect(desk.shown()).toBe("acknowledged");
      expect(desk.entry("alarm-acknowledged")).toMatchObject({ delay: 10_000 });
      expect(desk.openTickets()[0]?.clocks.find((clock) => clock.kind === "acknowledge")?.state).toBe("met");
    },
  },
  {
    row: 16,
    says: "acknowledged after the return: normal, closed",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      desk.acknowledge(at(2));
      expect(desk.shown()).toBe("normal");
      expect(count(desk, "closed")).toBe(1);
    },
  },
  {
    row: 17,
    says: "a latched alarm acknowledged stays latched",
    traits: { latch: true },
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      desk.acknowledge(at(2));
      expect(desk.shown()).toBe("latched-acknowledged");
      expect(count(desk, "closed")).toBe(0);
    },
  },
  {
    row: 18,
    says: "an old occurrence is refused with the present state",
    play(desk) {
      desk.verdict("active", at(0));
      const plan = desk.command({ do: "acknowledge-alarm", occurrence: 7 }, at(1));
      expect(plan.refusal).toMatchObject({ status: 409, detail: { occurrence: 1, state: "unacknowledged" } });
      expect(desk.shown()).toBe("unacknowledged");
    },
  },
  {
    row: 19,
    says: "the second one learns who was first; a comment is kept",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(1));
      const plan = desk.command({ do: "acknowledge-alarm", occurrence: 1, comment: "在看" }, at(2), supervisor);
      expect(plan.answer).toMatchObject({ already: operator.name });
      expect(desk.entry("comment")).toMatchObject({ comment: "在看" });
    },
  },
  {
    row: 20,
    says: "an acknowledgement is taken back with a reason",
    play(desk) {
      desk.verdict("active", at(0));
      expect(desk.command({ do: "unacknowledge-alarm", reason }, at(1), supervisor).refusal).toMatchObject({
        status: 409,
      });
      desk.acknowledge(at(1));
      desk.command({ do: "unacknowledge-alarm", occurrence: 1, reason }, at(2), supervisor);
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.alarm().acknowledgedBy).toBeUndefined();
      expect(desk.entry("unacknowledged")).toMatchObject({ reason, was: operator.name });
    },
  },
  {
    row: 21,
    says: "reset when it has returned, is known and acknowledged: normal, closed",
    traits: { latch: true },
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("normal", at(1));
      expect(desk.command({ do: "reset-alarm" }, at(2)).refusal).toMatchObject({ code: "acknowledge-first" });
      desk.acknowledge(at(3));
      desk.command({ do: "reset-alarm", occurrence: 1 }, at(4));
      expect(desk.shown()).toBe("normal");
      expect(desk.events().slice(-2)).toEqual(["reset", "closed"]);
    },
  },
  {
    row: 22,
    says: "no reset while it is true, or while the device does not answer",
    traits: { latch: true },
    play(desk) {
      const reset = () => desk.command({ do: "reset-alarm" }, at(9)).refusal;
      desk.verdict("active", at(0));
      desk.acknowledge(at(1));
      expect(reset()).toMatchObject({ status: 409, code: "still-active" });
      desk.verdict("normal", at(2));
      const silent = { device: "lift-1", state: "offline", since: at(3) } as const;
      desk.house.take({ type: "communication", changes: [silent] }, at(3));
      expect(reset()).toMatchObject({ status: 409, code: "state-not-known" });
      expect(desk.shown()).toBe("latched-acknowledged");
    },
  },
  {
    row: 23,
    says: "a comment changes nothing else",
    play(desk) {
      desk.verdict("active", at(0));
      const before = desk.alarm();
      desk.command({ do: "comment-alarm", occurrence: 1, comment: "在看" }, at(1));
      expect(desk.alarm()).toEqual({ ...before, comment: "在看" });
    },
  },
  {
    row: 24,
    says: "a higher level asks for a new acknowledgement and re-tiers the ticket",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(1));
      desk.verdict("level", at(2), { severity: "S2" });
      expect(desk.alarm()).toMatchObject({ occurrence: 1, severity: "S2", acknowledge: "unacknowledged" });
      expect(desk.openTickets()).toMatchObject([{ severity: "S2" }]);
    },
  },
  {
    row: 25,
    says: "a lower level leaves the acknowledgement and the ticket's severity",
    play(desk) {
      desk.verdict("active", at(0), { severity: "S2" });
      desk.acknowledge(at(1));
      desk.verdict("level", at(2), { severity: "S3" });
      expect(desk.alarm()).toMatchObject({ severity: "S3", acknowledge: "acknowledged" });
      expect(desk.openTickets()).toMatchObject([{ severity: "S2" }]);
    },
  },
  {
    row: 28,
    says: "on the shelf until an instant, with who and why",
    play(desk) {
      desk.verdict("active", at(0));
      desk.command({ do: "shelve", kind: "timed", until: at(30), reason }, at(1));
      expect(desk.shown()).toBe("shelved");
      expect(desk.alarm().shelf).toMatchObject({ state: "timed", until: at(30), by: operator.name, reason });
      expect(desk.entry("shelved")).toMatchObject({ kind: "timed", reason });
    },
  },
  {
    row: 29,
    says: "one-shot while inactive and never active before: hides exactly the next active period",
    play(desk) {
      oneShot(desk, at(0));
      expect(desk.alarm()).toMatchObject({ occurrence: 0, process: "normal", shelf: { until: at(0) + hours(8) } });
      desk.verdict("active", at(5));
      expect(desk.shown()).toBe("shelved");
      desk.verdict("normal", at(6));
      expect(desk.shown()).toBe("normal");
      desk.verdict("active", at(10));
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.openTickets()).toHaveLength(1);
    },
  },
  {
    row: 30,
    says: "what happens on the shelf is journalled as not annunciated, and opens no ticket",
    play(desk) {
      shelve(desk, at(0));
      desk.verdict("active", at(1));
      expect(desk.entry("activated")).toMatchObject({ annunciated: false });
      desk.verdict("normal", at(2));
      expect(desk.entry("returned")).toMatchObject({ annunciated: false });
      expect(desk.shown()).toBe("shelved");
      expect([desk.house.tickets.size, desk.house.said.length]).toEqual([0, 0]);
    },
  },
  {
    row: 31,
    says: "the end while active: unacknowledged now, its own start, one ticket",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(0, 30));
      shelve(desk, at(1));
      desk.verdict("normal", at(2));
      desk.verdict("active", at(5));
      desk.tick(at(31));
      expect(desk.alarm()).toMatchObject({
        acknowledge: "unacknowledged",
        activeSince: at(5),
        shelf: { state: "none" },
      });
      expect(desk.events().slice(-3)).toEqual(["activated", "unshelved", "annunciated"]);
      expect(desk.house.tickets.size).toBe(1);
    },
  },
  {
    row: 32,
    says: "the end while normal: what was wholly inside needs nobody, what people had seen before does",
    play(desk) {
      shelve(desk, at(0));
      desk.verdict("active", at(1));
      desk.verdict("normal", at(2));
      desk.command({ do: "unshelve" }, at(3));
      expect(desk.alarm()).toMatchObject({ acknowledge: "acknowledged", acknowledgedBy: "auto:shelved" });
      expect(desk.events().slice(-3)).toEqual(["unshelved", "auto-acknowledged", "closed"]);
      desk.verdict("active", at(10));
      shelve(desk, at(11));
      desk.verdict("normal", at(12));
      desk.command({ do: "unshelve" }, at(13));
      expect(desk.shown()).toBe("returned-unacknowledged");
    },
  },
  {
    row: 33,
    says: "one-shot, the return: acknowledged by itself; with a latch it stays latched",
    traits: { latch: true },
    play(desk) {
      desk.verdict("active", at(0));
      oneShot(desk);
      desk.verdict("normal", at(2));
      expect(desk.shown()).toBe("latched-acknowledged");
      expect(desk.entry("unshelved")).toMatchObject({ cause: "returned" });
    },
  },
  {
    row: 34,
    says: "renewed: a new end, counted",
    play(desk) {
      shelve(desk, at(0));
      shelve(desk, at(10));
      expect(desk.alarm().shelf).toMatchObject({ since: at(0), until: at(40), renewals: 1 });
      expect(desk.entry("shelve-extended")).toMatchObject({ renewals: 1 });
    },
  },
  {
    row: 35,
    says: "what becomes an emergency comes off the shelf and is told",
    play(desk) {
      desk.verdict("active", at(0));
      shelve(desk);
      desk.verdict("level", at(2), { severity: "S2" });
      expect(desk.shown()).toBe("shelved");
      desk.verdict("level", at(3), { severity: "S1" });
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.entry("unshelved")).toMatchObject({ cause: "level" });
      expect(desk.openTickets()).toMatchObject([{ severity: "S1" }]);
    },
  },
  {
    row: 40,
    says: "out of service until a review: an engineer, for life safety two people; the open ticket stays",
    play(desk) {
      desk.verdict("active", at(0));
      desk.command({ do: "out-of-service", reason, reviewAt: at(60) }, at(1), engineer);
      expect(desk.shown()).toBe("out-of-service");
      expect(desk.entry("out-of-service")).toMatchObject({ by: engineer.name, reason });
      expect(desk.openTickets()).toHaveLength(1);
    },
  },
  {
    row: 41,
    says: "in service again while true: a new occurrence, unacknowledged, told; it joins the open ticket",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(0, 30));
      desk.command({ do: "out-of-service", reason, reviewAt: at(60) }, at(1), engineer);
      desk.command({ do: "in-service" }, at(2), engineer);
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.alarm()).toMatchObject({ occurrence: 2, count: 1, activeSince: at(2) });
      expect(desk.entry("activated")).not.toHaveProperty("annunciated");
      expect(desk.house.tickets.size).toBe(1);
    },
  },
  {
    row: 42,
    says: "an overdue review is told to the supervisor and changes nothing",
    play(desk) {
      desk.command({ do: "out-of-service", reason, reviewAt: at(60) }, at(1), engineer);
      desk.tick(at(60));
      expect(desk.shown()).toBe("out-of-service");
      expect(desk.entry("review-overdue")).toMatchObject({ overdueBy: 0 });
      expect(desk.house.said.map((message) => message.role)).toEqual(["department-supervisor"]);
    },
  },
  {
    row: 43,
    says: "a bad input raises nothing",
    play(desk) {
      desk.verdict("unknown", at(0));
      expect(desk.house.alarms.size).toBe(0);
    },
  },
  {
    row: 44,
    says: "a bad input holds an active alarm, which may be acknowledged",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("unknown", at(1));
      desk.acknowledge(at(2));
      expect(desk.alarm()).toMatchObject({ process: "active", quality: { state: "bad" }, acknowledge: "acknowledged" });
    },
  },
  {
    row: 45,
    says: "good and still true: the same occurrence, not told again",
    play(desk) {
      desk.verdict("active", at(0));
      desk.verdict("unknown", at(1));
      desk.verdict("known", at(2));
      expect(desk.alarm()).toMatchObject({ occurrence: 1, quality: { state: "good" } });
      expect(count(desk, "activated")).toBe(1);
    },
  },
  {
    row: 49,
    says: "after a start: as it was, not known, not told again",
    play(desk) {
      desk.verdict("active", at(0));
      desk.acknowledge(at(1));
      desk.restart(at(5));
      expect(desk.alarm()).toMatchObject({ acknowledge: "acknowledged", quality: { state: "bad", reason: "restart" } });
      expect(count(desk, "activated")).toBe(1);
    },
  },
  {
    row: 52,
    says: "a shelf that ended while the house was down ends at once, marked late",
    play(desk) {
      shelve(desk, at(0));
      desk.verdict("active", at(1));
      desk.restart(at(50));
      expect(desk.shown()).toBe("unacknowledged");
      expect(desk.entry("unshelved")).toMatchObject({ late: true, lateBy: minutes(20) });
      expect(desk.openTickets()).toHaveLength(1);
      desk.tick(at(51));
      expect(count(desk, "unshelved")).toBe(1);
    },
  },
];

const engine = "test/rules/engine";
/** Delays and windows are the engine's: its own tests show these rows. */
const elsewhere: readonly { readonly row: number; readonly file: string; readonly title: string }[] = [
  { row: 2, file: `${engine}/delays.test.ts`, title: "true 9.9 s and false 0.1 s, twenty times: never active (5)" },
  { row: 3, file: `${engine}/delays.test.ts`, title: "due and a false sample in the same step: cancelled (9)" },
  { row: 4, file: `${engine}/delays.test.ts`, title: "one true sample and then silence: active by the timer (6)" },
  { row: 5, file: `${engine}/delays.test.ts`, title: "bad at 4 s, good and true at 7 s: active at 13 s, once (7)" },
  { row: 8, file: `${engine}/delays.test.ts`, title: "true again before it is over: still the same alarm" },
  { row: 9, file: `${engine}/delays.test.ts`, title: "true again before it is over: still the same alarm" },
  { row: 10, file: `${engine}/delays.test.ts`, title: "true again before it is over: still the same alarm" },
  {
    row: 26,
    file: "test/rules/alarm/re-alarm.test.ts",
    title: "half an hour after the acknowledgement, not a second before, and as if it had just occurred",
  },
  {
    row: 27,
    file: "test/rules/response/entrapment-ticket.test.ts",
    title: "each step of the ladder is run once, at its instant, and told to those on duty",
  },
  {
    row: 36,
    file: "test/rules/alarm/suppression.test.ts",
    title: "the cause is there already: the consequence is quiet from its first moment, and opens no ticket",
  },
  {
    row: 37,
    file: "test/rules/alarm/suppression.test.ts",
    title: "the cause comes after it was shown: it hangs under it, occurrence and ticket kept",
  },
  {
    row: 38,
    file: "test/rules/alarm/suppression.test.ts",
    title: "the cable is back, one device is not: it is told half a minute later, with its own beginning",
  },
  {
    row: 39,
    file: "test/rules/alarm/suppression.test.ts",
    title: "it came back and went again under its cause: nothing is left to do when that ends",
  },
  {
    row: 48,
    file: "test/rules/alarm/trouble.test.ts",
    title: "an alarm of its own beside the one that cannot be judged, and never a fire",
  },
  {
    row: 51,
    file: "test/rules/alarm/rule-edits.test.ts",
    title: "it ended while the house was down: the return says between when",
  },
  {
    row: 54,
    file: "test/rules/alarm/rule-edits.test.ts",
    title: "new words are shown on the alarm that stands; state, occurrence and acknowledgement are kept",
  },
  {
    row: 56,
    file: "test/rules/alarm/rule-edits.test.ts",
    title: "new limits under which it is not true any more: it returns and says why, its ticket stays with a note",
  },
  {
    row: 57,
    file: "test/rules/alarm/rule-edits.test.ts",
    title: "%s: what was open is closed where everybody sees it, and its ticket stays",
  },
  {
    row: 46,
    file: `${engine}/delays.test.ts`,
    title: "unknown holds an active alarm, is told once, and the off-delay counts from the first good sample",
  },
  {
    row: 47,
    file: `${engine}/delays.test.ts`,
    title: "bad for five minutes: counted anew from the first good sample (8)",
  },
  {
    row: 50,
    file: `${engine}/restart.test.ts`,
    title: "6 s into a 10 s delay, down 3 min: active 4 s after the first good sample (10)",
  },
  {
    row: 53,
    file: "test/rules/response/entrapment-ticket.test.ts",
    title: "overdue steps run once each, in order, marked late, in one message per person; the next is on time",
  },
  {
    row: 55,
    file: `${engine}/restart.test.ts`,
    title: "a longer delay is measured anew without losing the time so far; an active alarm is never demoted",
  },
];

describe("row", () => {
  test.each(here.map((one) => [one.row, one.says, one] as const))("%i: %s", (_row, _says, one) => {
    one.play(createAlarmDesk(one.traits));
  });

  test.each(elsewhere)("$row is shown by $file: $title", ({ file, title }) => {
    expect(readFileSync(join(import.meta.dirname, "../../..", file), "utf8")).toMatch(
      new RegExp(`(test|\\]\\))\\("${title.replaceAll(/[()?.*+]/g, "\\$&")}"`),
    );
  });
});

test("all 57 rows are shown", () => {
  const named = [...here.map((one) => one.row), ...elsewhere.map((one) => one.row)];
  expect(named.sort((a, b) => a - b)).toEqual(Array.from({ length: 57 }, (_, index) => index + 1));
});
