/** The forty cases of the alarm research (alarms 6): which test tells the story of each. Every one is named here, by its title. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FILES = {
  delays: "rules/engine/delays",
  deadband: "rules/language/deadband",
  functions: "rules/engine/functions",
  restart: "rules/engine/restart",
  calendar: "rules/engine/calendar",
  events: "rules/engine/events",
  late: "rules/engine/late",
  sequence: "rules/engine/sequence",
  anyRule: "rules/engine/any-rule",
  settle: "gateway/points/settle",
  lateRow: "gateway/points/late",
  waited: "gateway/points/waited",
  cases: "rules/alarm/cases",
  transitions: "rules/alarm/transitions",
  lifecycle: "rules/alarm/lifecycle",
  shelving: "rules/alarm/shelving",
  suppression: "rules/alarm/suppression",
  edits: "rules/alarm/rule-edits",
  chatter: "rules/alarm/chatter",
  flood: "rules/alarm/flood",
  ladder: "rules/response/entrapment-ticket",
  self: "gateway/self/readings",
  staleness: "gateway/points/staleness",
} as const;

type Shown = readonly [file: keyof typeof FILES, title: string];

const CASES: Readonly<Record<number, readonly Shown[]>> = {
  1: [
    ["delays", "exactly at the limit: > is false, >= is true (1)"],
    ["functions", "%s with %s is %s (1, 3, 26)"],
  ],
  2: [["deadband", "v > 85 with a deadband of 5 ends at exactly 80, not at 80.0001 (2)"]],
  3: [["delays", "NaN raises nothing, not even through a negation (3)"]],
  4: [
    ["functions", "what is no number poisons no window (4)"],
    ["settle", "whatever comes in, a row is either good with a finite value in range, or bad without any value"],
  ],
  5: [["delays", "true 9.9 s and false 0.1 s, twenty times: never active (5)"]],
  6: [["delays", "one true sample and then silence: active by the timer (6)"]],
  7: [["delays", "bad at 4 s, good and true at 7 s: active at 13 s, once (7)"]],
  8: [["delays", "bad for five minutes: counted anew from the first good sample (8)"]],
  9: [["delays", "due and a false sample in the same step: cancelled (9)"]],
  10: [["restart", "6 s into a 10 s delay, down 3 min: active 4 s after the first good sample (10)"]],
  11: [["cases", "a restart while acknowledged: no new annunciation, no second ticket, and still known by whom (11)"]],
  12: [
    ["restart", "an active alarm is held as unknown, then clears by its off-delay from the first good sample (12)"],
    ["edits", "it ended while the house was down: the return says between when"],
  ],
  13: [["transitions", "a shelf that ended while the house was down ends at once, marked late"]],
  14: [
    ["delays", "the wall clock does not matter, back or forward (14)"],
    ["shelving", "a step of the wall clock by %d ms neither ends nor prolongs a shelf"],
  ],
  15: [
    ["delays", "the wall clock does not matter, back or forward (14)"],
    ["shelving", "a step of the wall clock by %d ms neither ends nor prolongs a shelf"],
    ["staleness", "a step of the wall clock makes nothing stale and keeps nothing fresh"],
    ["self", "a step of the wall clock is what the monotonic clock did not see; the first beat knows none"],
  ],
  16: [
    [
      "calendar",
      "in autumn the hours 02-04 last three hours, with one begin and one end (16); in spring 02:15-02:45 is left out (17)",
    ],
  ],
  17: [
    [
      "calendar",
      "in autumn the hours 02-04 last three hours, with one begin and one end (16); in spring 02:15-02:45 is left out (17)",
    ],
  ],
  18: [
    ["events", "the same sample twice counts once, and the first one that is already true is no rise (18)"],
    ["lateRow", "the same sample again is no change, and an event in it is counted once (18)"],
    ["lateRow", "that came before already is counted once"],
  ],
  19: [["lateRow", "another value of the same instant: the last one received stands (19)"]],
  20: [
    [
      "lateRow",
      "1 s older than the present one changes nothing in the row and is left for history at its own time (20)",
    ],
    [
      "late",
      "a sample 1 s late: the average learns of it, the condition of the present value and its delay do not (20)",
    ],
  ],
  21: [["waited", "of ten minutes above the limit goes to history alone: no alarm (21)"]],
  22: [["waited", "that is an hour ahead and is set right hides nothing (22)"]],
  23: [["functions", "a counter that wraps or is reset has no negative and no giant rate"]],
  24: [["functions", "15 % bad leaves an average standing, 40 % makes it unknown and holds the alarm (24)"]],
  25: [["functions", "vote decides as soon as the unknown ones cannot change it (25)"]],
  26: [["functions", "%s with %s is %s (1, 3, 26)"]],
  27: [["suppression", "every device of the link falls silent: one alarm, one ticket, the devices hang under it"]],
  28: [
    [
      "cases",
      "silent while unacknowledged: told on by the ladder, returned by the first good sample, still to be seen (28)",
    ],
  ],
  29: [["cases", "%s: normal, and closed once (29)"]],
  30: [["cases", "two acknowledge within a moment: one did it, the other learns who (30)"]],
  31: [["lifecycle", "18: an acknowledgement of an old occurrence is refused with the present state"]],
  32: [
    ["lifecycle", "11, 17: a latched alarm stays latched after return and acknowledgement"],
    ["transitions", "no reset while it is true, or while the device does not answer"],
    ["transitions", "reset when it has returned, is known and acknowledged: normal, closed"],
  ],
  33: [
    [
      "cases",
      "a shelf ends while active, with a return and a new activation inside: told once, the latest start, one ticket (33)",
    ],
  ],
  34: [["transitions", "one-shot while inactive and never active before: hides exactly the next active period"]],
  35: [
    ["suppression", "the consequence comes first and waits a moment: its cause arrives, and nobody was disturbed"],
    ["suppression", "life safety, another building's cause, a shelved one and a lesser one explain nothing"],
  ],
  36: [["suppression", "the cable is back, one device is not: it is told half a minute later, with its own beginning"]],
  37: [
    ["edits", "new limits under which it is not true any more: it returns and says why, its ticket stays with a note"],
    ["edits", "new words are shown on the alarm that stands; state, occurrence and acknowledgement are kept"],
    ["edits", "a restart with the same rules says nothing about them"],
    ["restart", "keeps the windows that did not change and drops a delay that was collected under another condition"],
  ],
  38: [
    ["restart", "a longer delay is measured anew without losing the time so far; an active alarm is never demoted"],
    ["edits", "%s: what was open is closed where everybody sees it, and its ticket stays"],
  ],
  39: [
    ["chatter", "the third time within a minute it stays: one occurrence, no new annunciation, one ticket"],
    ["chatter", "slow coming and going is none, and life safety is counted but never held back"],
    ["flood", "ten alarms in ten minutes are none, the eleventh makes it one (39)"],
    ["flood", "five in the window: still a flood; four: it ends, and the journal has its figures (39)"],
  ],
  40: [
    ["sequence", "an answer in time, or at exactly the span, is an answer (40)"],
    ["sequence", "an answer that cannot be seen throughout gives unknown, no alarm (40)"],
    ["sequence", "a second order moves no deadline (40)"],
    ["events", "the same sample twice counts once, and the first one that is already true is no rise (18)"],
  ],
};

test("all forty are there", () => {
  expect(Object.keys(CASES).map(Number)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
});

test.each(Object.entries(CASES).flatMap(([no, shown]) => shown.map(([file, title]) => [no, title, file] as const)))(
  "case %s is shown by: %s",
  (_, title, file) => {
    const text = readFileSync(join(import.meta.dirname, "..", `${FILES[file]}.test.ts`), "utf8");
    const told = title.replaceAll(/[()?.*+]/g, "\\$&");
    // As the title of a test, of a row of `test.each`, or as what a row of the transition table says.
    expect(text).toMatch(new RegExp(`(test\\(|\\]\\s*as const\\)\\(|\\]\\)\\(|says:|\\}\\)\\()\\s*"${told}"`));
  },
);
